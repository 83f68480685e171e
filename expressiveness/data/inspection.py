"""Summarise a folder of interviews: columns, scores, categories, people, questions, and problems.

Start at `inspect_folder`; `inspection_figures` draws the result. Transcripts and summaries are counted, never kept.
"""

from __future__ import annotations

import math
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
from expressiveness.data.scales import proposed_thresholds
from expressiveness.wording import counted, shortened

MOST_MODIFIED_Z = 3.5
"""In units that are standard deviations from the median where scores are normal."""

OUTLIERS_SHOWN = 5

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
    target: str | None  # None if nothing was scored
    thresholds: Thresholds | None  # None without a target
    proposals: Mapping[str, Thresholds]  # where the data brings no thresholds, others by what they rest on
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
        return int(self.thresholds.near(self.clips["score"]).sum()) if self.thresholds else 0

    @property
    def outliers(self) -> dict[str, float]:
        """The scores far from all others by id, the farthest first.

        Far is a modified z-score above 3.5 (Iglewicz and Hoaglin, How to detect and handle outliers, 1993).
        """
        scores = self.clips.set_index("id")["score"].dropna()
        distance = (scores - scores.median()).abs()
        usual = distance.median()
        far = scores[0.6745 * distance > MOST_MODIFIED_Z * usual] if usual > 0 else scores[:0]
        order = distance[far.index].sort_values(ascending=False, kind="stable").index
        return {str(id): float(scores[id]) for id in order}

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

    @property
    def about_outliers(self) -> str:
        """The outliers in a sentence; "" if there are none."""
        if not (outliers := self.outliers):
            return ""
        named = ", ".join(f"{id} ({score:g})" for id, score in list(outliers.items())[:OUTLIERS_SHOWN])
        rest = len(outliers) - OUTLIERS_SHOWN
        return f"{counted(len(outliers), 'score')} far from the others: {named}" + (f", and {rest} more" * (rest > 0))

    def summary(self) -> str:
        """The summary as a few lines of text."""
        clips, score = len(self.clips), self.statistics
        lines = [
            f"Read as {self.reader}, since {READERS[self.reader].why} (others: --reader)",
            f"{self.rows} rows, {len(self.columns)} columns; {clips} valid interviews, {len(self.bad_rows)} bad rows, "
            f"{len(self.missing_videos)} missing videos",
        ]
        if self.mapping:
            taken = "; ".join(f"{part}: {columns}" for part, columns in self.mapping.items())
            lines.append(f"Columns of {self.table} taken as {taken} (others: --columns {COLUMNS_EXAMPLE})")
        if missing := [f"{column.name} {column.missing}" for column in self.columns if column.missing]:
            lines.append(f"Missing values: {', '.join(missing)}")
        for what, proposed in self.proposals.items():
            lines.append(f"Thresholds for {what}: --low {proposed.low:g} --high {proposed.high:g}")
        if clips and self.target is None:
            people = list(self.clips_per_participant.values())
            lines += [
                f"{counted(len(people), 'participant')} with {_between(people)}",
                "No scores: predict and review only; scores can be coded, and given in a table later",
                *(f"{doubt}." for doubt in self.doubts),
            ]
        elif clips:
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
                *([f"{self.about_outliers}."] if self.outliers else []),
            ]
        return "\n".join(lines)

    def to_pandas(self) -> pd.DataFrame:
        """A row for each valid interview: `clips`, by id."""
        return self.clips.set_index("id")

    def __repr__(self) -> str:
        bad = f", {counted(len(self.bad_rows), 'bad row')}" if self.bad_rows else ""
        name = shortened(self.folder.name, 20)
        by = f" by {shortened(self.target, 20)}" if self.target else ""
        return f"Inspection({name}: {counted(len(self.clips), 'interview')}{by}{bad})"

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
            "outliers": self.outliers,
            "target": self.target,
            "score": self.statistics,
            "thresholds": self.thresholds and asdict(self.thresholds),
            "proposed_thresholds": {what: asdict(one) for what, one in self.proposals.items()},
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
    chosen = target or found.target or first
    nothing_scored = chosen is None and bool(found.interviews)
    rule = None if nothing_scored else found.rule_for(chosen, low=low, high=high)
    scores = [one.scores[rule.target] for one in found if rule.target in one.scores] if rule else []
    own = found.thresholds is not None or (low is not None and high is not None)
    return Inspection(
        folder=found.path,
        table=found.table,
        reader=found.reader,
        target=rule.target if rule else None,
        thresholds=rule.thresholds if rule else None,
        proposals={} if own or not scores else proposed_thresholds(scores),
        rows=len(found) + len(found.bad_rows),
        columns=READERS[found.reader]().columns(found),
        mapping=found.mapping,
        bad_rows=found.bad_rows,
        ignored_keys=found.ignored_keys,
        doubts=doubts_about(found, rule),
        clips=pd.DataFrame(
            [_clip(one, rule) for one in found if rule is None or rule.target in one.scores],
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


def _clip(interview: Interview, rule: CategoryRule | None) -> dict[str, Any]:
    return {
        "id": interview.id,
        "participant": interview.participant,
        "question_id": interview.attributes.get("question_id", ""),
        "question": interview.attributes.get("question", ""),
        "score": interview.scores[rule.target] if rule else math.nan,
        "category": rule.category(interview.scores) if rule else "",
        "has_video": interview.video.is_file(),
    }


def _between(clips: Sequence[int]) -> str:
    fewest, most = min(clips), max(clips)
    if fewest == most:
        return f"{counted(most, 'clip')} each"
    return f"{fewest} to {counted(most, 'clip')}, median {median(clips):g}"


def _spread_of(counts: Sequence[int]) -> dict[str, float] | None:
    return {"min": min(counts), "median": median(counts), "max": max(counts)} if counts else None
