from .display import check_video_file
from .source import file_of
from .watching import LiveReport, run_live

__all__ = [
    "LiveReport",
    "check_video_file",
    "file_of",
    "run_live",
]
