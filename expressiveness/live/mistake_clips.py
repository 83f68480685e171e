"""Clips of the moments in which a model is wrong, as videos with box, category and level drawn on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from expressiveness._io import atomic_folder, check_output_folder, file_stem
from expressiveness.data import CATEGORIES, Interview, NamedNeutrals, short_name
from expressiveness.errors import TrainingError, VideoError
from expressiveness.faces import Face, FaceStore, FaceTable
from expressiveness.live.display import video_file
from expressiveness.live.painting import LIGHT, PALETTE, STRIP_SHARE, draw_outline, draw_plate
from expressiveness.models import FramePredictions, TrainedModel, predict_interviews
from expressiveness.types import Failure, Pixels, Progress
from expressiveness.video import frame_times, read_chosen_frames
from expressiveness.wording import counted

CLIPS = "clips of mistakes"
"""The kind of the folder, see `check_output_folder`."""

PADDING = 1.0
"""Seconds shown before and after a mistake."""

MOST_SECONDS = 20.0
MOST_CLIPS = 10

BLURRED_MORE = 0.25
"""So much of a face's box is blurred around it, as heads move between the frames that were looked at."""


@dataclass(frozen=True, slots=True)
class MistakeClip:
    """One clip, and what is wrong in it."""

    interview: str
    file: str  # its name in the folder
    start: float  # seconds into the video
    end: float
    true: str
    predicted: str  # of the whole video
    confidence: float


@dataclass(frozen=True, slots=True)
class MistakeClips:
    """The result of `write_mistake_clips`."""

    folder: str
    wrong: int  # videos that were judged wrongly
    judged: int
    clips: tuple[MistakeClip, ...]  # the surest mistake first
    failures: tuple[Failure, ...]

    def __repr__(self) -> str:
        return f"MistakeClips({counted(len(self.clips), 'clip')}, {self.wrong} of {self.judged} videos wrong)"

    def as_dict(self) -> dict[str, Any]:
        """The report, ready for JSON."""
        return asdict(self)


def write_mistake_clips(
    model: TrainedModel,
    interviews: Sequence[Interview],
    store: FaceStore,
    folder: Path | str,
    *,
    limit: int = MOST_CLIPS,
    most_seconds: float = MOST_SECONDS,
    blur_faces: bool = False,
    neutrals: NamedNeutrals | None = None,
    progress: Progress | None = None,
) -> MistakeClips:
    """Write a clip of each wrongly judged video: its longest stretch with frames of another category than its score's.

    Args:
        model: to judge.
        interviews: with their scores, ideally of people that it has not seen.
        store: holds their faces.
        folder: new, empty, or filled by an earlier call, whose clips are replaced.
        limit: most clips; the surest mistakes come first.
        most_seconds: of each clip.
        blur_faces: make every face that was found unrecognisable; where none was found, the whole picture.
        neutrals: the neutral stretches that a user named.
        progress: called with the number of clips done.

    Raises:
        TrainingError: no video is judged wrongly.
        OutputError: the folder cannot be written, or holds something that we did not write.
    """
    folder = Path(folder)
    check_output_folder(folder, kind=CLIPS)
    judged = [
        (outcome.item, outcome.value)
        for outcome in predict_interviews(model, interviews, store, neutrals=neutrals)
        if outcome.value and outcome.value.category
    ]
    true = {one.id: model.thresholds.category(one.scores[model.config.target]) for one, _ in judged}
    wrong = [(one, said) for one, said in judged if said.category != true[one.id]]
    if not wrong:
        raise TrainingError(f"none of {len(judged)} videos is judged wrongly, so there is nothing to show")
    wrong.sort(key=lambda pair: -(pair[1].confidence or 0))
    clips, failures = [], []
    with atomic_folder(folder, kind=CLIPS) as unfinished:
        for done, (one, said) in enumerate(wrong[:limit], start=1):
            file = f"{done:02}_{file_stem(one.id)}.mp4"
            faces = store.load(one) if blur_faces else None
            try:
                start, end = _write(unfinished / file, one, said, true[one.id], faces, most_seconds)
            except VideoError as error:
                failures.append(Failure(one.id, str(error)))
                continue
            clips.append(
                MistakeClip(one.id, file, start, end, true[one.id], said.category or "", float(said.confidence or 0))
            )
            if progress:
                progress(done, min(limit, len(wrong)))
    return MistakeClips(str(folder), len(wrong), len(judged), tuple(clips), tuple(failures))


def _write(
    file: Path, interview: Interview, said: FramePredictions, true: str, faces: FaceTable | None, most_seconds: float
) -> tuple[float, float]:
    """Write one clip; return where it begins and ends in its video, in seconds."""
    starts = frame_times(interview.video)
    first, last = _stretch(said, CATEGORIES.index(true), starts, most_seconds)
    painter = _Painter(said, true, starts[first - 1], starts[last - 1])
    with video_file(file) as writer:
        for frame in read_chosen_frames(interview.video, range(first, last + 1)):
            picture = np.ascontiguousarray(frame.rgb).copy()
            if faces is not None:
                _blur(picture, faces, frame.number)
            painter.draw(picture, frame.number, frame.seconds)
            writer.write(picture, frame.seconds - starts[first - 1])
    return starts[first - 1], starts[last - 1]


