"""Videos that browsers do not play, such as HEVC, as H.264 that they do: frame for frame, upright, with their sound.

Analysis needs none of this. It is for watching the videos in the FiftyOne App, which is a page in a browser.
"""

from __future__ import annotations

import heapq
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path, PurePosixPath

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.container import InputContainer, OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from expressiveness.errors import InterviewError, VideoError
from expressiveness.execution import run
from expressiveness.extraction import Failure, Progress
from expressiveness.interviews import METADATA, Interview, bounded_lines, read_interviews
from expressiveness.video import Sampling, VideoInfo, probe, read_frames
from expressiveness.whole_files import hidden_until_done, whole_file

QUALITY = "18"
"""Of x264, 0 to 51, the lower the better: hardly a difference can be seen."""

TICKS = 90_000
"""A second, in the units of time that MPEG counts in; every usual frame rate comes out even."""


@dataclass(frozen=True, slots=True)
class PlayableFolder:
    """What was written."""

    reencoded: int
    copied: int  # played already
    failures: tuple[Failure, ...]  # videos that cannot be read, and are not in the copy


def make_playable(
    folder: Path, out: Path, *, workers: int | None = None, progress: Progress | None = None
) -> PlayableFolder:
    """Copy a folder of interviews, with every video as one that browsers play.

    Rows keep their ids, frames their numbers and times, so labels of one folder fit the other.

    Args:
        folder: in RecruitView's layout.
        out: for the copy; what an earlier call has written there is kept.
        workers: processes; None for one a core.
        progress: called with how many videos are done.

    Raises:
        InterviewError: `folder` cannot be used, or `out` is the same or cannot be written.
    """
    if out.resolve() == folder.resolve():
        raise InterviewError(f"{out} holds the originals; choose another folder")
    root, interviews = folder.resolve(), read_interviews(folder).interviews
    reencoded: dict[str, str] = {}
    copied = 0
    failures = []
    jobs = [_Job(one, one.video.relative_to(root).as_posix(), out) for one in interviews]
    for done, outcome in enumerate(run(_copy, jobs, workers=workers, timeout=None), start=1):
        if outcome.value is None:
            failures.append(Failure(outcome.item.interview.id, outcome.error or "unknown"))
        elif outcome.value != outcome.item.name:
            reencoded[outcome.item.interview.id] = outcome.value
        else:
            copied += 1
        if progress:
            progress(done, len(jobs))
    _copy_rows(folder / METADATA, out / METADATA, reencoded)
    return PlayableFolder(len(reencoded), copied, tuple(failures))


def reencode(video: Path, out: Path) -> None:
    """Write a video as H.264 in an MP4 file: the same frames at the same times, upright, and its sound as AAC.

    Args:
        video: any video file.
        out: of the new file.

    Raises:
        VideoError: the video cannot be read, or the file cannot be written.
    """
    try:
        with av.open(str(out), "w", format="mp4") as container:
            _encode(video, container)
    except (av.FFmpegError, OSError) as error:
        raise VideoError(f"{video.name}: cannot be written as H.264 ({error.strerror or error})") from error


def _encode(video: Path, out: OutputContainer) -> None:
    pictures = _picture_stream(out, probe(video))
    with av.open(str(video)) as source:
        heard = source.streams.audio[0] if source.streams.audio else None
        sound = out.add_stream("aac", rate=heard.rate, layout=heard.layout.name) if heard else None
        frames: Iterator[VideoFrame | AudioFrame] = heapq.merge(_pictures(video), _sounds(source), key=_seconds_of)
        for frame in frames:
            if isinstance(frame, VideoFrame):
                out.mux(pictures.encode(frame))
            elif sound:
                out.mux(sound.encode(frame))
    out.mux(pictures.encode(None))
    if sound:
        out.mux(sound.encode(None))


def _picture_stream(out: OutputContainer, info: VideoInfo) -> VideoStream:
    stream = out.add_stream("libx264", rate=Fraction(info.frame_rate or 25).limit_denominator(1001))
    stream.width, stream.height = info.width // 2 * 2, info.height // 2 * 2
    stream.pix_fmt = "yuv420p"
    stream.options = {"crf": QUALITY, "preset": "fast"}
    stream.codec_context.time_base = Fraction(1, TICKS)
    return stream


def _pictures(video: Path) -> Iterator[VideoFrame | AudioFrame]:
    """Yield every frame that decodes, less a row or column where H.264 wants an even number of them."""
    for frame in read_frames(video, Sampling(every=1)):
        height, width = (side // 2 * 2 for side in frame.rgb.shape[:2])
        picture = VideoFrame.from_ndarray(np.ascontiguousarray(frame.rgb[:height, :width]), format="rgb24")
        picture.pts, picture.time_base = round(frame.seconds * TICKS), Fraction(1, TICKS)
        yield picture


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
    name: str  # of the video, relative to its folder
    out: Path


def _copy(job: _Job) -> str:
    """Put a video that plays into the copy; return its name there."""
    video = job.interview.video
    if probe(video).plays_in_browsers:
        name, write = job.name, _copy_file
    else:
        name, write = str(PurePosixPath(job.name).with_suffix(".mp4")), reencode
    if not (job.out / name).is_file():
        with hidden_until_done(job.out / name) as unfinished:
            write(video, unfinished)
    return name


def _copy_file(video: Path, out: Path) -> None:
    try:
        shutil.copyfile(video, out)
    except OSError as error:
        raise VideoError(f"{video.name}: cannot be copied ({error.strerror or error}); free some space") from error


def _copy_rows(metadata: Path, out: Path, renamed: Mapping[str, str]) -> None:
    """Copy the rows as they stand, but for the names of videos that have new ones."""
    with whole_file(out) as file:
        for _, line in bounded_lines(metadata):
            file.write(_renamed(line or b"\n", renamed))


def _renamed(line: bytes, renamed: Mapping[str, str]) -> bytes:
    try:
        row = json.loads(line)
    except ValueError:
        return line
    name = renamed.get(row["id"]) if isinstance(row, dict) and isinstance(row.get("id"), str) else None
    return json.dumps({**row, "file_name": name}, ensure_ascii=False).encode() + b"\n" if name else line
