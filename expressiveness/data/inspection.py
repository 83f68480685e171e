"""What a RecruitView folder holds: its columns, scores, categories, people and questions, and what is wrong with it.

Start at `inspect_folder`; `inspection_figures` draws what it found. Transcripts and summaries are counted, never kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd

from expressiveness.data.categories import CATEGORIES, NEAR, Thresholds
from expressiveness.data.interview import BadRow, Interview
from expressiveness.data.recruitview import DEFAULT_TARGET, MAX_KEYS, TARGETS, metadata_lines, read_interviews
from expressiveness.errors import InterviewError
from expressiveness.wording import counted


@dataclass(frozen=True, slots=True)
class Column:
    """One key of `metadata.jsonl`."""

    name: str
    types: tuple[str, ...]  # as JSON has them, null left out: usually one
    missing: int  # rows where it is absent, null or blank


@dataclass(frozen=True, slots=True)
class Retake:
    """One person's several answers to the same question."""

    participant: str
    question_id: str
    ids: tuple[str, ...]  # in the file's order, two or more


@dataclass(frozen=True, eq=False)
class Inspection:
    """What was found in a folder; `clips` has a row for each valid interview."""

    folder: Path
    target: str
    thresholds: Thresholds
    rows: int  # of metadata.jsonl
    columns: tuple[Column, ...]
    bad_rows: tuple[BadRow, ...]
    ignored_keys: tuple[str, ...]
    clips: pd.DataFrame  # id, participant, question_id, question, duration, video_quality, score, category, has_video

    @property
    def statistics(self) -> dict[str, float | None]:
        """Count, mean, standard deviation, extremes and quartiles of the score; None for what so few do not have."""
        found = self.clips["score"].describe().to_dict()
        return {str(name): None if pd.isna(value) else float(value) for name, value in found.items()}

    @property
    def category_counts(self) -> dict[str, int]:
        """Clips of each category, in the order of `CATEGORIES`."""
        counts = self.clips["category"].value_counts()
        return {name: int(counts.get(name, 0)) for name in CATEGORIES}

    @property
    def near_threshold(self) -> int:
        """How many clips lie within `NEAR` of a threshold."""
        return int(self.thresholds.near(self.clips["score"]).sum())

    @property
    def clips_per_participant(self) -> dict[str, int]:
        """Clips of each participant, most first."""
        return {str(name): int(count) for name, count in self.clips["participant"].value_counts().items()}

    @property
    def scores_by_question(self) -> dict[str, list[float]]:
        """Scores of each question, by its id and text."""
        names = self.clips["question_id"] + ". " + self.clips["question"]
        return {str(name): scores.tolist() for name, scores in self.clips["score"].groupby(names, sort=False)}

    @property
    def retakes(self) -> tuple[Retake, ...]:
        """Every question that somebody answered more than once."""
        answers: dict[tuple[str, str], list[str]] = {}
        for id, participant, question in self.clips[["id", "participant", "question_id"]].itertuples(index=False):
            answers.setdefault((participant, question), []).append(id)
        return tuple(Retake(*key, ids=tuple(ids)) for key, ids in answers.items() if len(ids) > 1)

    @property
    def missing_videos(self) -> tuple[str, ...]:
        """The ids of interviews whose video file is not there."""
        return tuple(self.clips.loc[~self.clips["has_video"], "id"])

    def summary(self) -> str:
        """What was found, in a few lines."""
        clips, score = len(self.clips), self.statistics
        lines = [
            f"{self.rows} rows, {len(self.columns)} columns; {clips} valid interviews, {len(self.bad_rows)} bad rows, "
            f"{len(self.missing_videos)} missing videos"
        ]
        if missing := [f"{column.name} {column.missing}" for column in self.columns if column.missing]:
            lines.append(f"Missing values: {', '.join(missing)}")
        if clips:
            per_person = list(self.clips_per_participant.values())
            scores = [
                f"{name} {round(value, 2) + 0:.2f}"  # a mean of -1e-17 is 0.00 and not -0.00
                for name, value in score.items()
                if name != "count" and value is not None
            ]
            shares = [f"{name} {count} ({count / clips:.0%})" for name, count in self.category_counts.items()]
            lines += [
                f"{counted(len(per_person), 'participant')} with {_between(per_person)}; "
                f"{len(self.scores_by_question)} questions; "
                f"{sum(len(retake.ids) - 1 for retake in self.retakes)} retakes",
                f"{self.target}: {', '.join(scores)}",
                f"{', '.join(shares)}; {self.near_threshold} within {NEAR:g} of a threshold",
            ]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """The inspection as JSON holds it."""
        clips = len(self.clips)
        return {
            "folder": str(self.folder),
            "rows": self.rows,
            "columns": [asdict(column) for column in self.columns],
            "interviews": clips,
            "bad_rows": [asdict(row) for row in self.bad_rows],
            "ignored_keys": list(self.ignored_keys),
            "missing_videos": list(self.missing_videos),
            "target": self.target,
            "score": self.statistics,
            "thresholds": asdict(self.thresholds),
            "categories": {
                name: {"clips": count, "share": count / max(1, clips)} for name, count in self.category_counts.items()
            },
            "near_threshold": {
                "within": NEAR,
                "clips": self.near_threshold,
                "share": self.near_threshold / max(1, clips),
            },
            "participants": len(self.clips_per_participant),
            "clips_per_participant": _spread_of(list(self.clips_per_participant.values())),
            "questions": {
                name: {"clips": len(scores), "median_score": median(scores)}
                for name, scores in self.scores_by_question.items()
            },
            "retakes": {
                "clips": sum(len(retake.ids) - 1 for retake in self.retakes),
                "answers": [asdict(retake) for retake in self.retakes],
            },
        }


