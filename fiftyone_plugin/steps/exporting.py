"""Export the curated interviews as files, for use outside FiftyOne.

    FOLDER/
    ├── metadata.jsonl   where the data had RecruitView's layout, with `corrected_category`; else `interviews.csv` and
    │                    `columns.json`; interviews that were left out are not in it
    ├── decisions.json   every decision, with who and when; `expressiveness train --curation` reads it
    ├── faces/           a folder a category, of 48x48 pictures
    └── videos/          if asked for; without them `metadata.jsonl` names them as the imported one does

`export_for_tools` writes predictions and decisions in the formats of other tools: tables, ELAN, BORIS, and more.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import fiftyone as fo

from expressiveness._io import atomic_folder, check_output_folder, file_stem
from expressiveness.data import METADATA, Curation, Interview, write_table
from expressiveness.errors import OutputError
from expressiveness.exchange import StudyExport, check_study_folder, export_study
from expressiveness.faces import put_faces
from expressiveness.models import predict_interviews
from expressiveness.types import Failure, Progress

from ..curation import curation_of, record_hand_edits
from ..dataset import (
    face_store,
    imported_measure,
    info_of,
    interviews_of,
    keep_info,
    load_run,
    newest_faces,
    require_faces,
    require_interviews,
    rule_of,
)

CURATED = "curated export"
"""The kind of folder, see `check_output_folder`."""

DECISIONS, FACES, VIDEOS = "decisions.json", "faces", "videos"
RECRUITVIEW = "recruitview"


@dataclass(slots=True)
class ExportReport:
    """The result of an export."""

    folder: str
    interviews: int = 0
    left_out: int = 0  # interviews excluded by a reviewer
    faces: dict[str, int] = field(default_factory=dict)  # by category
    excluded_faces: int = 0
    corrected_faces: int = 0
    failures: list[Failure] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The report, ready for JSON."""
        return asdict(self)


def export_curated(
    samples: fo.Dataset | fo.DatasetView,
    folder: Path | str,
    *,
    faces: bool = True,
    videos: bool = False,
    progress: Progress | None = None,
) -> ExportReport:
    """Write the interviews, the decisions about them, and their faces by category.

    Args:
        samples: a dataset of interviews, or a view of one.
        folder: new, empty, or an earlier export, which is replaced.
        faces: also write the faces as images.
        videos: also copy the videos, so that the folder is self-contained.
        progress: called with the number of interviews done.

    Raises:
        InterviewError: the dataset holds no interviews.
        TrainingError: `faces` is set, but no faces were detected yet.
        OutputError: the folder cannot be written, or contains something we did not write, or videos of this dataset.
        BusyError: another run has been writing it for a minute.
    """
    require_interviews(samples)
    if faces:
        require_faces(samples)
    folder = Path(folder)
    check_output_folder(folder, kind=CURATED)
    record_hand_edits(samples)
    curation = curation_of(samples)
    out = {decision.interview for decision in curation.interviews if decision.excluded}
    interviews = interviews_of(samples)
    kept = [interview for interview in interviews if interview.id not in out]
    report = ExportReport(str(folder), interviews=len(kept), left_out=len(out))
    source = Path(info_of(samples._root_dataset).get("folder", ""))
    names = {interview.id: _file_name(interview, source, copied=videos) for interview in kept}
    if any(interview.video.is_relative_to(folder.resolve()) for interview in interviews):
        raise OutputError(f"{folder} holds videos of this dataset; choose an empty folder or a new one")
    with atomic_folder(folder, kind=CURATED) as unfinished:
        curation.save(unfinished / DECISIONS)
        _write_rows(samples._root_dataset, kept, names, curation, unfinished)
        if videos:
            _copy_videos(kept, names, unfinished)
        if faces:
            target, thresholds = imported_measure(samples._root_dataset)
            written = put_faces(
                kept,
                newest_faces(samples._root_dataset),
                unfinished / FACES,
                target=target,
                thresholds=thresholds,
                curation=curation,
                progress=progress,
            )
            report.faces, report.failures = written.faces, list(written.failures)
            report.excluded_faces, report.corrected_faces = written.excluded, written.corrected
    _keep_place(samples._root_dataset, folder)
    return report


