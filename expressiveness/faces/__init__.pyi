from .config import DETECTORS, DetectorKind, ExtractionConfig
from .crops import CROP_SIZE, PADDING, face_crop
from .detection import Face, FaceDetector
from .extraction import extract_faces, extract_interviews
from .face_folders import put_faces
from .face_store import CONFIG_FILE, FaceStore
from .face_table import FaceTable, load_faces, save_faces
from .mediapipe_tasks import downscaled, load_mediapipe, no_display, packaged_file

__all__ = [
    "CONFIG_FILE",
    "CROP_SIZE",
    "DETECTORS",
    "PADDING",
    "DetectorKind",
    "ExtractionConfig",
    "Face",
    "FaceDetector",
    "FaceStore",
    "FaceTable",
    "downscaled",
    "extract_faces",
    "extract_interviews",
    "face_crop",
    "load_faces",
    "load_mediapipe",
    "no_display",
    "packaged_file",
    "put_faces",
    "save_faces",
]
