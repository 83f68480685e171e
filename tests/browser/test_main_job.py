"""The main job as a person does it in the App: run an operator through its form, open the mistakes, look at one."""

import re
import shutil

import fiftyone as fo
import pytest
from playwright.sync_api import expect

from expressiveness.data import COLORS
from expressiveness.models import TrainingConfig
from fiftyone_plugin.api import detect_faces, import_interviews, predict, set_work_folder, train_model
from fiftyone_plugin.review import MISCLASSIFIED_FRAMES
from tests.app_steps import execute, expect_shown, open_form, pixels_of

pytestmark = pytest.mark.slow


@pytest.fixture
def predicted(sample_interviews, sample_faces, dataset_name, tmp_path):
    """The sample interviews with a run's predictions, but without the views on its mistakes."""
    import_interviews(sample_interviews, dataset_name)
    dataset = fo.load_dataset(dataset_name)
    shutil.copytree(sample_faces, tmp_path / "faces")
    set_work_folder(dataset, tmp_path)
    detect_faces(dataset)  # all are stored
    run = train_model(dataset, TrainingConfig(model="notebook_cnn", options={"epochs": 2}))
    predict(dataset, run)
    return dataset


def test_a_person_runs_an_operator_and_finds_the_mistakes_drawn_on_the_faces(predicted, page, screenshot):
    page.goto(f"/datasets/{predicted.name}")
    expect_shown(page, "12 samples")
    screenshot("main-1-grid")

    open_form(page, "Review errors")
    expect(page.get_by_text("Frames whose predicted category is not the true one")).to_be_visible()
    screenshot("main-2-form")
    execute(page)

    expect(page.locator("input[value='MatchFrames']")).to_be_visible()
    predicted.reload()
    view = predicted.load_saved_view(MISCLASSIFIED_FRAMES)
    expect_shown(page, re.compile(rf"\b{len(view)} sample"))
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
    assert pixels_of(modal, COLORS[face.label]) > 200, "the box and the name of what was predicted"
