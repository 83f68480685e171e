"""Read a video's faces and movement in one pass, since decoding takes as long as the analysis."""

from __future__ import annotations

from pathlib import Path

from expressiveness.faces import READ_AHEAD, Detector, ExtractionConfig, FaceReading, FaceTable, some_at_once
from expressiveness.movement.landmarks import SAMPLING, Landmarker, MovementReading
from expressiveness.movement.movement_table import Movement
from expressiveness.video import MAX_PIXELS, read_frames_for


def read_faces_and_movement(
    video: Path | str,
    config: ExtractionConfig,
    *,
    detector: Detector,
    landmarker: Landmarker,
    max_pixels: int = MAX_PIXELS,
) -> tuple[FaceTable, Movement]:
    """Read what `extract_faces` and `read_movement` read, decoding the video once.

    Args:
        video: any video file.
        config: which faces are found.
        detector: must match `config`.
        landmarker: reads the movement.
        max_pixels: the most pixels a frame may have.

    Raises:
        VideoError: the video is missing, its frames are too large, or nothing decodes.
    """
    faces, movement = FaceReading(config, detector), MovementReading(landmarker)
    frames = read_frames_for(video, [config.sampling, SAMPLING], max_pixels=max_pixels)
    for frame, (for_faces, for_movement) in some_at_once(frames, READ_AHEAD, size=lambda read: read[0].rgb.nbytes):
        if for_faces and not faces.is_done:
            faces.look_at(frame)
        if for_movement:
            movement.look_at(frame)
    found = faces.table()
    return found, movement.table(found)
