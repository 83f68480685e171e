"""Detect faces on the sampled frames of interviews."""

from __future__ import annotations

import os
from typing import Annotated, Any

import fiftyone as fo
import fiftyone.operators as foo
from pydantic import Field

from ..forms import (
    Choices,
    Count,
    Form,
    InterviewOperator,
    Listing,
    Number,
    Progress,
    Stated,
    Text,
    counted,
    counting,
    parameters,
    target_videos,
)

MOST_NAMED = 5
"""Videos listed in the result."""

FRAMES_A_SECOND = 400
"""Video frames per second and core when sampling every fifth, on an ordinary CPU; only for the estimate."""

FRAMES_A_SECOND_WITH_MOVEMENT = 160


@parameters
class FaceParameters:
    """How faces are looked for."""

    detector: Annotated[Text, Choices(Stated("expressiveness.faces", "DETECTORS"))] = Field(
        default_factory=Stated("expressiveness.faces", "ExtractionConfig.detector"), title="Detector"
    )
    every: Count = Field(
        default_factory=Stated("expressiveness.video", "DEFAULT_EVERY"), title="Look at every N-th frame"
    )
    confidence: Number = Field(
        default_factory=Stated("expressiveness.faces", "ExtractionConfig.confidence"),
        ge=0,
        le=1,
        title="The least confidence of a face",
    )
    align: bool = Field(
        default_factory=Stated("expressiveness.faces", "ExtractionConfig.align"),
        title="Turn faces until their eyes lie level",
    )
    movement: bool = Field(
        False,
        title="Read movement in the same pass",
        description="Models of movement need it; it takes three times as long, but less than reading it later",
    )
    workers: Count | None = Field(None, title="Processes", description="One a core if not given")


class DetectFaces(InterviewOperator[FaceParameters]):
    """Find faces, store their crops, and write them as frame labels; what is stored already is not looked for again."""

    listing = Listing(
        name="detect_faces",
        label="Detect faces",
        description="Find faces with MediaPipe on the sampled frames",
        icon="face",
    )

    in_background = True

    def form(self, ctx: foo.executor.ExecutionContext, form: Form) -> None:
        """Choose detector and sampling, with an estimate of the time."""
        from expressiveness.faces import detector_labels

        from ..dataset import require_interviews

        samples = target_videos(ctx)
        require_interviews(samples)
        form.ask("detector", choices=detector_labels())
        for name in ("every", "confidence", "align"):
            form.ask(name)
        movement = form.ask("movement")
        form.ask("workers")
        form.note("estimate", estimate(samples, movement=movement))

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Find faces."""
        from expressiveness.faces import ExtractionConfig
        from expressiveness.video import Sampling

        from ..steps import detect_faces

        chosen = self.read(ctx)
        config = ExtractionConfig(
            Sampling(every=chosen.every), chosen.detector, confidence=chosen.confidence, align=chosen.align
        )
        report = detect_faces(
            target_videos(ctx),
            config,
            movement=chosen.movement,
            workers=chosen.workers,
            progress=counting(progress, "videos"),
        )
        failed = f", {len(report.failures)} failed ({report.failures[0].reason})" if report.failures else ""
        short = f", {len(report.cut_short)} of them not all there" if report.cut_short else ""
        message = (
            f"{report.succeeded} videos done{short}, {report.skipped} stored already{failed}: {report.faces} faces"
            f"{_about_several(report.several)}"
        )
        return {**report.as_dict(), "message": message}


def _about_several(several: dict[str, int]) -> str:
    """A note about videos that show several people."""
    if not several:
        return ""
    named = ", ".join(list(several)[:MOST_NAMED]) + (", ..." if len(several) > MOST_NAMED else "")
    return (
        f". {counted(len(several), 'video')} with several people ({named}): taken is the one whose face fills the most "
        "of the picture; Choose interviewee takes another"
    )


def estimate(samples: fo.Dataset | fo.DatasetView, *, movement: bool = False) -> str:
    """How long face detection will take, in words; `movement` says whether movement is read in the same pass."""
    frames = samples.sum("metadata.total_frame_count") or 0
    pace = FRAMES_A_SECOND_WITH_MOVEMENT if movement else FRAMES_A_SECOND
    minutes = frames / pace / (os.cpu_count() or 1) / 60
    length = "less than a minute" if minutes < 1 else f"about {minutes:.0f} minutes"
    return (
        f"{len(samples)} videos with {frames:,} frames: {length} on this machine, unless faces are stored already. "
        "The work may be stopped at any moment; the next run goes on from there."
    )
