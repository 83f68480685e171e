"""Image operations shared by the modules that render sample interviews."""

from __future__ import annotations

from typing import Any, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Number = TypeVar("Number", bound=np.generic)


def pixel_centres(width: int, height: int, step: int = 1) -> Floats:
    """The centres of square cells of `step` pixels as (x, y), shape (height // step, width // step, 2)."""
    x, y = (((np.arange(side // step) + 0.5) * step - 0.5).astype(np.float32) for side in (width, height))
    return np.stack(np.meshgrid(x, y), axis=-1)


def warped(picture: npt.NDArray[Number], source: Floats, *, sharp: bool = True) -> npt.NDArray[Number]:
    """Resample a picture; outside of it, edge pixels are repeated.

    Args:
        picture: shape (h, w) or (h, w, channels).
        source: where each pixel of the result comes from, (x, y) in pixels, shape (height, width, 2).
        sharp: use cubic interpolation, which keeps detail, instead of linear, which never overshoots.

    Returns:
        Shape (height, width) or (height, width, channels).
    """
    how = cv2.INTER_CUBIC if sharp else cv2.INTER_LINEAR
    remap: Any = cv2.remap  # its type stub does not allow maps of two channels
    moved = remap(picture, source.astype(np.float32, copy=False), None, how, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, dtype=picture.dtype)


def blurred(picture: npt.NDArray[Any], radius: float) -> Floats:
    """Blur with a Gaussian of standard deviation `radius` pixels."""
    return np.asarray(cv2.GaussianBlur(picture.astype(np.float32, copy=False), (0, 0), radius), dtype=np.float32)


def bell(points: Floats, at: npt.ArrayLike, reach: tuple[float, float]) -> Floats:
    """1 at a point, falling to 1/e at `reach` across and down; `points` has shape (..., 2), the result (...)."""
    across, down = np.moveaxis((points - np.asarray(at, np.float32)) / np.asarray(reach, np.float32), -1, 0)
    return np.asarray(np.exp(-(across**2) - down**2))


def smooth_step(values: Floats) -> Floats:
    """Rise smoothly from 0 at 0 to 1 at 1."""
    inside = np.clip(values, 0, 1)
    return np.asarray(inside * inside * (3 - 2 * inside))
