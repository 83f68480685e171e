"""Import a folder of interviews as a dataset, or update an existing one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import fiftyone as fo

from expressiveness.data import Interview, Thresholds, read_interviews, take_evenly
from expressiveness.errors import InterviewError
from expressiveness.types import Failure, Progress
from expressiveness.video import MAX_PIXELS, VideoInfo

from .. import fields
from ..app import prepared
from ..curation import follow_videos
from ..dataset import check_dataset_name, info_of, sample_ids_of, working_on
from .importer import interview_sample, looked_at, prepare_dataset

MOST_NAMED = 5
"""Interviews listed in an error message."""

DOING = "importing interviews"


@dataclass(slots=True)
class ImportReport:
    """How an import ended."""

    dataset: str
    added: int = 0
    updated: int = 0
    replaced_folder: str | None = None  # the previous folder of updated interviews, if different
    failures: list[Failure] = field(default_factory=list)
    unplayable: dict[str, str] = field(default_factory=dict)  # encodings browsers cannot play, by interview id
    uneven: dict[str, float] = field(default_factory=dict)  # drift of labels in seconds, by interview id
    without_length: list[str] = field(default_factory=list)  # interview ids; the App cannot seek in their videos
    cut_short: dict[str, str] = field(default_factory=dict)  # how much of a truncated video there is, by interview id

    def as_dict(self) -> dict[str, Any]:
        """The report, ready for JSON."""
        return asdict(self)


def import_interviews(
    folder: Path | str,
    name: str,
    *,
    reader: str | None = None,
    columns: str | None = None,
    target: str | None = None,
    thresholds: Thresholds | None = None,
    limit: int | None = None,
    strict: bool = False,
    allow_outside: bool = False,
    replace_rows: bool = False,
    progress: Progress | None = None,
    max_pixels: int = MAX_PIXELS,
) -> ImportReport:
    """Import a folder of interviews as a persistent dataset; importing again updates it and duplicates nothing.

    Args:
        folder: as for `read_interviews`.
        name: of the dataset, created if needed.
        reader: a name in `READERS`; the one that recognises the folder if None.
        columns: the columns of a CSV; guessed if None.
        target: the score that gives the category; the data's own if None.
        thresholds: the data's own if None.
        limit: maximum number of interviews, spread evenly over the file.
        strict: stop at the first bad row.
        allow_outside: accept videos outside the folder.
        replace_rows: replace interviews with the same ids from another folder, for instance after this one was moved.
        progress: called with the number of videos probed.
        max_pixels: the most pixels a frame may have.

    Raises:
        InterviewError: the folder, the name or, if `strict`, a row is invalid; or the dataset has interviews with the
        same ids from another folder, and `replace_rows` is not set.
    """
    check_dataset_name(name)
    folder = Path(folder)  # local only: the App cannot play remote videos
    found = read_interviews(folder, reader, columns=columns, strict=strict, allow_outside=allow_outside)
    rule = found.rule_for(target, thresholds=thresholds)
    report = ImportReport(name)
    report.failures = [Failure(f"{found.table} line {row.line}", row.reason) for row in found.bad_rows]
    interviews = take_evenly(found.interviews, limit)
    _check_rows(folder, name, interviews, replace_rows)
    videos = _probed(interviews, report, progress, max_pixels)
    if not videos:
        raise InterviewError(f"none of the interviews in {folder} can be imported: {_first_reason(report)}")
    with working_on(name, DOING), working_on(dataset := _dataset_named(name), DOING):
        _require_interviews_alone(dataset)
        report.replaced_folder = _check_rows(folder, name, interviews, replace_rows)
        known = prepare_dataset(dataset, found, rule)
        samples = [interview_sample(interview, info, rule, known) for interview, info in videos]
        report.added, report.updated = _write(dataset, samples, known)
        prepared(dataset)
    return report


@dataclass(frozen=True, slots=True)
class RowsOfOthers:
    """Interviews of a dataset whose ids clash with those of another folder."""

    dataset: str
    folder: str  # where they came from
    ids: list[str]

    def __str__(self) -> str:
        """The problem in a sentence."""
        named = ", ".join(self.ids[:MOST_NAMED]) + (", ..." if len(self.ids) > MOST_NAMED else "")
        return (
            f"the dataset {self.dataset} was imported from {self.folder}, and {len(self.ids)} of its interviews have "
            f"the ids of rows here ({named}), which would take their place"
        )


def rows_of_others(folder: Path, name: str, interviews: Sequence[Interview]) -> RowsOfOthers | None:
    """The interviews that an import would replace with those of another folder; None if there are none."""
    if not fo.dataset_exists(name) or not (dataset := fo.load_dataset(name)).has_sample_field(fields.INTERVIEW_ID):
        return None
    earlier = info_of(dataset).get("folder", "a folder that is not known")
    known = set(dataset.values(fields.INTERVIEW_ID))
    ids = [interview.id for interview in interviews if interview.id in known]
    return RowsOfOthers(name, earlier, ids) if ids and earlier != str(folder.resolve()) else None


def _check_rows(folder: Path, name: str, interviews: Sequence[Interview], replace_rows: bool) -> str | None:
    """Refuse to replace another folder's interviews unless `replace_rows` is set; then return that folder."""
    others = rows_of_others(folder, name, interviews)
    if others and not replace_rows:
        raise InterviewError(
            f"{others}; choose another name for the dataset, or say that this folder replaces that one (replace_rows)"
        )
    return others.folder if others else None


