"""The outcome of filling a store from videos."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from html import escape
from typing import Any

from expressiveness.types import Failure
from expressiveness.video import Shortfall


@dataclass(frozen=True, slots=True)
class Extracted:
    """What was read from one interview and stored."""

    frames: int
    faces: int
    frames_without_face: int
    cut_short: Shortfall | None = None  # if not all of the video could be read
    people: int = 1  # who are seen for long


@dataclass(slots=True)
class ExtractionReport:
    """How an extraction ended."""

    succeeded: int = 0
    skipped: int = 0  # stored already
    failures: list[Failure] = field(default_factory=list)
    cut_short: dict[str, Shortfall] = field(default_factory=dict)  # by interview id; they count as succeeded
    several: dict[str, int] = field(default_factory=dict)  # how many people a video shows for long, by interview id
    frames_sampled: int = 0
    faces: int = 0
    seconds: float = 0.0

    def add(self, interview_id: str, extracted: Extracted | None, error: str | None) -> None:
        """Count the outcome of one interview."""
        if extracted is None:
            self.failures.append(Failure(interview_id, error or "unknown"))
            return
        self.succeeded += 1
        self.frames_sampled += extracted.frames
        self.faces += extracted.faces
        if extracted.cut_short:
            self.cut_short[interview_id] = extracted.cut_short
        if extracted.people > 1:
            self.several[interview_id] = extracted.people

    @property
    def notes(self) -> dict[str, str]:
        """What is to be known of videos that were read, in words, by interview id."""
        notes = {id: str(short) for id, short in self.cut_short.items()}
        for id, people in self.several.items():
            several = f"shows {people} people for long; taken is the one whose face fills the most of the picture"
            notes[id] = f"{notes[id]}; {several}" if id in notes else several
        return notes

    def __repr__(self) -> str:
        return (
            f"ExtractionReport({self.succeeded} videos done, {self.skipped} stored already, "
            f"{len(self.failures)} failed: {self.faces} faces)"
        )

    def _repr_html_(self) -> str:
        said = {**{one.id: one.reason for one in self.failures}, **self.notes}
        rows = "".join(f"<tr><th>{escape(id)}</th><td>{escape(text)}</td></tr>" for id, text in said.items())
        return f"<p>{escape(repr(self))}</p>" + (f"<table>{rows}</table>" if rows else "")

    def as_dict(self) -> dict[str, Any]:
        """The report, ready for JSON."""
        return {
            "videos": {"succeeded": self.succeeded, "skipped": self.skipped, "failed": len(self.failures)},
            "failures": [asdict(failure) for failure in self.failures],
            "cut_short": {id: short.as_dict() for id, short in self.cut_short.items()},
            "several_people": self.several,
            "frames_sampled": self.frames_sampled,
            "faces": self.faces,
            "seconds": round(self.seconds, 2),
        }
