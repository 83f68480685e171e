from .categories import BALANCED, CATEGORIES, COLORS, EXPRESSIVE, NEAR, RESERVED, CategoryRule, Thresholds, short_name
from .crema_d import CremaDReader
from .csv_table import COLUMNS_FILE, NEUTRAL_FILE, TABLE_FILE, ColumnMapping, CsvReader, write_table
from .curation import Curation, Decisions, FaceDecision, InterviewDecision
from .doubts import doubts_about
from .folders import READERS, read_interviews
from .inspection import Inspection, inspect_folder
from .interview import BadRow, Column, Intended, Interview, InterviewFolder, take_evenly
from .named_neutrals import NamedNeutrals, Stretch
from .participants import participant_name
from .ravdess import RavdessReader
from .reader import Reader, RowChecks
from .recruitview import ATTRIBUTES, DEFAULT_TARGET, METADATA, TARGETS, RecruitViewReader, metadata_lines
from .splits import Split, participant_folds, split_by_participant
from .video_files import VIDEO_ENDINGS, videos_in

__all__ = [
    "ATTRIBUTES",
    "BALANCED",
    "CATEGORIES",
    "COLORS",
    "COLUMNS_FILE",
    "DEFAULT_TARGET",
    "EXPRESSIVE",
    "METADATA",
    "NEAR",
    "NEUTRAL_FILE",
    "READERS",
    "RESERVED",
    "TABLE_FILE",
    "TARGETS",
    "VIDEO_ENDINGS",
    "BadRow",
    "CategoryRule",
    "Column",
    "ColumnMapping",
    "CremaDReader",
    "CsvReader",
    "Curation",
    "Decisions",
    "FaceDecision",
    "Inspection",
    "Intended",
    "Interview",
    "InterviewDecision",
    "InterviewFolder",
    "NamedNeutrals",
    "RavdessReader",
    "Reader",
    "RecruitViewReader",
    "RowChecks",
    "Split",
    "Stretch",
    "Thresholds",
    "doubts_about",
    "inspect_folder",
    "metadata_lines",
    "participant_folds",
    "participant_name",
    "read_interviews",
    "short_name",
    "split_by_participant",
    "take_evenly",
    "videos_in",
    "write_table",
]
