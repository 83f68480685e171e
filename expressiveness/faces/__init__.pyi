from .config import ExtractionConfig
from .crops import CROP_SIZE, PADDING, face_crop
from .detection import FaceDetector
from .detectors import (
    DEFAULT_CONFIDENCE,
    DEFAULT_DETECTOR,
    DETECTORS,
    Detector,
    DetectorMaker,
    detector_labels,
    maker_for_workers,
)
from .extraction import (
    READ_AHEAD,
    FaceReading,
    counts_of,
    detector_of,
    detector_of_process,
    extract_faces,
    extract_interviews,
    some_at_once,
)
from .face import Box, Face, largest_first
from .face_folders import put_faces
from .face_store import CONFIG_FILE, FaceStore
from .face_table import FaceTable, load_faces, save_faces
from .mediapipe_tasks import blank_image, downscaled, load_mediapipe, no_display, packaged_file
from .strips import FaceStrip, face_strip
from .tracks import Tracker, people_of

__all__ = [
    "CONFIG_FILE",
    "CROP_SIZE",
    "DEFAULT_CONFIDENCE",
    "DEFAULT_DETECTOR",
    "DETECTORS",
    "PADDING",
    "READ_AHEAD",
    "Box",
    "Detector",
    "DetectorMaker",
    "ExtractionConfig",
    "Face",
    "FaceDetector",
    "FaceReading",
    "FaceStore",
    "FaceStrip",
    "FaceTable",
    "Tracker",
    "blank_image",
    "counts_of",
    "detector_labels",
    "detector_of",
    "detector_of_process",
    "downscaled",
    "extract_faces",
    "extract_interviews",
    "face_crop",
    "face_strip",
    "largest_first",
    "load_faces",
    "load_mediapipe",
    "maker_for_workers",
    "no_display",
    "packaged_file",
    "people_of",
    "put_faces",
    "save_faces",
    "some_at_once",
]
