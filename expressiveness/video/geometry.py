"""Apply a video's display settings like a player: rotation, mirroring and square pixels."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from av.sidedata.sidedata import Type

from expressiveness.types import Pixels

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

STRANGEST_PIXEL = 4
"""A pixel aspect ratio beyond this is a header error; such pixels are treated as square."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """How a decoded frame is displayed: first stretched, then transposed, then flipped."""

    width: int  # of the decoded frame after making pixels square
    height: int
    transposed: bool = False  # rows and columns swapped
    flipped_across: bool = False  # left and right swapped
    flipped_down: bool = False  # top and bottom swapped

    @property
    def shown_size(self) -> tuple[int, int]:
        """Width and height of the displayed frame, in pixels."""
        return (self.height, self.width) if self.transposed else (self.width, self.height)


def with_square_pixels(width: int, height: int, pixel_shape: Fraction | None) -> tuple[int, int]:
    """The size of a frame after making its pixels square, by stretching the shorter side of a pixel."""
    if not pixel_shape or not Fraction(1, STRANGEST_PIXEL) <= pixel_shape <= STRANGEST_PIXEL:
        return width, height
    return (round(width * pixel_shape), height) if pixel_shape > 1 else (width, round(height / pixel_shape))


def geometry_of(frame: VideoFrame, pixel_shape: Fraction | None) -> Geometry:
    """How a frame should be displayed.

    Args:
        frame: as decoded, with the display matrix of the video or the frame.
        pixel_shape: pixel aspect ratio, width over height; None if unknown.

    Returns:
        The transformation.
    """
    width, height = with_square_pixels(frame.width, frame.height, pixel_shape)
    matrix = frame.side_data.get(Type.DISPLAYMATRIX)  # type: ignore[call-overload]  # its stub says str
    if matrix is None:
        return Geometry(width, height)
    # x' = a x + c y and y' = b x + d y, in fixed point; see FFmpeg's av_display_matrix_flip.
    a, b, _, c, d = np.frombuffer(matrix, np.int32)[:5].astype(int).tolist()
    if abs(b) + abs(c) > abs(a) + abs(d):
        return Geometry(width, height, transposed=True, flipped_across=c < 0, flipped_down=b < 0)
    return Geometry(width, height, flipped_across=a < 0, flipped_down=d < 0)


def as_shown(frame: VideoFrame, geometry: Geometry) -> Pixels:
    """The frame as displayed: RGB, shape (height, width, 3)."""
    # Passing the frame's own size would take 50 % longer.
    size = (geometry.width, geometry.height)
    width, height = (None, None) if size == (frame.width, frame.height) else size
    scaled = frame.to_ndarray(format="rgb24", width=width, height=height, threads=1)
    rgb: Pixels = scaled.astype(np.uint8, copy=False)
    if geometry.transposed:
        rgb = rgb.transpose(1, 0, 2)
    if geometry.flipped_across:
        rgb = rgb[:, ::-1]
    if geometry.flipped_down:
        rgb = rgb[::-1]
    return np.ascontiguousarray(rgb)
