"""Videos that the App's clock does not fit: uneven, late after their sound, without a length."""

from fractions import Fraction

import av
import numpy as np

from tests.media import numbered_picture

UNEVEN = [*range(20), *range(20, 60, 4), *range(60, 90)]  # ticks of 1/30 s
EVEN = list(range(60))


def write(path, stamps, *, codec="libx264", rate=30, sound_before=0.0, sound_rate=0, live=False):
    """Write numbered pictures, shown at times, after so many seconds of sound alone."""
    with av.open(str(path), "w", options={"live": "1"} if live else {}) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        stream.options = {"crf": "12"} if codec == "libx264" else {"deadline": "realtime", "b": "1000000"}
        stream.codec_context.time_base = Fraction(1, rate)
        stream.codec_context.thread_count = 1
        if sound_before or sound_rate:
            name = "libopus" if str(path).endswith(".webm") else "pcm_s16le" if str(path).endswith(".mov") else "aac"
            sound_rate = sound_rate or 48_000
            sound = container.add_stream(name, rate=sound_rate, layout="mono")
            silence = av.AudioFrame.from_ndarray(np.zeros((1, sound_rate * 4), np.int16), format="s16", layout="mono")
            silence.sample_rate, silence.pts, silence.time_base = sound_rate, 0, Fraction(1, sound_rate)
            container.mux(sound.encode(silence))
            container.mux(sound.encode(None))
        for place, stamp in enumerate(stamps):
            frame = av.VideoFrame.from_ndarray(numbered_picture(place + 1), format="rgb24")
            frame.pts, frame.time_base = stamp + round(sound_before * rate), Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


NAMED = {
    "uneven.mp4": {"stamps": UNEVEN},
    "uneven.mkv": {"stamps": UNEVEN},
    "uneven.webm": {"stamps": UNEVEN, "codec": "libvpx"},
    "late.mp4": {"stamps": EVEN, "sound_before": 0.7},
    "late.mkv": {"stamps": EVEN, "sound_before": 0.7},
    "late.webm": {"stamps": EVEN, "sound_before": 0.7, "codec": "libvpx"},
    "endless.webm": {"stamps": EVEN, "codec": "libvpx", "live": True},
    "endless and uneven.webm": {"stamps": UNEVEN, "codec": "libvpx", "live": True},
}
