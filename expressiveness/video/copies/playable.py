"""Copy interviews with videos that the FiftyOne App can play, re-encoding the others as H.264.

The App runs in a browser, which plays neither HEVC nor 10-bit color, and assumes evenly spaced frames. Only watching
needs this; analysis does not.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from expressiveness._io import GrowingFolder, file_stem, growing_folder, place
from expressiveness.data import METADATA, Interview, InterviewFolder, metadata_lines, read_interviews, write_table
from expressiveness.errors import InterviewError, OutputError
from expressiveness.parallel import run
from expressiveness.types import Failure, Progress
from expressiveness.video.copies.encoding import reencode
from expressiveness.video.defaults import MAX_PIXELS
from expressiveness.video.probing import probe

ENDINGS_OF_BROWSERS = frozenset({".mp4", ".m4v", ".mov", ".mkv", ".webm"})
"""The App tells videos from images by extension, which files in a download cache lack."""

SECONDS_A_VIDEO = 3600.0
"""Enough to encode an hour of video; a decoder that hangs is killed."""


@dataclass(frozen=True, slots=True)
class PlayableFolder:
    """The result of `make_playable`."""

    source: InterviewFolder
    reencoded: int
    copied: int  # already suitable
    failures: tuple[Failure, ...]  # unreadable videos, missing from the copy


def make_playable(
    folder: Path | str,
    out: Path | str,
    *,
    reader: str | None = None,
    columns: str | None = None,
    workers: int | None = None,
    timeout: float | None = SECONDS_A_VIDEO,
    progress: Progress | None = None,
    allow_outside: bool = False,
    max_pixels: int = MAX_PIXELS,
) -> PlayableFolder:
    """Copy a folder of interviews, re-encoding every video that the App would not show correctly.

    Ids stay the same. So do frame numbers and times, and labels fit both folders, except for videos of variable frame
    rate, see `reencode`.

    Args:
        folder: as for `read_interviews`.
        out: a new or empty folder, or an earlier copy of the same folder, which is then completed.
        reader: a name in `READERS`; the one that recognises the folder if None.
        columns: the columns of a CSV, as for `read_interviews`.
        workers: processes; None for one per core.
        timeout: seconds allowed per video; one that takes longer fails.
        progress: called with the number of videos done.
        allow_outside: accept videos outside `folder`; the copy has them inside.
        max_pixels: the most pixels a frame may have; a video with larger ones fails.

    Raises:
        InterviewError: `folder` cannot be used, or `out` is the same.
        OutputError: `out` cannot be written, or contains something we did not write.
        BusyError: another run is writing to it.
    """
    folder, out = place(folder), place(out)
    if out.resolve() == folder.resolve():
        raise InterviewError(f"{out} holds the originals; choose another folder")
    root = folder.resolve()
    found = read_interviews(folder, reader, columns=columns, allow_outside=allow_outside).not_empty()
    with growing_folder(out, kind=f"copy of {root}") as copy:
        renamed: dict[str, str] = {}
        reencoded = 0
        failures = []
        jobs = [_Job(one, _name_in_copy(one, root), copy, max_pixels) for one in found.interviews]
        for done, outcome in enumerate(run(_copy, jobs, workers=workers, timeout=timeout), start=1):
            interview = outcome.item.interview
            if outcome.value is None:
                failures.append(Failure(interview.id, outcome.error or "unknown"))
            else:
                reencoded += outcome.value.reencoded
                if root / outcome.value.name != interview.video:
                    renamed[interview.id] = outcome.value.name
            if progress:
                progress(done, len(jobs))
        if found.table == METADATA:
            with copy.writing(METADATA) as unfinished:
                _copy_rows(metadata_lines(found.path, allow_outside=allow_outside), unfinished, renamed)
        else:
            _write_table(found, copy, {job.interview.id: renamed.get(job.interview.id, job.name) for job in jobs})
    return PlayableFolder(found, reencoded, len(jobs) - len(failures) - reencoded, tuple(failures))


@dataclass(frozen=True, slots=True)
class _Job:
    interview: Interview
    name: str  # of the video in the copy, if it is not re-encoded
    copy: GrowingFolder
    max_pixels: int


@dataclass(frozen=True, slots=True)
class _Copied:
    name: str  # of the video in the copy
    reencoded: bool


def _name_in_copy(interview: Interview, root: Path) -> str:
    """The name of an unchanged video in the copy; videos from outside the folder go to `outside/`."""
    if interview.video.is_relative_to(root):
        return interview.video.relative_to(root).as_posix()
    return f"outside/{file_stem(interview.id)}{interview.video.suffix}"


def _copy(job: _Job) -> _Copied:
    """Copy a video that suits the App, or re-encode it."""
    video = job.interview.video
    info = probe(video, max_pixels=job.max_pixels)
    fits = info.suits_the_app and Path(job.name).suffix.lower() in ENDINGS_OF_BROWSERS
    name = job.name if fits else _as_mp4(job.name)
    if not job.copy.has(name):
        with job.copy.writing(name) as unfinished:
            if fits:
                _copy_file(video, unfinished)
            else:
                reencode(video, unfinished, max_pixels=job.max_pixels)
    return _Copied(name, reencoded=not fits)


def _as_mp4(name: str) -> str:
    """Append .mp4, keeping the old extension, so that a.mov does not collide with a.mp4."""
    return name if name.endswith(".mp4") else f"{name}.mp4"


def _copy_file(video: Path, out: Path) -> None:
    try:
        shutil.copyfile(video, out)
    except OSError as error:
        raise OutputError(f"{video.name}: cannot be copied ({error.strerror or error}); free some space") from error


def _copy_rows(lines: Iterable[tuple[int, bytes | None]], out: Path, renamed: Mapping[str, str]) -> None:
    """Copy the rows unchanged except for renamed videos."""
    with out.open("wb") as file:
        for _, line in lines:
            file.write(_renamed(line or b"\n", renamed))


def _write_table(found: InterviewFolder, copy: GrowingFolder, videos: Mapping[str, str]) -> None:
    """Write the rows of any other layout as a CSV."""
    with TemporaryDirectory() as made:
        write_table(Path(made), found.interviews, videos, target=found.target, thresholds=found.thresholds)
        for file in Path(made).iterdir():
            with copy.writing(file.name) as unfinished:
                shutil.copyfile(file, unfinished)


def _renamed(line: bytes, renamed: Mapping[str, str]) -> bytes:
    try:
        row = json.loads(line)
    except ValueError:
        return line
    name = renamed.get(row["id"]) if isinstance(row, dict) and isinstance(row.get("id"), str) else None
    return json.dumps({**row, "file_name": name}, ensure_ascii=False).encode() + b"\n" if name else line
