"""Labels to the end of a long video: more than 6,000 frames, every fifth of them labelled."""

from dataclasses import asdict

import fiftyone as fo
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from expressiveness.data import CATEGORIES, COLORS, EXPRESSIVE, Thresholds
from fiftyone_plugin.api import import_interviews
from fiftyone_plugin.dataset import register_run
from fiftyone_plugin.fields import declare_run_fields
from fiftyone_plugin.labels import write_predictions
from fiftyone_plugin.truth import Truth
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
    record = {"config": {"model": "notebook_cnn", "target": "facial_expression"}, "thresholds": asdict(Thresholds())}
    register_run(dataset, "cnn_1", record, tmp_path / "no folder")
    fields = declare_run_fields(dataset, "cnn_1")
    write_predictions(dataset, fields, {sample_id: said}, {sample_id: Truth(CATEGORIES[0])})
    return dataset


def test_a_frame_beyond_the_six_thousandth_shows_its_label(long_video, page, screenshot):
    sample = long_video.first()
    assert max(sample.frames) == FRAMES
    page.goto(f"/datasets/{long_video.name}?id={sample.id}")
    expect(page.get_by_role("button", name="Showing elapsed time")).to_contain_text("/ 3:23")  # the video is there
    page.get_by_test_id("panel-tab-timeline_panel").click()
    timeline = page.get_by_test_id("expressiveness-timeline")
    expect(timeline).to_be_visible()
    expect(timeline).to_have_attribute("data-frame", "1")
    page.wait_for_timeout(2000)  # while it is brought in place, the player starts anew
    box = page.get_by_test_id("expressiveness-tracks").bounding_box()

    page.mouse.click(box["x"] + box["width"] * 0.993, box["y"] + box["height"] / 3)
    expect(timeline).not_to_have_attribute("data-frame", "1")
    judged = int(timeline.get_attribute("data-frame"))
    assert judged > 6_000
    assert judged % EVERY == 1  # a click goes to a judged frame
    shown = screenshot("long-video")
    expect(page.get_by_test_id("expressiveness-reading")).to_contain_text(f"Frame {judged} ")
    video = page.get_by_test_id("modal").get_by_test_id("looker").bounding_box()
    drawn = np.asarray(Image.open(shown).convert("RGB")).astype(int)
    color = [int(COLORS[EXPRESSIVE][position : position + 2], 16) for position in (1, 3, 5)]
    # The labels of the whole video stand at the top left, outside this part of the picture.
    left, right = (int(video["x"] + share * video["width"]) for share in (0.4, 0.8))
    top, bottom = (int(video["y"] + share * video["height"]) for share in (0.1, 0.8))
    assert (np.abs(drawn[top:bottom, left:right] - color).max(axis=2) < 12).sum() > 100, "the face's box is drawn"
