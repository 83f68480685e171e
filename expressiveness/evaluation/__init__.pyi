from .benchmark_defaults import BOOTSTRAP_DRAWS, DEFAULT_FOLDS
from .benchmark_results import BenchmarkResults
from .benchmark_rows import BenchmarkConfig
from .benchmarking import benchmark
from .confusion import Confusion
from .frame_truth import FrameTruth, frame_figures
from .held_out import Evaluation, evaluate, held_out_interviews
from .label_quality import LEAST_PEOPLE, Suspect, suspicious_labels
from .metrics import VideoResults, video_figures
from .next_labels import label_next
from .verdict import verdict

__all__ = [
    "BOOTSTRAP_DRAWS",
    "DEFAULT_FOLDS",
    "LEAST_PEOPLE",
    "BenchmarkConfig",
    "BenchmarkResults",
    "Confusion",
    "Evaluation",
    "FrameTruth",
    "Suspect",
    "VideoResults",
    "benchmark",
    "evaluate",
    "frame_figures",
    "held_out_interviews",
    "label_next",
    "suspicious_labels",
    "verdict",
    "video_figures",
]
