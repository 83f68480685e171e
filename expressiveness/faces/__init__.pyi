from .config import DETECTORS, DetectorKind, ExtractionConfig
from .crops import CROP_SIZE, PADDING, face_crop
from .detection import Face, FaceDetector
from .extraction import extract_faces, extract_interviews
from .face_folders import write_face_folders
from .face_store import FaceStore
from .face_table import FaceTable, load_faces, save_faces
from .mediapipe_tasks import downscaled, load_mediapipe, no_display, packaged_file

__all__ = [
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
    "save_faces",
    "write_face_folders",
]
