"""Videos that the FiftyOne App cannot show as they are, as H.264 that it can: upright, with their sound.

The App is a page in a browser, which plays no HEVC and no 10-bit colors, and takes for granted that frames come evenly.
Analysis needs none of this: it is for watching.
"""

from __future__ import annotations

import heapq
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.container import InputContainer, OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from expressiveness.containers import MAX_PIXELS, opened_container
from expressiveness.errors import InterviewError, VideoError
from expressiveness.execution import run
from expressiveness.interviews import METADATA, Interview, metadata_lines, read_interviews
from expressiveness.outputs import GrowingFolder, growing_folder
from expressiveness.stores import Failure, Progress, file_stem
from expressiveness.video import MOST_DRIFT, Frame, Sampling, VideoInfo, frame_times, probe, read_frames

QUALITY = "18"
"""Of x264, 0 to 51, the lower the better: hardly a difference can be seen."""

TICKS = 90_000
"""A second, in the units of time that MPEG counts in; every usual frame rate comes out even."""

FASTEST = 60
"""Frames a second, the most that an uneven video is given."""

SECONDS_A_VIDEO = 3600.0
"""To encode an hour of it takes less; a decoder that hangs is ended."""


@dataclass(frozen=True, slots=True)
class PlayableFolder:
    """What was written."""

    reencoded: int
    copied: int  # shown as it should be already
    failures: tuple[Failure, ...]  # videos that cannot be read, and are not in the copy


def make_playable(
    folder: Path,
    out: Path,
    *,
    workers: int | None = None,
    timeout: float | None = SECONDS_A_VIDEO,
    progress: Progress | None = None,
    allow_outside: bool = False,
    max_pixels: int = MAX_PIXELS,
) -> PlayableFolder:
    """Copy a folder of interviews, with every video as one that the App shows as it should.

    Rows keep their ids. Frames keep their numbers and times, so labels of one folder fit the other, but for videos of
    variable frame rate: see `reencode`.

    Args:
        folder: in RecruitView's layout.
        out: for the copy: new, empty, or the copy of the same folder, of which what is there is kept.
        workers: processes; None for one a core.
        timeout: seconds that a video may take; one that takes longer is a failure.
        progress: called with how many videos are done.
        allow_outside: accept videos that lie outside `folder`; in the copy they are inside.
        max_pixels: the most that a picture may have; a video with larger ones is a failure.

    Raises:
        InterviewError: `folder` cannot be used, or `out` is the same.
        OutputError: `out` cannot be written, or holds something that we did not write.
        BusyError: another run is writing it.
    """
    if out.resolve() == folder.resolve():
        raise InterviewError(f"{out} holds the originals; choose another folder")
    root = folder.resolve()
    with growing_folder(out, kind=f"copy of {root}") as copy:
        interviews = read_interviews(folder, allow_outside=allow_outside).interviews
        renamed: dict[str, str] = {}
        reencoded = 0
        failures = []
        jobs = [_Job(one, _name_in_copy(one, root), copy, max_pixels) for one in interviews]
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
        with copy.writing(METADATA) as unfinished:
            _copy_rows(metadata_lines(folder, allow_outside=allow_outside), unfinished, renamed)
    return PlayableFolder(reencoded, len(jobs) - len(failures) - reencoded, tuple(failures))


def reencode(video: Path, out: Path, *, max_pixels: int = MAX_PIXELS) -> None:
    """Write a video as H.264 in an MP4 file: the same frames at the same times, upright, and its sound as AAC.

    A video whose frames come unevenly gets a constant rate: that of its usual gap between frames. Then some frames are
    shown again, and some may be left out, so that everything is seen when it was, to half a frame, and stays with its
    sound. So frames have other numbers in the copy, which are those that the App counts: look for its faces anew.

    Args:
        video: any video file.
        out: of the new file.
        max_pixels: the most that a picture may have.

    Raises:
        VideoError: the video cannot be read, or the file cannot be written.
    """
    try:
        with av.open(str(out), "w", format="mp4") as container:
            _encode(video, container, max_pixels)
    except (av.FFmpegError, OSError) as error:
        raise VideoError(f"{video.name}: cannot be written as H.264 ({error.strerror or error})") from error


def _encode(video: Path, out: OutputContainer, max_pixels: int) -> None:
    info = probe(video, max_pixels=max_pixels)
    rate = _even_rate(video, info, max_pixels)
    pictures = _picture_stream(out, info, rate or info.frame_rate)
    with opened_container(video, max_pixels=max_pixels) as source:
        heard = source.streams.audio[0] if source.streams.audio else None
        sound = out.add_stream("aac", rate=heard.rate, layout=heard.layout.name) if heard else None
        frames: Iterator[VideoFrame | AudioFrame] = heapq.merge(
            _pictures(video, rate, max_pixels), _sounds(source), key=_seconds_of
        )
        for frame in frames:
            if isinstance(frame, VideoFrame):
                out.mux(pictures.encode(frame))
            elif sound:
                out.mux(sound.encode(frame))
    out.mux(pictures.encode(None))
    if sound:
        out.mux(sound.encode(None))


