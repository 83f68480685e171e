"""One video with all that an export may write about it, and the same as tracks of labelled stretches."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from expressiveness.data import CATEGORIES, CategoryRule, Curation, Interview
from expressiveness.errors import VideoError
from expressiveness.exchange.decided import Clock, CodedDecision, by_coder, coders_of, decisions_in
from expressiveness.models import FramePredictions
from expressiveness.parallel import Outcome
from expressiveness.video import frame_times, probe
from expressiveness.wording import counted, shortened

PREDICTION, TRUTH, TRANSCRIPT, CODER = "prediction", "truth", "transcript", "coder"
"""The names of tracks; a coder's is followed by who that is."""

_TIMES = r"\[(?P<start>[\d:.,]+)\s*-+>?\s*(?P<end>[\d:.,]+)\]"
_SAID = re.compile(rf"{_TIMES}(?P<text>.*?)(?=\[[\d:.,]+\s*-|\Z)", re.DOTALL)
"""RecruitView's transcripts: "[00:00 - 00:03] Hello. [00:03 - 00:07] I ..."."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a video with a text."""

    start: float  # seconds from the first frame
    end: float
    text: str

    def __repr__(self) -> str:
        return f"Span({self.start:.2f} to {self.end:.2f} s: {shortened(self.text, 40)!r})"


@dataclass(frozen=True, slots=True)
class Track:
    """What one source says about a video: the model, the score, a coder, or the transcript."""

    name: str
    spans: tuple[Span, ...] = ()  # in order, without overlaps
    whole: str | None = None  # said of the whole video
    coder: str | None = None  # whose decisions these are; None for other tracks

    def __repr__(self) -> str:
        whole = f", {shortened(self.whole, 30)!r} of the video" if self.whole else ""
        return f"Track({shortened(self.name, 30)}: {counted(len(self.spans), 'span')}{whole})"


@dataclass(frozen=True, eq=False)
class StudyVideo:
    """One interview, and what is known about it."""

    interview: Interview
    clock: Clock
    size: tuple[int, int]  # width and height as shown, in pixels
    rule: CategoryRule | None = None  # makes the category of the score; None where nothing was scored
    predictions: FramePredictions | None = None
    decisions: tuple[CodedDecision, ...] = ()

    def __repr__(self) -> str:
        return f"StudyVideo({self.interview.id!r}: {', '.join(track.name for track in self.tracks) or 'nothing'})"

    @property
    def truth(self) -> str | None:
        """The category of the score; None without one."""
        scored = self.rule and self.rule.target in self.interview.scores
        return self.rule.category(self.interview.scores) if self.rule and scored else None

    @cached_property
    def predicted_runs(self) -> list[tuple[int, int, str]]:
        """Successive judged frames of one category: first and last frame from 1, and the category.

        A judged frame stands for those up to the next one, unless faces were missing in between.
        """
        if self.predictions is None or not len(numbers := self.predictions.frame_number):
            return []
        labels, gaps = self.predictions.category_index, np.diff(numbers)
        usual = int(np.median(gaps)) if len(gaps) else 1
        runs: list[tuple[int, int, str]] = []
        for row, number in enumerate(numbers.tolist()):
            following = int(numbers[row + 1]) if row + 1 < len(numbers) else len(self.clock.starts) + 1
            last, category = min(following, number + usual) - 1, CATEGORIES[labels[row]]
            if runs and runs[-1][1:] == (number - 1, category):
                runs[-1] = (runs[-1][0], last, category)
            else:
                runs.append((number, last, category))
        return runs

    @property
    def tracks(self) -> tuple[Track, ...]:
        """Prediction, truth, each coder's decisions and transcript, as far as there are any."""
        tracks = []
        if self.predictions is not None:
            runs = self.predicted_runs
            spans = tuple(Span(*self.clock.span(first, last), category) for first, last, category in runs)
            tracks.append(Track(PREDICTION, spans, self.predictions.category))
        if self.truth:
            tracks.append(Track(TRUTH, whole=self.truth))
        tracks += [self._decided(coder) for coder in coders_of(self.decisions)]
        if text := self.interview.attributes.get("transcript"):
            spans = spoken(text, self.clock.seconds)
            tracks.append(Track(TRANSCRIPT, spans, None if spans else text))
        return tuple(tracks)

    def _decided(self, coder: str) -> Track:
        own = by_coder(self.decisions, coder)
        whole = next((one.words for one in own if one.unit == "video"), None)
        spans = tuple(Span(one.start, one.end, one.words) for one in own if one.unit != "video")
        return Track(f"{CODER} {coder}".strip(), spans, whole, coder)


def study_videos(
    interviews: Sequence[Interview],
    *,
    rule: CategoryRule | None = None,
    predictions: Mapping[str, FramePredictions] | None = None,
    curation: Curation | None = None,
    stretches: Sequence[CodedDecision] = (),
) -> Iterator[Outcome[Interview, StudyVideo]]:
    """Put together what is known about each interview; one whose video cannot be read yields the reason.

    Args:
        interviews: in the order wanted.
        rule: makes the category of the score.
        predictions: by interview id.
        curation: decisions of one or more people.
        stretches: of them, too, where they have no frame numbers.
    """
    for one in interviews:
        try:
            clock, info = Clock(np.asarray(frame_times(one.video))), probe(one.video)
        except VideoError as error:
            yield Outcome(one, None, str(error))
            continue
        decisions = decisions_in(curation or Curation(), one.id, clock)
        decisions += [decided for decided in stretches if decided.interview == one.id]
        decisions.sort(key=lambda decided: (decided.coder, decided.unit != "video", decided.start))
        said = (predictions or {}).get(one.id)
        yield Outcome(one, StudyVideo(one, clock, (info.width, info.height), rule, said, tuple(decisions)))


def spoken(transcript: str, seconds: float) -> tuple[Span, ...]:
    """The sentences of a transcript that gives their times, as in "[00:00 - 00:03] Hello."; empty if it gives none.

    Args:
        transcript: as the table has it.
        seconds: length of the video; what is said after it is left out.
    """
    found, last = [], 0.0
    for part in _SAID.finditer(transcript):
        start, end = max(last, _seconds(part["start"])), min(seconds, _seconds(part["end"]))
        if start < end and (text := " ".join(part["text"].split())):
            found.append(Span(start, end, text))
            last = end
    return tuple(found)


def _seconds(time: str) -> float:
    """Seconds of "3", "00:03" or "1:02:03.5"."""
    total = 0.0
    for part in time.replace(",", ".").split(":"):
        total = 60 * total + float(part if part.replace(".", "", 1).isdigit() else 0)
    return total
