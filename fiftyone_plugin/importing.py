"""Import a RecruitView folder as a dataset, or bring the dataset that it was imported as up to date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import fiftyone as fo

from expressiveness.categories import Thresholds
from expressiveness.completeness import shortfall
from expressiveness.errors import InterviewError, VideoError
from expressiveness.interviews import DEFAULT_TARGET, METADATA, TARGETS, Interview, read_interviews, take_evenly
from expressiveness.stores import Failure, Progress
from expressiveness.video import VideoInfo, probe

from . import fields
from .contents import sample_ids_of
from .dataset_info import keep_info
from .deciding import follow_videos
from .importer import interview_sample
from .working import working_on


@dataclass(slots=True)
class ImportReport:
    """How an import ended."""

    dataset: str
    added: int = 0
    updated: int = 0
    failures: list[Failure] = field(default_factory=list)
    unplayable: dict[str, str] = field(default_factory=dict)  # encodings that browsers do not play, by interview id
    uneven: dict[str, float] = field(default_factory=dict)  # seconds that labels are drawn off, by interview id
    cut_short: dict[str, str] = field(default_factory=dict)  # how much of a video is there, by interview id

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON holds it."""
        return asdict(self)


def import_interviews(
    folder: Path | str,
    name: str,
    *,
    target: str = DEFAULT_TARGET,
    thresholds: Thresholds | None = None,
    limit: int | None = None,
    strict: bool = False,
    allow_outside: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a RecruitView folder as a persistent dataset; importing again updates it and duplicates nothing.

    Args:
        folder: with `metadata.jsonl` and the videos.
        name: of the dataset, which is made if there is none.
        target: the score that gives the category.
        thresholds: the notebook's if None.
        limit: only so many interviews, spread over the file.
        strict: stop at the first bad row.
        allow_outside: accept videos that lie outside the folder.
        progress: called with how many videos have been looked at.

    Raises:
        InterviewError: the folder cannot be used, or, if `strict`, a row of it.
    """
    folder, thresholds = Path(folder), thresholds or Thresholds()  # of this machine: the App plays no other videos
    found = read_interviews(folder, strict=strict, allow_outside=allow_outside)
    report = ImportReport(name)
    report.failures = [Failure(f"{METADATA} line {row.line}", row.reason) for row in found.bad_rows]
    samples = _samples(take_evenly(found.interviews, limit), target, thresholds, report, progress)
    if not samples:
        raise InterviewError(f"none of the interviews in {folder} can be imported: {_first_reason(report)}")
    with working_on(name, "importing interviews"):
        dataset = _dataset_of_interviews(name)
        report.added, report.updated = _write(dataset, samples)
        keep_info(dataset, folder=str(folder.resolve()), target=target, thresholds=asdict(thresholds))
    return report


def _samples(
    interviews: Sequence[Interview],
    target: str,
    thresholds: Thresholds,
    report: ImportReport,
    progress: Progress | None,
) -> list[fo.Sample]:
    """Make the samples, several videos' headers read at a time."""

    def make(interview: Interview) -> fo.Sample | Failure:
        try:
            info = probe(interview.video)
            if short := shortfall(interview.video):
                report.cut_short[interview.id] = str(short)
        except VideoError as error:
            return Failure(interview.id, str(error))
        _note_obstacles(report, interview.id, info)
        return interview_sample(interview, info, target=target, thresholds=thresholds)

    samples: list[fo.Sample] = []
    with ThreadPoolExecutor() as pool:
        for number, made in enumerate(pool.map(make, interviews), start=1):
            if isinstance(made, Failure):
                report.failures.append(made)
            else:
                samples.append(made)
            if progress:
                progress(number, len(interviews))
    return samples


def _note_obstacles(report: ImportReport, id: str, info: VideoInfo) -> None:
    """Note what keeps the App from showing a video with its labels in their places."""
    if not info.plays_in_browsers:
        report.unplayable[id] = info.encoding
    elif not info.is_even:
        report.uneven[id] = info.drift


def _dataset_of_interviews(name: str) -> fo.Dataset:
    dataset = fo.load_dataset(name) if fo.dataset_exists(name) else fo.Dataset(name, persistent=True)
    if len(dataset) and not dataset.has_sample_field(fields.INTERVIEW_ID):
        raise InterviewError(f"the dataset {name} holds other samples; choose another name")
    fields.declare_interview_fields(dataset)
    return dataset


def _write(dataset: fo.Dataset, samples: Sequence[fo.Sample]) -> tuple[int, int]:
    """Add the interviews that are new, bring the others up to date, and count both."""
    known = sample_ids_of(dataset)
    fresh = [sample for sample in samples if sample[fields.INTERVIEW_ID] not in known]
    if fresh:
        dataset.add_samples(fresh, dynamic=False, progress=False)
    _update(dataset, {known[s[fields.INTERVIEW_ID]]: s for s in samples if s[fields.INTERVIEW_ID] in known})
    return len(fresh), len(samples) - len(fresh)


_UPDATED = (
    "filepath",
    "metadata",
    fields.PARTICIPANT,
    fields.QUESTION_ID,
    fields.QUESTION,
    fields.DURATION,
    fields.VIDEO_QUALITY,
    fields.TRANSCRIPT,
    fields.CATEGORY,
    *TARGETS,
)


def _update(dataset: fo.Dataset, samples: Mapping[str, fo.Sample]) -> None:
    """Bring known interviews up to date; what people decided and what runs predicted stays."""
    if not samples:
        return
    before = dict(zip(*dataset.values(["id", f"{fields.CATEGORY}.label"]), strict=True))
    for name in _UPDATED:
        dataset.set_values(name, {key: sample[name] for key, sample in samples.items()}, key_field="id")
    changed = [key for key, sample in samples.items() if before[key] != sample[fields.CATEGORY].label]
    if changed:
        follow_videos(dataset.select(changed))


def _first_reason(report: ImportReport) -> str:
    return f"{report.failures[0].id}: {report.failures[0].reason}" if report.failures else "it holds none"
