"""A model's predictions for a video: for its frames, and for the whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from expressiveness._io import check_output_file, output_file
from expressiveness.data import CATEGORIES, short_name
from expressiveness.errors import OutputError
from expressiveness.intensity import Reasons
from expressiveness.parallel import Outcome
from expressiveness.video import Shortfall
from expressiveness.wording import as_text, counted

ORDER = np.array([-1.0, 0.0, 1.0])
"""The categories as numbers."""


@dataclass(frozen=True, eq=False)
class JudgedFrames:
    """The categories of n frames of one video."""

    frame_number: npt.NDArray[np.int32]  # (n,) from 1
    probabilities: npt.NDArray[np.float32]  # (n, 3) in the order of CATEGORIES
    offsets: npt.NDArray[np.float32] | None = field(default=None, kw_only=True)
    """(n,) each frame's score minus its video's; None if the model gives only probabilities for frames."""

    def __repr__(self) -> str:
        return f"JudgedFrames({counted(len(self.frame_number), 'frame')})"

    @property
    def category_index(self) -> npt.NDArray[np.int64]:
        """Each frame's category, (n,) into CATEGORIES."""
        return np.asarray(self.probabilities.argmax(axis=1))


@dataclass(frozen=True, eq=False)
class FramePredictions(JudgedFrames):
    """Predictions for one video: for n frames with a face, and for the whole."""

    seconds: npt.NDArray[np.float64]  # (n,)
    box: npt.NDArray[np.float32]  # (n, 4) of the primary face, as shares of the frame
    frames_without_face: int
    category: str | None = None  # None if the video could not be judged
    score: float | None = None  # in the units of the target
    confidence: float | None = None  # the category's probability, 0 to 1
    doubt: str | None = None  # why a video that does show a face could not be judged
    cut_short: Shortfall | None = None  # if not all of the video could be read
    video: npt.NDArray[np.float32] | None = None  # (3,) probabilities of the whole video, if not the frames' mean
    levels: npt.NDArray[np.float32] | None = None  # (n,) how expressive frames are, in SDs of the training videos
    why: Reasons | None = None  # if reasons were asked for, and the model can give them
    possible: tuple[str, ...] | None = None  # the prediction set; None if the model promises nothing

    @property
    def frame_levels(self) -> npt.NDArray[np.floating]:
        """What frames are ranked by, (n,): the model's own levels, or the expectation under its probabilities."""
        return np.asarray(self.probabilities @ ORDER) if self.levels is None else self.levels

    @property
    def video_probabilities(self) -> npt.NDArray[np.floating]:
        """The probabilities of the whole video, (3,); requires at least one frame with a face."""
        return np.asarray(self.probabilities.mean(axis=0, dtype=np.float64)) if self.video is None else self.video

    @property
    def possible_in_words(self) -> str:
        """The possible categories, as in "Balanced or Expressive"; "cannot say" if all three, "" if unknown."""
        if self.possible is None:
            return ""
        return "cannot say" if len(self.possible) == len(CATEGORIES) else " or ".join(map(short_name, self.possible))

    def saying(self, **changes: Any) -> FramePredictions:
        """A copy with some fields changed."""
        return replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        """The predictions, ready for JSON."""
        rows = zip(self.frame_number, self.seconds, self.box, self.probabilities, strict=True)
        return {
            "category": self.category,
            "score": self.score,
            "confidence": self.confidence,
            "possible": self.possible and list(self.possible),
            "cut_short": self.cut_short and self.cut_short.as_dict(),
            "why": self.why and self.why.as_dict(),
            "frames": [
                {
                    "frame_number": int(number),
                    "time": round(float(seconds), 6),
                    "box": [round(float(value), 6) for value in box],
                    "probabilities": [round(float(value), 6) for value in probabilities],
                }
                for number, seconds, box, probabilities in rows
            ],
        }

    def to_pandas(self) -> pd.DataFrame:
        """A row for each frame: number, seconds, category, level, the box, and the probability of each category."""
        return pd.DataFrame(
            {
                "frame_number": self.frame_number,
                "seconds": self.seconds,
                "category": [CATEGORIES[index] for index in self.category_index],
                "level": self.frame_levels,
                **dict(zip(("x", "y", "width", "height"), self.box.T, strict=True)),
                **dict(zip(CATEGORIES, self.probabilities.T, strict=True)),
            }
        )

    def __repr__(self) -> str:
        said = self.doubt or "no face" if self.category is None else f"{self.category}, score {self.score:+.2f}"
        return f"FramePredictions({counted(len(self.frame_number), 'frame')}, {said})"


def frame_table(outcomes: Iterable[Outcome[Path, FramePredictions]]) -> pd.DataFrame:
    """One row per frame over several videos: the file, the video's category and score, and the frame's predictions.

    Args:
        outcomes: from `predict_videos`; a video that could not be read has no rows.
    """
    tables = [
        whole.to_pandas().assign(file=as_text(outcome.item), video_category=whole.category, video_score=whole.score)
        for outcome in outcomes
        if (whole := outcome.value) and len(whole.frame_number)
    ]
    if not tables:
        return pd.DataFrame()
    first = ["file", "video_category", "video_score"]
    table = pd.concat(tables, ignore_index=True)
    return table[[*first, *(name for name in table.columns if name not in first)]]


TABLE_ENDINGS = (".csv", ".parquet", ".json")


def check_table(file: Path | str | None, *, overwrite: bool = False) -> None:
    """Check, before the work begins, that a table can be written to a file; None if no table was asked for.

    Raises:
        OutputError: its extension is unknown, it cannot be written, or it exists and `overwrite` is not set.
    """
    if not file:
        return
    if Path(file).suffix not in TABLE_ENDINGS:
        raise OutputError(f"{file}: a table can be .csv, .parquet or .json")
    check_output_file(Path(file), overwrite=overwrite)


def write_table(table: pd.DataFrame, file: Path | str, *, overwrite: bool = False) -> None:
    """Write a table in the format given by the file's extension: .csv, .parquet or .json (a list of rows).

    Raises:
        OutputError: as `check_table`.
    """
    file = Path(file)
    check_table(file, overwrite=overwrite)
    with output_file(file, overwrite=overwrite) as unfinished:
        if file.suffix == ".csv":
            without_formulas(table).to_csv(unfinished, index=False)
        elif file.suffix == ".parquet":
            table.to_parquet(unfinished, index=False)
        else:
            table.to_json(unfinished, orient="records", indent=2)


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Quote text that a spreadsheet would run as a formula: a file may be named `=cmd.mp4`."""
    text = table.select_dtypes(["object", "string"]).columns
    return table.assign(**{name: table[name].str.replace(r"^(?=[=+\-@\t\r])", "'", regex=True) for name in text})
