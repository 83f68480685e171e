"""Load MediaPipe Tasks without TensorFlow and without a display."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np

from expressiveness.errors import DetectorError
from expressiveness.types import Pixels

LARGEST_SIDE = 640
"""Frames are downscaled to this many pixels, since passing larger ones to MediaPipe takes longer than detection."""


def packaged_file(package: str, path: str, digest: str) -> bytes:
    """Read a data file of an installed package without importing the package.

    Args:
        package: its name on PyPI.
        path: the file's path relative to site-packages.
        digest: the file's SHA-256 in hexadecimal.

    Raises:
        DetectorError: the package or the file is missing, or the digest differs.
    """
    try:
        file = Path(str(distribution(package).locate_file(path)))
        content = file.read_bytes()
    except (PackageNotFoundError, OSError) as error:
        raise DetectorError(f"{Path(path).name} is not installed; run: pip install {package}") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise DetectorError(f"{file.name} is not the file this version was made for; reinstall {package}")
    return content


@contextmanager
def no_display() -> Iterator[None]:
    """Hide the display from MediaPipe, which would otherwise open a graphics context that these models do not need.

    With Mesa drivers, that loads a second LLVM beside TensorFlow's, and the process aborts on exit.
    """
    hidden = {name: os.environ.pop(name) for name in ("DISPLAY", "WAYLAND_DISPLAY") if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)


@cache
def load_mediapipe() -> Any:
    """Import MediaPipe without TensorFlow, which it needs only for a documentation decorator.

    This takes half a second instead of five, and saves about 300 MB per worker process.
    """
    hidden = "tensorflow" not in sys.modules
    if hidden:
        sys.modules["tensorflow"] = None  # type: ignore[assignment]  # makes Python treat the module as not importable
    try:
        import mediapipe
    finally:
        if hidden:
            del sys.modules["tensorflow"]
    return mediapipe


def blank_image() -> Any:
    """A small black MediaPipe image."""
    mp = load_mediapipe()
    return mp.Image(mp.ImageFormat.SRGB, np.zeros((64, 64, 3), dtype=np.uint8))


def downscaled(rgb: Pixels) -> Pixels:
    """Downscale a frame of shape (height, width, 3) so that its longer side is at most `LARGEST_SIDE`."""
    import cv2

    scale = LARGEST_SIDE / max(rgb.shape[:2])
    if scale >= 1:
        return np.ascontiguousarray(rgb)
    return np.asarray(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)
