"""The harness itself: the App serves a dataset, and a browser shows it."""

import fiftyone as fo
import pytest
from playwright.sync_api import expect

from tests.media import write_grey_ramp


@pytest.fixture
def one_video(dataset_name, tmp_path):
    """A dataset of one video, which has the metadata that the App would otherwise ask ffprobe for."""
    video = write_grey_ramp(tmp_path / "ramp.mp4", frames=20, fps=10, size=(320, 240))
    metadata = fo.VideoMetadata(
        mime_type="video/mp4", frame_width=320, frame_height=240, frame_rate=10, total_frame_count=20, duration=2
    )
    dataset = fo.Dataset(dataset_name, persistent=True)
    dataset.add_sample(fo.Sample(filepath=str(video), metadata=metadata))
    return dataset


def test_the_app_shows_a_dataset_and_plays_its_video(one_video, page, screenshot):
    page.goto(f"/datasets/{one_video.name}")
    expect(page.get_by_test_id("entry-counts")).to_have_text("1 sample")
    expect(page.get_by_test_id("looker")).to_have_count(1)
    screenshot("app-grid")

    page.get_by_test_id("looker").click()
    clock = page.get_by_role("button", name="Showing elapsed time")
    expect(clock).to_have_text("0:00.00 / 0:02.00")
    page.get_by_role("button", name="Play").click()
    expect(clock).not_to_contain_text("0:00.")  # a second of it has been shown
    screenshot("app-video")
