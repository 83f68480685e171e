"""The operators, one a file, in the order of a day's work."""

from .detect_faces import DetectFaces
from .import_interviews import ImportInterviews
from .predict import Predict
from .review_errors import ReviewErrors
from .train_model import TrainModel

OPERATORS = (ImportInterviews, DetectFaces, TrainModel, Predict, ReviewErrors)
