"""Compute a run's video embeddings for FiftyOne Brain: a map in the Embeddings panel, uniqueness, similarity."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import fiftyone as fo
import fiftyone.brain as fob

from expressiveness.errors import ModelError
from expressiveness.models import Vectors, embed_interviews
from expressiveness.types import Failure, Progress

from .. import fields
from ..dataset import (
    alone_on_dataset,
    check_run_name,
    face_store,
    interviews_of,
    load_run,
    named_neutrals,
    require_faces,
    sample_ids_of,
)
from ..fields import RunFields

CHUNK = 256
"""Videos per write."""

FEWEST = 3
"""Minimum number of videos for a map."""

Map = Literal["pca", "tsne", "none"]


@dataclass(slots=True)
class EmbeddingReport:
    """How embedding ended."""

    run: str
    videos: int = 0
    brain_keys: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The report, ready for JSON."""
        return asdict(self)


@alone_on_dataset("computing embeddings")
def compute_embeddings(
    samples: fo.Dataset | fo.DatasetView,
    run: str,
    *,
    map: Map = "pca",
    uniqueness: bool = True,
    similarity: bool = True,
    progress: Progress | None = None,
) -> EmbeddingReport:
    """Write the mean embedding of each video's faces, and what FiftyOne Brain computes from it.

    Args:
        samples: a dataset of interviews with faces, or a view of one.
        run: whose model computes the embeddings.
        map: the method for projecting them to two dimensions in the Embeddings panel.
        uniqueness: also write how different each video is from its nearest neighbours, 0 to 1.
        similarity: also index the embeddings, for sorting by similarity.
        progress: called with the number of videos done.

    Raises:
        ModelError: there is no such run, or its model cannot compute embeddings.
        TrainingError: no faces were detected yet.
    """
    dataset = samples._root_dataset
    model = load_run(dataset, check_run_name(dataset, run))
    model.able_to("embeddings")
    require_faces(samples)
    _check_brain_keys(dataset, run)
    interviews, sample_ids = interviews_of(samples), sample_ids_of(samples)
    run_fields = fields.declare_embedding(dataset, run)
    report = EmbeddingReport(run)
    done: dict[str, Vectors] = {}
    store = face_store(dataset, model.extraction)
    vectors = embed_interviews(
        model, interviews, store, everything=interviews_of(dataset), neutrals=named_neutrals(dataset)
    )
    for number, outcome in enumerate(vectors, start=1):
        if outcome.value is None:
            report.failures.append(Failure(outcome.item.id, outcome.error or ""))
        else:
            done[sample_ids[outcome.item.id]] = outcome.value
        if len(done) == CHUNK or (done and number == len(interviews)):
            dataset.set_values(run_fields.embedding, done, key_field="id")
            report.videos += len(done)
            done.clear()
        if progress:
            progress(number, len(interviews))
    if report.videos >= FEWEST:
        report.brain_keys = _ask_brain(samples.exists(run_fields.embedding), run_fields, map, uniqueness, similarity)
        fields.lay_out(dataset)
    return report


def _brain_keys(run: str) -> dict[str, str]:
    return {"map": f"{run}_map", "similarity": f"{run}_similarity"}


def _check_brain_keys(dataset: fo.Dataset, run: str) -> None:
    """Refuse to overwrite somebody else's Brain results."""
    for key in _brain_keys(run).values():
        if dataset.has_brain_run(key):
            computed_of = getattr(dataset.get_brain_info(key).config, "embeddings_field", None)
            if computed_of != RunFields(run).embedding:
                raise ModelError(f"{dataset.name} has a Brain run {key!r} of something else; rename it first")


def _ask_brain(view: fo.DatasetView, run_fields: RunFields, map: Map, uniqueness: bool, similarity: bool) -> list[str]:
    """Run FiftyOne Brain on the embeddings, replacing earlier results."""
    keys = _brain_keys(run_fields.run)
    for key in keys.values():
        if view._root_dataset.has_brain_run(key):
            view._root_dataset.delete_brain_run(key)
    made = []
    if map != "none":
        few = len(view) - 1  # upper limit for neighbours and dimensions
        settings = (
            {"perplexity": min(30.0, few / 3), "pca_dims": min(50, few), "verbose": False} if map == "tsne" else {}
        )
        fob.compute_visualization(
            view, embeddings=run_fields.embedding, method=map, brain_key=keys["map"], num_dims=2, seed=0, **settings
        )
        made.append(keys["map"])
    if similarity:
        fob.compute_similarity(view, embeddings=run_fields.embedding, brain_key=keys["similarity"], backend="sklearn")
        made.append(keys["similarity"])
    if uniqueness:
        fob.compute_uniqueness(view, embeddings=run_fields.embedding, uniqueness_field=run_fields.uniqueness)
    return made
