"""Write a run's vectors of videos, for FiftyOne Brain and the Embeddings panel."""

from __future__ import annotations

from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
from fiftyone.operators import types

from ..forms import (
    InterviewOperator,
    Listing,
    Progress,
    choose,
    counted,
    counting,
    one_of,
    target_videos,
    text,
    yes_or_no,
)

MAPS = {"pca": "PCA: at once", "tsne": "t-SNE: groups stand out, takes minutes for thousands", "none": "None"}


class ComputeEmbeddings(InterviewOperator):
    """Write what the network's last hidden layer makes of each video, and map, index and rate the vectors."""

    listing = Listing(
        name="compute_embeddings",
        label="Compute embeddings",
        description="Vectors of the network's last hidden layer: Embeddings panel, uniqueness, similarity",
        icon="scatter_plot",
    )

    def __call__(
        self,
        samples: fo.Dataset | fo.DatasetView,
        run: str,
        map: str = "pca",
        uniqueness: bool = True,
        similarity: bool = True,
        delegate: bool = False,
    ) -> foo.executor.ExecutionResult:
        """Compute embeddings.

        Args:
            samples: a dataset of interviews with faces, or a view of one
            run: the run whose network is used
            map ("pca"): "pca", "tsne" or "none"
            uniqueness (True): whether to write how unlike its neighbours each video is
            similarity (True): whether to index the vectors for sorting by similarity
            delegate (False): whether to leave the work to a delegated worker
        """
        params = {"run": run, "map": map, "uniqueness": uniqueness, "similarity": similarity}
        return foo.execute_operator(self.uri, view=samples.view(), params=params, request_delegation=delegate)

    def form(self, ctx: foo.executor.ExecutionContext, inputs: types.Object) -> None:
        """Choose a run, and what to make of the vectors."""
        from ..dataset import require_embedders, require_faces

        require_faces(target_videos(ctx))
        runs = require_embedders(ctx.dataset)
        choose(inputs, "run", {run: run for run in runs}, default=runs[-1], label="Run")
        choose(inputs, "map", MAPS, radio=True, default="pca", label="Map for the Embeddings panel")
        inputs.bool("uniqueness", default=True, label="Rate how unlike its neighbours each video is")
        inputs.bool("similarity", default=True, label="Index for sorting by similarity")

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Compute."""
        from ..dataset import require_embedders
        from ..steps import compute_embeddings

        report = compute_embeddings(
            target_videos(ctx),
            text(ctx, "run", None) or require_embedders(ctx.dataset)[-1],
            map=one_of(ctx, "map", MAPS, "pca"),
            uniqueness=yes_or_no(ctx, "uniqueness", True),
            similarity=yes_or_no(ctx, "similarity", True),
            progress=counting(progress, "videos"),
        )
        failed = f", {len(report.failures)} without a face passed over" if report.failures else ""
        made = f"; brain keys: {', '.join(report.brain_keys)}" if report.brain_keys else ""
        return {**report.as_dict(), "message": f"{counted(report.videos, 'video')} embedded{failed}{made}"}
