from .categories import BALANCED, CATEGORIES, COLORS, EXPRESSIVE, NEAR, RESERVED, Thresholds
from .curation import Curation, Decisions, FaceDecision, InterviewDecision
from .inspection import Inspection, inspect_folder
from .interview import BadRow, Interview, InterviewFolder, take_evenly
from .recruitview import ATTRIBUTES, DEFAULT_TARGET, METADATA, TARGETS, bounded_lines, read_interviews
from .splits import Split, participant_folds, split_by_participant

__all__ = [
    "ATTRIBUTES",
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
    "bounded_lines",
    "inspect_folder",
    "participant_folds",
    "read_interviews",
    "split_by_participant",
    "take_evenly",
]
