from .categories import BALANCED, CATEGORIES, COLORS, EXPRESSIVE, NEAR, RESERVED, Thresholds
from .curation import Curation, Decisions, FaceDecision, InterviewDecision
from .inspection import Inspection, inspect_folder
from .interview import BadRow, Interview, InterviewFolder, take_evenly
from .recruitview import DEFAULT_TARGET, METADATA, TARGETS, metadata_lines, read_interviews
from .splits import Split, participant_folds, split_by_participant

__all__ = [
    "BALANCED",
    "CATEGORIES",
    "COLORS",
    "DEFAULT_TARGET",
    "EXPRESSIVE",
    "METADATA",
    "NEAR",
    "RESERVED",
    "TARGETS",
    "BadRow",
    "Curation",
    "Decisions",
    "FaceDecision",
    "Inspection",
    "Interview",
    "InterviewDecision",
    "InterviewFolder",
    "Split",
    "Thresholds",
    "inspect_folder",
    "metadata_lines",
    "participant_folds",
    "read_interviews",
    "split_by_participant",
    "take_evenly",
]
