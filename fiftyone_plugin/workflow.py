"""What can be done with interviews in FiftyOne: import, detect faces, train, predict, evaluate, review.

Operators, the command line and notebooks call these functions. Each works on a dataset or a view, may be repeated, and
goes on where an interrupted call stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fiftyone as fo

from expressiveness.categories import Thresholds
from expressiveness.errors import InterviewError, ModelError, StoreError, TrainingError, VideoError
from expressiveness.evaluation import evaluate as evaluate_model
from expressiveness.extraction import (
    ExtractionConfig,
    ExtractionReport,
    FaceStore,
    Failure,
    Progress,
    extract_interviews,
)
from expressiveness.faces import FaceTable
from expressiveness.interviews import DEFAULT_TARGET, METADATA, TARGETS, Interview, read_interviews, take_evenly
from expressiveness.models import TrainingConfig
from expressiveness.movement import MovementStore, extract_movements
from expressiveness.prediction import FramePredictions, predict_interviews
from expressiveness.video import BROWSER_CODECS

from . import fields
from .annotation import enable_annotation
from .curation import curation_of, truths_of
from .deciding import follow_videos, record_hand_edits
from .face_states import expected_categories
from .fields import RunFields
from .importer import interview_sample
from .ingest import write_faces, write_predictions
from .runs import (
    check_run_name,
    list_runs,
    load_run,
    load_run_split,
    network_runs,
    next_run_name,
    register_run,
    save_figures,
)
from .working import alone_on_dataset, working_on

if TYPE_CHECKING:
    from expressiveness.training import Epoch

CHUNK = 16
"""Videos whose labels are written at once."""


@dataclass(slots=True)
class ImportReport:
    """How an import ended."""

    dataset: str
    added: int = 0
    updated: int = 0
    failures: list[Failure] = field(default_factory=list)
    unplayable: dict[str, str] = field(default_factory=dict)  # codecs that browsers do not play, by interview id

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
        progress: called with how many videos have been looked at.

    Raises:
        InterviewError: the folder cannot be used, or, if `strict`, a row of it.
    """
    found = read_interviews(folder, strict=strict)
    report = ImportReport(name)
    report.failures = [Failure(f"{METADATA} line {row.line}", row.reason) for row in found.bad_rows]
    chosen = take_evenly(found.interviews, limit)
    samples = _samples(chosen, target, thresholds or Thresholds(), report, progress)
    if not samples:
        raise InterviewError(f"none of the interviews in {folder} can be imported: {_first_reason(report)}")
    codecs = {sample[fields.INTERVIEW_ID]: sample.metadata.encoding_str for sample in samples}
    report.unplayable = {id: codec for id, codec in codecs.items() if codec not in BROWSER_CODECS}
    with working_on(name, "importing interviews"):
        dataset = _dataset_of_interviews(name)
        known = dict(zip(*dataset.values([fields.INTERVIEW_ID, "id"]), strict=True))
        fresh = [sample for sample in samples if sample[fields.INTERVIEW_ID] not in known]
        if fresh:
            dataset.add_samples(fresh, dynamic=False, progress=False)
        report.added, report.updated = len(fresh), len(samples) - len(fresh)
        _update(dataset, {known[s[fields.INTERVIEW_ID]]: s for s in samples if s[fields.INTERVIEW_ID] in known})
        info = {**info_of(dataset), "folder": str(Path(folder).resolve()), "target": target}
        info["thresholds"] = asdict(thresholds or Thresholds())
        dataset.info[fields.INFO_KEY] = info
        dataset.save()
    return report


