"""When each frame of a video is shown, and which frames a sampling selects.

The packets reveal this without decoding if each holds exactly one displayed frame: H.264 and HEVC in MP4 and Matroska,
starting at a key frame. Otherwise packets do not correspond to frames, and frames are counted while decoding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from expressiveness.errors import VideoError
from expressiveness.video.decoding import counted_frames, decoded_frames, opened_video, packets_of
from expressiveness.video.sampling import Sampling

SEEK_GAP = 60
"""If samples are further apart than this many frames, seek to each; otherwise decode everything between."""

CONTAINERS_THAT_TELL = frozenset({"mov", "matroska"})
"""FFmpeg's first names of containers that give every packet a presentation time."""

PACKET_A_FRAME = frozenset({"h264", "hevc"})
"""Codecs with one frame per packet (or one field, if interlaced); others have packets that show nothing."""


@dataclass(frozen=True)
class Timeline:
    """The frames of a video in display order."""

    seconds: list[float]  # from the first one
    stamps: list[int]  # packet time stamps, in stream units; empty if the frames were counted
    key_frames: list[int]  # their numbers, from 1

    @cached_property
    def numbers(self) -> dict[int, int]:
        """Frame number (from 1) by time stamp."""
        return {stamp: number for number, stamp in enumerate(self.stamps, start=1)}

    def chosen_by(self, sampling: Sampling) -> list[int]:
        """The numbers of the frames that a sampling selects."""
        if sampling.spread:
            spread = self._spread(sampling.spread)[: sampling.max_frames]
            return [number for number in spread if number <= (sampling.horizon or number)]
        numbers: list[int] = []
        for number, seconds in enumerate(self.seconds, start=1):
            if sampling.is_due(number, seconds, taken=len(numbers)):
                numbers.append(number)
        return numbers

    def _spread(self, count: int) -> list[int]:
        """The middle frame of each of `count` equal parts of the video, or all frames of a shorter one.

        In parts long enough for seeking, the key frame nearest to the middle, which decodes without any other frame.
        """
        count = min(count, len(self.seconds))
        share = len(self.seconds) / count
        numbers = set()
        for index in range(count):
            middle = int((index + 0.5) * share) + 1
            near = [number for number in self.key_frames if (number - 1) // share == index]
            numbers.add(min(near, key=lambda number: abs(number - middle)) if near and share > SEEK_GAP else middle)
        return sorted(numbers)


def timeline_by_packets(video: Path, max_pixels: int) -> Timeline | None:
    """Build the timeline from the packets; None if they do not tell.

    Interlaced video with one field per packet is only recognised by decoding: see `shows_whole_frames`.

    Raises:
        VideoError: the file is missing, is not a video, its frames are too large, or it has no frame.
    """
    with opened_video(video, max_pixels) as (container, stream):
        kind = container.format.name.partition(",")[0]
        if kind not in CONTAINERS_THAT_TELL or stream.codec_context.name not in PACKET_A_FRAME:
            return None
        packets = [(p.pts, p.is_keyframe, p.is_discard) for p in packets_of(container, stream) if p.size]
        unit = stream.time_base
    if not packets:
        raise VideoError(f"{video.name}: holds no frame; replace the file")
    shown = {stamp: is_key for stamp, is_key, is_discarded in packets if stamp is not None and not is_discarded}
    stamps = sorted(shown)
    if not unit or len(stamps) < sum(not is_discarded for *_, is_discarded in packets):
        return None  # duplicate or missing time stamps
    if not _begins_at_a_key_frame(packets):
        return None
    seconds = [float((stamp - stamps[0]) * unit) for stamp in stamps]
    return Timeline(seconds, stamps, [number for number, stamp in enumerate(stamps, start=1) if shown[stamp]])


def timeline_by_decoding(video: Path, max_pixels: int) -> Timeline:
    """Build the timeline by decoding every frame.

    Raises:
        VideoError: the file is missing, is not a video, its frames are too large, or nothing decodes.
    """
    return Timeline([seconds for _, seconds, *_ in counted_frames(video, max_pixels)], [], [])


def shows_whole_frames(video: Path, max_pixels: int) -> bool:
    """Whether the first frame is not interlaced; interlaced fields may have a packet each.

    Raises:
        VideoError: the file is missing, is not a video, its frames are too large, or nothing decodes.
    """
    with opened_video(video, max_pixels) as (container, stream):
        return not next(decoded_frames(container, stream, video)).interlaced_frame


def _begins_at_a_key_frame(packets: Sequence[tuple[int | None, bool, bool]]) -> bool:
    """Whether every frame can be decoded: the first packet is a key frame, and no frame is displayed before it."""
    first, is_key, _ = packets[0]
    return is_key and first is not None and all(stamp is None or stamp >= first for stamp, *_ in packets)
