"""An operator or panel that fails says so on the screen, says why, and leads back to the form as it was.

Each error here is one that the form does not foresee: what it needs goes away, or another run is at work.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import fiftyone as fo
import pytest
from playwright.sync_api import Page, expect

from expressiveness.samples import render_sample_interviews
from fiftyone_plugin.api import detect_faces, import_interviews, set_work_folder, work_folder
from fiftyone_plugin.coding import keep_codes
from fiftyone_plugin.curation import curate
from fiftyone_plugin.dataset import keep_record, record_of, working_on
from fiftyone_plugin.operators import OPERATORS
from tests.app_steps import browse_to_import, choose, execute, open_dataset, open_form, open_review_panel
from tests.interviews import row, write_metadata, write_portrait_video
from tests.made_up_runs import add_run, first_guess

WORK_MILLISECONDS = 60_000
LOOK = "Look at them as"


@dataclass(frozen=True)
class Case:
    """An operator, how its form is filled in, what goes wrong meanwhile, and what must be said."""

    operator: str
    label: str
    said: str
    spoil: Callable[[fo.Dataset, ExitStack], None] = lambda *_: None
    fill: Callable[[Page, Path], None] = lambda *_: None


@pytest.fixture(scope="module")
def prepared(mongodb, tmp_path_factory) -> Iterator[fo.Dataset]:
    """Interviews of 5 people with faces, one run that was predicted, and a decision that could be undone."""
    folder = tmp_path_factory.mktemp("errors")
    render_sample_interviews(folder / "interviews", participants=5, clips_per_participant=1, seconds=1.0)
    import_interviews(folder / "interviews", "errors")
    dataset = fo.load_dataset("errors")
    set_work_folder(dataset, folder / "work")
    detect_faces(dataset)
    ids, frames = dataset.values(["id", "frames.frame_number"])
    add_run(dataset, "cnn_1", dict(zip(ids, frames, strict=True)), first_guess, held_out=ids[1:])
    place_model(dataset, folder / "gone")
    curate(dataset.select(ids[:1]), "confirm", by="ann", level="videos")
    yield dataset
    fo.delete_dataset("errors")


def place_model(dataset, folder):
    """Note where a run's model lies."""
    config = dataset.get_run_info("cnn_1").config
    config.model_folder = str(folder)
    dataset.update_run_config("cnn_1", config)


@pytest.fixture
def dataset(prepared, dataset_name, tmp_path):
    """A copy that a test may spoil, with faces of its own."""
    copy = prepared.clone(dataset_name, persistent=True)
    shutil.copytree(work_folder(prepared) / "faces", tmp_path / "work" / "faces")
    set_work_folder(copy, tmp_path / "work")
    keep_codes(copy, "ann", [{"sample": copy.first().id, "unit": "video", "excluded": True}], seen="hidden")
    return copy


def write(label: str, value: str) -> Callable[[Page, Path], None]:
    """Write into a field of the form."""
    return lambda page, _: page.get_by_text(label, exact=True).locator("xpath=following::input[1]").fill(value)


def another_run(dataset: fo.Dataset, until_end: ExitStack) -> None:
    """Let another run work on the dataset."""
    until_end.enter_context(working_on(dataset, "finding faces"))


def without_stretches(dataset: fo.Dataset, _: ExitStack) -> None:
    """Delete a field that the run had written."""
    dataset.delete_sample_field("cnn_1_stretches")


def with_unknown_score(dataset: fo.Dataset, _: ExitStack) -> None:
    """Have the run predict a score that the dataset does not have."""
    record = record_of(dataset, "cnn_1")
    keep_record(dataset, "cnn_1", {**record, "config": {**record["config"], "target": "charisma"}})


def without_people(dataset: fo.Dataset, _: ExitStack) -> None:
    """Delete a field that the import had written."""
    dataset.delete_sample_field("participant")


def choose_folder_with_an_export(page: Page, folder: Path) -> None:
    """Choose a folder where something of the user's has the export's name already."""
    (folder / "mine").mkdir()
    (folder / "mine" / "thesis.txt").write_text("mine")
    page.locator("[data-testid=FolderIcon]").last.click()
    browser = page.get_by_role("dialog").last
    browser.get_by_role("textbox").first.fill(str(folder))
    browser.get_by_role("textbox").first.press("Enter")
    expect(browser.get_by_text("mine", exact=True)).to_be_visible()
    page.get_by_role("button", name="Choose").last.click()
    write("Name of the new folder", "mine")(page, folder)


BUSY = r"is in use by process .* \(finding faces\)"
UNFORESEEN = r"This should not have happened \(ValueError: .*{}.*\)\. The terminal .* says more"

