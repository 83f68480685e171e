"""The tests' own tools, on which the other tests rely."""

import av
import pytest

from tests.conftest import without_skip
from tests.media import ramp_grey, write_grey_ramp


def skipped(reason: str) -> pytest.TestReport:
    """The report of a skipped test."""
    place = ("tests/test_it.py", 1, "test_it")
    skip = ("tests/test_it.py", 1, f"Skipped: {reason}")
    return pytest.TestReport("test_it", place, {}, "skipped", skip, "setup")


def test_where_everything_must_run_a_skipped_test_fails_with_its_reason(monkeypatch):
    monkeypatch.setenv("REQUIRE_ALL", "1")

    report = without_skip(skipped("needs Chromium"))

    assert report.failed
    assert "needs Chromium" in report.longrepr


def test_the_reference_data_is_optional_everywhere(monkeypatch):
    monkeypatch.setenv("REQUIRE_ALL", "1")

    assert without_skip(skipped("needs ../shared/videos")).skipped


def test_elsewhere_a_test_may_be_skipped(monkeypatch):
    monkeypatch.delenv("REQUIRE_ALL", raising=False)

    assert without_skip(skipped("needs Chromium")).skipped


@pytest.mark.parametrize("fps", [10, 29.97])
def test_each_frame_of_the_ramp_has_its_own_grey(tmp_path, fps):
    with av.open(write_grey_ramp(tmp_path / "ramp.mp4", frames=24, fps=fps)) as container:
        [stream] = container.streams
        greys = [frame.to_ndarray(format="gray8") for frame in container.decode(stream)]

    assert (stream.codec.name, stream.pix_fmt, float(stream.average_rate)) == ("h264", "yuv420p", pytest.approx(fps))
    assert [abs(grey.astype(int) - ramp_grey(n)).max() <= 2 for n, grey in enumerate(greys, 1)] == [True] * 24
