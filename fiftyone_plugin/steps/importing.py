"""Import a RecruitView folder as a dataset, or bring the dataset that it was imported as up to date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import fiftyone as fo

from expressiveness.data import DEFAULT_TARGET, METADATA, TARGETS, Interview, Thresholds, read_interviews, take_evenly
from expressiveness.errors import InterviewError
from expressiveness.types import Failure, Progress
from expressiveness.video import MAX_PIXELS, VideoInfo, probe_videos

from .. import fields
from ..curation import follow_videos
from ..dataset import check_dataset_name, info_of, keep_info, sample_ids_of, working_on
from .importer import interview_sample

MOST_NAMED = 5
"""Interviews that a refusal names."""

DOING = "importing interviews"


@dataclass(slots=True)
class ImportReport:
    """How an import ended."""

    dataset: str
    added: int = 0
    updated: int = 0
    replaced_folder: str | None = None  # where the interviews that were updated had come from, if from elsewhere
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
    replace_rows: bool = False,
    progress: Progress | None = None,
    max_pixels: int = MAX_PIXELS,
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
        replace_rows: where the dataset has interviews of these ids from another folder, such as this one before it was
            moved, take this folder's rows in place of theirs.
        progress: called with how many videos have been looked at.
        max_pixels: the most that a picture of a video may have.

    Raises:
        InterviewError: the folder or the name cannot be used, or, if `strict`, a row of the folder; or the dataset has
            interviews of these ids from another folder, and `replace_rows` is not set.
    """
    check_dataset_name(name)
    folder, thresholds = Path(folder), thresholds or Thresholds()  # of this machine: the App plays no other videos
    found = read_interviews(folder, strict=strict, allow_outside=allow_outside)
    report = ImportReport(name)
    report.failures = [Failure(f"{METADATA} line {row.line}", row.reason) for row in found.bad_rows]
    interviews = take_evenly(found.interviews, limit)
    _check_rows(folder, name, interviews, replace_rows)
    samples = _samples(interviews, target, thresholds, report, progress, max_pixels)
    if not samples:
        raise InterviewError(f"none of the interviews in {folder} can be imported: {_first_reason(report)}")
    with working_on(name, DOING), working_on(dataset := _dataset_named(name), DOING):
        _require_interviews_alone(dataset)
        report.replaced_folder = _check_rows(folder, name, interviews, replace_rows)
        fields.declare_interview_fields(dataset)
        report.added, report.updated = _write(dataset, samples)
        keep_info(dataset, folder=str(folder.resolve()), target=target, thresholds=asdict(thresholds))
    return report


@dataclass(frozen=True, slots=True)
class RowsOfOthers:
    """Interviews of a dataset that have the ids of others in a folder."""

    dataset: str
    folder: str  # where they came from
    ids: list[str]

    def __str__(self) -> str:
        """What is in the way, in a sentence."""
        named = ", ".join(self.ids[:MOST_NAMED]) + (", ..." if len(self.ids) > MOST_NAMED else "")
        return (
            f"the dataset {self.dataset} was imported from {self.folder}, and {len(self.ids)} of its interviews have "
            f"the ids of rows here ({named}), which would take their place"
        )


def rows_of_others(folder: Path, name: str, interviews: Sequence[Interview]) -> RowsOfOthers | None:
    """The interviews of a dataset that an import would replace by those of another folder; None if there are none."""
    if not fo.dataset_exists(name) or not (dataset := fo.load_dataset(name)).has_sample_field(fields.INTERVIEW_ID):
        return None
    earlier = info_of(dataset).get("folder", "a folder that is not known")
    known = set(dataset.values(fields.INTERVIEW_ID))
    ids = [interview.id for interview in interviews if interview.id in known]
    return RowsOfOthers(name, earlier, ids) if ids and earlier != str(folder.resolve()) else None


def _check_rows(folder: Path, name: str, interviews: Sequence[Interview], replace_rows: bool) -> str | None:
    """Refuse to replace the interviews of another folder, unless that is wanted; then return that folder."""
    others = rows_of_others(folder, name, interviews)
    if others and not replace_rows:
        raise InterviewError(
            f"{others}; choose another name for the dataset, or say that this folder replaces that one (replace_rows)"
        )
    return others.folder if others else None


def _samples(
    interviews: Sequence[Interview],
    target: str,
    thresholds: Thresholds,
    report: ImportReport,
    progress: Progress | None,
    max_pixels: int,
) -> list[fo.Sample]:
    """Make the samples; the videos' headers are read in processes of their own, as a decoder may crash or hang."""
    found = probe_videos([one.video for one in interviews], progress=progress, max_pixels=max_pixels)
    samples: list[fo.Sample] = []
    for interview, info in zip(interviews, found.values(), strict=True):
        if isinstance(info, str):
            report.failures.append(Failure(interview.id, info))
        else:
            _note_obstacles(report, interview.id, info)
            samples.append(interview_sample(interview, info, target=target, thresholds=thresholds))
    return samples


def _note_obstacles(report: ImportReport, id: str, info: VideoInfo) -> None:
    """Note what keeps the App from showing all of a video with its labels in their places."""
    if info.cut_short:
        report.cut_short[id] = info.cut_short
    if not info.plays_in_browsers:
        report.unplayable[id] = info.encoding
    elif not info.is_even:
        report.uneven[id] = info.drift


def _dataset_named(name: str) -> fo.Dataset:
    if fo.dataset_exists(name):
        return fo.load_dataset(name)
    try:
        return fo.Dataset(name, persistent=True)
    except ValueError as error:  # another dataset's name looks the same in an address
        raise InterviewError(f"{error}; choose another name") from error


def _require_interviews_alone(dataset: fo.Dataset) -> None:
    if len(dataset) and not dataset.has_sample_field(fields.INTERVIEW_ID):
        raise InterviewError(f"the dataset {dataset.name} holds other samples; choose another name")


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