def _probed(
    interviews: Sequence[Interview], report: ImportReport, progress: Progress | None, max_pixels: int
) -> list[tuple[Interview, VideoInfo]]:
    """Probe the videos, and record any problems."""
    videos: list[tuple[Interview, VideoInfo]] = []
    for interview, info in looked_at(interviews, progress=progress, max_pixels=max_pixels):
        if isinstance(info, str):
            report.failures.append(Failure(interview.id, info))
        else:
            _note_obstacles(report, interview.id, info)
            videos.append((interview, info))
    return videos


def _note_obstacles(report: ImportReport, id: str, info: VideoInfo) -> None:
    """Record what keeps the App from showing a video completely and with labels in the right places."""
    if info.cut_short:
        report.cut_short[id] = info.cut_short
    if not info.plays_in_browsers:
        report.unplayable[id] = info.encoding
    elif not info.says_its_length:
        report.without_length.append(id)
    elif not info.is_even:
        report.uneven[id] = info.drift


def _dataset_named(name: str) -> fo.Dataset:
    if fo.dataset_exists(name):
        return fo.load_dataset(name)
    try:
        return fo.Dataset(name, persistent=True)
    except ValueError as error:  # another dataset's name has the same slug
        raise InterviewError(f"{error}; choose another name") from error


def _require_interviews_alone(dataset: fo.Dataset) -> None:
    if len(dataset) and not dataset.has_sample_field(fields.INTERVIEW_ID):
        raise InterviewError(f"the dataset {dataset.name} holds other samples; choose another name")


def _write(dataset: fo.Dataset, samples: Sequence[fo.Sample], of_data: fields.InterviewFields) -> tuple[int, int]:
    """Add new interviews, update the others, and count both."""
    known = sample_ids_of(dataset)
    fresh = [sample for sample in samples if sample[fields.INTERVIEW_ID] not in known]
    if fresh:
        dataset.add_samples(fresh, dynamic=False, progress=False)
    paths = ["filepath", "metadata", fields.PARTICIPANT, fields.CATEGORY]
    paths += [*of_data.scores.values(), *of_data.attributes.values()]
    _update(dataset, {known[s[fields.INTERVIEW_ID]]: s for s in samples if s[fields.INTERVIEW_ID] in known}, paths)
    return len(fresh), len(samples) - len(fresh)


def _update(dataset: fo.Dataset, samples: Mapping[str, fo.Sample], paths: Sequence[str]) -> None:
    """Update known interviews, keeping decisions and predictions."""
    if not samples:
        return
    before = dict(zip(*dataset.values(["id", f"{fields.CATEGORY}.label"]), strict=True))
    for name in paths:
        values = {key: sample[name] for key, sample in samples.items() if sample.has_field(name)}
        dataset.set_values(name, values, key_field="id")
    changed = [key for key, sample in samples.items() if before[key] != sample[fields.CATEGORY].label]
    if changed:
        follow_videos(dataset.select(changed))


def _first_reason(report: ImportReport) -> str:
    return f"{report.failures[0].id}: {report.failures[0].reason}" if report.failures else "it holds none"
