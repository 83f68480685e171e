"""FiftyOne's own Annotate tab, as the plugin sets it up: a person corrects faces frame by frame."""

import time
from datetime import datetime, timezone

import fiftyone as fo
import pytest
from playwright.sync_api import TimeoutError, expect

from expressiveness.categories import EXPRESSIVE, RESERVED
from expressiveness.video import probe
from fiftyone_plugin.annotation import enable_annotation
from fiftyone_plugin.curation import curation_of
from fiftyone_plugin.face_states import BY_HAND
from fiftyone_plugin.fields import declare_interview_fields
from fiftyone_plugin.importer import video_metadata
from fiftyone_plugin.ingest import write_faces
from tests.face_tables import face_table
from tests.interviews import write_portrait_video

FPS = 10
FRAMES = (1, 6, 11, 16, 21)
CONFIDENCES = (0.6, 0.7, 0.8, 0.9, 1.0)
SAVED_SECONDS = 20

pytestmark = [pytest.mark.slow, pytest.mark.unsettled]


@pytest.fixture
def reserved(dataset_name, tmp_path):
    """One reserved interview of 25 frames with five faces, none decided on."""
    video = write_portrait_video(tmp_path / "portrait.mp4", frames=25, fps=FPS)
    dataset = fo.Dataset(dataset_name, persistent=True)
    declare_interview_fields(dataset)
    sample = fo.Sample(filepath=str(video), metadata=video_metadata(probe(video)), interview_id="0001")
    sample["category"] = fo.Classification(label=RESERVED)
    dataset.add_sample(sample)
    faces = face_table(*((frame, 0) for frame in FRAMES), looked_at=FRAMES, scores=CONFIDENCES)
    write_faces(dataset, {sample.id: faces}, {sample.id: RESERVED})
    enable_annotation(dataset)
    return dataset


def step(page, start, stop):
    """Go on frame by frame; a click that comes while the player loads is lost, and made again."""
    for frame in range(start + 1, stop + 1):
        clock = page.get_by_text(f"{(frame - 1) / FPS:05.2f} / 0:0")
        for _ in range(10):
            page.get_by_role("button", name="Step forward").click()
            try:
                clock.wait_for(timeout=3000)
                break
            except TimeoutError:
                continue


def decisions(dataset):
    """What people decided, by frame."""
    dataset.reload()
    return {face.frame_number: face for face in curation_of(dataset).faces}


def categories(dataset):
    """The categories that people decided on, by frame."""
    return {number: face.category for number, face in decisions(dataset).items()}


def eventually(read, wanted):
    """Wait until the App has saved: it does so a moment after the edit."""
    deadline = time.monotonic() + SAVED_SECONDS
    while (found := read()) != wanted and time.monotonic() < deadline:
        time.sleep(0.2)
    assert found == wanted


def test_a_person_corrects_a_stretch_of_faces_and_leaves_one_out(reserved, page, screenshot):
    page.goto(f"/datasets/{reserved.name}?id={reserved.first().id}")
    page.get_by_test_id("annotate").click()
    page.get_by_role("button", name="Show tracks").click()
    sidebar = page.get_by_test_id("sidebar").last
    expect(sidebar.get_by_text("face", exact=True)).to_be_visible()

    expect(page.get_by_text("00.00 / 0:0")).to_be_visible()
    step(page, 1, 6)
    sidebar.get_by_text("face", exact=True).click()
    page.get_by_test_id("root_category_container").get_by_text(EXPRESSIVE, exact=True).click()
    eventually(lambda: categories(reserved), dict.fromkeys(FRAMES[1:], EXPRESSIVE))
    screenshot("annotate-1-from-here")

    step(page, 6, 16)
    page.get_by_test_id("root_category_container").get_by_text(RESERVED, exact=True).click()
    eventually(lambda: categories(reserved), dict.fromkeys(FRAMES[1:3], EXPRESSIVE))
    screenshot("annotate-2-to-there")

    page.get_by_test_id("root_tags_container").get_by_role("checkbox").first.click()
    eventually(lambda: {n for n, face in decisions(reserved).items() if face.excluded}, set(FRAMES[3:]))
    screenshot("annotate-3-excluded")

    assert {face.decided_by for face in decisions(reserved).values()} == {BY_HAND}
    age = datetime.now(timezone.utc) - datetime.fromisoformat(decisions(reserved)[6].decided_at)
    assert 0 <= age.total_seconds() < 5 * SAVED_SECONDS
    [confidences] = reserved.values("frames.faces.detections[].confidence")
    assert confidences == pytest.approx(CONFIDENCES)  # what was not edited stays each face's own
