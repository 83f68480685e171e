"""Long work: it is left to itself, seen in the review panel, stopped, and begun again."""

import re

import fiftyone as fo
import pytest
from fiftyone import ViewField as F
from playwright.sync_api import expect

from expressiveness.samples import render_sample_interviews
from fiftyone_plugin.api import import_interviews
from tests.app_steps import WORK_MILLISECONDS, execute, expect_shown, open_dataset, open_form

pytestmark = pytest.mark.slow

STOPS = 5_000  # milliseconds in which work that was stopped has ended


@pytest.fixture
def imported(dataset_name, tmp_path):
    """A dataset of interviews whose faces nobody has looked for, long enough to be stopped in between."""
    render_sample_interviews(tmp_path, participants=4, clips_per_participant=2, seconds=6.0)
    import_interviews(tmp_path, dataset_name)
    return dataset_name


def test_long_work_is_left_stopped_begun_again_and_seen_after_a_reload(imported, page, screenshot):
    open_dataset(page, imported)
    open_form(page, "Detect faces")
    execute(page)

    expect(page.get_by_role("dialog")).to_have_count(0)
    work = page.get_by_test_id("expressiveness-work")
    expect(work.get_by_text("Detect faces")).to_be_visible()
    expect(work.get_by_role("button", name="Stop")).to_be_visible()
    screenshot("work-1-goes-on")
    work.get_by_role("button", name="Stop").click()
    expect(work).to_have_attribute("data-state", "stopped", timeout=STOPS)
    expect(work.get_by_text("Detect faces: stopped")).to_be_visible()
    screenshot("work-2-stopped")
    dataset = fo.load_dataset(imported)
    dataset.reload()
    done = len(dataset.exists("frames_looked_at"))
    assert done < 8
    assert len(dataset.match_frames(F("faces").exists())) <= done

    work.get_by_role("button", name="Start again").click()
    expect(page.get_by_text("Look at every N-th frame")).to_be_visible()
    execute(page)
    expect(work).to_have_attribute("data-state", "running")
    page.reload()
    expect(work.get_by_text(re.compile(f"{8 - done} videos done, {done} stored already: .* faces"))).to_be_visible(
        timeout=WORK_MILLISECONDS
    )
    screenshot("work-3-done")
    expect_shown(page, "8 samples")
    expect(page.get_by_role("button", name="Train a model")).to_be_visible()
