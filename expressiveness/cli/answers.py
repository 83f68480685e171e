"""Turn any error into one sentence and an exit status."""

from __future__ import annotations

import errno
import os
import re
import sys
import traceback
from pathlib import Path

import typer

from expressiveness.errors import ExpressivenessError, reason
from expressiveness.registry import closest

DEBUG = "EXPRESSIVENESS_DEBUG"
"""If set, tracebacks are printed too."""

FAILED, CALLED_WRONGLY = 1, 2
READER_GONE = 141  # the conventional status after SIGPIPE
STOPPED = "stopped; what is done is kept"


def answer(error: BaseException) -> tuple[int, str | None]:
    """The exit status for an error, and a message, if any.

    Args:
        error: any exception raised by a command.
    """
    if isinstance(error, SystemExit | typer.Exit):
        return _status_of(error), None
    if isinstance(error, OSError) and _is_of_output(error):
        _drop_output()
        if error.errno == errno.EPIPE:
            return READER_GONE, None
        return FAILED, f"the output cannot be written ({reason(error)}); free some space, or send it elsewhere"
    if os.environ.get(DEBUG):
        traceback.print_exception(error)
    if isinstance(error, ExpressivenessError):
        return FAILED, _shortened(str(error))
    if format_message := getattr(error, "format_message", None):  # typer's usage errors have no public base class
        return CALLED_WRONGLY, f"{_in_a_line(format_message())} See expressiveness --help."
    if isinstance(error, MemoryError | ImportError | OSError | RuntimeError) and (want := _want_of_memory(error)):
        return FAILED, want
    if isinstance(error, OSError) and error.errno:
        return FAILED, f"{_subject(error)}{reason(error)}"
    if isinstance(error, ModuleNotFoundError):
        return (
            FAILED,
            f"the package {error.name} is not installed; install expressiveness again, with what it needs",
        )
    return FAILED, _fault(error)


def open_closed_streams() -> None:
    """Reopen closed standard streams, or the next opened file would get their file descriptor."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            opened = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115  # until the process ends
            setattr(sys, name, opened)
        elif reconfigure := getattr(getattr(sys, name), "reconfigure", None):
            reconfigure(errors="backslashreplace")  # some file names cannot be encoded in every locale


def _in_a_line(message: str) -> str:
    """Put a usage error of typer or pydantic on one line, with a suggestion for typos."""
    sentence = _shortened(" ".join(message.replace("Value error, ", "").split()).rstrip("."))
    for pattern in _LISTED:
        if found := re.search(pattern, sentence):
            near = closest(found["name"], re.findall(r"[^', ]+", found["known"]))
            sentence = f"{sentence.replace(found['listed'], '')}; did you mean {near!r}?" if near else sentence
    return sentence if sentence.endswith("?") else f"{sentence}."


_LISTED = (
    r"No such option: (?P<name>\S+)(?P<listed> \(Possible options: (?P<known>.*)\))$",
    r"'(?P<name>[^']*)' is not one of (?P<known>.*)(?P<listed>)$",
)
"""Typer's messages that list the valid options or values."""


def _shortened(sentence: str) -> str:
    """Shorten very long numbers in a message."""
    return re.sub(r"(\d{20})\d{20,}", r"\1...", sentence)


def _status_of(error: SystemExit | typer.Exit) -> int:
    code = error.code if isinstance(error, SystemExit) else error.exit_code
    return code if isinstance(code, int) else FAILED if code else 0


def _is_of_output(error: OSError) -> bool:
    """Whether the error was raised while printing; a worker's pipe may break too."""
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and frames[-1].name == typer.echo.__name__


def _drop_output() -> None:
    """Redirect stdout to devnull, or Python would try to flush it on exit and complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _want_of_memory(error: BaseException) -> str | None:
    from expressiveness.parallel import OUT_OF_MEMORY, ran_out_of_memory

    return OUT_OF_MEMORY if ran_out_of_memory(error) else None


def _subject(error: OSError) -> str:
    return f"{error.filename}: " if error.filename else ""


def _fault(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    what = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
    return (
        f"this is a fault of the program, not yours ({what}). Please report it among the repository's issues, with "
        f"what the same command prints after {DEBUG}=1"
    )
