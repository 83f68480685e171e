"""Shared output of commands: messages, warnings, progress bars and JSON."""

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
    """Print a warning to stderr, ignoring errors: there is nowhere else to report them."""
    with suppress(OSError):
        typer.echo(text, err=True)


def warn_of_rows(table: str, rows: Sequence[BadRow]) -> None:
    """Print the skipped rows of a table of interviews."""
    for row in rows:
        warn(f"{table}, {row}")


def warn_of_doubts(interviews: Sequence[Interview], rule: CategoryRule | None) -> None:
    """Print likely mistakes in the interviews, see `doubts_about`."""
    from expressiveness.data import doubts_about

    for doubt in doubts_about(interviews, rule):
        warn(doubt)


@contextmanager
def showing_warnings() -> Iterator[None]:
    """Print the library's logged warnings to stderr."""
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
    """Exit with the right status after processing many items.

    Raises:
        typer.Exit: some failed, unless `ok_if_some` is set and some succeeded.
    """
    if failed and not (ok_if_some and done):
        raise typer.Exit(1)


def write_json(file: Path | None, content: Any, *, overwrite: bool) -> None:
    """Write results as JSON, if the user asked for a file.

    Raises:
        OutputError: the file cannot be written, or exists and `overwrite` is not set; check that before the work with
        `check_output_file`.
    """
    if file:
        with output_file(file, overwrite=overwrite) as unfinished:
            unfinished.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n")


@contextmanager
def progress(label: str = "") -> Iterator[Progress]:
    """A progress bar with the time left, if stderr is a terminal."""
    from rich.console import Console

    with progress_bar(Console(stderr=True)) as bar:
        yield reporter(bar, label)


def progress_bar(console: Console) -> Bar:
    """A bar that estimates the time left from the pace since the first step, since workers take a while to start.

    A single video may take minutes, so it averages over all steps, not just the last half minute.
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
    """Make a function that updates a bar, restarting it for each phase of work.

    Items already done when a phase begins come from an earlier run, and do not count for the speed.
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
    """Read a folder's interviews, and print the skipped rows."""
    from expressiveness.data import read_interviews

    found = read_interviews(folder, reader, columns=columns, strict=strict, allow_outside=allow_outside)
    warn_of_rows(found.table, found.bad_rows)
    if found.bad_rows:
        warn(f"{len(found.interviews)} interviews read, {len(found.bad_rows)} rows passed over")
    return found.not_empty()


def read_neutrals(found: InterviewFolder, file: Path | None) -> NamedNeutrals | None:
    """Read the neutral stretches from a file, or else from the folder's `neutral.csv`; print the skipped rows."""
    from expressiveness.data import NEUTRAL_FILE, NamedNeutrals

    named = NamedNeutrals.read(file, found) if file else NamedNeutrals.beside(found.path, found)
    if named:
        warn_of_rows(file.name if file else NEUTRAL_FILE, named.bad_rows)
    return named


def read_video_neutrals(videos: Sequence[Path], file: Path | None) -> dict[Path | str, NamedNeutrals]:
    """Read the neutral stretches of the people in some videos; print the skipped rows."""
    from expressiveness.data import NEUTRAL_FILE, neutrals_of_videos

    named = neutrals_of_videos(videos, file)
    for rows in dict.fromkeys(one.bad_rows for one in named.values()):
        warn_of_rows(file.name if file else NEUTRAL_FILE, rows)
    return named


def read_model(folder: Path) -> TrainedModel:
    """Load a model."""
    from expressiveness.models import load_model

    return load_model(folder)
