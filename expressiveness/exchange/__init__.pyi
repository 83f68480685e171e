from .coded_files import CODED_FILES, CodedDecisions, CodedFile, Problem, read_decisions
from .decided import Clock, CodedDecision, curation_from, decisions_in
from .study_export import STUDY_EXPORTS, StudyExport, check_study_folder, export_study
from .study_video import Span, StudyVideo, Track, study_videos

__all__ = [
    "CODED_FILES",
    "STUDY_EXPORTS",
    "Clock",
    "CodedDecision",
    "CodedDecisions",
    "CodedFile",
    "Problem",
    "Span",
    "StudyExport",
    "StudyVideo",
    "Track",
    "check_study_folder",
    "curation_from",
    "decisions_in",
    "export_study",
    "read_decisions",
    "study_videos",
]