@alone_on_dataset("finding faces")
def detect_faces(
    samples: fo.Dataset | fo.DatasetView,
    config: ExtractionConfig | None = None,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> ExtractionReport:
    """Find faces on the sampled frames and write them as frame labels, video by video as they are done.

    Faces that the store holds are not looked for again.

    Args:
        samples: a dataset of interviews, or a view of one.
        config: which frames, which detector; the defaults if None.
        workers: processes; None for one a core.
        progress: called with how many videos are done.
    """
    dataset = samples._root_dataset
    store = FaceStore(work_folder(dataset) / "faces", config or ExtractionConfig())
    interviews = interviews_of(samples)
    sample_ids = dict(zip(*samples.values([fields.INTERVIEW_ID, "id"]), strict=True))
    record_hand_edits(samples)
    categories = expected_categories(samples)
    dataset.info[fields.INFO_KEY] = {**info_of(dataset), "extraction": asdict(store.config)}
    dataset.save()

    waiting: dict[str, FaceTable] = {}

    def write(interview: Interview) -> None:
        waiting[sample_ids[interview.id]] = store.load(interview)
        if len(waiting) >= CHUNK:
            flush()

    def flush() -> None:
        if waiting:
            write_faces(dataset, waiting, categories)
            waiting.clear()

    try:
        return extract_interviews(interviews, store, workers=workers, progress=progress, on_stored=write)
    finally:
        flush()
        enable_annotation(dataset)


@alone_on_dataset("training")
def train_model(
    samples: fo.Dataset | fo.DatasetView,
    config: TrainingConfig | None = None,
    *,
    run: str | None = None,
    split_of: str | None = None,
    on_epoch: Callable[[Epoch], None] | None = None,
    on_movement: Progress | None = None,
) -> str:
    """Train on the stored faces, with people's corrections, and keep the model with the dataset as a run.

    A model of movement reads the videos once more, where it has not yet; what it has read is kept beside the faces.

    What people decided counts in training and validation. The run is judged on its held-out people by the categories
    that their scores give, whatever was corrected, so that a run after curation can be compared with the one before it.

    Args:
        samples: a dataset of interviews with faces, or a view of one.
        config: the defaults if None. Categories that people set are about the score that the dataset was imported with;
            for another target only what they left out is honoured.
        run: the run's name; cnn_1, cnn_2, ... or movement_1, ... if None.
        split_of: an earlier run, whose people train, validate and test again; interviews that it did not know have no
            part. A new split, made from `config`, if None.
        on_epoch: called after each epoch of a network.
        on_movement: called with how many videos a model of movement has read.

    Returns:
        The run's name.

    Raises:
        TrainingError: faces are missing, or there are too few people.
        ModelError: there is no run `split_of`.
    """
    from expressiveness.training import train

    dataset, config = samples._root_dataset, config or TrainingConfig()
    run = check_run_name(run or next_run_name(dataset, config.model))
    split = load_run_split(dataset, split_of) if split_of else None
    interviews, store = interviews_of(samples), face_store(dataset)
    require_faces(samples)
    curation = curation_of(samples, target=config.target)
    if config.model == "movement":
        extract_movements(interviews, MovementStore.beside(store), progress=on_movement)
    model = train(interviews, store, config, split=split, curation=curation, on_epoch=on_epoch)
    held_out = [interview for interview in interviews if interview.id in set(model.split.test)]
    model = model.with_evaluation(evaluate_model(model, held_out, store))
    folder = model.save(work_folder(dataset) / "models" / run)
    register_run(dataset, run, model, folder, split_of=split_of)
    return run


@dataclass(slots=True)
class PredictionReport:
    """How a prediction ended."""

    run: str
    videos: int = 0
    frames: int = 0
    wrong_frames: int = 0
    failures: list[Failure] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON holds it."""
        return asdict(self)


@alone_on_dataset("predicting")
def predict(samples: fo.Dataset | fo.DatasetView, run: str, *, progress: Progress | None = None) -> PredictionReport:
    """Classify every stored face with a run's model, and write its labels, video by video.

    A model of movement says nothing of a video that shows too little of a face; it is passed over by name.

    Each label also says whether it is right by what people decided, or else by the score; this is for the review, and
    follows their decisions. The run's figures do not, see `evaluate`.

    Raises:
        ModelError: there is no such run.
        TrainingError: no faces were found yet.
    """
    dataset = samples._root_dataset
    model = load_run(dataset, run)
    store = FaceStore(work_folder(dataset) / "faces", model.extraction)
    require_faces(samples)
    record_hand_edits(samples)
    run_fields = fields.declare_run_fields(dataset, run)
    interviews = interviews_of(samples)
    sample_ids = dict(zip(*samples.values([fields.INTERVIEW_ID, "id"]), strict=True))
    truths = truths_of(samples, model.config.target, model.thresholds)
    report = PredictionReport(run)
    done: dict[str, FramePredictions] = {}
    for number, outcome in enumerate(predict_interviews(model, interviews, store), start=1):
        if outcome.value is None:
            report.failures.append(Failure(outcome.item.id, outcome.error or ""))
        else:
            done[sample_ids[outcome.item.id]] = outcome.value
            if outcome.value.doubt:
                report.failures.append(Failure(outcome.item.id, outcome.value.doubt))
        if len(done) == CHUNK or number == len(interviews):
            _write_chunk(dataset, run_fields, done, truths, report)
        if progress:
            progress(number, len(interviews))
    dataset.set_values(
        run_fields.split,
        {sample_ids[i.id]: model.split.set_of(i.id) for i in interviews},
        key_field="id",
    )
    return report


@alone_on_dataset("evaluating")
def evaluate(samples: fo.Dataset | fo.DatasetView, run: str) -> dict[str, Any]:
    """Judge a run on the interviews of its held-out people, keep the figures with the run, and return them.

    By the categories that the scores give; corrections by people are no part of the truth (see `evaluation.evaluate`).
    """
    dataset = samples._root_dataset
    model = load_run(dataset, run)
    interviews = [interview for interview in interviews_of(samples) if interview.id in set(model.split.test)]
    figures = evaluate_model(model, interviews, FaceStore(work_folder(dataset) / "faces", model.extraction))
    save_figures(dataset, run, evaluation=figures)
    return figures


def interviews_of(samples: fo.Dataset | fo.DatasetView) -> list[Interview]:
    """The interviews behind some samples.

    Raises:
        InterviewError: the dataset was not imported as interviews.
    """
    require_interviews(samples)
    names = [fields.INTERVIEW_ID, "filepath", fields.PARTICIPANT, fields.QUESTION_ID, fields.QUESTION, fields.DURATION]
    names += [fields.VIDEO_QUALITY, fields.TRANSCRIPT, *TARGETS]
    return [
        Interview(
            id=row[0],
            video=Path(row[1]),
            participant=row[2],
            question_id=row[3],
            question=row[4],
            duration=row[5],
            video_quality=row[6],
            transcript=row[7],
            scores=dict(zip(TARGETS, row[8:], strict=True)),
        )
        for row in zip(*samples.values(names), strict=True)
    ]


def require_interviews(samples: fo.Dataset | fo.DatasetView) -> None:
    """Check that a dataset holds interviews.

    Raises:
        InterviewError: it does not.
    """
    if not samples.has_sample_field(fields.INTERVIEW_ID):
        raise InterviewError(f"{samples._root_dataset.name} holds no interviews; run Import interviews first")


def require_faces(samples: fo.Dataset | fo.DatasetView) -> None:
    """Check that faces were looked for in every video.

    Raises:
        InterviewError: the dataset holds no interviews.
        TrainingError: some videos have not been looked at.
    """
    require_interviews(samples)
    without = len(samples.exists(fields.FRAMES_LOOKED_AT, False))
    if without:
        videos = "videos have" if without > 1 else "video has"
        raise TrainingError(f"Detect faces first: {without} {videos} no faces yet.")


def require_runs(dataset: fo.Dataset) -> list[str]:
    """The names of a dataset's runs, oldest first.

    Raises:
        ModelError: there is none.
    """
    if not (runs := list_runs(dataset)):
        raise ModelError(f"Train a model first: {dataset.name} has no run yet.")
    return runs


def require_networks(dataset: fo.Dataset) -> list[str]:
    """The names of a dataset's runs whose model is a network, oldest first.

    Raises:
        ModelError: there is none.
    """
    if not (runs := network_runs(dataset)):
        raise ModelError(f"Train a network first: {dataset.name} has no run of one yet.")
    return runs


def require_predictions(dataset: fo.Dataset) -> list[str]:
    """The names of the runs whose predictions stand in a dataset, oldest first.

    Raises:
        ModelError: there is none.
    """
    written = set(fields.runs_with_fields(dataset))
    if not (runs := [run for run in require_runs(dataset) if run in written]):
        raise ModelError(f"Predict first: no run has classified the faces of {dataset.name} yet.")
    return runs


def info_of(dataset: fo.Dataset) -> dict[str, Any]:
    """What the plugin keeps about a dataset: `folder`, `work_folder`, `target`, `thresholds`, `extraction`."""
    return dict(dataset.info.get(fields.INFO_KEY, {}))


def work_folder(dataset: fo.Dataset) -> Path:
    """Where a dataset's faces and models lie."""
    chosen = info_of(dataset).get("work_folder")
    return Path(chosen) if chosen else Path(fo.config.default_dataset_dir) / "expressiveness" / dataset.name


def set_work_folder(dataset: fo.Dataset, folder: Path) -> None:
    """Choose where a dataset's faces and models lie."""
    dataset.info[fields.INFO_KEY] = {**info_of(dataset), "work_folder": str(folder.resolve())}
    dataset.save()


def face_store(dataset: fo.Dataset) -> FaceStore:
    """The faces that were found last.

    Raises:
        StoreError: none were found yet.
    """
    extraction = info_of(dataset).get("extraction")
    if not extraction:
        raise StoreError(f"{dataset.name} has no faces yet; run Detect faces first")
    return FaceStore(work_folder(dataset) / "faces", ExtractionConfig.from_dict(extraction))


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
            return interview_sample(interview, target=target, thresholds=thresholds)
        except VideoError as error:
            return Failure(interview.id, str(error))

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


def _dataset_of_interviews(name: str) -> fo.Dataset:
    dataset = fo.load_dataset(name) if fo.dataset_exists(name) else fo.Dataset(name, persistent=True)
    if len(dataset) and not dataset.has_sample_field(fields.INTERVIEW_ID):
        raise InterviewError(f"the dataset {name} holds other samples; choose another name")
    fields.declare_interview_fields(dataset)
    return dataset


_UPDATED: Iterable[str] = (
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


def _update(dataset: fo.Dataset, samples: dict[str, fo.Sample]) -> None:
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


def _write_chunk(
    dataset: fo.Dataset,
    run_fields: RunFields,
    done: dict[str, FramePredictions],
    truths: dict[str, Any],
    report: PredictionReport,
) -> None:
    if not done:
        return
    wrong = write_predictions(dataset, run_fields, done, truths)
    report.videos += len(done)
    report.frames += sum(len(predictions.frame_number) for predictions in done.values())
    report.wrong_frames += wrong
    done.clear()
