"""A folder is imported through the form: chosen in a file browser, looked at, then written."""

import re

import fiftyone as fo
import pytest
from playwright.sync_api import expect

from fiftyone_plugin.api import import_interviews
from tests.app_steps import browse_to_import, execute, expect_shown
from tests.interviews import row, write_metadata, write_portrait_video


@pytest.fixture
def folder(tmp_path):
    """Two interviews of which one has no video, and a line that is no row."""
    write_portrait_video(tmp_path / "videos" / "vid_0001.mp4", frames=20)
    return write_metadata(tmp_path, row(1, facial_expression=0.9), row(2), b"{")


@pytest.fixture
def opened(folder, dataset_name):
    """Another dataset, for the App to start on: without one, an App that had one open shows an error of its own."""
    name = f"{dataset_name}-opened"
    import_interviews(folder, name)
    yield name
    fo.delete_dataset(name)


def test_a_person_imports_a_folder_after_seeing_what_is_in_it(folder, dataset_name, opened, page, screenshot):
    page.goto(f"/datasets/{opened}")
    browse_to_import(page, folder)
    screenshot("import-1-folder")
    page.get_by_role("button", name="Choose").click()

    expect(page.get_by_text("2 interviews of 2 participants; 1 video missing")).to_be_visible()
    expect(page.get_by_text(re.compile("1 row will be passed over: line 3"))).to_be_visible()
    assert not fo.dataset_exists(dataset_name)
    page.get_by_label("Dataset name").or_(page.locator(f"input[value='{folder.name}']")).last.fill(dataset_name)
    screenshot("import-2-preview")
    execute(page)

    expect(page.get_by_test_id("selector-dataset")).to_have_value(dataset_name)
    expect_shown(page, "1 sample")
    expect(page.get_by_role("dialog").get_by_text("1 interview added, 0 updated")).to_be_visible()
    screenshot("import-3-imported")
