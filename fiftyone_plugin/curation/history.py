"""Curation steps, kept with the dataset so that they can be undone even after restarting the App.

Each step is a custom run: it is cloned and deleted with the dataset, and may be of any size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import fiftyone as fo

from .states import FaceState, PrimaryFace, VideoState

METHOD = "expressiveness_curation"
STEPS_KEPT = 100
"""Beyond this, the oldest steps are deleted."""

FaceKey = tuple[str, int]
"""Sample id and frame number."""


@dataclass(frozen=True, slots=True)
class Step:
    """One applied decision, with the states before and after."""

    decision: str
    by: str
    at: str  # ISO 8601, UTC
    faces: Mapping[FaceKey, tuple[FaceState, FaceState]]
    videos: Mapping[str, tuple[VideoState, VideoState]]  # by sample id

    @property
    def size(self) -> int:
        """The number of faces and videos affected."""
        return len(self.faces) + len(self.videos)

    @property
    def samples(self) -> list[str]:
        """The ids of the samples affected."""
        return sorted({sample_id for sample_id, _ in self.faces} | set(self.videos))

    @classmethod
    def of(
        cls,
        decision: str,
        by: str,
        at: str,
        faces: Mapping[PrimaryFace, FaceState],
        videos: Mapping[str, tuple[VideoState, VideoState]],
    ) -> Step:
        """Build a step from new states of faces and old and new states of videos."""
        return cls(
            decision,
            by,
            at,
            {(face.sample_id, face.frame_number): (face.state, state) for face, state in faces.items()},
            videos,
        )


def keep_step(dataset: fo.Dataset, step: Step) -> str:
    """Add a step to a dataset's history; return its name."""
    names = step_names(dataset)
    name = f"curation_{1 + (int(names[-1].rpartition('_')[2]) if names else 0):06}"
    config = dataset.init_run(method=METHOD, decision=step.decision, by=step.by, at=step.at)
    dataset.register_run(name, config)
    results = dataset.init_run_results(name)
    results.faces = _grouped_faces(step)
    results.videos = [[key, asdict(before), asdict(after)] for key, (before, after) in step.videos.items()]
    dataset.save_run_results(name, results)
    for oldest in names[: max(0, len(names) + 1 - STEPS_KEPT)]:
        dataset.delete_run(oldest)
    return name


def last_step(dataset: fo.Dataset) -> Step | None:
    """The step to undo next; None if there is none."""
    if not (names := step_names(dataset)):
        return None
    config, results = dataset.get_run_info(names[-1]).config, dataset.load_run_results(names[-1])
    return Step(
        decision=config.decision,
        by=config.by,
        at=config.at,
        faces=dict(_faces(results.faces)),
        videos={key: (_video_state(before), _video_state(after)) for key, before, after in results.videos},
    )


def forget_last_step(dataset: fo.Dataset) -> None:
    """Remove the step that `last_step` returns."""
    dataset.delete_run(step_names(dataset)[-1])


def forget_sample(dataset: fo.Dataset, sample_id: str) -> None:
    """Remove a sample from every step, and delete steps that become empty."""
    for name in step_names(dataset):
        results = dataset.load_run_results(name)
        for group in results.faces:
            group["frames"].pop(sample_id, None)
        results.faces = [group for group in results.faces if group["frames"]]
        results.videos = [video for video in results.videos if video[0] != sample_id]
        if results.faces or results.videos:
            dataset.save_run_results(name, results, overwrite=True)
        else:
            dataset.delete_run(name)


def step_names(dataset: fo.Dataset) -> list[str]:
    """The names of the steps' custom runs, oldest first."""
    return sorted(name for name in dataset.list_runs() if re.fullmatch(r"curation_\d{6}", name))


def _grouped_faces(step: Step) -> list[dict[str, Any]]:
    """Group faces by their change, which most faces of a step share, so that it is stored once."""
    groups: dict[tuple[FaceState, FaceState], dict[str, list[int]]] = {}
    for (sample_id, number), states in step.faces.items():
        groups.setdefault(states, {}).setdefault(sample_id, []).append(number)
    return [
        {"before": asdict(before), "after": asdict(after), "frames": frames}
        for (before, after), frames in groups.items()
    ]


def _faces(groups: list[dict[str, Any]]) -> Iterator[tuple[FaceKey, tuple[FaceState, FaceState]]]:
    for group in groups:
        states = _face_state(group["before"]), _face_state(group["after"])
        for sample_id, numbers in group["frames"].items():
            yield from (((sample_id, number), states) for number in numbers)


def _face_state(values: dict[str, Any]) -> FaceState:
    return FaceState(**{**values, "tags": tuple(values["tags"])})


def _video_state(values: dict[str, Any]) -> VideoState:
    return VideoState(**{**values, "tags": tuple(values["tags"])})
