"""The main job as a person does it in the App: run an operator through its form, open the mistakes, look at one."""

import io
import re

import fiftyone as fo
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from expressiveness.categories import COLORS
from expressiveness.models import TrainingConfig
from fiftyone_plugin.review import MISCLASSIFIED_FRAMES
from fiftyone_plugin.workflow import detect_faces, import_interviews, predict, set_work_folder, train_model

pytestmark = pytest.mark.slow


@pytest.fixture
def predicted(sample_interviews, dataset_name, tmp_path):
    """The sample interviews with a run's predictions, but without the views on its mistakes."""
    import_interviews(sample_interviews, dataset_name)
    dataset = fo.load_dataset(dataset_name)
    set_work_folder(dataset, tmp_path)
    detect_faces(dataset)
    run = train_model(dataset, TrainingConfig(epochs=2))
    predict(dataset, run)
    return dataset


def run_operator(page, label):
    """Open an operator's form from the operator browser."""
    page.get_by_test_id("action-browse-operations").click()
    page.get_by_placeholder(re.compile("Search operations", re.IGNORECASE)).fill(label)
    page.get_by_text(label, exact=True).first.click()


def test_a_person_runs_an_operator_and_finds_the_mistakes_drawn_on_the_faces(predicted, page, screenshot):
    page.goto(f"/datasets/{predicted.name}")
    expect(page.get_by_test_id("entry-counts")).to_have_text("12 samples")
    screenshot("main-1-grid")

    run_operator(page, "Review errors")
    expect(page.get_by_text("Frames whose predicted category is not the true one")).to_be_visible()
    screenshot("main-2-form")
    page.get_by_role("button", name="Execute").click()

    expect(page.locator("input[value='MatchFrames']")).to_be_visible()
    predicted.reload()
    view = predicted.load_saved_view(MISCLASSIFIED_FRAMES)
    expect(page.get_by_test_id("entry-counts")).to_have_text(re.compile(rf"\b{len(view)} sample"))
    screenshot("main-3-misclassified-frames")

    first = view.first()
    wrong = first.frames.first()
    [face] = wrong["cnn_1"].detections
    assert face.label != face.truth
    page.goto(f"/datasets/{predicted.name}?view=misclassified-frames")
    expect(page.get_by_test_id("saved-views-selection")).to_contain_text(MISCLASSIFIED_FRAMES)
    page.goto(f"/datasets/{predicted.name}?view=misclassified-frames&id={first.id}")
    modal = page.get_by_test_id("modal")
    expect(modal).to_be_visible()
    page.wait_for_timeout(2000)  # the video's first frame and its labels are drawn on a canvas, which says nothing
    screenshot("main-4-sample")
    drawn = np.asarray(Image.open(io.BytesIO(modal.screenshot())).convert("RGB")).astype(int)
    assert near(drawn, COLORS[face.label]) > 200, "pixels in the colour of the predicted category: its box and its name"


def near(picture, color):
    """How many pixels of a picture have a color, as #RRGGBB, but for rounding."""
    wanted = [int(color[position : position + 2], 16) for position in (1, 3, 5)]
    return int((np.abs(picture - wanted).max(axis=2) < 12).sum())
