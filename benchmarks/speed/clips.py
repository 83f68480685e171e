"""What the rows work on: a real clip as RecruitView's are, and folders of it.

Those are of 640x480, 30 frames a second and H.264 at 2.3 Mbit/s, as five official samples show. A webcam's pictures are
noisy, which is what the bits are spent on, so noise is added to ours.
"""

from __future__ import annotations

import json
import os
from fractions import Fraction

import av
import cv2
import numpy as np

from expressiveness.data import METADATA, TARGETS, read_interviews
from expressiveness.video.containers import opened_container

FPS = 30
KEY_FRAME_EVERY = 72  # frames, as in the real clip that we have; x264's default is 250
BITS_A_SECOND = 2_300_000
NOISE = 4.0  # standard deviation in gray levels; without it, x264 needs a fifth of these bits


def interview_clip(source, path, *, seconds, key_frame_every=KEY_FRAME_EVERY):
    """Show a real clip forwards and backwards for so long, its middle cut to 4:3."""
    pictures = list(_pictures(source))
    there_and_back = pictures + pictures[::-1]
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=Fraction(FPS), options={"g": str(key_frame_every)})
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 640, 480, "yuv420p", BITS_A_SECOND
        random = np.random.default_rng(0)
        for number in range(round(seconds * FPS)):
            picture = _noisy(there_and_back[number % len(there_and_back)], random)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def interviews_of(clip, folder, count):
    """A folder of so many interviews with this clip, five to a person; the videos are links to one file."""
    (folder / "videos").mkdir(parents=True, exist_ok=True)
    rows = []
    for number in range(1, count + 1):
        name = f"videos/vid_{number:04}.mp4"
        os.link(clip, folder / name)
        rows.append(_row(number, name))
    (folder / METADATA).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return read_interviews(folder).interviews


def _pictures(source):
    with opened_container(source) as container:
        for frame in container.decode(video=0):
            rgb = frame.to_ndarray(format="rgb24")
            height, width = rgb.shape[:2]
            left = (width - height * 4 // 3) // 2
            yield cv2.resize(np.ascontiguousarray(rgb[:, left : left + height * 4 // 3]), (640, 480))


def _noisy(picture, random):
    noise = random.normal(0, NOISE, picture.shape[:2]).astype(np.float32)[..., np.newaxis]  # the same in each color
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def _row(number, video):
    score = float(np.random.default_rng(number).normal())
    return {
        "id": f"{number:04}",
        "file_name": video,
        "duration": "medium",
        "question_id": str(1 + number % 76),
        "question": "Introduce yourself",
        "video_quality": "High",
        "user_no": str(1 + number // 5),
        **dict.fromkeys(TARGETS, score),
        "transcript": "[00:00 - 00:03] Hello.",
        "gemini_summary": "",
    }
