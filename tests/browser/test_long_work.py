"""Long work: it is left to itself, seen in the review panel, stopped, and begun again."""

import json
import re

import fiftyone as fo
import pytest
from fiftyone import ViewField as F
from playwright.sync_api import expect

from expressiveness.samples import render_sample_interviews
from fiftyone_plugin.api import import_interviews
from tests.app_steps import WORK_MILLISECONDS, execute, expect_shown, open_dataset, open_form

pytestmark = pytest.mark.slow

VIDEOS = 32
STOPS = 5_000  # milliseconds in which work that was stopped has ended


@pytest.fixture
def imported(dataset_name, tmp_path):
    """A dataset of interviews whose faces nobody has looked for, long enough to be stopped in between."""
    render_sample_interviews(tmp_path, participants=4, clips_per_participant=2, seconds=6.0)
    table = tmp_path / "metadata.jsonl"
    rows = [json.loads(line) for line in table.read_text().splitlines()]
    again = [one | {"id": f"{number}{one['id']}"} for number in range(1, VIDEOS // len(rows)) for one in rows]
    for one in again:
        video = tmp_path / one["file_name"]
        one["file_name"] = f"videos/{one['id']}.mp4"
        # A box that players pass over makes it another file, whose faces are not those that are stored already.
        (tmp_path / one["file_name"]).write_bytes(video.read_bytes() + b"\0\0\0\x0cfree" + one["id"].encode()[:4])
    table.write_text("".join(json.dumps(one) + "\n" for one in [*rows, *again]))
    import_interviews(tmp_path, dataset_name)
    return dataset_name


def test_long_work_is_left_stopped_begun_again_and_seen_after_a_reload(imported, page, screenshot):
    open_dataset(page, imported)
    open_form(page, "Detect faces")
    execute(page)

    expect(page.get_by_role("dialog")).to_have_count(0)
    work = page.get_by_test_id("expressiveness-work")
    expect(work.get_by_text("Detect faces")).to_be_visible()
    work.get_by_role("button", name="Stop").click()
    expect(work).to_have_attribute("data-state", "stopped", timeout=STOPS)
    expect(work.get_by_text("Detect faces: stopped")).to_be_visible()
    screenshot("work-1-stopped")
    dataset = fo.load_dataset(imported)
    dataset.reload()
    done = len(dataset.exists("frames_looked_at"))
    assert done < VIDEOS
    assert len(dataset.match_frames(F("faces").exists())) <= done

    work.get_by_role("button", name="Start again").click()
    expect(page.get_by_text("Look at every N-th frame")).to_be_visible()
    execute(page)
    expect(work).to_have_attribute("data-state", "running")
    page.reload()
    ended = re.compile(r"(\d+) videos done, (\d+) stored already: .* faces")
    expect(work.get_by_role("status")).to_have_text(ended, timeout=WORK_MILLISECONDS)
    anew, stored = map(int, ended.search(work.get_by_role("status").inner_text()).groups())
    assert anew + stored == VIDEOS
    assert stored >= done, "what a worker had begun when it was stopped may be stored, too"
    screenshot("work-2-done")
    expect_shown(page, f"{VIDEOS} samples")
    expect(page.get_by_role("button", name="Train a model")).to_be_visible()
