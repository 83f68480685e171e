from .decide import DECISIONS, curate, follow_videos, login, undo_curation
from .frame_writing import CHUNK, FrameWriter, record_hand_edits, writing_frames
from .hand_edits import judge_hand_edits
from .history import forget_sample, last_step, step_names
from .judging import (
    FramesAgainst,
    frames_against,
    judge_again,
    keep_frames_against,
    truths_for,
)
from .read import curation_of, truths_of
from .states import BY_HAND, expected_categories, touched_faces

__all__ = [
    "BY_HAND",
    "CHUNK",
    "DECISIONS",
    "FrameWriter",
    "FramesAgainst",
    "curate",
    "curation_of",
    "expected_categories",
    "follow_videos",
    "forget_sample",
    "frames_against",
    "judge_again",
    "judge_hand_edits",
    "keep_frames_against",
    "last_step",
    "login",
    "record_hand_edits",
    "step_names",
    "touched_faces",
    "truths_for",
    "truths_of",
    "undo_curation",
    "writing_frames",
]
