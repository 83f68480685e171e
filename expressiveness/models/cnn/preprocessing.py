"""The input of the network, from crops of faces."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from expressiveness.faces import FaceTable

FaceInput = Literal["deviation", "single"]
"""What the network sees: a crop's deviation from the mean face of its clip, or the crop itself, as in the notebook.

A crop shows who somebody is more than what the face does, and hardly generalises to people not seen in training.
"""

INPUT_UNIT = {"deviation": 25.5, "single": 255.0}
"""Gray levels per unit of input. Deviations are about a tenth of crops: 15 is typical of moving faces."""


def reference_face(faces: FaceTable, face_input: FaceInput) -> npt.NDArray[np.float32]:
    """The face subtracted from each crop of a clip, shape (48, 48), in gray levels."""
    primary = faces.crop[faces.is_primary]
    if face_input == "single" or not len(primary):
        return np.zeros(faces.crop.shape[1:], dtype=np.float32)
    return np.asarray(primary.mean(axis=0, dtype=np.float32))


def network_input(
    crop: npt.NDArray[np.uint8], reference: npt.NDArray[np.float32], face_input: FaceInput
) -> npt.NDArray[np.float32]:
    """The network's input from crops of shape (n, 48, 48): shape (n, 48, 48, 1), in units of `INPUT_UNIT`."""
    return np.asarray(in_units(crop.astype(np.float32), reference, face_input), dtype=np.float32)


def in_units(crop: Any, reference: Any, face_input: FaceInput) -> Any:
    """Compute `network_input` from float32 NumPy arrays or TensorFlow tensors, so that both agree."""
    return ((crop - reference) / INPUT_UNIT[face_input])[..., None]
