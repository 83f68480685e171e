"""The operators, one a file, in the order of a day's work."""

from .compute_embeddings import ComputeEmbeddings
from .curate import Curate
from .detect_faces import DetectFaces
from .export_curated import ExportCurated
from .find_suspicious_labels import FindSuspiciousLabels
from .import_interviews import ImportInterviews
from .predict import Predict
from .review_errors import ReviewErrors
from .run_pipeline import RunPipeline
from .train_model import TrainModel
from .undo_curation import UndoCuration

OPERATORS = (
    ImportInterviews,
    DetectFaces,
    TrainModel,
    Predict,
    ReviewErrors,
    RunPipeline,
    FindSuspiciousLabels,
    Curate,
    UndoCuration,
    ExportCurated,
    ComputeEmbeddings,
)
