"""Judge many videos: interviews from their stored tables, or any video files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from expressiveness.data import Interview, NamedNeutrals
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
from expressiveness.movement import (
    Movement,
    Neutral,
    landmarker_of_process,
    named_neutral,
    read_faces_and_movement,
    read_movement,
)
from expressiveness.parallel import Outcome, run
from expressiveness.video import MAX_PIXELS, Shortfall, all_read

Vectors = npt.NDArray[np.float32]


def predict_interviews(
    model: TrainedModel,
    interviews: Sequence[Interview],
    store: FaceStore,
    *,
    everything: Sequence[Interview] | None = None,
    neutrals: NamedNeutrals | None = None,
) -> Iterator[Outcome[Interview, FramePredictions]]:
    """Judge interviews from their stored faces; one without stored faces yields the reason.

    If the model needs movement that is not stored yet, it is read from the video and stored beside the faces.

    Args:
        model: the trained model.
        interviews: to judge.
        store: holds their faces.
        everything: all interviews of these people, for a better estimate of their neutral faces; `interviews` if None.
        neutrals: the neutral stretches that a user named.
    """
    clips = StoredClips(everything or interviews, store, model.needs, neutrals=neutrals)
    for interview in interviews:
        try:
            yield Outcome(interview, model.predict(clips.of(interview)))
        except (StoreError, VideoError) as error:
            yield Outcome(interview, None, str(error))


def embed_interviews(
    model: TrainedModel,
    interviews: Sequence[Interview],
    store: FaceStore,
    *,
    everything: Sequence[Interview] | None = None,
    neutrals: NamedNeutrals | None = None,
) -> Iterator[Outcome[Interview, Vectors]]:
    """Yield each interview's mean embedding over its primary faces, shape (256,) for the notebook's network.

    An interview without faces yields the reason. Arguments as in `predict_interviews`.

    Raises:
        ModelError: the model has no embeddings.
    """
    embedder = model.able_to("embeddings")
    clips = StoredClips(everything or interviews, store, model.needs, neutrals=neutrals)
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
    """Judge one video, finding its faces with the settings that the model was trained with.

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
    neutrals: Mapping[Path | str, NamedNeutrals] | None = None,
    reasons: bool = False,
    workers: int | None = None,
    max_pixels: int = MAX_PIXELS,
) -> Iterator[Outcome[Path, FramePredictions]]:
    """Judge videos, finding their faces with the settings that the model was trained with, in the order they finish.

    Args:
        model: the trained model.
        videos: files; one that cannot be read yields the reason.
        neutrals: by video, the neutral stretches that a user named of its person, as `neutrals_of_videos` finds them.
        reasons: whether to give reasons, too, if the model can; this takes about three times as long as judging.
        workers: processes that find faces; None for one per core.
        max_pixels: the largest frame allowed.
    """
    maker = maker_for_workers(model.extraction.detector)
    by_path = {Path(video): named for video, named in (neutrals or {}).items()}
    jobs = [_Job(Path(video), model.extraction, maker, model.needs, max_pixels) for video in videos]
    for outcome in run(_read_clip, jobs, workers=workers):
        if outcome.value is None:
            yield Outcome(outcome.item.video, None, outcome.error)
        else:
            clip, cut_short = outcome.value
            if clip.movement is not None and (named := by_path.get(outcome.item.video)):
                neutral = video_neutral(named, outcome.item.video, clip.movement, max_pixels=max_pixels)
                clip = replace(clip, neutral=neutral)
            said = model.predict(clip).saying(cut_short=cut_short)
            if reasons and said.category and "reasons" in model.model.can:
                said = said.saying(why=model.able_to("reasons").reasons(clip))
            yield Outcome(outcome.item.video, said)


def video_neutral(
    named: NamedNeutrals, video: Path | str, movement: Movement | None = None, *, max_pixels: int = MAX_PIXELS
) -> Neutral | None:
    """The neutral face of the person in a video, from the stretches that a user named of them; None if there is none.

    Args:
        named: the person's stretches, which may be of other videos; these are read.
        video: the file.
        movement: of the video, if it was read already.
        max_pixels: the largest frame allowed.
    """

    def read(interview: Interview) -> Movement:
        if movement is not None and interview.video.resolve() == Path(video).resolve():
            return movement
        return read_movement(interview.video, landmarker=landmarker_of_process(), max_pixels=max_pixels)

    return named_neutral(named, named.stretches, read)


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
