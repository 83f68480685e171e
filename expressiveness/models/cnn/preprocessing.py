"""What a network is given of a face."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from expressiveness.faces import FaceTable

FaceInput = Literal["deviation", "single"]
"""What a network sees of a face: its deviation from the mean face of its clip, or the crop alone (the notebook's).

A single crop shows who somebody is more than what the face does, and hardly transfers to people not seen in training.
"""

INPUT_UNIT = {"deviation": 25.5, "single": 255.0}
"""Gray levels that a network is given as 1. Deviations are a tenth of what crops are: 15 is typical on moving faces."""


def reference_face(faces: FaceTable, face_input: FaceInput) -> npt.NDArray[np.float32]:
    """What is taken from each of a clip's crops before a network sees them, shape (48, 48), in gray levels."""
    primary = faces.crop[faces.is_primary]
    if face_input == "single" or not len(primary):
        return np.zeros(faces.crop.shape[1:], dtype=np.float32)
    return np.asarray(primary.mean(axis=0, dtype=np.float32))


def network_input(
    crop: npt.NDArray[np.uint8], reference: npt.NDArray[np.float32], face_input: FaceInput
) -> npt.NDArray[np.float32]:
    """What a network is given of crops of shape (n, 48, 48): (n, 48, 48, 1), in the unit of `INPUT_UNIT`."""
    return np.asarray(in_units(crop.astype(np.float32), reference, face_input), dtype=np.float32)


def in_units(crop: Any, reference: Any, face_input: FaceInput) -> Any:
    """`network_input` of float32 arrays of NumPy or tensors of TensorFlow, shapes (n, 48, 48), so that both agree."""
    return ((crop - reference) / INPUT_UNIT[face_input])[..., None]