def export_for_tools(
    samples: fo.Dataset | fo.DatasetView,
    folder: Path | str,
    format: str,
    *,
    run: str | None = None,
    progress: Progress | None = None,
) -> StudyExport:
    """Write a run's predictions, the true categories, decisions and transcripts in the format of another tool.

    Args:
        samples: a dataset of interviews, or a view of one.
        folder: new, empty, or an earlier export in the same format, which is replaced.
        format: a name in `STUDY_EXPORTS`.
        run: whose predictions; none if None.
        progress: called with the number of interviews done.

    Raises:
        InterviewError: the dataset holds no interviews, or none of their videos can be read.
        ModelError: there is no such run, or its model's folder is gone.
        TrainingError: no faces were detected yet.
        ConfigError: there is no such format.
        OutputError: the folder cannot be written, or holds something that we did not write.
        BusyError: another run has been writing it for a minute.
    """
    require_interviews(samples)
    check_study_folder(folder, format)
    record_hand_edits(samples)
    dataset, interviews = samples._root_dataset, interviews_of(samples)
    predictions = None
    if run:
        require_faces(samples)
        model = load_run(dataset, run)
        judged = predict_interviews(
            model, interviews, face_store(dataset, model.extraction), everything=interviews_of(dataset)
        )
        predictions = {outcome.item.id: outcome.value for outcome in judged if outcome.value}
    exported = export_study(
        interviews,
        folder,
        format,
        rule=rule_of(dataset) if any(one.scores for one in interviews) else None,
        predictions=predictions,
        curation=curation_of(samples),
        progress=progress,
    )
    _keep_place(dataset, Path(folder))
    return exported


def _keep_place(dataset: fo.Dataset, folder: Path) -> None:
    """Remember where an export was written, to report it when one of its interviews is forgotten."""
    place, before = str(folder.resolve()), info_of(dataset).get("exports", [])
    if place not in before:
        keep_info(dataset, exports=[*before, place])


def _file_name(interview: Interview, source: Path, *, copied: bool) -> str:
    """The video's path relative to the export, or to the folder that was imported."""
    if copied:
        return f"{VIDEOS}/{file_stem(interview.id)}{interview.video.suffix}"
    return str(interview.video.relative_to(source) if interview.video.is_relative_to(source) else interview.video)


def _write_rows(
    dataset: fo.Dataset, interviews: Sequence[Interview], names: Mapping[str, str], curation: Curation, folder: Path
) -> None:
    """Write the interviews in RecruitView's layout if they were imported from it, else as a CSV."""
    corrected = {decision.interview: decision.category for decision in curation.interviews if decision.category}
    if info_of(dataset).get("reader", RECRUITVIEW) != RECRUITVIEW:
        target, thresholds = imported_measure(dataset)
        more = {"corrected_category": corrected}
        write_table(folder, interviews, names, more=more, target=target, thresholds=thresholds)
        return
    rows = [_row(interview, names[interview.id], corrected.get(interview.id)) for interview in interviews]
    file = folder / METADATA
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def _row(interview: Interview, file_name: str, corrected: str | None) -> dict[str, Any]:
    """A row in RecruitView's format, without the summary, which import does not read either."""
    return {
        "id": interview.id,
        "file_name": file_name,
        **interview.attributes,
        "user_no": interview.participant,
        **interview.scores,
        "corrected_category": corrected,
    }


def _copy_videos(interviews: Sequence[Interview], names: Mapping[str, str], folder: Path) -> None:
    (folder / VIDEOS).mkdir()
    for interview in interviews:
        try:
            shutil.copyfile(interview.video, folder / names[interview.id])
        except OSError as error:
            raise OutputError(
                f"cannot copy {interview.video} ({error.strerror or error}); nothing was written"
            ) from error
