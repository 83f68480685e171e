"""What commands say, show and write: sentences, warnings, a progress bar, results as JSON."""

from __future__ import annotations

import json
import logging
import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from expressiveness._io import output_file
from expressiveness.types import Progress

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bar

    from expressiveness.data import BadRow, CategoryRule, Interview, InterviewFolder, NamedNeutrals
    from expressiveness.models import TrainedModel


def say(text: str) -> None:
    """Print a result."""
    typer.echo(text)


def warn(text: str) -> None:
    """Print what went wrong, to the error stream, if that takes it: there is no other place to say so."""
    with suppress(OSError):
        typer.echo(text, err=True)


def warn_of_rows(table: str, rows: Sequence[BadRow]) -> None:
    """Say which rows of a table of interviews were passed over."""
    for row in rows:
        warn(f"{table}, {row}")


def warn_of_doubts(interviews: Sequence[Interview], rule: CategoryRule | None) -> None:
    """Say what is hardly right about interviews before something is learned from them, as for `doubts_about`."""
    from expressiveness.data import doubts_about

    for doubt in doubts_about(interviews, rule):
        warn(doubt)


@contextmanager
def showing_warnings() -> Iterator[None]:
    """Have the warnings that the library logs printed as `warn` does; the rest is what commands say themselves."""
    logger, handler = logging.getLogger("expressiveness"), _Warnings(logging.WARNING)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


class _Warnings(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        warn(self.format(record))


def exit_status(done: int, failed: int, *, ok_if_some: bool) -> None:
    """End a command that worked on many items.

    Raises:
        typer.Exit: some failed, and it is not enough that others did not.
    """
    if failed and not (ok_if_some and done):
        raise typer.Exit(1)


def write_json(file: Path | None, content: Any, *, overwrite: bool) -> None:
    """Write results where the user asked for them, if they did.

    Raises:
        OutputError: the file cannot be written, or is there and `overwrite` is not set; tell before the work, with
            `check_output_file`.
    """
    if file:
        with output_file(file, overwrite=overwrite) as unfinished:
            unfinished.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n")


@contextmanager
def progress(label: str = "") -> Iterator[Progress]:
    """A progress bar with the time left, where somebody is watching."""
    from rich.console import Console

    with progress_bar(Console(stderr=True)) as bar:
        yield reporter(bar, label)


def progress_bar(console: Console) -> Bar:
    """A bar that tells the time left from the pace since the first step was done, as workers take a while to start.

    A single video may take minutes, so the pace is that of all steps and not of the last half minute's.
    """
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar

    return Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
        console=console,
        transient=True,
        disable=not sys.stderr.isatty(),
        speed_estimate_period=math.inf,
    )


def reporter(bar: Bar, label: str) -> Progress:
    """A function that moves a bar, and begins it anew with each piece of work.

    What is done when a piece begins was done by an earlier run, and so does not tell how fast this one is.
    """
    task = bar.add_task(label, total=None, note="")

    def report(done: int, total: int | None, note: str = "") -> None:
        shown = bar.tasks[task]
        if total != shown.total or done < shown.completed:
            bar.reset(task, total=total, completed=done, note=note)
        bar.update(task, completed=done, note=note)

    return report


def read_folder(
    folder: Path, *, reader: str | None, columns: str | None, strict: bool, allow_outside: bool
) -> InterviewFolder:
    """Read a folder's interviews, and say which rows were passed over."""
    from expressiveness.data import read_interviews

    found = read_interviews(folder, reader, columns=columns, strict=strict, allow_outside=allow_outside)
    warn_of_rows(found.table, found.bad_rows)
    if found.bad_rows:
        warn(f"{len(found.interviews)} interviews read, {len(found.bad_rows)} rows passed over")
    return found.not_empty()


def read_neutrals(found: InterviewFolder, file: Path | None) -> NamedNeutrals | None:
    """Read where faces are neutral, from a file or else from the folder's own; say which rows were passed over."""
    from expressiveness.data import NEUTRAL_FILE, NamedNeutrals

    named = NamedNeutrals.read(file, found) if file else NamedNeutrals.beside(found.path, found)
    if named:
        warn_of_rows(file.name if file else NEUTRAL_FILE, named.bad_rows)
    return named


def read_model(folder: Path) -> TrainedModel:
    """Load a model."""
    from expressiveness.models import load_model

    return load_model(folder)