CASES = (
    Case("detect_faces", "Detect faces", BUSY, another_run),
    Case("train_model", "Train model", BUSY, another_run),
    Case("predict", "Predict expressiveness", "no model in .*gone"),
    Case("review_errors", "Review errors", UNFORESEEN.format("cnn_1_stretches"), without_stretches),
    Case("run_pipeline", "Detect, train, predict and review", BUSY, another_run),
    Case("find_suspicious_labels", "Find suspicious labels", BUSY, another_run),
    Case("curate", "Curate faces or videos", "say who decides", fill=write("Your name or initials", " ")),
    Case("undo_curation", "Undo curation", "has no score charisma, which the run has learned", with_unknown_score),
    Case("export_curated", "Export curated interviews", "mine", fill=choose_folder_with_an_export),
    Case("compare_coders", "Compare coders", UNFORESEEN.format("participant"), without_people),
    Case("compute_embeddings", "Compute embeddings", "no model in .*gone"),
)


def expect_failure(page: Page, label: str, said: str) -> None:
    """Wait until the window, or the panel where it takes longer to find out, and a notification say why."""
    window = page.get_by_test_id("operators-prompt-view-modal").or_(page.get_by_test_id("expressiveness-work")).first
    expect(window.get_by_text(f"{label}: not done")).to_be_visible(timeout=WORK_MILLISECONDS)
    expect(window.get_by_text(re.compile(said))).to_be_visible()
    expect(page.get_by_role("alert").get_by_text(re.compile(said)).last).to_be_visible()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.operator)
def test_an_error_at_run_time_is_seen_and_the_form_kept(case, dataset, tmp_path, page, screenshot):
    with ExitStack() as until_end:
        open_dataset(page, dataset.name)
        open_form(page, case.label)
        expect(page.get_by_role("button", name="Execute")).to_be_visible()
        case.fill(page, tmp_path)
        page.wait_for_timeout(1000)
        case.spoil(dataset, until_end)
        execute(page)
        expect_failure(page, case.label, case.said)
        screenshot(f"errors-{case.operator}")

        page.get_by_role("button", name="Back to the form").click()
        expect(page.get_by_test_id("operators-prompt-view-modal")).to_have_count(0)
        expect(page.get_by_role("button", name="Execute")).to_be_visible()
        screenshot(f"errors-{case.operator}-form")


def test_an_import_that_fails_leads_back_to_its_form_and_ends_well_in_the_end(dataset, tmp_path, page, screenshot):
    folder = write_metadata(tmp_path / "set", row(1))
    write_portrait_video(folder / "videos" / "vid_0001.mp4", frames=10)
    open_dataset(page, dataset.name)
    browse_to_import(page, folder)
    page.get_by_role("button", name="Choose").click()
    write("Reserved below", "2")(page, folder)
    write("Dataset name", dataset.name + "-more")(page, folder)
    execute(page)
    expect_failure(page, "Import interviews", r"thresholds 2\.0 and 0\.3: give two numbers, the lower one first")
    screenshot("errors-import_interviews")

    page.get_by_role("button", name="Back to the form").click()
    below = page.get_by_text("Reserved below", exact=True).locator("xpath=following::input[1]")
    expect(below).to_have_value("2")
    below.fill("-0.5")
    execute(page)
    expect(page.get_by_text("1 interview added, 0 updated").first).to_be_visible(timeout=WORK_MILLISECONDS)
    fo.delete_dataset(dataset.name + "-more")


def test_the_interviewee_is_chosen_where_a_video_shows_several_people(dataset, page, screenshot):
    open_dataset(page, dataset.name)
    open_form(page, "Choose interviewee")
    expect(page.get_by_text(re.compile("Open a video, or select one|This video shows one person"))).to_be_visible()
    screenshot("errors-choose_interviewee")


def test_every_operator_has_its_error_here():
    covered = {case.operator for case in CASES} | {"import_interviews", "choose_interviewee"}
    assert covered == {operator.listing.name for operator in OPERATORS if not operator.listing.unlisted}


def test_an_error_in_a_panel_is_seen_in_it(dataset, page, screenshot):
    open_dataset(page, dataset.name)
    open_review_panel(page)
    expect(page.get_by_test_id("expressiveness-matrix")).to_be_visible()
    without_stretches(dataset, ExitStack())
    page.get_by_role("cell", name="Clips of mistakes", exact=True).click()

    panel = page.get_by_test_id("panel-content-review_panel")
    expect(panel.get_by_text("That did not work")).to_be_visible()
    expect(panel.get_by_text(re.compile(UNFORESEEN.format("cnn_1_stretches")))).to_be_visible()
    expect(page.get_by_test_id("expressiveness-matrix")).to_be_visible()
    screenshot("errors-panel")


def test_single_faces_that_the_panel_shows_can_be_decided_on_as_the_form_offers_it(dataset, page, screenshot):
    open_dataset(page, dataset.name)
    open_review_panel(page)
    choose(page, LOOK, "Faces, one by one")
    page.get_by_role("cell", name="Misclassified frames", exact=True).click()
    expect(page.get_by_test_id("entry-counts")).to_contain_text("patches")
    open_form(page, "Curate faces or videos")
    expect(page.get_by_text("a prediction of run cnn_1")).to_be_visible()
    screenshot("errors-curate-faces")
    execute(page)
    expect(page.get_by_text(re.compile("Tag for another look: 0 videos, [1-9]")).first).to_be_visible()
