"""Save chosen frames of a video as JPEG files, for viewing frames and faces one by one."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import cv2

from expressiveness._io import hidden_until_done, place
from expressiveness.errors import OutputError
from expressiveness.types import Pixels
from expressiveness.video.reading import read_chosen_frames

QUALITY = 92  # JPEG quality, up to 100


def save_stills(video: Path | str, numbers: Collection[int], folder: Path | str) -> dict[int, Path]:
    """Write some frames of a video as JPEG files, skipping those already written.

    Args:
        video: any video file.
        numbers: frame numbers, from 1; those that the video does not have are skipped.
        folder: used for this video only; created if needed.

    Returns:
        The files, by frame number.

    Raises:
        VideoError: the video cannot be read.
        OutputError: a file cannot be written.
    """
    folder = place(folder)
    files = {number: folder / f"{number:06}.jpg" for number in sorted(numbers)}
    missing = {number for number, file in files.items() if not file.is_file()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for frame in read_chosen_frames(video, missing) if missing else ():
            _write(frame.rgb, files[frame.number])
            missing.discard(frame.number)
    except OSError as error:
        raise OutputError(f"cannot write into {folder} ({error.strerror or error}); free some space") from error
    return {number: file for number, file in files.items() if number not in missing}


def _write(rgb: Pixels, file: Path) -> None:
    """Write an image atomically."""
    _, encoded = cv2.imencode(file.suffix, cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    with hidden_until_done(file) as unfinished:
        unfinished.write_bytes(encoded.tobytes())
