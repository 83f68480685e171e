"""Known truth of single frames, and how well a model's frames agree with it.

A clip's label says nothing about its single frames: a model that repeats it on every frame would count as right. So
frames are evaluated only if their truth is known, from rendering or from labels by hand. They are compared by rank, as
Spearman's correlation needs no common unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from expressiveness._io import place, read_bounded
from expressiveness.data import CATEGORIES, Curation, Interview
from expressiveness.errors import InterviewError, reason
from expressiveness.evaluation.benchmark_defaults import BOOTSTRAP_DRAWS
from expressiveness.evaluation.metrics import draws_of_people, percentile_interval, rank_correlation
from expressiveness.models import FramePredictions
from expressiveness.types import Floats
from expressiveness.wording import counted

TRUTH_FRAMES = "truth_frames.csv"
"""Written by renderers beside their interviews."""

MAX_TRUTH_BYTES = 2**30

AMPLITUDES = ("low", "mid", "high")
"""Thirds of the videos, by how expressive their frames are on average."""


@dataclass(frozen=True, slots=True, eq=False)
class FrameTruth:
    """How expressive single frames are, where known; higher is more, in any unit."""

    videos: Mapping[str, pd.Series[float]]  # by interview id: values, indexed by frame number from 1
    coders: Mapping[str, Any] | None = None  # whose it is, and how far they agree, if people coded it independently

    def __repr__(self) -> str:
        return f"FrameTruth({counted(len(self.videos), 'video')})"

    @classmethod
    def read(cls, file: Path | str) -> FrameTruth:
        """Read a CSV file with the columns `id`, `frame_number` and `energy`; others are ignored.

        Raises:
            InterviewError: the file is missing or invalid.
        """
        try:
            content = BytesIO(read_bounded(place(file), most=MAX_TRUTH_BYTES))
            kinds = {"id": str, "frame_number": int, "energy": float}
            rows = pd.read_csv(content, usecols=list(kinds), dtype=kinds).dropna()
            videos = {str(id): own.set_index("frame_number")["energy"] for id, own in rows.groupby("id")}
            if not all(energies.index.is_unique for energies in videos.values()):
                raise ValueError("it lists a frame twice")
        except (OSError, ValueError) as error:
            raise InterviewError(
                f"{file} cannot be read as the truth of frames ({reason(error)}); "
                "give a CSV with the columns id, frame_number and energy, or remove it"
            ) from error
        return cls(videos)

    @classmethod
    def beside(cls, folder: Path | str) -> FrameTruth | None:
        """Read `truth_frames.csv` from a folder of interviews; None if there is none.

        Raises:
            InterviewError: as `read`.
        """
        file = place(folder) / TRUTH_FRAMES
        return cls.read(file) if file.is_file() else None

    @classmethod
    def labelled(cls, curation: Curation) -> FrameTruth | None:
        """The frames labelled by hand, as 0 for Reserved, 1 for Balanced and 2 for Expressive; None if there are none.

        A video with only one category among its labelled frames is left out, as there is no order to compare.
        """
        labels: dict[str, dict[int, float]] = {}
        for face in curation.faces:
            if face.category and not face.excluded:
                labels.setdefault(face.interview, {})[face.frame_number] = float(CATEGORIES.index(face.category))
        videos = {id: pd.Series(frames) for id, frames in labels.items() if len(set(frames.values())) > 1}
        return cls(videos) if videos else None


def frame_figures(
    judged: Sequence[tuple[Interview, FramePredictions]],
    truth: FrameTruth,
    *,
    draws: int = BOOTSTRAP_DRAWS,
    seed: int = 0,
) -> dict[str, Any] | None:
    """Measure how well a model's frames agree with their known truth.

    Args:
        judged: interviews, with the model's predictions for each.
        truth: of their frames.
        draws: bootstrap samples of people, for the interval.
        seed: of the bootstrap.

    Returns:
        The number of frames `n` and of `videos`; `within`, the mean over videos of Spearman's rho over each video's
        frames, with a 95 % interval over people, and by thirds of the videos' mean truth (`within_by_amplitude`);
        `pooled`, rho over all frames; and `coders`, if the truth says so. If a model gives all frames of a video the
        same level, its rho counts as 0. None if the truth of no frame is known.
    """
    pairs = [(one.participant, *_known_frames(said, truth.videos.get(one.id))) for one, said in judged]
    known = [(person, values, levels) for person, values, levels in pairs if len(values)]
    if not known:
        return None
    within = np.array([_within(values, levels) for _, values, levels in known])
    people = np.array([person for person, _, _ in known])
    drawn = [_mean(within[rows]) for rows in draws_of_people(people, draws, seed)]
    return {
        "n": sum(len(values) for _, values, _ in known),
        "videos": int(np.isfinite(within).sum()),
        "within": _mean(within),
        "within_ci": percentile_interval(drawn),
        "within_by_amplitude": _by_amplitude(within, np.array([values.mean() for _, values, _ in known])),
        "pooled": rank_correlation(*(np.concatenate([pair[side] for pair in known]) for side in (1, 2))),
        **({"coders": dict(truth.coders)} if truth.coders else {}),
    }


def _known_frames(said: FramePredictions, known: pd.Series[float] | None) -> tuple[Floats, Floats]:
    """The truth and the model's level of those frames of a video whose truth is known."""
    if known is None:
        return np.zeros(0), np.zeros(0)
    values = np.asarray(known.reindex(said.frame_number), dtype=np.float64)
    there = np.isfinite(values)
    return values[there], said.frame_levels[there].astype(np.float64)


def _within(values: Floats, levels: Floats) -> float:
    """Rho in one video; NaN if the truth is constant, so that no model could be right."""
    return np.nan if np.ptp(values) == 0 else rank_correlation(values, levels) or 0.0


def _by_amplitude(within: Floats, amplitude: Floats) -> dict[str, float | None] | None:
    rows = np.flatnonzero(np.isfinite(within))
    if len(rows) < len(AMPLITUDES):
        return None
    thirds = np.array_split(rows[np.argsort(amplitude[rows], kind="stable")], len(AMPLITUDES))
    return {name: _mean(within[third]) for name, third in zip(AMPLITUDES, thirds, strict=True)}


def _mean(values: Floats) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None
