"""What a model says about the frames and videos that people code, so that it can stand beside them as a coder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

from expressiveness._io import place, read_bounded
from expressiveness.coding.codes import MAX_CODING_BYTES
from expressiveness.data import CATEGORIES
from expressiveness.errors import InterviewError, reason
from expressiveness.types import Floats
from expressiveness.wording import counted

Key = tuple[str, int]
"""An interview's id, and a frame number from 1 or 0 for the whole video."""


@dataclass(frozen=True, slots=True, eq=False)
class ModelCodes:
    """The probabilities of the categories, of frames and of whole videos."""

    probabilities: Mapping[Key, Floats]  # (3,) each

    def __repr__(self) -> str:
        return f"ModelCodes({counted(len(self.probabilities), 'code')})"

    @property
    def categories(self) -> dict[Key, float]:
        """The likeliest category of each, an index into `CATEGORIES`."""
        return {key: float(one.argmax()) for key, one in self.probabilities.items()}

    @classmethod
    def read(cls, file: Path | str, ids: Mapping[str, str]) -> ModelCodes:
        """Read the table that `expressiveness predict --table` wrote, as CSV.

        Args:
            file: the table.
            ids: the interview of each video, by the video's file name.

        Raises:
            InterviewError: the file is not such a table, or has none of these videos.
        """
        try:
            table = pd.read_csv(BytesIO(read_bounded(place(file), most=MAX_CODING_BYTES)))
            videos = [ids.get(Path(str(name)).name) for name in table["file"]]
            said = table[list(CATEGORIES)].to_numpy(dtype=np.float64)
            whole = table["video_category"].map({name: number for number, name in enumerate(CATEGORIES)}).to_numpy()
            numbers = table["frame_number"].to_numpy(dtype=np.int64).tolist()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InterviewError(
                f"{file} is no table of predictions ({reason(error)}); write one with expressiveness predict --table"
            ) from error
        frames = {(id, number): row for id, number, row in zip(videos, numbers, said, strict=True) if id is not None}
        if not frames:
            raise InterviewError(f"{file} has none of the videos of this folder; predict them first")
        # A table has the category of a whole video only, so it is as sure as its frames are on average.
        mean = pd.DataFrame(said).groupby([id or "" for id in videos]).mean()
        videos_said = {
            (id, 0): _leaning(mean.loc[id].to_numpy(), int(category))
            for id, category in zip(videos, whole, strict=True)
            if id is not None and np.isfinite(category)
        }
        return cls({**frames, **videos_said})


def _leaning(mean: Floats, category: int) -> Floats:
    """The frames' mean, with its highest value given to the category that the video got."""
    said = mean.copy()
    top = int(said.argmax())
    said[category], said[top] = said[top], said[category]
    return said
