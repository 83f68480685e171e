from .benchmark_defaults import BOOTSTRAP_DRAWS, DEFAULT_FOLDS
from .benchmark_results import BenchmarkResults
from .benchmark_rows import BenchmarkConfig
from .benchmarking import benchmark
from .comparison import PairedFigure, paired_figures
from .confusion import Confusion
from .frame_truth import FrameTruth, frame_figures
from .held_out import Evaluation, evaluate, held_out_interviews
from .label_quality import LEAST_PEOPLE, Suspect, suspicious_labels
from .metrics import VideoResults, draws_of_people, percentile_interval, rank_correlation, video_figures
from .next_labels import label_next
from .verdict import BETTER, verdict

__all__ = [
    "BETTER",
    "BOOTSTRAP_DRAWS",
    "DEFAULT_FOLDS",
    "LEAST_PEOPLE",
    "BenchmarkConfig",
    "BenchmarkResults",
    "Confusion",
    "Evaluation",
    "FrameTruth",
    "PairedFigure",
    "Suspect",
    "VideoResults",
    "benchmark",
    "draws_of_people",
    "evaluate",
    "frame_figures",
    "held_out_interviews",
    "label_next",
    "paired_figures",
    "percentile_interval",
    "rank_correlation",
    "suspicious_labels",
    "verdict",
    "video_figures",
]
