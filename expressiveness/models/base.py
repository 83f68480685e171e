"""What a family of models is: a class that learns from `TrainingData`, judges a `Clip`, and is saved as files.

To add one, write a class as `Model` describes and name it in `MODELS`, by an entry point of the group
"expressiveness.models", or in a script by `MODELS.add`. Nothing else asks what kind a model is: it asks what the model
needs and can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
import numpy.typing as npt
from typing_extensions import Self

from expressiveness.data import Interview
from expressiveness.faces import FaceStore, FaceTable
from expressiveness.intensity import Reasons
from expressiveness.models.frame_predictions import FramePredictions
from expressiveness.models.training_data import TrainingData
from expressiveness.movement import Movement, MovementStore, Neutral, Neutrals
from expressiveness.settings import settings
from expressiveness.types import Pixels, Progress

Input = Literal["faces", "movement"]
"""A table that is read of a video before it can be learned from or judged."""

Ability = Literal["single faces", "moving faces", "embeddings", "export", "log", "reasons"]
"""What only some models can; see `JudgesFaces`, `JudgesMoments`, `Embeds` and `Explains`.

One with a "log" writes to its `log_folder`.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """What is known of one video: the tables that a model needs of it."""

    faces: FaceTable
    movement: Movement | None = None  # None where no model needs it
    neutral: Neutral | None = None  # of the person, where more of their clips are known than this one

    def judged(
        self,
        probabilities: npt.NDArray[np.float32],
        *,
        score: float | None = None,
        video: npt.NDArray[np.float32] | None = None,
        levels: npt.NDArray[np.float32] | None = None,
        offsets: npt.NDArray[np.float32] | None = None,
    ) -> FramePredictions:
        """What is said of the clip, where every frame with a face is judged.

        Args:
            probabilities: of the categories for each primary face, shape (n, 3).
            score: of the video; what the probabilities expect, if None.
            video: the probabilities of the video as a whole, shape (3,); the mean over its frames, if None.
            levels: how expressive each frame is, shape (n,); None where the model gives only probabilities.
            offsets: how far the score that each frame stands for lies from the video's, shape (n,); likewise.
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
        """What is said of a clip of which nothing can be said; `doubt` tells why, None that there is no face."""
        none = Clip(self.faces.select(np.zeros(len(self.faces), dtype=bool)))
        without = len(self.faces.sampled_number) - int(self.faces.is_primary.sum())
        nothing = none.judged(np.zeros((0, 3), dtype=np.float32))
        return nothing.saying(frames_without_face=without, doubt=doubt)


class StoredClips:
    """What is stored of interviews, as far as a model needs it. Movement not stored yet is read from the video."""

    def __init__(self, interviews: Sequence[Interview], store: FaceStore, needs: frozenset[Input]) -> None:
        """Read nothing yet.

        Args:
            interviews: all that are known of the people, by which their faces at rest are known.
            store: of their faces.
            needs: of the model.
        """
        self._store, self._needs = store, needs
        self._movements = MovementStore.beside(store)
        self._neutrals = Neutrals(interviews, self._movements)

    def of(self, interview: Interview) -> Clip:
        """An interview's tables.

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
    """A family of models. An object is made with its options, learns in `fit`, and then judges clips.

    It may have one more attribute, which `fit` sets: `held_out`, a `HeldOut` of what it says of people whom it has not
    learned from, by which `train` calibrates what it promises. Without it nothing is promised. A family that learns
    from "train" alone sets `HeldOut.validated(self, data)`; one that learns from "validation", too, what it says of
    each fold of people when it has learned from the others.
    """

    label: ClassVar[str]
    """What a person who chooses a model reads: "Network: judges the look of single faces"."""

    needs: ClassVar[frozenset[Input]]
    can: ClassVar[frozenset[Ability]]

    Options: ClassVar[type]
    """A frozen dataclass of plain values: the settings of this family alone. Its defaults are stated there only."""

    sees: str
    """A sentence for the model card: what the model looks at."""

    history: Mapping[str, list[float]]
    """By metric, a value an epoch; empty where there are no epochs."""

    def __init__(self, options: Any) -> None:
        """Make a model that has learned nothing yet."""

    def fit(self, data: TrainingData, *, progress: Progress | None = None, log_folder: Path | None = None) -> Self:
        """Learn; `log_folder` is for TensorBoard, and None where the model has no "log".

        Raises:
            TrainingError: there is too little to learn from.
        """

    def predict(self, clip: Clip) -> FramePredictions:
        """Judge a clip, best by `clip.judged`."""

    def save(self, folder: Path) -> None:
        """Write what was learned as files of a folder, which already exists."""

    @classmethod
    def load(cls, folder: Path, options: Any) -> Self:
        """Read what `save` wrote, without running any of it.

        Raises:
            ModelError: a file is missing or damaged.
        """


@settings
class NoOptions:
    """The `Options` of a family that has nothing to choose."""


class JudgesFaces(Protocol):
    """A model that can judge "single faces" as they come, one of the two that live recognition needs."""

    needs_rest: bool
    """Whether it must be given what a face looks like at rest."""

    def probabilities(self, crop: Pixels, rest: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Judge crops of shape (n, 48, 48), given the face at rest, shape (48, 48); the categories, shape (n, 3)."""


class JudgesMoments(Protocol):
    """A model that can judge "moving faces" as they come, the other that live recognition needs."""

    def now(self, movement: Movement) -> npt.NDArray[np.float32]:
        """Judge the last frame of a movement so far, without `doubt`; the categories, shape (3,)."""


class Embeds(Protocol):
    """A model that can make "embeddings"."""

    def embed(self, clip: Clip) -> npt.NDArray[np.float32]:
        """A vector for each primary face, shape (n, d)."""


class Explains(Protocol):
    """A model that can give "reasons"."""

    def reasons(self, clip: Clip) -> Reasons:
        """Say what made a clip, which it could judge, as expressive as it said."""
