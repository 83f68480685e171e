"""RecruitView-shaped rows and folders for tests."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from skimage import data

from expressiveness.data import TARGETS, Interview
from tests.media import Pixels, write_video


def row(number: int = 1, **changes: Any) -> dict[str, Any]:
    """One row of metadata.jsonl, its 21 keys in RecruitView's order; a change to None leaves the key out."""
    values = {
        "id": f"{number:04}",
        "file_name": f"videos/vid_{number:04}.mp4",
        "duration": "short",
        "question_id": "1",
        "question": "Introduce yourself",
        "video_quality": "High",
        "user_no": str(number),
        **dict.fromkeys(TARGETS, 0.0),
        "transcript": "[00:00 - 00:03] Hello.",
        "gemini_summary": "A calm face.",
        **changes,
    }
    return {key: value for key, value in values.items() if value is not None}


def write_metadata(folder: Path, *rows: dict[str, Any] | bytes) -> Path:
    """Write rows, or raw lines, as a folder's metadata.jsonl."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in rows]
    (folder / "metadata.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    return folder


def interview(number: int = 1, *, video: Path = Path("no.mp4"), person: str = "1", score: float = 0.0) -> Interview:
    """An interview as the reader makes it."""
    return Interview(
        id=f"{number:04}",
        video=video,
        participant=person,
        scores={**dict.fromkeys(TARGETS, 0.0), "facial_expression": score},
        attributes={
            "question_id": "1",
            "question": "Introduce yourself",
            "duration": "short",
            "video_quality": "High",
            "transcript": "",
        },
    )


def portrait() -> Pixels:
    """A public-domain photograph of a face that scikit-image brings: (256, 256, 3), the face about in the middle."""
    return np.ascontiguousarray(data.astronaut()[:256, 100:356])


def write_portrait_video(path: Path, frames: int = 12, fps: float = 10) -> Path:
    """A video of the portrait, moving a pixel to the right with every frame."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = portrait()
    return write_video(path, (np.roll(picture, number, axis=1) for number in range(frames)), fps)


def tilted(picture: Pixels, degrees: float) -> Pixels:
    """The picture turned clockwise around its middle."""
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    return np.asarray(cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE))
