"""Labels to the end of a long video: over 6,000 frames, every fifth of them labelled."""

import io

import fiftyone as fo
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from expressiveness.categories import CATEGORIES, COLORS, EXPRESSIVE
from fiftyone_plugin.fields import declare_run_fields
from fiftyone_plugin.ingest import Truth, write_predictions
from fiftyone_plugin.workflow import import_interviews
from tests.interviews import row, write_metadata
from tests.made_up_runs import SURE, predictions
from tests.media import write_grey_ramp

pytestmark = pytest.mark.slow

FRAMES, EVERY = 6_101, 5


@pytest.fixture
def long_video(dataset_name, tmp_path):
    """One interview of 6,101 frames, its last frame the last of those that are judged."""
    (tmp_path / "videos").mkdir()
    write_grey_ramp(tmp_path / "videos" / "vid_0001.mp4", frames=FRAMES, fps=30, size=(320, 240))
    import_interviews(write_metadata(tmp_path, row(1, facial_expression=-1.0)), dataset_name)
    dataset = fo.load_dataset(dataset_name)
    sample_id = dataset.first().id
    judged = range(1, FRAMES + 1, EVERY)
    said = predictions(judged, [(CATEGORIES.index(EXPRESSIVE), SURE)] * len(judged))
    dataset.register_run("cnn_1", dataset.init_run(method="expressiveness"))
    fields = declare_run_fields(dataset, "cnn_1")
    write_predictions(dataset, fields, {sample_id: said}, {sample_id: Truth(CATEGORIES[0])})
    return dataset


def test_the_last_frame_of_a_long_video_shows_its_label(long_video, page, screenshot):
    sample = long_video.first()
    assert max(sample.frames) == FRAMES
    page.goto(f"/datasets/{long_video.name}?id={sample.id}")
    page.get_by_test_id("panel-tab-timeline_panel").click()
    timeline = page.get_by_test_id("expressiveness-timeline")
    expect(timeline).to_be_visible()
    box = timeline.locator("svg").bounding_box()

    page.mouse.click(box["x"] + box["width"] - 0.01, box["y"] + box["height"] / 3)

    expect(timeline).to_have_attribute("data-frame", str(FRAMES))
    expect(page.get_by_test_id("expressiveness-reading")).to_contain_text(f"Frame {FRAMES}")
    screenshot("long-video-last-frame")
    video = page.get_by_test_id("modal").get_by_test_id("looker")
    drawn = np.asarray(Image.open(io.BytesIO(video.screenshot())).convert("RGB")).astype(int)
    color = [int(COLORS[EXPRESSIVE][position : position + 2], 16) for position in (1, 3, 5)]
    # The labels of the whole video stand at the top left.
    in_the_middle = drawn[drawn.shape[0] // 6 :, drawn.shape[1] // 5 :]
    assert (np.abs(in_the_middle - color).max(axis=2) < 12).sum() > 100, "the box of the last frame is drawn"
