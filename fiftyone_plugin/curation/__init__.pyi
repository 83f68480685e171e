from .decide import DECISIONS, curate, follow_videos, undo_curation
from .frame_writing import CHUNK, FrameWriter, record_hand_edits, writing_frames
from .history import forget_sample, last_step, step_names
from .judging import judge_again
from .read import curation_of, truths_of
from .states import expected_categories

__all__ = [
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
    "record_hand_edits",
    "step_names",
    "truths_of",
    "undo_curation",
    "writing_frames",
]
