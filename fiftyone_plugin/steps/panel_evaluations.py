"""A run's predictions for FiftyOne's own tools: evaluations for its Model Evaluation panel, and frames as COCO."""

from __future__ import annotations

from pathlib import Path

import fiftyone as fo

from expressiveness._io import atomic_folder, check_output_folder, file_stem
from expressiveness.data import CATEGORIES
from expressiveness.errors import ModelError
from expressiveness.types import Progress
from expressiveness.video import save_stills

from ..dataset import measure_of, require_predictions
from ..fields import CATEGORY, INTERVIEW_ID, InterviewFields, RunFields

COCO = "frames as COCO"
"""The kind of the folder, see `check_output_folder`."""

VIDEOS, SCORES, PREDICTED, TRUE = "videos", "scores", "predicted_score", "true_score"
"""End the names of what is added, after the run's."""


def register_evaluations(samples: fo.Dataset | fo.DatasetView, run: str) -> list[str]:
    """Register a run's videos and scores as evaluations, which FiftyOne's Model Evaluation panel then lists.

    The truth is the score and its category. As FiftyOne wants them, scores are also written as labels.

    Args:
        samples: a dataset of interviews, or a view of one.
        run: whose predictions.

    Returns:
        The keys of the evaluations; earlier ones of the run are replaced.

    Raises:
        ModelError: the run has no predictions here.
    """
    dataset, fields = samples._root_dataset, RunFields(run)
    if run not in require_predictions(dataset):
        raise ModelError(f"{dataset.name} has no predictions of the run {run!r}; run Predict first")
    judged = samples.exists(fields.video).exists(CATEGORY)
    keys = [f"{run}_{name}" for name in (VIDEOS, SCORES)]
    for key in set(keys) & set(dataset.list_evaluations()):
        dataset.delete_evaluation(key)
    judged.evaluate_classifications(fields.video, gt_field=CATEGORY, eval_key=keys[0], classes=list(CATEGORIES))
    target, _ = measure_of(dataset, run)
    true = InterviewFields.of(dataset).scores[target]
    for name, path in ((PREDICTED, fields.score), (TRUE, true)):
        values = dict(zip(*judged.values(["id", path]), strict=True))
        labels = {key: fo.Regression(value=value) for key, value in values.items() if value is not None}
        dataset.set_values(f"{run}_{name}", labels, key_field="id")
    scored = judged.exists(f"{run}_{PREDICTED}").exists(f"{run}_{TRUE}")
    scored.evaluate_regressions(f"{run}_{PREDICTED}", gt_field=f"{run}_{TRUE}", eval_key=keys[1])
    return keys


def export_frames_as_coco(
    samples: fo.Dataset | fo.DatasetView, run: str, folder: Path | str, *, progress: Progress | None = None
) -> int:
    """Write the judged frames as pictures with the face's box and true category, in COCO's format.

    FiftyOne's own export of frames fails on the tracks that its Annotate tab needs, and needs FFmpeg on the machine.

    Args:
        samples: a dataset of interviews, or a view of one.
        run: whose judged frames.
        folder: new, empty, or an earlier export, which is replaced.
        progress: called with the number of videos done.

    Returns:
        The number of frames.

    Raises:
        ModelError: the run has no predictions here.
        VideoError: a video cannot be read.
        OutputError: the folder cannot be written, or holds something that we did not write.
    """
    dataset, folder = samples._root_dataset, Path(folder)
    if run not in require_predictions(dataset):
        raise ModelError(f"{dataset.name} has no predictions of the run {run!r}; run Predict first")
    check_output_folder(folder, kind=COCO)
    faces = f"frames.{run}.detections"
    names = [INTERVIEW_ID, "filepath", "frames.frame_number", f"{faces}.bounding_box", f"{faces}.truth"]
    videos = list(zip(*samples.values(names), strict=True))
    pictures = fo.Dataset()
    try:
        with atomic_folder(folder, kind=COCO) as unfinished:
            for done, (id, video, numbers, boxes, truths) in enumerate(videos, start=1):
                judged = {
                    number: (box[0], truth[0]) for number, box, truth in zip(numbers, boxes, truths, strict=True) if box
                }
                stills = save_stills(Path(video), judged, unfinished / "data" / file_stem(id))
                pictures.add_samples([_picture(file, *judged[number]) for number, file in stills.items()])
                if progress:
                    progress(done, len(videos))
            pictures.export(
                dataset_type=fo.types.COCODetectionDataset,
                data_path=str(unfinished / "data"),
                labels_path=str(unfinished / "labels.json"),
                label_field="face",
                classes=list(CATEGORIES),
                export_media=False,
                rel_dir=str(unfinished / "data"),
                progress=False,
            )
        return len(pictures)
    finally:
        pictures.delete()


def _picture(file: Path, box: list[float], category: str) -> fo.Sample:
    return fo.Sample(
        filepath=str(file), face=fo.Detections(detections=[fo.Detection(label=category, bounding_box=box)])
    )
