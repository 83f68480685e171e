from .completeness import Shortfall, all_read
from .copies import make_playable, reencode, save_stills
from .defaults import DEFAULT_EVERY, MAX_PIXELS
from .probing import VideoInfo, probe
from .probing_many import probe_videos
from .reading import Frame, frame_times, read_chosen_frames, read_frames, read_frames_for
from .sampling import DEFAULT_SAMPLING, NOTEBOOK_SAMPLING, Sampling

__all__ = [
    "DEFAULT_EVERY",
    "DEFAULT_SAMPLING",
    "MAX_PIXELS",
    "NOTEBOOK_SAMPLING",
    "Frame",
    "Sampling",
    "Shortfall",
    "VideoInfo",
    "all_read",
    "frame_times",
    "make_playable",
    "probe",
    "probe_videos",
    "read_chosen_frames",
    "read_frames",
    "read_frames_for",
    "reencode",
    "save_stills",
]
