"""Copies play in a browser with the right picture at the time of each label, whatever the original's clock was."""

import base64

import pytest

from expressiveness.video import Sampling, probe, read_frames, reencode
from tests.browser.conftest import launched
from tests.media import number_shown
from tests.odd_clocks import EVEN, NAMED, write

pytestmark = pytest.mark.slow

SEEK_AND_READ = """async seconds => {
    const video = document.querySelector("video")
    const shown = new Promise(done => video.requestVideoFrameCallback(done))
    await new Promise(done => { video.onseeked = done; video.currentTime = seconds })
    await Promise.race([shown, new Promise(done => setTimeout(done, 500))])
    const canvas = document.createElement("canvas")
    canvas.width = video.videoWidth
    canvas.height = video.videoHeight
    const context = canvas.getContext("2d")
    context.drawImage(video, 0, 0)
    let number = 0
    for (let bit = 0; bit < 8; bit++) {
        const x = Math.floor((bit + 0.5) * canvas.width / 8), y = Math.floor(canvas.height * 0.9)
        if (context.getImageData(x, y, 1, 1).data[1] > 125) number |= 1 << bit
    }
    return number
}"""
"""Show a moment of the video, and read the number that its picture carries; see `numbered_picture`."""


@pytest.fixture(scope="module")
def player():
    """A page that plays a file: what it shows at some seconds."""
    with launched() as browser:
        page = browser.new_page()

        def play(video, moments):
            content = base64.b64encode(video.read_bytes()).decode()
            page.set_content(f'<video muted src="data:video/mp4;base64,{content}"></video>')
            page.wait_for_function("document.querySelector('video').readyState >= 2")
            return [page.evaluate(SEEK_AND_READ, moment) for moment in moments]

        yield play


@pytest.mark.parametrize("name", NAMED)
def test_a_copy_shows_each_frame_when_the_app_counts_it(tmp_path, player, name):
    reencode(write(tmp_path / name, **NAMED[name]), tmp_path / "copy.mp4")
    frames = list(read_frames(tmp_path / "copy.mp4", Sampling(every=4)))
    rate = probe(tmp_path / "copy.mp4").frame_rate

    shown = player(tmp_path / "copy.mp4", [(frame.number - 0.5) / rate for frame in frames])

    assert shown == [number_shown(frame.rgb) for frame in frames]


def test_an_even_video_shows_each_frame_when_the_app_counts_it(tmp_path, player):
    video = write(tmp_path / "even.mp4", EVEN, sound_rate=48_000)
    frames = list(read_frames(video, Sampling(every=4)))

    assert player(video, [(frame.number - 0.5) / 30 for frame in frames]) == [frame.number for frame in frames]


def test_a_video_that_begins_after_its_sound_would_show_others(tmp_path, player):
    video = write(tmp_path / "late.mp4", **NAMED["late.mp4"])

    assert player(video, [1.5]) == [25], "0.7 s later than the App's count, which says frame 46"
