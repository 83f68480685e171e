"""Render sample interviews in RecruitView's layout, so that everything can be tried without a download.

Start at `render_sample_interviews`. Two public-domain portraits are turned into many synthetic participants (`looks`)
who act with a known amplitude (`acting`), which determines their score (`plan`). They are for trying, testing and
demonstrating the package, and say nothing about people or about accuracy on real ones.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from expressiveness import parallel
from expressiveness._io import GrowingFolder, growing_folder
from expressiveness.data import METADATA
from expressiveness.errors import ConfigError, InterviewError
from expressiveness.samples.acting import energy_of, perform, sway
from expressiveness.samples.looks import dress, grade
from expressiveness.samples.pictures import Floats
from expressiveness.samples.plan import QUESTIONS, PlannedInterview, plan_interviews
from expressiveness.samples.puppet import Pose, Puppet
from expressiveness.samples.rooms import paint_room
from expressiveness.settings import only_what_was_chosen
from expressiveness.types import Pixels, Progress

CONFIG = "sample.json"
RENDERER = 1
"""Version, incremented when the same settings give different frames."""

UNIT_SHARE = 0.18
"""Distance between the pupils on the canvas, relative to the frame's height; about the same as in the frame."""

README = """# Synthetic sample interviews

Rendered by a computer from two portraits in the public domain:

- NASA's portrait of the astronaut Eileen Collins, as shipped with scikit-image;
- the US Navy's official portrait of Grace Hopper, as shipped with Matplotlib.

The portraits were reshaped, recoloured and animated. No statement about these persons is made: the participants are
invented, and so are their answers and scores. The files have the layout of the RecruitView dataset and contain none of
its data.

- `metadata.jsonl`: one row per clip. `facial_expression` follows the amplitude of the rendered movement; the other
  targets correlate with it and mean nothing.
- `videos/`: H.264 without sound.
- `truth.csv`: the amplitude that each clip was rendered with, 0.02 to 1.
- `truth_frames.csv`: how far the face is from neutral on each frame, 0 or more: the norm of its gestures, without gaze
  and blinks.
- `sample.json`: the settings. Rendering again with the same settings changes nothing.
"""


@dataclass(frozen=True, slots=True)
class SampleConfig:
    """The settings that determine every frame and row of a set; saved with it."""

    participants: int
    clips_per_participant: int
    seconds: float
    fps: int
    size: tuple[int, int]
    seed: int
    renderer: int = RENDERER

    def __post_init__(self) -> None:
        if self.participants < 1 or not 1 <= self.clips_per_participant <= len(QUESTIONS) or self.seed < 0:
            raise ConfigError(
                f"{self.participants} participants with {self.clips_per_participant} clips each, seed {self.seed}: "
                f"give at least 1 participant, 1 to {len(QUESTIONS)} clips, and a seed from 0"
            )
        if (
            min(self.size) < 96
            or any(side % 4 for side in self.size)
            or self.fps < 1
            or not 2 <= self.seconds * self.fps < 1e6
        ):
            raise ConfigError(
                f"size {self.size} at {self.fps} fps for {self.seconds:g} s: give sides that are multiples of 4 and at "
                "least 96 pixels, and at least two frames"
            )

    def __repr__(self) -> str:
        return only_what_was_chosen(self)

    def plan(self) -> list[PlannedInterview]:
        """The clips of the set, in the order of their rows."""
        return plan_interviews(self.participants, self.clips_per_participant, self.seconds, self.seed)


