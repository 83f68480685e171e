from .benchmark_page import benchmark_report, read_groups, table_lines
from .formats import FigureFormat
from .html_page import write_page
from .inspection_plots import inspection_figures
from .model_plots import confusion_matrix, probabilities_over_time, score_scatter, training_curves
from .pages import INSPECTION, evaluation_report, prediction_report, write_inspection
from .paper import PAPER, write_paper_report

__all__ = [
    "INSPECTION",
    "PAPER",
    "FigureFormat",
    "benchmark_report",
    "confusion_matrix",
    "evaluation_report",
    "inspection_figures",
    "prediction_report",
    "probabilities_over_time",
    "read_groups",
    "score_scatter",
    "table_lines",
    "training_curves",
    "write_inspection",
    "write_page",
    "write_paper_report",
]
