from .display import check_video_file
from .mistake_clips import CLIPS, MistakeClips, write_mistake_clips
from .watching import LiveReport, run_live

__all__ = [
    "CLIPS",
    "LiveReport",
    "MistakeClips",
    "check_video_file",
    "run_live",
    "write_mistake_clips",
]
