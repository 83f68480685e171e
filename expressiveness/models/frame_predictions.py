"""What a model says of a video: of its frames, and of the whole."""

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
"""Of the categories, as numbers."""


@dataclass(frozen=True, eq=False)
class JudgedFrames:
    """The categories of n frames of one video."""

    frame_number: npt.NDArray[np.int32]  # (n,) from 1
    probabilities: npt.NDArray[np.float32]  # (n, 3) in the order of CATEGORIES
    offsets: npt.NDArray[np.float32] | None = field(default=None, kw_only=True)
    """(n,) how far the score that a frame stands for lies from its video's; None where the model tells frames apart by
    their probabilities alone."""

    def __repr__(self) -> str:
        return f"JudgedFrames({counted(len(self.frame_number), 'frame')})"

    @property
    def category_index(self) -> npt.NDArray[np.int64]:
        """Each frame's category, (n,) into CATEGORIES."""
        return np.asarray(self.probabilities.argmax(axis=1))


@dataclass(frozen=True, eq=False)
class FramePredictions(JudgedFrames):
    """What a model says of one video: n frames with a face, and the whole."""

    seconds: npt.NDArray[np.float64]  # (n,)
    box: npt.NDArray[np.float32]  # (n, 4) of the primary face, as shares of the frame
    frames_without_face: int
    category: str | None = None  # None where no frame shows a face
    score: float | None = None  # expected, in the units of the target
    confidence: float | None = None  # the category's probability, 0 to 1
    doubt: str | None = None  # why nothing is said of a video that does show a face
    cut_short: Shortfall | None = None  # where not all of the video could be read
    video: npt.NDArray[np.float32] | None = None  # (3,) probabilities of the whole video, if not the frames' mean
    levels: npt.NDArray[np.float32] | None = None  # (n,) how expressive frames are, in SDs of the training videos
    why: Reasons | None = None  # where a model that can give reasons was asked for them
    possible: tuple[str, ...] | None = None  # hold the right category as often as the model promises, if it does

    @property
    def frame_levels(self) -> npt.NDArray[np.floating]:
        """What frames are ranked by, (n,): the model's own level of each, or what its probabilities expect."""
        return np.asarray(self.probabilities @ ORDER) if self.levels is None else self.levels

    @property
    def video_probabilities(self) -> npt.NDArray[np.floating]:
        """The probabilities of the whole, (3,); there must be a frame with a face."""
        return np.asarray(self.probabilities.mean(axis=0, dtype=np.float64)) if self.video is None else self.video

    @property
    def possible_in_words(self) -> str:
        """The categories that it may be, as in "Balanced or Expressive"; "cannot say" if all, "" without a promise."""
        if self.possible is None:
            return ""
        return "cannot say" if len(self.possible) == len(CATEGORIES) else " or ".join(map(short_name, self.possible))

    def saying(self, **changes: Any) -> FramePredictions:
        """The same, but for some of it."""
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
        """A row for each frame: `frame_number`, `seconds`, the box, and the probability of each category."""
        return pd.DataFrame(
            {
                "frame_number": self.frame_number,
                "seconds": self.seconds,
                **dict(zip(("x", "y", "width", "height"), self.box.T, strict=True)),
                **dict(zip(CATEGORIES, self.probabilities.T, strict=True)),
            }
        )

    def __repr__(self) -> str:
        said = self.doubt or "no face" if self.category is None else f"{self.category}, score {self.score:+.2f}"
        return f"FramePredictions({counted(len(self.frame_number), 'frame')}, {said})"


def frame_table(outcomes: Iterable[Outcome[Path, FramePredictions]]) -> pd.DataFrame:
    """Every frame of several videos as rows: file, the video's category and score, and what the frame shows.

    Args:
        outcomes: as `predict_videos` yields them; a video that could not be read has no rows.
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
    """Find out, before the work begins, whether a table can be written to a file; None where none is asked for.

    Raises:
        OutputError: its ending is not known, it cannot be written, or is there and `overwrite` is not set.
    """
    if not file:
        return
    if Path(file).suffix not in TABLE_ENDINGS:
        raise OutputError(f"{file}: a table can be .csv, .parquet or .json")
    check_output_file(Path(file), overwrite=overwrite)


def write_table(table: pd.DataFrame, file: Path | str, *, overwrite: bool = False) -> None:
    """Write a table in the format that the file's ending names: .csv, .parquet or .json (a list of rows).

    Raises:
        OutputError: as `check_table`.
    """
    file = Path(file)
    check_table(file, overwrite=overwrite)
    with output_file(file, overwrite=overwrite) as unfinished:
        if file.suffix == ".csv":
            _without_formulas(table).to_csv(unfinished, index=False)
        elif file.suffix == ".parquet":
            table.to_parquet(unfinished, index=False)
        else:
            table.to_json(unfinished, orient="records", indent=2)


def _without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Quote text that a spreadsheet would run: a file may well be called `=cmd.mp4`."""
    text = table.select_dtypes(["object", "string"]).columns
    return table.assign(**{name: table[name].str.replace(r"^(?=[=+\-@\t\r])", "'", regex=True) for name in text})
