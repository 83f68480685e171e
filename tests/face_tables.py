"""Tables of faces that nobody had to find."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from expressiveness.faces import Face, FaceTable
from expressiveness.faces.face_table import FaceTableBuilder

BOX = (0.25, 0.125, 0.5, 0.5)  # exact in float32


def face_table(
    *faces: tuple[int, int],
    looked_at: Sequence[int],
    scores: Sequence[float] | None = None,
    crop: npt.NDArray[np.uint8] | None = None,
) -> FaceTable:
    """Make a table.

    Args:
        faces: frame number and place in the order, 0 for the primary face.
        looked_at: the frames that were.
        scores: of each face; 0.75 if None.
        crop: of each face, shape (n, 48, 48); black if None.
    """
    count = len(faces)
    return FaceTable(
        frame_number=np.array([number for number, _ in faces], dtype=np.int32),
        seconds=np.zeros(count),
        box=np.tile(np.array(BOX, dtype=np.float32), (count, 1)),
        score=np.array([0.75] * count if scores is None else scores, dtype=np.float32),
        keypoints=np.zeros((count, 6, 2), dtype=np.float32),
        face_index=np.array([index for _, index in faces], dtype=np.int32),
        crop=np.zeros((count, 48, 48), dtype=np.uint8) if crop is None else crop,
        sampled_number=np.array(looked_at, dtype=np.int32),
        sampled_seconds=np.zeros(len(looked_at)),
    )


def grey_faces(grey: int, frames: Sequence[int] = (1, 6, 11)) -> FaceTable:
    """Primary faces, each all of one grey, that of each frame one level lighter than the last one's."""
    crop = np.full((len(frames), 48, 48), grey, dtype=np.uint8) + np.arange(len(frames), dtype=np.uint8)[:, None, None]
    return face_table(*((frame, 0) for frame in frames), looked_at=frames, crop=crop)


def lively_faces(strength, random, frames=8):
    """Faces on a background of the person's own, whose middle brightens and darkens by `strength`."""
    background = random.integers(60, 120, (48, 48))
    builder = FaceTableBuilder()
    for frame in range(frames):
        crop = background.copy()
        crop[16:32, 16:32] += int(strength * (1 if frame % 2 else -1))
        face = Face((0.3, 0.3, 0.4, 0.4), 0.9, np.zeros((6, 2), np.float32))
        builder.add(5 * frame + 1, frame / 2, [(face, np.clip(crop, 0, 255).astype(np.uint8))])
    return builder.build()