def inspect_folder(
    folder: Path,
    *,
    target: str = DEFAULT_TARGET,
    thresholds: Thresholds | None = None,
    allow_outside: bool = False,
) -> Inspection:
    """Look over a folder in RecruitView's layout.

    Args:
        folder: holds `metadata.jsonl` and the videos that it names.
        target: the score that categories are made of.
        thresholds: where they part; the notebook's if None.
        allow_outside: accept videos that lie outside `folder`.

    Raises:
        InterviewError: no such folder, no `metadata.jsonl`, or no such target.
    """
    if target not in TARGETS:
        raise InterviewError(f"target {target!r}; choose from {', '.join(TARGETS)}")
    found = read_interviews(folder, allow_outside=allow_outside)
    rows, columns = _columns(metadata_lines(folder, allow_outside=allow_outside))
    thresholds = thresholds or Thresholds()
    return Inspection(
        folder=folder,
        target=target,
        thresholds=thresholds,
        rows=rows,
        columns=columns,
        bad_rows=found.bad_rows,
        ignored_keys=found.ignored_keys,
        clips=pd.DataFrame(
            [_clip(interview, target, thresholds) for interview in found.interviews], columns=list(_CLIP_COLUMNS)
        ).astype(_CLIP_COLUMNS),
    )


_CLIP_COLUMNS = {
    "id": "str",
    "participant": "str",
    "question_id": "str",
    "question": "str",
    "duration": "str",
    "video_quality": "str",
    "score": "float64",
    "category": "str",
    "has_video": "bool",
}

_JSON_TYPES = {str: "text", bool: "true or false", int: "number", float: "number", list: "list", dict: "object"}


def _clip(interview: Interview, target: str, thresholds: Thresholds) -> dict[str, Any]:
    score = interview.scores[target]
    return {
        "id": interview.id,
        "participant": interview.participant,
        "question_id": interview.question_id,
        "question": interview.question,
        "duration": interview.duration,
        "video_quality": interview.video_quality,
        "score": score,
        "category": thresholds.category(score),
        "has_video": interview.video.is_file(),
    }


def _between(clips: Sequence[int]) -> str:
    fewest, most = min(clips), max(clips)
    if fewest == most:
        return f"{counted(most, 'clip')} each"
    return f"{fewest} to {counted(most, 'clip')}, median {median(clips):g}"


def _spread_of(counts: Sequence[int]) -> dict[str, float] | None:
    return {"min": min(counts), "median": median(counts), "max": max(counts)} if counts else None


def _columns(lines: Iterable[tuple[int, bytes | None]]) -> tuple[int, tuple[Column, ...]]:
    """Count a file's rows, and what each key holds; the values themselves are let go of row by row."""
    rows = 0
    present: dict[str, int] = {}
    types: dict[str, set[str]] = {}
    for _, line in lines:
        rows += 1
        for name, value in _json_object(line).items():
            if name not in present and len(present) == MAX_KEYS:
                continue
            blank = value is None or (isinstance(value, str) and not value.strip())
            present[name] = present.get(name, 0) + (not blank)
            types.setdefault(name, set()).update([] if value is None else [_JSON_TYPES[type(value)]])
    return rows, tuple(Column(name, tuple(sorted(types[name])), rows - count) for name, count in present.items())


def _json_object(line: bytes | None) -> Mapping[str, Any]:
    """A line's object; nothing for a line that is none, which is among the bad rows."""
    try:
        row = json.loads(line or b"{}")
    except (ValueError, RecursionError):
        return {}
    return row if isinstance(row, dict) else {}
