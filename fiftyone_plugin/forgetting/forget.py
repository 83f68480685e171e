"""Delete an interview from its datasets and the rest of FiftyOne's database, with all files derived from it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import fiftyone as fo

from expressiveness._io import MANIFEST, Manifest
from expressiveness.errors import ModelError
from expressiveness.privacy import (
    ForgetReport,
    forget_in_model,
    forget_in_record,
    forget_in_store,
    forget_pictures,
    tables_of,
)

from ..curation import forget_sample
from ..dataset import (
    FACES,
    info_of,
    keep_record,
    list_runs,
    model_folder,
    record_of,
    require_interviews,
    work_folder,
    working_on,
)
from .deleted_datasets import folders_in_use, leftovers
from .sweeping import Known, known, pictures_in, sweep


def forget_interview(dataset: fo.Dataset, interview_id: str) -> ForgetReport:
    """Delete an interview's sample, labels, decisions and embeddings, and its faces, movement and pictures on disk.

    This covers every copy: the interview is deleted from all datasets that have it with the same video, such as a clone
    or a second import, and from everything derived from those. Ambiguous cases, such as the same id with another video,
    are only listed in the report.

    The samples are deleted last, so an interrupted call can be repeated.

    Raises:
        InterviewError: the dataset holds no interviews.
        BusyError: a run is using one of the datasets or its faces.
    """
    require_interviews(dataset)
    found = known(dataset, interview_id)
    report = ForgetReport(video=min(found.videos, default=None))
    with ExitStack() as stack:
        for one in found.datasets:
            stack.enter_context(working_on(one, "forgetting an interview"))
        _forget_files(found, report)
        for one in found.datasets:
            _forget_in_runs(one, found, report)
        if not (found.samples or report.found):  # a mistyped id must not delete anything
            return report
        swept = sweep(found)
        report.documents = swept.documents
        report.deleted = list(dict.fromkeys(swept.deleted))  # a clone has items of the same name
        report.indexes = list(dict.fromkeys(swept.recompute))
        report.yours += swept.left
        for one in found.datasets:
            _forget_samples(one, found, report)
    return report


def _forget_files(found: Known, report: ForgetReport) -> None:
    """Delete its tables and pictures, also in other datasets' folders if of the same video; report the rest."""
    tables: set[str] = set()
    for dataset in found.datasets:
        work = work_folder(dataset)
        tables |= {table.name for table in tables_of(work / FACES, found.interview)}
        if (work / FACES).is_dir():
            report.tables += forget_in_store(work / FACES, found.interview)
        _name_files(dataset, found, report)
    for folder in map(Path, sorted(found.pictures)):
        _forget_pictures(folder, report)
    ours = {work_folder(dataset).resolve() for dataset in found.datasets}
    abandoned = leftovers()
    for work in sorted({*folders_in_use().values(), *abandoned} - ours):
        same = {table.name for table in tables_of(work / FACES, found.interview)}
        if same & tables:
            report.tables += forget_in_store(work / FACES, found.interview, named=tables)
            _forget_pictures(pictures_in(work, found.interview), report)
        elif same or pictures_in(work, found.interview).is_dir():
            report.yours.append(f"what {work} holds of an interview of the same id, if it is the same person's")
    if abandoned:
        report.yours.append("what datasets that are gone have left on the disk; see: expressiveness clean")


def _forget_pictures(folder: Path, report: ForgetReport) -> None:
    deleted, others = forget_pictures(folder)
    report.pictures += deleted
    report.yours += [f"{file}, which is among its pictures" for file in others]


def _name_files(dataset: fo.Dataset, found: Known, report: ForgetReport) -> None:
    """Report the user's own files, and remove the video's name from our records about their folder."""
    info = info_of(dataset)
    source = Path(info.get("folder") or "/")
    for video in map(Path, sorted(found.videos)):
        if str(video) != report.video:
            report.yours.append(str(video))
        for folder in [folder for folder in video.parents if folder.is_relative_to(source)]:
            try:
                if manifest := Manifest.read(folder):
                    manifest.forget([video.relative_to(folder).as_posix()])
            except OSError as error:
                report.yours.append(f"its line of {folder / MANIFEST} ({error.strerror or error})")
    report.yours += [f"the export {folder}" for folder in info.get("exports", []) if Path(folder).is_dir()]


def _forget_in_runs(dataset: fo.Dataset, found: Known, report: ForgetReport) -> None:
    for run in list_runs(dataset):
        try:
            record = record_of(dataset, run)
            if (kept := forget_in_record(record, found.interview)) != record:
                keep_record(dataset, run, kept)
            if forget_in_model(model_folder(dataset, run), found.interview) and run not in report.learned:
                report.learned.append(run)
        except ModelError:
            continue  # the model's folder and record are gone
    for sample in found.samples:
        forget_sample(dataset, sample)


def _forget_samples(dataset: fo.Dataset, found: Known, report: ForgetReport) -> None:
    samples = dataset.select([id for id in found.samples if id in set(dataset.values("id"))])
    if len(samples):
        report.frames += samples.count("frames")
        report.datasets.append(dataset.name)
        dataset.delete_samples(samples)
