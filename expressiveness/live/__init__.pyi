from .display import check_video_file
from .watching import LiveReport, run_live

__all__ = [
    "LiveReport",
    "check_video_file",
    "run_live",
]
