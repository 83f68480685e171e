"""WebVTT: a file for each video and source, which any player shows as subtitles."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path

from expressiveness._io import file_stem
from expressiveness.exchange.study_video import Span, StudyVideo, Track


def write_subtitles(videos: Iterable[StudyVideo], folder: Path) -> None:
    """Write `ID.SOURCE.vtt` for each video and source into an existing folder."""
    for video in videos:
        for track in video.tracks:
            name = f"{file_stem(video.interview.id)}.{file_stem(track.name)}.vtt"
            (folder / name).write_text(_document(video, track), encoding="utf-8")


def _document(video: StudyVideo, track: Track) -> str:
    head = f"WEBVTT - {_line(track.name)} of {_line(video.interview.id)}"
    spans = track.spans or (Span(0, video.clock.seconds, track.whole or ""),)
    whole = [f"NOTE The whole video: {_line(track.whole)}"] if track.whole else []
    cues = [f"{_time(span.start)} --> {_time(span.end)}\n{escape(_line(span.text), quote=False)}" for span in spans]
    return "\n\n".join([head, *whole, *cues]) + "\n"


def _line(text: str) -> str:
    return " ".join(text.split()).replace("-->", "->")


def _time(seconds: float) -> str:
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{milliseconds:03}"
