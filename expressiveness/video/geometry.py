"""How a picture is shown: turned and mirrored as the video asks, with square pixels, as players and browsers do."""

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
"""A pixel wider or higher than this many times its other side is a mistake in the header, and is taken as square."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """What is done to a decoded picture to show it: first stretched, then transposed, then flipped."""

    width: int  # of the decoded picture once its pixels are square
    height: int
    transposed: bool = False  # rows become columns
    flipped_across: bool = False  # left and right change places
    flipped_down: bool = False  # top and bottom change places

    @property
    def shown_size(self) -> tuple[int, int]:
        """Width and height of the picture as it is shown, in pixels."""
        return (self.height, self.width) if self.transposed else (self.width, self.height)


def with_square_pixels(width: int, height: int, pixel_shape: Fraction | None) -> tuple[int, int]:
    """The size of a picture once its pixels are square; the shorter side of a pixel is stretched, none is shrunk."""
    if not pixel_shape or not Fraction(1, STRANGEST_PIXEL) <= pixel_shape <= STRANGEST_PIXEL:
        return width, height
    return (round(width * pixel_shape), height) if pixel_shape > 1 else (width, round(height / pixel_shape))


def geometry_of(frame: VideoFrame, pixel_shape: Fraction | None) -> Geometry:
    """How a frame is to be shown.

    Args:
        frame: as it was decoded, with the display matrix of its video or of its own.
        pixel_shape: width of a pixel by its height; None where the video does not say.

    Returns:
        What is to be done to it.
    """
    width, height = with_square_pixels(frame.width, frame.height, pixel_shape)
    matrix = frame.side_data.get(Type.DISPLAYMATRIX)  # type: ignore[call-overload]  # its stub says str
    if matrix is None:
        return Geometry(width, height)
    # x' = a x + c y and y' = b x + d y, in whole numbers; see av_display_matrix_flip of FFmpeg.
    a, b, _, c, d = np.frombuffer(matrix, np.int32)[:5].astype(int).tolist()
    if abs(b) + abs(c) > abs(a) + abs(d):
        return Geometry(width, height, transposed=True, flipped_across=c < 0, flipped_down=b < 0)
    return Geometry(width, height, flipped_across=a < 0, flipped_down=d < 0)


def as_shown(frame: VideoFrame, geometry: Geometry) -> Pixels:
    """A frame's picture as it is shown: RGB, shape (height, width, 3)."""
    # To name the size that the frame has would cost half as much again.
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
