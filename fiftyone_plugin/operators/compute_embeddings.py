"""Compute a run's video embeddings, for FiftyOne Brain and the Embeddings panel."""

from __future__ import annotations

from typing import Annotated, Any, cast

import fiftyone.operators as foo
from pydantic import Field

from ..forms import (
    Choices,
    Form,
    InterviewOperator,
    Listing,
    Progress,
    Text,
    counted,
    counting,
    parameters,
    target_videos,
)

MAPS = {"pca": "PCA: at once", "tsne": "t-SNE: groups stand out, takes minutes for thousands", "none": "None"}


@parameters
class EmbeddingParameters:
    """Whose network, and what to make of its vectors."""

    run: Text | None = Field(None, title="Run", description="Whose network is used; the newest if not given")
    map: Annotated[Text, Choices(MAPS)] = Field("pca", title="Map for the Embeddings panel")
    uniqueness: bool = Field(True, title="Rate how unlike its neighbours each video is")
    similarity: bool = Field(True, title="Index for sorting by similarity")


class ComputeEmbeddings(InterviewOperator[EmbeddingParameters]):
    """Write what the network's last hidden layer makes of each video, and map, index and rate the vectors."""

    listing = Listing(
        name="compute_embeddings",
        label="Compute embeddings",
        description="Vectors of the network's last hidden layer: Embeddings panel, uniqueness, similarity",
        icon="scatter_plot",
    )

    in_background = True
    when_stopped = "The vectors so far are kept, without a map; computing again does all of them."

    def form(self, ctx: foo.executor.ExecutionContext, form: Form) -> None:
        """Choose a run, and what to compute from the embeddings."""
        from ..dataset import model_label, require_embedders, require_faces

        require_faces(target_videos(ctx))
        runs = require_embedders(ctx.dataset)
        named = {run: f"{run}: {model_label(ctx.dataset, run)}" for run in reversed(runs)}
        form.ask("run", choices=named, default=runs[-1])
        form.ask("map", radio=True)
        form.ask("uniqueness")
        form.ask("similarity")

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Compute."""
        from ..dataset import require_embedders
        from ..steps import compute_embeddings

        chosen = self.read(ctx)
        report = compute_embeddings(
            target_videos(ctx),
            chosen.run or require_embedders(ctx.dataset)[-1],
            map=cast("Any", chosen.map),
            uniqueness=chosen.uniqueness,
            similarity=chosen.similarity,
            progress=counting(progress, "videos"),
        )
        failed = f", {len(report.failures)} without a face passed over" if report.failures else ""
        made = f"; brain keys: {', '.join(report.brain_keys)}" if report.brain_keys else ""
        return {**report.as_dict(), "message": f"{counted(report.videos, 'video')} embedded{failed}{made}"}
