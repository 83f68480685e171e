"""Recognise expressiveness live, from a camera, a stream or a file, into a window or a video file.

Cameras, streams, and files shown in a window run in real time: the newest frame is processed and older ones are
dropped, so the display never falls behind. A file without a window is processed frame by frame at full speed.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from expressiveness.errors import ConfigError, OutputError
from expressiveness.live.display import Window, check_video_file, video_file, window_obstacle
from expressiveness.live.judges import check_live
from expressiveness.live.painting import Painter
from expressiveness.live.recognition import Recogniser
from expressiveness.live.source import Arrival, BrokenOffError, NewestFrames, file_of, frames_of
from expressiveness.models import TrainedModel
from expressiveness.movement import Neutral

DELAYS_KEPT = 10_000


@dataclass(slots=True)
class LiveReport:
    """How a live run went."""

    read: int = 0  # frames
    processed: int = 0
    with_face: int = 0
    seconds: float = 0.0  # since the first frame
    delays: deque[float] = field(default_factory=lambda: deque(maxlen=DELAYS_KEPT))  # seconds per frame
    broke_off: str | None = None  # a message if a camera or stream broke off

    @property
    def dropped(self) -> int:
        """Frames replaced by newer ones before they could be processed."""
        return self.read - self.processed

    @property
    def frames_per_second(self) -> float:
        """Frames processed per second."""
        return self.processed / self.seconds if self.seconds else 0.0

    def __repr__(self) -> str:
        return f"LiveReport({self.processed} frames in {self.seconds:.1f} s, a face on {self.with_face})"

    def summary(self) -> str:
        """The report in a line."""
        delay = self.as_dict()["delay_ms"]
        return (
            f"{self.processed} frames in {self.seconds:.1f} s, {self.frames_per_second:.1f} a second; {self.dropped} "
            f"dropped; a face on {self.with_face}; delay {delay['median']:.0f} ms, 95 % below {delay['p95']:.0f} ms"
        )

    def as_dict(self) -> dict[str, Any]:
        """The report, ready for JSON."""
        middle, most = np.quantile(self.delays, [0.5, 0.95]) if self.delays else (0.0, 0.0)
        return {
            "frames": {
                "read": self.read,
                "processed": self.processed,
                "dropped": self.dropped,
                "with_face": self.with_face,
            },
            "seconds": round(self.seconds, 3),
            "frames_per_second": round(self.frames_per_second, 2),
            "broke_off": self.broke_off,
            "delay_ms": {"median": round(1000 * float(middle), 1), "p95": round(1000 * float(most), 1)},
        }


def run_live(
    model: TrainedModel,
    source: str | Path,
    *,
    output: Path | str | None = None,
    overwrite: bool = False,
    window: bool = True,
    neutral: Neutral | None = None,
    on_frame: Callable[[int], None] | None = None,
) -> LiveReport:
    """Process a source until it ends or breaks off, `q` is pressed, the window is closed, or Ctrl-C.

    In every case, the output written so far is kept.

    Args:
        model: the trained model.
        source: a camera number, a stream URL (rtsp://, https://), or a file.
        output: MP4 file for the annotated video.
        overwrite: whether `output` may replace an existing file.
        window: also show it in a window; if none can be opened, only `output` is written.
        neutral: the neutral face of the person to be seen; estimated as the source plays if None.
        on_frame: called with the number of frames done so far.

    Raises:
        ModelError: the model cannot judge live frames.
        VideoError: no such source.
        ConfigError: neither `window` nor `output` is set.
        OutputError: `output` is the source, cannot be written, or exists and `overwrite` is not set.
        DetectorError: the detector's model files are not installed.
    """
    check_live(model)  # before anything is opened
    source, output = str(source), Path(output) if output else None
    _check_output(source, output, window)
    check_video_file(output, overwrite=overwrite)
    shown = window and not (output and window_obstacle())
    report = LiveReport()
    with ExitStack() as stack:
        view = stack.enter_context(Window()) if shown else None
        recogniser = stack.enter_context(Recogniser(model, neutral))
        frames = stack.enter_context(frames_of(source, at_its_speed=shown))
        writer = stack.enter_context(video_file(output, overwrite=overwrite)) if output else None
        newest = stack.enter_context(NewestFrames(frames)) if shown or not file_of(source) else None
        arrivals: Iterable[Arrival] = newest or (Arrival(frame, time.monotonic()) for frame in frames)
        painter, started = Painter(), 0.0
        with _noting_its_end(report):
            for arrival in arrivals:
                started = started or arrival.clock
                seen = recogniser.recognise(arrival.frame)
                picture = painter.draw(arrival.frame.rgb, seen)
                if writer:
                    writer.write(picture, arrival.frame.seconds)
                go_on = view is None or view.show(picture)
                report.processed += 1
                report.with_face += bool(seen.faces)
                report.delays.append(time.monotonic() - arrival.clock)
                if on_frame:
                    on_frame(report.processed)
                if not go_on:
                    break
        report.read = newest.read if newest else report.processed
        report.seconds = time.monotonic() - started if started else 0.0
    return report


@contextmanager
def _noting_its_end(report: LiveReport) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        pass  # without a window, this is how to stop a camera
    except BrokenOffError as error:
        report.broke_off = str(error)


def _check_output(source: str, output: Path | None, window: bool) -> None:
    if output is None and not window:
        raise ConfigError("nowhere to show what is recognised; leave the window on, or give --output FILE")
    if output and (file := file_of(source)) and output.resolve() == file.resolve():
        raise OutputError(f"{output.name} would be overwritten while it is read; give --output another name")
