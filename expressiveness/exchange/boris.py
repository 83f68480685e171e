"""BORIS: one project with an observation for each video and source, as a file `study.boris`.

Categories are state events, whose start and stop BORIS keeps as two events. Who coded, and what is said of the whole
video, are independent variables of the observation. Read back are the observations of people.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from expressiveness.data import CATEGORIES
from expressiveness.errors import InterviewError
from expressiveness.exchange.coded_files import CodedFile, Found, Problem
from expressiveness.exchange.decided import EXCLUDED, category_in
from expressiveness.exchange.study_video import PREDICTION, TRANSCRIPT, TRUTH, Span, StudyVideo, Track

PROJECT = "study.boris"
FORMAT_VERSION = "7.0"
INTERVIEW, SOURCE, CODER, WHOLE = "interview", "source", "coder", "whole video"
"""The independent variables of an observation."""

_UNDATED = "2000-01-01T00:00:00"
"""BORIS asks for a date; a fixed one gives the same file for the same decisions."""

_SECONDS, _CODE = 0, 2
"""Places in an event: time, subject, behaviour, modifier, comment."""


def write_boris(videos: Iterable[StudyVideo], folder: Path) -> None:
    """Write `study.boris` into an existing folder."""
    observations: dict[str, Any] = {}
    participants: dict[str, None] = {}
    for video in videos:
        participants[video.interview.participant] = None
        for track in video.tracks:
            if track.name != TRANSCRIPT:
                observations[f"{video.interview.id} {track.name}"] = _observation(video, track)
    codes = [*CATEGORIES, *(f"{name} ({EXCLUDED})" for name in CATEGORIES), EXCLUDED]
    project = {
        "time_format": "hh:mm:ss",
        "project_date": _UNDATED,
        "project_name": "expressiveness",
        "project_description": "How expressive faces are: predictions, truth, and coders' decisions",
        "project_format_version": FORMAT_VERSION,
        "subjects_conf": {str(n): {"key": "", "name": who, "description": ""} for n, who in enumerate(participants)},
        "behaviors_conf": {str(n): _behaviour(n, code) for n, code in enumerate(codes)},
        "observations": observations,
        "behavioral_categories": [],
        "independent_variables": {
            str(n): {"label": name, "description": "", "type": "text", "default value": "", "possible values": ""}
            for n, name in enumerate((INTERVIEW, SOURCE, CODER, WHOLE))
        },
        "coding_map": {},
        "behaviors_coding_map": [],
        "converters": {},
    }
    (folder / PROJECT).write_text(json.dumps(project, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_boris(file: CodedFile) -> Iterator[Found]:
    """The decisions in a BORIS project, and what in it cannot be read as one.

    An observation belongs to the coder that its variable `coder` names, or else to its own name. Behaviours that are no
    categories are left out without a word where an observation has no others.

    Raises:
        InterviewError: the file is no project of BORIS.
    """
    try:
        project = json.loads(file.content.decode("utf-8-sig"))
        observations = dict(project["observations"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InterviewError(f"{file.path} cannot be read as a project of BORIS; save it again in BORIS") from error
    for name, observation in observations.items():
        try:
            yield from _decisions(file, name, observation)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError):
            yield Problem(file.path, f"observation {name!r}", "it has not the parts of an observation")


def _decisions(file: CodedFile, name: str, observation: Mapping[str, Any]) -> Iterator[Found]:
    variables = dict(observation.get("independent_variables") or {})
    players = observation.get("file") or {}
    media = [str(path) for paths in dict(players).values() for path in paths]
    if variables.get(SOURCE) in (PREDICTION, TRUTH):
        return
    interview = file.interviews.named(variables.get(INTERVIEW), *media)
    if interview is None:
        yield Problem(file.path, f"observation {name!r}", f"no interview has its video {', '.join(media) or '(none)'}")
        return
    coder = str(variables[CODER] if variables.get(SOURCE) else variables.get(CODER) or name)
    later = float(observation.get("time offset") or 0)
    if said := category_in(variables.get(WHOLE) or ""):
        whole = Span(0, file.interviews.clock(interview).seconds, "")
        yield file.decision(interview, coder, whole, said, whole=True)
    began: dict[str, float] = {}
    events = sorted(observation["events"], key=lambda event: float(event[_SECONDS]))
    if not all(math.isfinite(float(event[_SECONDS]) - later) for event in events):
        raise ValueError("a time that is none")
    codes = {str(event[_CODE]) for event in events}
    understood = {code for code in codes if category_in(code)}
    for event in events:
        code, seconds = str(event[_CODE]), float(event[_SECONDS]) - later
        where = f"observation {name!r} at {seconds:.2f} s"
        if code not in understood:
            if understood:
                yield Problem(file.path, where, f"{code!r} is no category")
        elif code in began:
            said = category_in(code)
            assert said
            yield file.decision(interview, coder, Span(began.pop(code), seconds, code), said)
        else:
            began[code] = seconds
    for code, seconds in began.items():
        yield Problem(file.path, f"observation {name!r} at {seconds:.2f} s", f"{code!r} begins and does not stop")


def _observation(video: StudyVideo, track: Track) -> dict[str, Any]:
    path, who = str(video.interview.video), video.interview.participant
    events = [[round(seconds, 3), who, span.text, "", ""] for span in track.spans for seconds in (span.start, span.end)]
    info = {"length": video.clock.seconds, "fps": len(video.clock.starts) / video.clock.seconds, "hasVideo": True}
    return {
        "file": {"1": [path]},
        "type": "MEDIA",
        "date": _UNDATED,
        "description": f"{track.name} of {video.interview.id}",
        "time offset": 0.0,
        "events": events,
        "independent_variables": {
            INTERVIEW: video.interview.id,
            SOURCE: track.name,
            CODER: track.coder or "",
            WHOLE: track.whole or "",
        },
        "visualize_spectrogram": False,
        "close_behaviors_between_videos": False,
        "media_info": {**{name: {path: value} for name, value in info.items()}, "hasAudio": {}, "offset": {"1": 0.0}},
    }


def _behaviour(number: int, code: str) -> dict[str, Any]:
    return {
        "type": "State event",
        "key": str(number + 1),
        "code": code,
        "description": "",
        "category": "",
        "modifiers": {},
        "excluded": ",".join(other for other in CATEGORIES if code in CATEGORIES and other != code),
        "coding map": "",
    }
