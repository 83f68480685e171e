"""What this machine has of what the work needs, and what to do about what it lacks."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

NAME = "expressiveness"
CODECS = ("h264", "hevc", "vp9", "av1")
ENCODER = "libx264"
SPARE_BYTES = 5 * 10**9
OPENCV_BUILDS = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)
"""Each writes the same folder, so whichever was installed last is the one that runs."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        about: what, in a word or two.
        state: "ok"; "note" for what restricts something, but stops nothing; "wrong" for what does.
        said: what was found.
        advice: what to do; empty where there is nothing to do.
    """

    about: str
    state: Literal["ok", "note", "wrong"]
    said: str
    advice: str = ""

    def __str__(self) -> str:
        mark = {"ok": "ok   ", "note": "note ", "wrong": "WRONG"}[self.state]
        return f"{mark}  {self.about}: {self.said}" + (f"\n       -> {self.advice}" if self.advice else "")


def examined(further: Mapping[str, Callable[[], Finding]]) -> Iterator[Finding]:
    """Look at one thing after the other; a check that raises is a finding, too.

    Args:
        further: checks after ours, by what they are about.
    """
    checks: dict[str, Callable[[], Finding]] = {
        "Packages": lambda: packages(metadata.requires(NAME) or ()),
        "OpenCV": lambda: opencv_builds(_installed()),
        "Disk": lambda: disk(Path.home(), Path.cwd()),
        "Video": video_formats,
        "Faces": face_detection,
        "TensorFlow": tensorflow,
        **further,
    }
    yield Finding("Python", "ok", f"{platform.python_version()} on {platform.system()} ({platform.machine()})")
    for about, check in checks.items():
        try:
            yield check()
        except Exception as error:  # noqa: BLE001  # whatever it is, it is what the user wants to know
            reason = " ".join(str(error).split()) or type(error).__name__
            yield Finding(about, "wrong", reason)


def packages(requirements: Sequence[str]) -> Finding:
    """Whether every package is installed in a version that is wanted; extras are not looked at."""
    from packaging.requirements import Requirement

    parsed = [Requirement(text) for text in requirements]
    needed = [one for one in parsed if one.marker is None or one.marker.evaluate({"extra": ""})]
    lacking = []
    for one in needed:
        try:
            version = metadata.version(one.name)
        except metadata.PackageNotFoundError:
            lacking.append((one, "is missing"))
            continue
        if not one.specifier.contains(version, prereleases=True):
            lacking.append((one, f"is {version}"))
    if not lacking:
        return Finding("Packages", "ok", f"all {len(needed)} are here ({NAME} {metadata.version(NAME)})")
    said = ", ".join(f"{one.name} {what}" for one, what in lacking)
    wanted = " ".join(f'"{one.name}{one.specifier}"' for one, _ in lacking)
    return Finding("Packages", "wrong", said, f"pip install {wanted}")


def _installed() -> frozenset[str]:
    return frozenset(found.metadata["Name"].lower() for found in metadata.distributions())


def opencv_builds(installed: frozenset[str]) -> Finding:
    """Whether there is one build of OpenCV, not several in one folder."""
    builds = [name for name in OPENCV_BUILDS if name in installed]
    if len(builds) > 1:
        said = f"{', '.join(builds)} share a folder, and the one that was installed last is used"
        return Finding("OpenCV", "note", said, f"pip uninstall {' '.join(builds)}, then pip install the one you want")
    window = "cannot" if all(name.endswith("headless") for name in builds) else "can"
    return Finding("OpenCV", "ok", f"{', '.join(builds)} {window} open a window for `live`")


def video_formats() -> Finding:
    """Whether FFmpeg, as PyAV brings it, reads and writes what is needed."""
    import av

    lacking = [codec for codec in CODECS if not _has(codec, "r")]
    if not _has(ENCODER, "w"):
        return Finding("Video", "wrong", f"{ENCODER} is missing from PyAV {av.__version__}", "pip install av")
    said = f"FFmpeg of PyAV {av.__version__} reads {', '.join(codec for codec in CODECS if codec not in lacking)}"
    if lacking:
        return Finding("Video", "note", f"{said}, not {', '.join(lacking)}", "use PyAV's own wheel: pip install av")
    return Finding("Video", "ok", f"{said} and writes H.264, which every browser plays")


def _has(codec: str, mode: Literal["r", "w"]) -> bool:
    from av.codec import Codec

    try:
        Codec(codec, mode)
    except ValueError:
        return False
    return True


def face_detection() -> Finding:
    """Whether MediaPipe loads, with its models and the system libraries that it needs."""
    import numpy as np

    from expressiveness.faces import FaceDetector

    with FaceDetector() as detector:
        detector.detect(np.zeros((128, 128, 3), np.uint8))
    return Finding("Faces", "ok", f"MediaPipe {metadata.version('mediapipe')} finds faces")


def tensorflow() -> Finding:
    """Whether TensorFlow loads, and what it computes on."""
    from expressiveness._io import silenced

    with silenced():
        import tensorflow as tf

        tf.config.list_physical_devices("GPU")
    cards = len(tf.config.list_physical_devices("GPU"))
    return Finding("TensorFlow", "ok", f"{tf.__version__}, computes on {f'{cards} GPU' if cards else 'the processor'}")


def disk(*folders: Path, spare: int = SPARE_BYTES) -> Finding:
    """Whether the places where files are written have room, `spare` bytes each."""
    free = {folder: shutil.disk_usage(folder).free for folder in dict.fromkeys(folders)}
    said = ", ".join(f"{room / 1e9:.0f} GB free in {folder}" for folder, room in free.items())
    if min(free.values()) >= spare:
        return Finding("Disk", "ok", said)
    return Finding("Disk", "note", said, "faces and movement of a minute of video take some megabytes: make room")
