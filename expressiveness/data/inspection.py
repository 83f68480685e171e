"""Summarise a folder of interviews: columns, scores, categories, people, questions, and problems.

Start at `inspect_folder`; `inspection_figures` draws the result. Transcripts and summaries are counted, never kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd

from expressiveness.data.categories import CATEGORIES, NEAR, CategoryRule, Thresholds
from expressiveness.data.doubts import doubts_about
from expressiveness.data.folders import READERS, read_interviews
from expressiveness.data.interview import BadRow, Column, Interview, InterviewFolder
from expressiveness.wording import counted, shortened

COLUMNS_EXAMPLE = "id=...,video=...,participant=...,score=..."


@dataclass(frozen=True, slots=True)
class Retake:
    """One person's several answers to the same question."""

    participant: str
    question_id: str
    ids: tuple[str, ...]  # in the file's order, two or more


@dataclass(frozen=True, eq=False)
class Inspection:
    """The summary of a folder; `clips` has a row for each valid interview."""

    folder: Path
    table: str  # the name of the file that the rows are in
    reader: str
    target: str
    thresholds: Thresholds
    rows: int
    columns: tuple[Column, ...]
    mapping: Mapping[str, str]  # how the columns of a CSV were interpreted
    bad_rows: tuple[BadRow, ...]
    ignored_keys: tuple[str, ...]
    doubts: tuple[str, ...]  # likely mistakes, a sentence each
    clips: pd.DataFrame  # id, participant, question_id, question, score, category, has_video; "" for no question

    @property
    def statistics(self) -> dict[str, float | None]:
        """Count, mean, standard deviation, extremes and quartiles of the score; None where there are too few clips."""
        found = self.clips["score"].describe().to_dict()
        return {str(name): None if pd.isna(value) else float(value) for name, value in found.items()}

    @property
    def category_counts(self) -> dict[str, int]:
        """Clips of each category, in the order of `CATEGORIES`."""
        counts = self.clips["category"].value_counts()
        return {name: int(counts.get(name, 0)) for name in CATEGORIES}

    @property
    def near_threshold(self) -> int:
        """How many clips are within `NEAR` of a threshold."""
        return int(self.thresholds.near(self.clips["score"]).sum())

    @property
    def clips_per_participant(self) -> dict[str, int]:
        """Clips of each participant, most first."""
        return {str(name): int(count) for name, count in self.clips["participant"].value_counts().items()}

    @property
    def scores_by_question(self) -> dict[str, list[float]]:
        """Scores by question (id and text)."""
        names = (
            (self.clips["question_id"] + ". " + self.clips["question"]).str.removeprefix(". ").str.removesuffix(". ")
        )
        asked = self.clips["score"][names != ""]
        return {str(name): scores.tolist() for name, scores in asked.groupby(names, sort=False)}

    @property
    def retakes(self) -> tuple[Retake, ...]:
        """Every question that somebody answered more than once."""
        answers: dict[tuple[str, str], list[str]] = {}
        of_clips = self.clips[["id", "participant", "question_id", "question"]]
        for id, participant, question_id, question in of_clips.itertuples(index=False):
            if question_id or question:
                answers.setdefault((participant, question_id or question), []).append(id)
        return tuple(Retake(*key, ids=tuple(ids)) for key, ids in answers.items() if len(ids) > 1)

    @property
    def missing_videos(self) -> tuple[str, ...]:
        """The ids of interviews whose video file is missing."""
        return tuple(self.clips.loc[~self.clips["has_video"], "id"])

    def summary(self) -> str:
        """The summary as a few lines of text."""
        clips, score = len(self.clips), self.statistics
        lines = [
            f"{self.rows} rows, {len(self.columns)} columns; {clips} valid interviews, {len(self.bad_rows)} bad rows, "
            f"{len(self.missing_videos)} missing videos"
        ]
        if self.mapping:
            taken = "; ".join(f"{part}: {columns}" for part, columns in self.mapping.items())
            lines.append(f"Columns of {self.table} taken as {taken} (others: --columns {COLUMNS_EXAMPLE})")
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
                f"{counted(len(per_person), 'participant')} with {_between(per_person)}"
                + f"; {len(self.scores_by_question)} questions; "
                f"{sum(len(retake.ids) - 1 for retake in self.retakes)} retakes" * bool(self.scores_by_question),
                f"{self.target}: {', '.join(scores)}",
                f"{', '.join(shares)}; {self.near_threshold} within {NEAR:g} of a threshold",
                *(f"{doubt}." for doubt in self.doubts),
            ]
        return "\n".join(lines)

    def to_pandas(self) -> pd.DataFrame:
        """A row for each valid interview: `clips`, by id."""
        return self.clips.set_index("id")

    def __repr__(self) -> str:
        bad = f", {counted(len(self.bad_rows), 'bad row')}" if self.bad_rows else ""
        name, target = shortened(self.folder.name, 20), shortened(self.target, 20)
        return f"Inspection({name}: {counted(len(self.clips), 'interview')} by {target}{bad})"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary())}</pre>"

    def as_dict(self) -> dict[str, Any]:
        """The inspection, ready for JSON."""
        clips = len(self.clips)
        return {
            "folder": str(self.folder),
            "reader": self.reader,
            "mapping": dict(self.mapping),
            "rows": self.rows,
            "columns": [asdict(column) for column in self.columns],
            "interviews": clips,
            "bad_rows": [asdict(row) for row in self.bad_rows],
            "ignored_keys": list(self.ignored_keys),
            "doubts": list(self.doubts),
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
    folder: Path | str | InterviewFolder,
    *,
    target: str | None = None,
    low: float | None = None,
    high: float | None = None,
    reader: str | None = None,
    columns: str | None = None,
    allow_outside: bool = False,
) -> Inspection:
    """Summarise a folder of interviews.

    Args:
        folder: as for `read_interviews`, or its result.
        target: the score that gives the categories; if None the data's own, or else its first.
        low: scores below this are Reserved; the data's own threshold if None.
        high: scores above this are Expressive, likewise.
        reader: a name in `READERS`; the one that recognises the folder if None.
        columns: the columns of a CSV, as for `read_interviews`.
        allow_outside: accept videos outside `folder`.

    Raises:
        InterviewError: no such folder, nothing readable in it, or no such score.
    """
    found = folder
    if not isinstance(found, InterviewFolder):
        found = read_interviews(found, reader, columns=columns, allow_outside=allow_outside)
    first = found.scores[0] if found.scores else None
    rule = found.rule_for(target or found.target or first, low=low, high=high)
    return Inspection(
        folder=found.path,
        table=found.table,
        reader=found.reader,
        target=rule.target,
        thresholds=rule.thresholds,
        rows=len(found) + len(found.bad_rows),
        columns=READERS[found.reader]().columns(found),
        mapping=found.mapping,
        bad_rows=found.bad_rows,
        ignored_keys=found.ignored_keys,
        doubts=doubts_about(found, rule),
        clips=pd.DataFrame(
            [_clip(interview, rule) for interview in found if rule.target in interview.scores],
            columns=list(_CLIP_COLUMNS),
        ).astype(_CLIP_COLUMNS),
    )


_CLIP_COLUMNS = {
    "id": "str",
    "participant": "str",
    "question_id": "str",
    "question": "str",
    "score": "float64",
    "category": "str",
    "has_video": "bool",
}


def _clip(interview: Interview, rule: CategoryRule) -> dict[str, Any]:
    return {
        "id": interview.id,
        "participant": interview.participant,
        "question_id": interview.attributes.get("question_id", ""),
        "question": interview.attributes.get("question", ""),
        "score": interview.scores[rule.target],
        "category": rule.category(interview.scores),
        "has_video": interview.video.is_file(),
    }


def _between(clips: Sequence[int]) -> str:
    fewest, most = min(clips), max(clips)
    if fewest == most:
        return f"{counted(most, 'clip')} each"
    return f"{fewest} to {counted(most, 'clip')}, median {median(clips):g}"


def _spread_of(counts: Sequence[int]) -> dict[str, float] | None:
    return {"min": min(counts), "median": median(counts), "max": max(counts)} if counts else None
