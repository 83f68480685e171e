"""What a command answers where it fails: one sentence and an exit status, whatever went wrong."""

from __future__ import annotations

import errno
import os
import re
import sys
import traceback

import typer

from expressiveness.errors import ExpressivenessError, reason
from expressiveness.registry import closest

DEBUG = "EXPRESSIVENESS_DEBUG"
"""Set to anything, has the traceback of an error printed, too."""

FAILED, CALLED_WRONGLY = 1, 2
READER_GONE = 141  # as of any program that is ended by writing into a closed pipe
STOPPED = "stopped; what is done is kept"


def answer(error: BaseException) -> tuple[int, str | None]:
    """The exit status for an error, and what to say, if anything.

    Args:
        error: whatever escaped from a command.
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
    if format_message := getattr(error, "format_message", None):  # typer's errors of usage have no public base
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
    """Give a standard stream that was closed a place to go; the next file that is opened would take its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115  # until the end
        elif reconfigure := getattr(getattr(sys, name), "reconfigure", None):
            reconfigure(errors="backslashreplace")  # not every name of a file can be printed in every language


def _in_a_line(message: str) -> str:
    """What typer says in lines of its own, with the words of pydantic, which checks the values."""
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
"""Where typer lists what there is: the names of options, in the order of the alphabet, and the few words of one."""


def _shortened(sentence: str) -> str:
    """A sentence without the middle of numbers that nobody reads to the end."""
    return re.sub(r"(\d{20})\d{20,}", r"\1...", sentence)


def _status_of(error: SystemExit | typer.Exit) -> int:
    code = error.code if isinstance(error, SystemExit) else error.exit_code
    return code if isinstance(code, int) else FAILED if code else 0


def _is_of_output(error: OSError) -> bool:
    """Whether it was raised where something was printed; a worker's pipe may break as well."""
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and frames[-1].name == typer.echo.__name__


def _drop_output() -> None:
    """Have what is left for the standard output go nowhere: Python would write it as it ends, and complain."""
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
