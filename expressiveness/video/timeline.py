"""When each picture of a video is shown, and which of them a sampling asks for.

Packets tell it without decoding, where each holds one picture that will be shown: H.264 and HEVC in MP4 and Matroska,
beginning at a key frame. Anywhere else packets are not pictures, and the pictures are counted as they decode.
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
"""Samples further apart than this many frames are sought one by one, nearer ones decoded on the way."""

CONTAINERS_THAT_TELL = frozenset({"mov", "matroska"})
"""FFmpeg's first names of containers that give every packet the time at which its picture is shown."""

PACKET_A_FRAME = frozenset({"h264", "hevc"})
"""Codecs whose packets hold a frame each, unless they are fields; others have packets that show nothing."""


@dataclass(frozen=True)
class Timeline:
    """The pictures of a video, in the order in which they are shown."""

    seconds: list[float]  # from the first one
    stamps: list[int]  # of the packets, in the units of their stream; empty where the pictures were counted
    key_frames: list[int]  # numbers of those that decode without any other frame, from 1

    @cached_property
    def numbers(self) -> dict[int, int]:
        """The number of the picture of each time stamp, from 1."""
        return {stamp: number for number, stamp in enumerate(self.stamps, start=1)}

    def chosen_by(self, sampling: Sampling) -> list[int]:
        """The numbers of the pictures that a sampling looks at."""
        if sampling.spread:
            spread = self._spread(sampling.spread)[: sampling.max_frames]
            return [number for number in spread if number <= (sampling.horizon or number)]
        numbers: list[int] = []
        for number, seconds in enumerate(self.seconds, start=1):
            if sampling.is_due(number, seconds, taken=len(numbers)):
                numbers.append(number)
        return numbers

    def _spread(self, count: int) -> list[int]:
        """One picture from each of `count` equal shares of a video (all pictures of a shorter one): the middle one.

        Of a share long enough to be sought, the key frame nearest to the middle, if it has one: no other frame need be
        decoded for it.
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
    """When each picture is shown, as the packets tell it; None where they do not tell.

    Pictures that come in two packets, a field each, are known only once the first is decoded: see `shows_whole_frames`.

    Raises:
        VideoError: the file is missing, is no video, its pictures are too large, or it holds no frame.
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
        return None  # two packets of one time, or one without
    if not _begins_at_a_key_frame(packets):
        return None
    seconds = [float((stamp - stamps[0]) * unit) for stamp in stamps]
    return Timeline(seconds, stamps, [number for number, stamp in enumerate(stamps, start=1) if shown[stamp]])


def timeline_by_decoding(video: Path, max_pixels: int) -> Timeline:
    """When each picture is shown, found by decoding all of them.

    Raises:
        VideoError: the file is missing, is no video, its pictures are too large, or nothing in it decodes.
    """
    return Timeline([seconds for _, seconds, *_ in counted_frames(video, max_pixels)], [], [])


def shows_whole_frames(video: Path, max_pixels: int) -> bool:
    """Whether the first picture is no pair of interlaced fields, which may come in a packet each.

    Raises:
        VideoError: the file is missing, is no video, its pictures are too large, or nothing in it decodes.
    """
    with opened_video(video, max_pixels) as (container, stream):
        return not next(decoded_frames(container, stream, video)).interlaced_frame


def _begins_at_a_key_frame(packets: Sequence[tuple[int | None, bool, bool]]) -> bool:
    """Whether every picture can be decoded: the first is a key frame, and none that refers to lost ones precedes it."""
    first, is_key, _ = packets[0]
    return is_key and first is not None and all(stamp is None or stamp >= first for stamp, *_ in packets)