def _stretch(said: FramePredictions, true: int, starts: Sequence[float], most_seconds: float) -> tuple[int, int]:
    """First and last frame of the longest run of wrong frames, with `PADDING`; of the whole video if none is wrong."""
    wrong = np.flatnonzero(said.category_index != true)
    runs = np.split(wrong, np.flatnonzero(np.diff(wrong) > 1) + 1)
    longest = max(runs, key=len)
    begin, end = (said.seconds[longest[0]], said.seconds[longest[-1]]) if len(longest) else (starts[0], starts[-1])
    begin = max(starts[0], begin - PADDING)
    end = min(starts[-1], end + PADDING, begin + most_seconds)
    first, after = np.searchsorted(starts, [begin, end], side="right")
    return max(1, int(first)), max(1, int(after))


class _Painter:
    """Draws box, categories and the curve of levels on the frames of one clip."""

    def __init__(self, said: FramePredictions, true: str, start: float, end: float) -> None:
        self._said, self._true = said, true
        self._start, self._seconds = start, max(end - start, 1e-6)
        levels = np.asarray(said.frame_levels, dtype=np.float64)
        self._levels = (levels - levels.min()) / max(float(np.ptp(levels)), 1e-9)

    def draw(self, picture: Pixels, number: int, seconds: float) -> None:
        row = int(np.abs(self._said.frame_number - number).argmin())
        index = int(self._said.category_index[row])
        share = float(self._said.probabilities[row, index])
        x, y, width, height = _box_at(self._said.frame_number, self._said.box, number)
        face = Face((x, y, width, height), 1.0)
        left, top = draw_outline(picture, face, PALETTE[index], max(2, round(picture.shape[0] / 240)))
        text = f"{short_name(CATEGORIES[index])} {share:.0%}, true {short_name(self._true)}"
        draw_plate(picture, text, left, top, PALETTE[index])
        self._draw_curve(picture, seconds)

    def _draw_curve(self, picture: Pixels, seconds: float) -> None:
        """The level of the clip's frames at the bottom, in the colour of their category, and where it is now."""
        height, width = picture.shape[:2]
        top = height - max(8, round(height * STRIP_SHARE))
        picture[top:] //= 4
        across = np.round((self._said.seconds - self._start) / self._seconds * (width - 1)).astype(int)
        down = np.round(height - 3 - self._levels * (height - top - 6)).astype(int)
        points = np.stack([across, down], axis=1)
        thickness = max(1, round(height / 300))
        for before, after, index in zip(points[:-1], points[1:], self._said.category_index[1:], strict=True):
            cv2.line(picture, before.tolist(), after.tolist(), PALETTE[int(index)], thickness, cv2.LINE_AA)
        now = round((seconds - self._start) / self._seconds * (width - 1))
        cv2.line(picture, (now, top), (now, height - 1), LIGHT, 1)


def _box_at(
    numbers: npt.NDArray[np.int32], boxes: npt.NDArray[np.float32], number: int
) -> tuple[float, float, float, float]:
    """The box on a frame between those that were looked at."""
    x, y, width, height = (float(np.interp(number, numbers, boxes[:, side])) for side in range(4))
    return x, y, width, height


def _blur(picture: Pixels, faces: FaceTable, number: int) -> None:
    """Blur all faces found on the looked-at frames before and after this one; the whole picture if there were none."""
    height, width = picture.shape[:2]
    looked_at = faces.sampled_number
    after = int(np.searchsorted(looked_at, number))
    around = looked_at[max(0, after - 1) : after + 1]
    rows = [np.flatnonzero(faces.frame_number == one) for one in around]
    if not all(map(len, rows)):
        picture[:] = _blurred(picture)
        return
    for x, y, w, h in faces.box[np.concatenate(rows)].tolist():
        left, right = _pixels(x - BLURRED_MORE * w, x + (1 + BLURRED_MORE) * w, width)
        top, bottom = _pixels(y - BLURRED_MORE * h, y + (1 + BLURRED_MORE) * h, height)
        if left < right and top < bottom:
            picture[top:bottom, left:right] = _blurred(picture[top:bottom, left:right])


def _pixels(start: float, end: float, size: int) -> tuple[int, int]:
    return max(0, int(start * size)), min(size, int(np.ceil(end * size)))


def _blurred(part: Pixels) -> Pixels:
    """A part of a picture as a few blocks, which keep nothing of who it is."""
    height, width = part.shape[:2]
    few = cv2.resize(part, (min(6, width), min(6, height)), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(few, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
