"""Judge many videos: interviews by their stored tables, or any files as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from expressiveness.data import Interview
from expressiveness.errors import StoreError, VideoError
from expressiveness.faces import (
    DETECTORS,
    DetectorMaker,
    ExtractionConfig,
    FaceStore,
    detector_of_process,
    extract_faces,
    maker_for_workers,
)
from expressiveness.models.base import Clip, Input, StoredClips
from expressiveness.models.frame_predictions import FramePredictions
from expressiveness.models.trained_model import TrainedModel
from expressiveness.movement import landmarker_of_process, read_faces_and_movement
from expressiveness.parallel import Outcome, run
from expressiveness.video import MAX_PIXELS, Shortfall, all_read

Vectors = npt.NDArray[np.float32]


def predict_interviews(
    model: TrainedModel,
    interviews: Sequence[Interview],
    store: FaceStore,
    *,
    everything: Sequence[Interview] | None = None,
) -> Iterator[Outcome[Interview, FramePredictions]]:
    """Judge interviews by their stored faces, one by one; one without stored faces yields the reason.

    Movement that a model needs and that is not stored yet is read from the video, and stored beside the faces.

    Args:
        model: that judges.
        interviews: that are judged.
        store: of their faces.
        everything: all interviews that are known of these people, by which their faces at rest are known best; those
            that are judged, if None.
    """
    clips = StoredClips(everything or interviews, store, model.needs)
    for interview in interviews:
        try:
            yield Outcome(interview, model.predict(clips.of(interview)))
        except (StoreError, VideoError) as error:
            yield Outcome(interview, None, str(error))


def embed_interviews(
    model: TrainedModel, interviews: Sequence[Interview], store: FaceStore
) -> Iterator[Outcome[Interview, Vectors]]:
    """Yield each interview's mean vector over its primary faces, of shape (256,) in the notebook's network.

    An interview without stored faces, or with none on any frame, yields the reason.

    Raises:
        ModelError: the model makes no vectors.
    """
    embedder = model.able_to("embeddings")
    clips = StoredClips(interviews, store, model.needs)
    for interview in interviews:
        try:
            clip = clips.of(interview)
        except (StoreError, VideoError) as error:
            yield Outcome(interview, None, str(error))
            continue
        if clip.faces.is_primary.any():
            yield Outcome(interview, embedder.embed(clip).mean(axis=0))
        else:
            yield Outcome(interview, None, "no face was found in it")


def predict_video(model: TrainedModel, video: Path | str) -> FramePredictions:
    """Find the faces of one video as the model was trained on them, and judge it.

    Raises:
        VideoError: the video is missing or nothing in it decodes.
    """
    maker = DETECTORS[model.extraction.detector]
    clip, cut_short = _read_clip(_Job(Path(video), model.extraction, maker, model.needs))
    return model.predict(clip).saying(cut_short=cut_short)


def predict_videos(
    model: TrainedModel,
    videos: Sequence[Path | str],
    *,
    reasons: bool = False,
    workers: int | None = None,
    max_pixels: int = MAX_PIXELS,
) -> Iterator[Outcome[Path, FramePredictions]]:
    """Find the faces of any videos as the model was trained on them, and judge them as they come.

    Args:
        model: the trained model; its extraction settings are used.
        videos: files; one that cannot be read yields the reason.
        reasons: whether to say why, too, where the model can, which takes some three times as long as judging.
        workers: processes that find faces; None for one a core.
        max_pixels: the most that a picture may have.
    """
    maker = maker_for_workers(model.extraction.detector)
    jobs = [_Job(Path(video), model.extraction, maker, model.needs, max_pixels) for video in videos]
    for outcome in run(_read_clip, jobs, workers=workers):
        if outcome.value is None:
            yield Outcome(outcome.item.video, None, outcome.error)
        else:
            clip, cut_short = outcome.value
            said = model.predict(clip).saying(cut_short=cut_short)
            if reasons and said.category and "reasons" in model.model.can:
                said = said.saying(why=model.able_to("reasons").reasons(clip))
            yield Outcome(outcome.item.video, said)


@dataclass(frozen=True, slots=True)
class _Job:
    video: Path
    config: ExtractionConfig
    maker: DetectorMaker
    needs: frozenset[Input]
    max_pixels: int = MAX_PIXELS


def _read_clip(job: _Job) -> tuple[Clip, Shortfall | None]:
    detector = detector_of_process(job.config, job.maker)
    if "movement" in job.needs:
        landmarker = landmarker_of_process()
        clip = Clip(
            *read_faces_and_movement(
                job.video, job.config, detector=detector, landmarker=landmarker, max_pixels=job.max_pixels
            )
        )
    else:
        clip = Clip(extract_faces(job.video, job.config, detector=detector, max_pixels=job.max_pixels))
    return clip, all_read(job.video, job.config.sampling, clip.faces.sampled_number.tolist())