def _even_rate(video: Path, info: VideoInfo, max_pixels: int) -> float | None:
    """The constant rate for a video whose frames come unevenly, by all their times; None if they come evenly."""
    times = np.array(frame_times(video, max_pixels=max_pixels))
    if len(times) < 2 or not info.frame_rate:
        return None
    drift = np.abs(times - np.arange(len(times)) / info.frame_rate).max()
    return min(1 / float(np.median(np.diff(times))), FASTEST) if drift > MOST_DRIFT else None


def _picture_stream(out: OutputContainer, info: VideoInfo, rate: float) -> VideoStream:
    stream = out.add_stream("libx264", rate=Fraction(rate or 25).limit_denominator(1001))
    stream.width, stream.height = info.width // 2 * 2, info.height // 2 * 2
    stream.pix_fmt = "yuv420p"
    stream.options = {"crf": QUALITY, "preset": "fast"}
    stream.codec_context.time_base = Fraction(1, TICKS)
    return stream


def _pictures(video: Path, rate: float | None, max_pixels: int) -> Iterator[VideoFrame | AudioFrame]:
    """Yield every frame that decodes, less a row or column where H.264 wants an even number of them.

    Args:
        video: to read.
        rate: to show them at; None for when they are shown.
        max_pixels: the most that one may have.
    """
    frames = read_frames(video, Sampling(every=1), max_pixels=max_pixels)
    for frame in _evenly(frames, rate) if rate else frames:
        height, width = (side // 2 * 2 for side in frame.rgb.shape[:2])
        picture = VideoFrame.from_ndarray(np.ascontiguousarray(frame.rgb[:height, :width]), format="rgb24")
        picture.pts, picture.time_base = round(frame.seconds * TICKS), Fraction(1, TICKS)
        yield picture


def _evenly(frames: Iterator[Frame], rate: float) -> Iterator[Frame]:
    """Yield frames at a constant rate, each until the next one is nearer."""
    ticks, shown = 0, None
    for frame in frames:
        while shown and ticks < round(frame.seconds * rate):
            yield replace(shown, seconds=ticks / rate)
            ticks += 1
        shown = frame
    if shown:
        yield replace(shown, seconds=ticks / rate)


def _sounds(source: InputContainer) -> Iterator[VideoFrame | AudioFrame]:
    """Yield the sound from the first picture on, its time counted from there; what does not decode is left out."""
    if not source.streams.audio:
        return
    seen = source.streams.video[0]
    start = float((seen.start_time or 0) * (seen.time_base or 0))
    for packet in source.demux(source.streams.audio[0]):
        with suppress(av.FFmpegError):
            for frame in packet.decode():
                if frame.pts is not None and frame.time_base and frame.pts * frame.time_base >= start:
                    frame.pts -= round(start / frame.time_base)
                    yield frame


def _seconds_of(frame: VideoFrame | AudioFrame) -> float:
    return float(frame.time or 0)


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
    """Where a video goes if it is copied as it is; one from outside the folder into a folder of its own."""
    if interview.video.is_relative_to(root):
        return interview.video.relative_to(root).as_posix()
    return f"outside/{file_stem(interview.id)}{interview.video.suffix}"


def _copy(job: _Job) -> _Copied:
    """Put a video that the App shows as it should into the copy."""
    video = job.interview.video
    info = probe(video, max_pixels=job.max_pixels)
    fits = info.plays_in_browsers and info.is_even
    name = job.name if fits else _as_mp4(job.name)
    if not job.copy.has(name):
        with job.copy.writing(name) as unfinished:
            if fits:
                _copy_file(video, unfinished)
            else:
                reencode(video, unfinished, max_pixels=job.max_pixels)
    return _Copied(name, reencoded=not fits)


def _as_mp4(name: str) -> str:
    """The name of a file as MP4; its own ending stays, so that a.mov does not take the name of another's a.mp4."""
    return name if name.endswith(".mp4") else f"{name}.mp4"


def _copy_file(video: Path, out: Path) -> None:
    try:
        shutil.copyfile(video, out)
    except OSError as error:
        raise VideoError(f"{video.name}: cannot be copied ({error.strerror or error}); free some space") from error


def _copy_rows(lines: Iterable[tuple[int, bytes | None]], out: Path, renamed: Mapping[str, str]) -> None:
    """Copy the rows as they stand, but for the names of videos that have new ones."""
    with out.open("wb") as file:
        for _, line in lines:
            file.write(_renamed(line or b"\n", renamed))


def _renamed(line: bytes, renamed: Mapping[str, str]) -> bytes:
    try:
        row = json.loads(line)
    except ValueError:
        return line
    name = renamed.get(row["id"]) if isinstance(row, dict) and isinstance(row.get("id"), str) else None
    return json.dumps({**row, "file_name": name}, ensure_ascii=False).encode() + b"\n" if name else line
