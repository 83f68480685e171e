"""`expressiveness app` opens on the grid and the review panel, which says what is to be done first."""

import os
import re

import pytest
from playwright.sync_api import expect

from tests.integration.test_app_command import app_of
from tests.services import start_mongod, stop

pytestmark = pytest.mark.slow


@pytest.fixture
def empty_database(tmp_path, monkeypatch):
    """A database without any dataset, for what the test starts."""
    folder = tmp_path / "mongo"
    folder.mkdir()
    process, uri = start_mongod(folder)
    monkeypatch.setitem(os.environ, "FIFTYONE_DATABASE_URI", uri)
    yield
    stop(process)


def test_without_any_dataset_the_app_opens_with_the_import_form(empty_database, page, screenshot):
    with app_of() as (app, said):
        path = "datasets/no-interviews-yet?workspace=review-interviews"
        assert said == [f"The App is at {app}/{path} (Ctrl-C ends it)\n"]
        page.goto(f"{app}/{path}")

        expect(page.get_by_role("dialog").get_by_text("Import interviews").first).to_be_visible()
        screenshot("first-start-1-import")


def test_a_dataset_opens_on_the_grid_and_the_review_panel(reviewed, page, screenshot):
    with app_of(reviewed) as (_, said):
        address = re.search(r"at (\S+) ", said[-1])[1]
        page.goto(address)

        expect(page.get_by_text(re.compile("of 24 frames are predicted wrong"))).to_be_visible()
        expect(page.get_by_test_id("looker").first).to_be_visible()
        screenshot("first-start-3-dataset")