def render_sample_interviews(
    folder: Path | str,
    *,
    participants: int = 20,
    clips_per_participant: int = 3,
    seconds: float = 4.0,
    fps: int = 15,
    size: tuple[int, int] = (480, 360),
    seed: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Path:
    """Render a set of synthetic interviews in RecruitView's layout, or its missing clips.

    A second call with the same settings renders nothing. Different settings replace the earlier set.

    Args:
        folder: new, empty, or filled by an earlier call.
        participants: how many different-looking people.
        clips_per_participant: how many questions each of them answers.
        seconds: length of a short clip; medium and long ones take 1.25 and 1.5 times as long.
        fps: frames per second.
        size: width and height of the frame in pixels, multiples of 4.
        seed: the same seed gives the same rows and frames, whatever the number of workers.
        workers: processes; None for one per core, 1 to render in this process.
        progress: called at the start and after each clip.

    Returns:
        The folder.

    Raises:
        ConfigError: the settings are invalid.
        InterviewError: a clip could not be rendered.
        OutputError: the folder cannot be written, or holds something that was not rendered here.
        BusyError: another run is writing it.
    """
    folder, config = Path(folder), SampleConfig(participants, clips_per_participant, seconds, fps, size, seed)
    planned = config.plan()
    report = progress or (lambda done, total, note="", /: None)
    with growing_folder(folder, kind="set of sample interviews") as sample:
        _prepare(sample, config)
        missing = [interview for interview in planned if not sample.has(_name(interview))]
        done = len(planned) - len(missing)
        report(done, len(planned))
        for _ in _render_all(missing, sample, config, workers):
            done += 1
            report(done, len(planned))
        _write_tables(sample, planned, config)
    return folder


def _prepare(sample: GrowingFolder, config: SampleConfig) -> None:
    """Write the settings; delete an earlier set that has others."""
    settings = json.dumps(asdict(config), indent=2) + "\n"
    if sample.has(CONFIG) and (sample.path / CONFIG).read_text(encoding="utf-8") != settings:
        sample.clear()
    _write(sample, CONFIG, settings)


def _render_all(
    missing: list[PlannedInterview], sample: GrowingFolder, config: SampleConfig, workers: int | None
) -> Iterator[None]:
    """Render the clips, yielding after each."""
    render = partial(_render_clip, sample=sample, config=config)
    if workers == 1:
        for interview in missing:
            yield render(interview)
        return
    for outcome in parallel.run(render, missing, workers=workers):
        if outcome.error:
            reason = outcome.error.split(";")[0]  # the rest is advice about users' own videos
            raise InterviewError(f"clip {outcome.item.id}: {reason}; run this again, the finished clips are kept")
        yield


def _write_tables(sample: GrowingFolder, planned: list[PlannedInterview], config: SampleConfig) -> None:
    """Write everything but the videos; `metadata.jsonl` comes last, as it marks the set as complete."""
    clips = [(interview.id, interview.row["user_no"], f"{interview.amplitude:.4f}") for interview in planned]
    frames = [
        (interview.id, number, f"{energy_of(pose):.4f}")
        for interview in planned
        for number, pose in enumerate(_Take.of(interview, config).poses, start=1)
    ]
    _write(sample, "truth.csv", _as_csv(("id", "user_no", "amplitude"), clips))
    _write(sample, "truth_frames.csv", _as_csv(("id", "frame_number", "energy"), frames))
    _write(sample, "README.md", README)
    _write(sample, METADATA, "".join(json.dumps(interview.row) + "\n" for interview in planned))


def _as_csv(header: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _write(sample: GrowingFolder, name: str, text: str) -> None:
    """Write a file whole or not at all, unless it has this content already."""
    if sample.has(name) and (sample.path / name).read_text(encoding="utf-8") == text:
        return
    with sample.writing(name) as unfinished:
        unfinished.write_text(text, encoding="utf-8", newline="\n")


def _name(interview: PlannedInterview) -> str:
    return str(interview.row["file_name"])


def _render_clip(interview: PlannedInterview, *, sample: GrowingFolder, config: SampleConfig) -> None:
    """Render one clip, whole or not at all."""
    with sample.writing(_name(interview)) as unfinished:
        _encode(unfinished, _frames(interview, config), config)


@dataclass(frozen=True, slots=True, eq=False)
class _Take:
    """Everything random about a clip, except the position of its grain on each frame."""

    eyes: tuple[float, float]  # the point between the pupils, in pixels
    nearness: float
    exposure: Floats  # (frames,)
    grain: Floats  # (height, width) in gray levels
    poses: list[Pose]
    rng: np.random.Generator

    @classmethod
    def of(cls, interview: PlannedInterview, config: SampleConfig) -> _Take:
        rng = np.random.default_rng([config.seed, 2, int(interview.id)])
        look, (width, height) = interview.look, config.size
        times = np.arange(round(interview.length * config.fps)) / config.fps
        return cls(
            eyes=(
                width * (look.place[0] + rng.uniform(-0.02, 0.02)),
                height * (look.place[1] + rng.uniform(-0.01, 0.01)),
            ),
            nearness=rng.uniform(0.97, 1.03),
            exposure=rng.uniform(0.94, 1.06) * (1 + 0.01 * sway(times, rng.uniform(0.1, 0.3), rng)),
            grain=rng.normal(0, look.noise, (height, width)).astype(np.float32),
            poses=list(perform(times, interview.amplitude, rng)),
            rng=rng,
        )


def _frames(interview: PlannedInterview, config: SampleConfig) -> Iterator[Pixels]:
    """Yield the clip's frames, RGB of shape (height, width, 3)."""
    take = _Take.of(interview, config)
    look, (width, height) = interview.look, config.size
    unit = UNIT_SHARE * height
    scale = height / (look.frame_height * take.nearness) / unit
    room = grade(paint_room(look.room, width, height, np.random.default_rng(look.room_seed)), look)
    puppet = Puppet(dress(look, unit), room, scale=scale, eyes=take.eyes)
    for pose, brightness in zip(take.poses, take.exposure, strict=True):
        grain = np.roll(take.grain, take.rng.integers(0, (height, width)), (0, 1))
        yield _exposed(puppet.draw(pose), float(brightness), grain)


def _exposed(rgb: Pixels, brightness: float, grain: Floats) -> Pixels:
    """Apply the clip's exposure, and the sensor's noise in gray levels, shape (height, width)."""
    exposed: Floats = rgb * np.float32(brightness) + grain[..., None]
    return np.clip(exposed, 0, 255).astype(np.uint8)


def _encode(path: Path, frames: Iterator[Pixels], config: SampleConfig) -> None:
    """Write H.264 that browsers can play: yuv420p, with the index at the start."""
    import av

    # One thread and no macroblock tree, as libx264's output would otherwise vary between runs on some processors.
    options = {"crf": "20", "preset": "veryfast", "x264-params": "mbtree=0"}
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=Fraction(config.fps), options=options)
        stream.width, stream.height = config.size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.thread_count = 1
        for rgb in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
        container.mux(stream.encode())
