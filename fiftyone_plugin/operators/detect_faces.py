"""Find faces on the sampled frames of interviews."""

from __future__ import annotations

import os
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
from fiftyone.operators import types

from ..forms import (
    InterviewOperator,
    Listing,
    Progress,
    choose,
    counting,
    number,
    one_of,
    target_videos,
    whole_number,
    yes_or_no,
)

FRAMES_A_SECOND = 400
"""Video frames that a core reads and looks at each fifth of, on an ordinary CPU; for the estimate only."""


class DetectFaces(InterviewOperator):
    """Find faces, store their crops, and write them as frame labels; what is stored already is not looked for again."""

    listing = Listing(
        name="detect_faces",
        label="Detect faces",
        description="Find faces with MediaPipe on the sampled frames",
        icon="face",
    )

    def __call__(
        self,
        samples: fo.Dataset | fo.DatasetView,
        detector: str = "auto",
        every: int = 5,
        confidence: float = 0.5,
        align: bool = False,
        workers: int | None = None,
        delegate: bool = False,
    ) -> foo.executor.ExecutionResult:
        """Find faces.

        Args:
            samples: a dataset of interviews, or a view of one
            detector ("auto"): "auto", "short" or "full"
            every (5): look at every N-th frame
            confidence (0.5): the least that counts as a face
            align (False): whether to turn each face until its eyes lie level
            workers (None): processes; one a core if None
            delegate (False): whether to leave the work to a delegated worker
        """
        params = {"detector": detector, "every": every, "confidence": confidence, "align": align, "workers": workers}
        return foo.execute_operator(self.uri, view=samples.view(), params=params, request_delegation=delegate)

    def form(self, ctx: foo.executor.ExecutionContext, inputs: types.Object) -> None:
        """Choose detector and sampling, and see how long it will take."""
        from expressiveness.faces import DEFAULT_DETECTOR, detector_labels

        from ..dataset import require_interviews

        samples = target_videos(ctx)
        require_interviews(samples)
        choose(inputs, "detector", detector_labels(), default=DEFAULT_DETECTOR, label="Detector")
        inputs.int("every", default=5, min=1, label="Look at every N-th frame")
        inputs.float("confidence", default=0.5, min=0.0, max=1.0, label="The least confidence of a face")
        inputs.bool("align", default=False, label="Turn faces until their eyes lie level")
        inputs.int("workers", min=1, label="Processes", description="One a core if empty")
        inputs.view("estimate", types.Notice(label=estimate(samples)))

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Find faces."""
        from expressiveness.faces import DETECTORS, ExtractionConfig
        from expressiveness.video import Sampling

        from ..steps import detect_faces

        config = ExtractionConfig(
            sampling=Sampling(every=whole_number(ctx, "every", 5, least=1)),
            detector=one_of(ctx, "detector", DETECTORS, "auto"),
            confidence=number(ctx, "confidence", 0.5),
            align=yes_or_no(ctx, "align", False),
        )
        report = detect_faces(
            target_videos(ctx),
            config,
            workers=whole_number(ctx, "workers", None, least=1),
            progress=counting(progress, "videos"),
        )
        failed = f", {len(report.failures)} failed ({report.failures[0].reason})" if report.failures else ""
        short = f", {len(report.cut_short)} of them not all there" if report.cut_short else ""
        message = (
            f"{report.succeeded} videos done{short}, {report.skipped} stored already{failed}: {report.faces} faces"
        )
        return {**report.as_dict(), "message": message}


def estimate(samples: fo.Dataset | fo.DatasetView) -> str:
    """How long finding the faces of some videos will take, in words."""
    frames = samples.sum("metadata.total_frame_count") or 0
    minutes = frames / FRAMES_A_SECOND / (os.cpu_count() or 1) / 60
    length = "less than a minute" if minutes < 1 else f"about {minutes:.0f} minutes"
    return (
        f"{len(samples)} videos with {frames:,} frames: {length} on this machine, unless faces are stored already. "
        "The work may be stopped at any moment; the next run goes on from there."
    )
