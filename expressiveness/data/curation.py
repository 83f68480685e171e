"""Reviewers' decisions: corrected categories and excluded faces.

Nothing else flows back from review to training. A decision on a face overrides one on its interview, which overrides
the category given by the score. Excluded faces are not trained on.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from expressiveness._io import output_file, place, read_bounded
from expressiveness.data.categories import CATEGORIES
from expressiveness.errors import InterviewError, reason
from expressiveness.wording import counted

MAX_BYTES = 64 * 2**20
"""Largest file of decisions that is read, about 400,000 decisions."""


@dataclass(frozen=True, slots=True)
class FaceDecision:
    """A reviewer's decision about the primary face of one frame."""

    interview: str
    frame_number: int  # from 1
    category: str | None = None  # corrected
    excluded: bool = False
    decided_by: str = ""
    decided_at: str = ""  # ISO 8601, UTC

    def __post_init__(self) -> None:
        _check(self, f"interview {self.interview}, frame {self.frame_number}")
        if type(self.frame_number) is not int or self.frame_number < 1:
            raise InterviewError(f"interview {self.interview}: frame_number {self.frame_number!r}; frames count from 1")


@dataclass(frozen=True, slots=True)
class InterviewDecision:
    """A reviewer's decision about a whole interview."""

    interview: str
    category: str | None = None
    excluded: bool = False
    decided_by: str = ""
    decided_at: str = ""

    def __post_init__(self) -> None:
        _check(self, f"interview {self.interview}")


@dataclass(frozen=True, slots=True)
class Curation:
    """All decisions so far."""

    faces: tuple[FaceDecision, ...] = ()
    interviews: tuple[InterviewDecision, ...] = ()

    def __len__(self) -> int:
        return len(self.faces) + len(self.interviews)

    def __repr__(self) -> str:
        return f"Curation({counted(len(self.faces), 'face')}, {counted(len(self.interviews), 'interview')} decided)"

    def about(self, interview_ids: Collection[str]) -> Curation:
        """Only the decisions about the given interviews."""
        return Curation(
            tuple(decision for decision in self.faces if decision.interview in interview_ids),
            tuple(decision for decision in self.interviews if decision.interview in interview_ids),
        )

    def exclusions(self) -> Curation:
        """Only the exclusions, for training on a different score than the one whose categories were corrected."""
        return Curation(
            tuple(replace(decision, category=None) for decision in self.faces if decision.excluded),
            tuple(replace(decision, category=None) for decision in self.interviews if decision.excluded),
        )

    def whose(self) -> dict[str, int]:
        """How many decisions are whose, most first."""
        names = [face.decided_by for face in self.faces] + [whole.decided_by for whole in self.interviews]
        return dict(Counter(name or "nobody named" for name in names).most_common())

    def save(self, path: Path | str, *, overwrite: bool = False) -> None:
        """Write the decisions as JSON, atomically, since they cannot be recomputed.

        Raises:
            OutputError: the file cannot be written, or exists and `overwrite` is not set.
        """
        with output_file(place(path), overwrite=overwrite) as unfinished:
            unfinished.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path | str) -> Curation:
        """Read what `save` wrote.

        Raises:
            InterviewError: the file is missing or is not a file of decisions.
        """
        path = place(path)
        try:
            content = json.loads(read_bounded(path, most=MAX_BYTES))
            return cls(
                tuple(FaceDecision(**decision) for decision in content["faces"]),
                tuple(InterviewDecision(**decision) for decision in content["interviews"]),
            )
        except (OSError, ValueError, TypeError, KeyError, RecursionError, InterviewError) as error:
            raise InterviewError(f"{path} holds no decisions ({reason(error)}); export them again") from error


def _check(decision: FaceDecision | InterviewDecision, where: str) -> None:
    for name in ("interview", "decided_by", "decided_at"):
        if not isinstance(getattr(decision, name), str):
            raise InterviewError(f"{where}: {name} {getattr(decision, name)!r} is no text")
    if not isinstance(decision.excluded, bool):
        raise InterviewError(f"{where}: excluded {decision.excluded!r} is neither true nor false")
    if decision.category is not None and decision.category not in CATEGORIES:
        raise InterviewError(f"{where}: category {decision.category!r}; choose from {', '.join(CATEGORIES)}")


class Decisions:
    """Looks up decisions, and counts how many were applied."""

    def __init__(self, curation: Curation) -> None:
        self._faces = {(decision.interview, decision.frame_number): decision for decision in curation.faces}
        self._interviews = {decision.interview: decision for decision in curation.interviews}
        self.excluded = 0
        self.corrected = 0

    def categories(self, interview_id: str, frame_numbers: npt.NDArray[np.int32], weak: int) -> npt.NDArray[np.int32]:
        """The category of each frame's primary face after decisions; -1 where it is excluded.

        Args:
            interview_id: the interview.
            frame_numbers: shape (n,), from 1.
            weak: the category given by the interview's score, an index into `CATEGORIES`.

        Returns:
            Indices into `CATEGORIES`, shape (n,).
        """
        wanted = np.full(len(frame_numbers), weak, dtype=np.int32)
        if whole := self._interviews.get(interview_id):
            wanted[:] = -1 if whole.excluded else self._index(whole.category, weak)
        for row, number in enumerate(frame_numbers.tolist()):
            if decision := self._faces.get((interview_id, number)):
                wanted[row] = -1 if decision.excluded else self._index(decision.category, int(wanted[row]))
        self.excluded += int((wanted < 0).sum())
        self.corrected += int(((wanted >= 0) & (wanted != weak)).sum())
        return wanted

    def labelled(self, interview_id: str, frame_numbers: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        """Which frames' primary faces a reviewer labelled individually, shape (n,)."""
        decisions = [self._faces.get((interview_id, number)) for number in frame_numbers.tolist()]
        return np.array([bool(one and one.category and not one.excluded) for one in decisions], dtype=bool)

    @staticmethod
    def _index(category: str | None, otherwise: int) -> int:
        return otherwise if category is None else CATEGORIES.index(category)
