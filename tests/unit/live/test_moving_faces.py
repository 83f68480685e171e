"""The model of movement at work live: ten times a second, by what it has seen of the last half minute."""

import numpy as np
import pytest

from expressiveness.data import read_interviews
from expressiveness.live import run_live
from expressiveness.live.judges import SETTLING_SECONDS, check_live
from expressiveness.live.recognition import AWAY_SECONDS, Recogniser
from expressiveness.models import train
from expressiveness.video import Frame, Sampling, read_frames
from tests.movements import stored_interviews

pytestmark = pytest.mark.slow  # trains, and looks at videos


@pytest.fixture(scope="module")
def moving(tmp_path_factory):
    return train(*stored_interviews(tmp_path_factory.mktemp("stored")))


@pytest.fixture(scope="module")
def frames(sample_interviews):
    return list(read_frames(read_interviews(sample_interviews)[0].video, Sampling(every=1)))


def test_a_face_is_judged_once_it_has_moved_for_a_second(moving, frames):
    with Recogniser(moving) as recogniser:
        seen = [(frame.seconds, recogniser.recognise(frame).probabilities) for frame in frames]

    assert all(said is None for seconds, said in seen if seconds < SETTLING_SECONDS - 0.2)
    said = [said for seconds, said in seen if seconds > SETTLING_SECONDS + 0.05]
    assert said
    assert np.array(said).sum(axis=1) == pytest.approx(1)


def test_after_a_long_absence_a_face_is_got_to_know_anew(moving, frames):
    with Recogniser(moving) as recogniser:
        for frame in frames:
            before = recogniser.recognise(frame).probabilities
        late = Frame(frames[-1].number + 1, frames[-1].seconds + 2 * AWAY_SECONDS, frames[-1].rgb)
        after = recogniser.recognise(late).probabilities

    assert before is not None
    assert after is None


def test_a_file_is_judged_as_it_plays_and_written(moving, sample_interviews, tmp_path, frames):
    check_live(moving)
    report = run_live(moving, read_interviews(sample_interviews)[0].video, output=tmp_path / "out.mp4", window=False)

    assert report.processed == report.with_face == len(frames)
    assert (tmp_path / "out.mp4").stat().st_size > 0
