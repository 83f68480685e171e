"""Decisions read from files of other tools: which file is whose, and what in it cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import numpy as np

from expressiveness._io import NotPlainError, read_bounded
from expressiveness.data import Curation, Interview
from expressiveness.errors import InterviewError, reason
from expressiveness.exchange.decided import Clock, CodedDecision, Unit, coders_of, curation_from
from expressiveness.exchange.study_video import Span
from expressiveness.registry import Registry
from expressiveness.video import frame_times
from expressiveness.wording import counted, shortened

MAX_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that is no decision about one of the interviews."""

    file: Path
    where: str  # in the file, as in "tier 'Ada' at 1.20 s"
    reason: str

    def __str__(self) -> str:
        return f"{self.file.name}, {self.where}: {self.reason}"


Found = CodedDecision | Problem


class Interviews:
    """Finds interviews by what other tools know of them, and when their frames are shown."""

    def __init__(self, interviews: Sequence[Interview]) -> None:
        self._by_id = {one.id: one for one in interviews}
        self._by_name: dict[str, list[Interview]] = {}
        for one in interviews:
            for name in {one.video.name, one.video.stem, one.id}:
                self._by_name.setdefault(name, []).append(one)
        self.clocks: dict[str, Clock] = {}

    def named(self, id: str | None, *names: str) -> Interview | None:
        """The interview with this id, or else the only one whose video or id is called like one of the names.

        Args:
            id: None if the file does not say.
            names: addresses, paths or names of files.
        """
        if id in self._by_id:
            return self._by_id[id]
        for name in names:
            path = PurePosixPath(unquote(name).replace("\\", "/"))
            for one in (path.name, path.stem):
                if len(found := self._by_name.get(one, [])) == 1:
                    return found[0]
        return None

    def clock(self, interview: Interview) -> Clock:
        """When the frames of its video are shown.

        Raises:
            VideoError: it cannot be read.
        """
        if interview.id not in self.clocks:
            self.clocks[interview.id] = Clock(np.asarray(frame_times(interview.video)))
        return self.clocks[interview.id]


@dataclass(frozen=True)
class CodedFile:
    """A file of another tool, read against the interviews of a study."""

    path: Path
    interviews: Interviews

    def __repr__(self) -> str:
        return f"CodedFile({shortened(self.path.name, 40)!r})"

    @cached_property
    def content(self) -> bytes:
        """What is in it.

        Raises:
            InterviewError: it is no regular file, too large, or cannot be read.
        """
        try:
            return read_bounded(self.path, most=MAX_BYTES)
        except (OSError, NotPlainError) as error:
            raise InterviewError(f"{self.path} cannot be read ({reason(error)}); give a file of decisions") from error

    def interview(self, id: str | None, *names: str) -> Interview:
        """The interview that the file is about.

        Raises:
            InterviewError: none of them is.
        """
        if found := self.interviews.named(id, *names):
            return found
        shown = PurePosixPath(unquote(names[0])).name if names else id
        raise InterviewError(f"{self.path}: {shown!r} is the video of no interview; name it as the table does")

    def decision(
        self,
        interview: Interview,
        coder: str,
        span: Span,
        said: tuple[str | None, bool],
        *,
        whole: bool = False,
        decided_at: str = "",
    ) -> CodedDecision:
        """A decision about a stretch, or one about a frame where the stretch is no longer than that."""
        clock = self.interviews.clock(interview)
        one_frame = not whole and len(clock.frames(span.start, span.end)) == 1
        unit: Unit = "video" if whole else "frame" if one_frame else "stretch"
        return CodedDecision(interview.id, coder, unit, span.start, span.end, *said, decided_at=decided_at)


CODED_FILES: Registry[Callable[[CodedFile], Iterator[Found]]] = Registry(
    "expressiveness.coded_files",
    "file of decisions",
    {
        ".eaf": "expressiveness.exchange.elan:read_elan",
        ".boris": "expressiveness.exchange.boris:read_boris",
        ".xml": "expressiveness.exchange.cvat:read_cvat",
    },
)
"""Functions by the ending of the file: ELAN, BORIS, and CVAT for video."""


@dataclass(frozen=True)
class CodedDecisions:
    """What files of other tools say about the interviews of a study."""

    decisions: tuple[CodedDecision, ...]
    problems: tuple[Problem, ...]
    clocks: Mapping[str, Clock]  # of the interviews that are decided about

    def __repr__(self) -> str:
        of = f"{counted(len(self.decisions), 'decision')} by {counted(len(self.coders), 'coder')}"
        return f"CodedDecisions({of}, {counted(len(self.problems), 'problem')})"

    @property
    def coders(self) -> list[str]:
        """Who decided."""
        return coders_of(self.decisions)

    def curation(self, coder: str | None = None) -> Curation:
        """Our own decisions, as `train` takes them.

        Args:
            coder: whose; everybody's if None.

        Raises:
            InterviewError: nobody of this name decided anything.
        """
        if coder is not None and coder not in self.coders:
            raise InterviewError(f"no decision by {coder!r}; there are those of {', '.join(self.coders) or 'nobody'}")
        return curation_from((one for one in self.decisions if coder in (None, one.coder)), self.clocks)


def read_decisions(files: Sequence[Path | str], interviews: Sequence[Interview]) -> CodedDecisions:
    """Read decisions from files of ELAN, BORIS or CVAT.

    Args:
        files: each of a kind in `CODED_FILES`, by its ending.
        interviews: of the study; a video is found by its name.

    Raises:
        InterviewError: a file is missing, of another kind, or about none of the interviews.
        VideoError: the video of an interview that is decided about cannot be read.
    """
    known = Interviews(interviews)
    found: list[Found] = []
    for path in map(Path, files):
        if path.suffix.lower() not in CODED_FILES:
            kinds = ", ".join(CODED_FILES)
            raise InterviewError(f"{path}: decisions are read from files that end in {kinds}")
        found += CODED_FILES[path.suffix.lower()](CodedFile(path, known))
    return CodedDecisions(
        tuple(one for one in found if isinstance(one, CodedDecision)),
        tuple(one for one in found if isinstance(one, Problem)),
        known.clocks,
    )
