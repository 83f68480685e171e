from .decide import DECISIONS, curate, follow_videos, login, undo_curation
from .frame_writing import CHUNK, FrameWriter, record_hand_edits, writing_frames
from .history import forget_sample, last_step, step_names
from .judging import judge_again
from .read import curation_of, truths_of
from .states import BY_HAND, expected_categories, touched_faces

__all__ = [
    "BY_HAND",
    "CHUNK",
    "DECISIONS",
    "FrameWriter",
    "curate",
    "curation_of",
    "expected_categories",
    "follow_videos",
    "forget_sample",
    "judge_again",
    "last_step",
    "login",
    "record_hand_edits",
    "step_names",
    "touched_faces",
    "truths_of",
    "undo_curation",
    "writing_frames",
]
