"""The interface of model families: a class that learns from `TrainingData`, judges a `Clip`, and is saved as files.

To add one, write a class like `Model` and register it in `MODELS`: with an entry point in the group
"expressiveness.models", or in a script with `MODELS.add`. Other code never checks the family of a model, only its
`needs` and what it `can` do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
import numpy.typing as npt
from typing_extensions import Self

from expressiveness.data import Interview, NamedNeutrals
from expressiveness.faces import FaceStore, FaceTable
from expressiveness.intensity import Reasons
from expressiveness.models.frame_predictions import FramePredictions
from expressiveness.models.training import TrainingData
from expressiveness.movement import Movement, MovementStore, Neutral, Neutrals
from expressiveness.settings import settings
from expressiveness.types import Pixels, Progress

Input = Literal["faces", "movement"]
"""A table read from a video before a model can learn from it or judge it."""

Ability = Literal["single faces", "moving faces", "embeddings", "export", "log", "reasons"]
"""What only some models can do; see `JudgesFaces`, `JudgesMoments`, `Embeds` and `Explains`.

A model with "log" writes to the `log_folder` given to `fit`.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """One video to judge: the tables that a model needs."""

    faces: FaceTable
    movement: Movement | None = None  # None if the model does not need it
    neutral: Neutral | None = None  # the person's; None to estimate it from this clip

    def judged(
        self,
        probabilities: npt.NDArray[np.float32],
        *,
        score: float | None = None,
        video: npt.NDArray[np.float32] | None = None,
        levels: npt.NDArray[np.float32] | None = None,
        offsets: npt.NDArray[np.float32] | None = None,
    ) -> FramePredictions:
        """Build the predictions for this clip, with a judgement for every frame with a face.

        Args:
            probabilities: of the categories for each primary face, shape (n, 3).
            score: of the video; if None, the expectation under the probabilities.
            video: the probabilities of the whole video, shape (3,); if None, the mean over its frames.
            levels: how expressive each frame is, shape (n,); None if the model gives only probabilities.
            offsets: the score of each frame minus the video's, shape (n,); None likewise.
        """
        primary = self.faces.primary()
        return FramePredictions(
            frame_number=primary.frame_number,
            seconds=primary.seconds,
            probabilities=probabilities,
            box=primary.box,
            frames_without_face=len(self.faces.sampled_number) - len(primary),
            score=score,
            video=video,
            levels=levels,
            offsets=offsets,
        )

    def unjudged(self, doubt: str | None) -> FramePredictions:
        """Build empty predictions for a clip that cannot be judged; `doubt` says why, None means no face was found."""
        none = Clip(self.faces.select(np.zeros(len(self.faces), dtype=bool)))
        without = len(self.faces.sampled_number) - int(self.faces.is_primary.sum())
        nothing = none.judged(np.zeros((0, 3), dtype=np.float32))
        return nothing.saying(frames_without_face=without, doubt=doubt)


class StoredClips:
    """Loads the stored tables that a model needs. Movement not stored yet is read from the video."""

    def __init__(
        self,
        interviews: Sequence[Interview],
        store: FaceStore,
        needs: frozenset[Input],
        *,
        neutrals: NamedNeutrals | None = None,
    ) -> None:
        """Read nothing yet.

        Args:
            interviews: all interviews of the people, used to estimate their neutral faces.
            store: holds their faces.
            needs: which tables the model needs.
            neutrals: the neutral stretches that a user named.
        """
        self._store, self._needs = store, needs
        self._movements = MovementStore.beside(store)
        self._neutrals = Neutrals(interviews, self._movements, named=neutrals)

    def of(self, interview: Interview) -> Clip:
        """Load an interview's tables.

        Raises:
            StoreError: its faces are not stored.
            VideoError: the video cannot be read.
        """
        faces = self._store.load(interview)
        if "movement" not in self._needs:
            return Clip(faces)
        movement = self._movements.load_or_read(interview)
        return Clip(faces, movement, self._neutrals.of(interview.participant))


class Model(Protocol):
    """A family of models. An instance is created with its options, learns in `fit`, and then judges clips.

    `fit` may also set the attribute `held_out`: a `HeldOut` with predictions for people it has not learned from, from
    which `train` calibrates prediction sets. Without it there are none. A family that learns only from "train" sets
    `HeldOut.validated(self, data)`; one that also learns from "validation" sets its cross-validated predictions.
    """

    label: ClassVar[str]
    """Shown to a person choosing a model, as in "Movement: judges how a face moves"."""

    # A family may also have `judges: ClassVar[str]`, what judges the video and what the frame, for reports.

    needs: ClassVar[frozenset[Input]]
    can: ClassVar[frozenset[Ability]]

    Options: ClassVar[type]
    """A frozen dataclass of plain values: the settings of this family and their defaults."""

    sees: str
    """A sentence for the model card: what the model looks at."""

    history: Mapping[str, list[float]]
    """By metric, one value per epoch; empty if there are no epochs."""

    def __init__(self, options: Any) -> None:
        """Create an untrained model."""

    def fit(self, data: TrainingData, *, progress: Progress | None = None, log_folder: Path | None = None) -> Self:
        """Train the model; `log_folder` is for TensorBoard, and None if the model cannot "log".

        Raises:
            TrainingError: there is too little data.
        """

    def predict(self, clip: Clip) -> FramePredictions:
        """Judge a clip; `clip.judged` builds the result."""

    def save(self, folder: Path) -> None:
        """Write what was learned into an existing folder."""

    @classmethod
    def load(cls, folder: Path, options: Any) -> Self:
        """Read what `save` wrote, without executing any of it.

        Raises:
            ModelError: a file is missing or damaged.
        """


@settings
class NoOptions:
    """The `Options` of a family that has none."""


class JudgesFaces(Protocol):
    """A model that can judge "single faces"; live recognition needs this or `JudgesMoments`."""

    needs_rest: bool
    """Whether it needs the face at rest."""

    def probabilities(self, crop: Pixels, rest: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Judge crops of shape (n, 48, 48), given the face at rest, shape (48, 48); the categories, shape (n, 3)."""


class JudgesMoments(Protocol):
    """A model that can judge "moving faces"; live recognition needs this or `JudgesFaces`."""

    def now(self, movement: Movement, neutral: Neutral | None = None) -> npt.NDArray[np.float32]:
        """Judge the last frame of the movement so far, whose `doubt` is None; the categories, shape (3,).

        `neutral` is the person's neutral face; None to estimate it from the movement.
        """


class Embeds(Protocol):
    """A model that can compute "embeddings"."""

    def embed(self, clip: Clip) -> npt.NDArray[np.float32]:
        """A vector for each primary face, shape (n, d)."""


class Explains(Protocol):
    """A model that can give "reasons"."""

    def reasons(self, clip: Clip) -> Reasons:
        """Explain the judgement of a clip, which must be one that it could judge."""
