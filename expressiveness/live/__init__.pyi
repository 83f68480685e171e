from .display import check_video_file
from .mistake_clips import CLIPS, MistakeClips, write_mistake_clips
from .source import file_of
from .watching import LiveReport, run_live

__all__ = [
    "CLIPS",
    "LiveReport",
    "MistakeClips",
    "check_video_file",
    "file_of",
    "run_live",
    "write_mistake_clips",
]
