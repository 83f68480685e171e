"""Tidy tables for R and pandas: one each of frames, videos and decisions, as CSV and Parquet, with a data dictionary.

The dictionary is `datapackage.json`, as Frictionless describes it: name, type, unit and meaning of every column
(https://specs.frictionlessdata.io/data-package/).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from expressiveness.data import CATEGORIES, short_name
from expressiveness.exchange.study_video import StudyVideo
from expressiveness.models import without_formulas

PACKAGE = "datapackage.json"
_CONTROL = {"constraints": {"enum": list(CATEGORIES)}}


@dataclass(frozen=True)
class _Field:
    """A column: how Table Schema describes it, and pandas' type for it."""

    type: str  # of Table Schema
    description: str
    more: Mapping[str, Any] | None = None

    @property
    def dtype(self) -> str:
        return {"string": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean"}[self.type]


_ID = _Field("string", "Id of the interview")
_WHO = _Field("string", "Who is interviewed; the grouping factor of a mixed model")

FRAMES: dict[str, _Field] = {
    "interview": _ID,
    "participant": _WHO,
    "frame_number": _Field("integer", "Number of the frame in its video, from 1"),
    "seconds": _Field("number", "When the frame is shown, in seconds from the first one"),
    "category": _Field("string", "The frame's predicted category", _CONTROL),
    "level": _Field(
        "number", "How expressive the frame is; of the default model in SDs of the videos that it learned from"
    ),
    **{f"p_{short_name(name).lower()}": _Field("number", f"Probability of {name}, 0 to 1") for name in CATEGORIES},
    **{
        name: _Field("number", f"{what} of the face's box, as a share of the frame's {of}, 0 to 1")
        for name, what, of in (
            ("x", "Left edge", "width"),
            ("y", "Upper edge", "height"),
            ("width", "Width", "width"),
            ("height", "Height", "height"),
        )
    },
}

VIDEOS: dict[str, _Field] = {
    "interview": _ID,
    "participant": _WHO,
    "video": _Field("string", "Name of the video's file"),
    "frames": _Field("integer", "How many frames the video has"),
    "duration": _Field("number", "How long the video is, in seconds"),
    "true_category": _Field("string", "Category of the score; empty where nothing was scored", _CONTROL),
    "predicted_category": _Field("string", "Predicted category; empty if the video was not judged", _CONTROL),
    "predicted_score": _Field("number", "Predicted score, in the unit of the target"),
    "confidence": _Field("number", "Probability of the predicted category, 0 to 1"),
    "may_be": _Field(
        "string", "Categories that the video may have, as the model promises; empty if it promises nothing"
    ),
    "frames_with_face": _Field("integer", "Judged frames"),
    "frames_without_face": _Field("integer", "Frames looked at that showed no face"),
}

DECISIONS: dict[str, _Field] = {
    "interview": _ID,
    "participant": _WHO,
    "coder": _Field("string", "Who decided"),
    "unit": _Field("string", "What was decided about", {"constraints": {"enum": ["frame", "stretch", "video"]}}),
    "first_frame": _Field("integer", "First frame that is meant, from 1"),
    "last_frame": _Field("integer", "Last frame that is meant"),
    "start": _Field("number", "When the first one is shown, in seconds from the first frame of the video"),
    "end": _Field("number", "When the last one gives way to the next, in seconds"),
    "category": _Field("string", "Category decided on; empty if only the exclusion was", _CONTROL),
    "excluded": _Field("boolean", "Whether it is left out of training"),
    "decided_at": _Field("string", "When, ISO 8601 in UTC; of a stretch, of its last decision"),
}


def write_tidy_tables(videos: Iterable[StudyVideo], folder: Path) -> None:
    """Write `frames`, `videos` and `decisions` as CSV and Parquet, and `datapackage.json`, into an existing folder."""
    videos = list(videos)
    scores = list(dict.fromkeys(name for video in videos for name in video.interview.scores))
    score_fields = {
        _column(name): _Field("number", f"The score {name}, as the table of the study has it") for name in scores
    }
    tables: dict[str, tuple[dict[str, _Field], pd.DataFrame, list[str] | None]] = {
        "frames": (FRAMES, _table(FRAMES, map(_frames, videos)), ["interview", "frame_number"]),
        "videos": (VIDEOS | score_fields, _table(VIDEOS | score_fields, map(_video, videos)), ["interview"]),
        "decisions": (DECISIONS, _table(DECISIONS, map(_decisions, videos)), None),
    }
    resources = []
    for name, (fields, table, key) in tables.items():
        without_formulas(table).to_csv(folder / f"{name}.csv", index=False)
        table.to_parquet(folder / f"{name}.parquet", index=False)
        resources.append(_resource(name, fields, key))
    package = {
        "profile": "tabular-data-package",
        "name": "expressiveness-study",
        "title": "How expressive faces are: predictions, scores and decisions",
        "description": "Scores are relative judgements, without absolute meaning. For academic research only.",
        "resources": resources,
    }
    (folder / PACKAGE).write_text(json.dumps(package, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _resource(name: str, fields: Mapping[str, _Field], key: Sequence[str] | None) -> dict[str, Any]:
    """The CSV's description; the Parquet of the same name has the same columns."""
    schema: dict[str, Any] = {
        "fields": [
            {"name": column, "type": one.type, "description": one.description, **(one.more or {})}
            for column, one in fields.items()
        ],
        "missingValues": [""],
    }
    if key:
        schema["primaryKey"] = list(key)
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": f"{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def _table(fields: Mapping[str, _Field], parts: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """The columns of all videos, one below the other; a part lacks what is not known of its video."""
    dtypes = {name: one.dtype for name, one in fields.items()}
    empty = pd.DataFrame(columns=list(fields)).astype(dtypes)
    tables = [pd.DataFrame(part).reindex(columns=list(fields)).astype(dtypes) for part in parts]
    return pd.concat([empty, *tables], ignore_index=True)


def _frames(video: StudyVideo) -> dict[str, Any]:
    said = video.predictions
    if said is None:
        return {}
    return {
        "interview": video.interview.id,
        "participant": video.interview.participant,
        "frame_number": said.frame_number,
        "seconds": said.seconds,
        "category": [CATEGORIES[index] for index in said.category_index],
        "level": said.frame_levels,
        **dict(zip((f"p_{short_name(name).lower()}" for name in CATEGORIES), said.probabilities.T, strict=True)),
        **dict(zip(("x", "y", "width", "height"), said.box.T, strict=True)),
    }


def _video(video: StudyVideo) -> dict[str, Any]:
    row: dict[str, Any] = {
        "interview": video.interview.id,
        "participant": video.interview.participant,
        "video": video.interview.video.name,
        "frames": len(video.clock.starts),
        "duration": video.clock.seconds,
        "true_category": video.truth,
        **{_column(name): score for name, score in video.interview.scores.items()},
    }
    if said := video.predictions:
        row |= {
            "predicted_category": said.category,
            "predicted_score": said.score,
            "confidence": said.confidence,
            "may_be": said.possible_in_words or None,
            "frames_with_face": len(said.frame_number),
            "frames_without_face": said.frames_without_face,
        }
    return {name: [value] for name, value in row.items()}


def _decisions(video: StudyVideo) -> dict[str, Any]:
    decisions = video.decisions
    frames = [video.clock.frames(one.start, one.end) for one in decisions]
    return {
        "interview": [one.interview for one in decisions],
        "participant": video.interview.participant,
        "coder": [one.coder for one in decisions],
        "unit": [one.unit for one in decisions],
        "first_frame": [numbers[0] for numbers in frames],
        "last_frame": [numbers[-1] for numbers in frames],
        "start": [one.start for one in decisions],
        "end": [one.end for one in decisions],
        "category": [one.category for one in decisions],
        "excluded": [one.excluded for one in decisions],
        "decided_at": [one.decided_at for one in decisions],
    }


def _column(score: str) -> str:
    """A score's column; one that has the name of another of ours gets a longer one."""
    return f"score_{score}" if score in VIDEOS else score
