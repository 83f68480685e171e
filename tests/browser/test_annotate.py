"""A person corrects faces in the App: frame by frame in its own Annotate tab, or what is selected with one operator."""

import re
import time
from datetime import datetime, timezone

import fiftyone as fo
import pytest
from playwright.sync_api import TimeoutError, expect

from expressiveness.data import EXPRESSIVE, RESERVED
from expressiveness.video.probing import probe
from fiftyone_plugin.curation import curation_of
from fiftyone_plugin.curation.states import BY_HAND
from fiftyone_plugin.dataset import enable_annotation
from fiftyone_plugin.fields import declare_interview_fields
from fiftyone_plugin.labels import write_faces
from fiftyone_plugin.steps.importer import video_metadata
from tests.app_steps import execute, open_form
from tests.face_tables import face_table
from tests.interviews import write_portrait_video

FPS = 10
FRAMES = (1, 6, 11, 16, 21)
CONFIDENCES = (0.5, 0.625, 0.75, 0.875, 1.0)  # exact in float32
SAVED_SECONDS = 30

pytestmark = pytest.mark.slow


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


def go_to(page, frame):
    """Step to a frame and stay there; a click that comes while the player loads may be lost, or count late."""
    clock = page.get_by_role("button", name="Showing elapsed time")
    deadline = time.monotonic() + SAVED_SECONDS
    while time.monotonic() < deadline:
        page.wait_for_timeout(500)
        shown = round(float(clock.inner_text().partition(" ")[0].removeprefix("0:")) * FPS) + 1
        if shown == frame:
            break
        page.get_by_role("button", name="Step forward" if shown < frame else "Step back").click()
    face = page.get_by_test_id("root_confidence_container")
    if face.count():  # the form is that of the face on this frame
        expect(face).to_contain_text(str(CONFIDENCES[FRAMES.index(frame)]))


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
    go_to(page, 6)
    sidebar.get_by_text("face", exact=True).click()
    page.get_by_test_id("root_category_container").get_by_text(EXPRESSIVE, exact=True).click()
    eventually(lambda: categories(reserved), dict.fromkeys(FRAMES[1:], EXPRESSIVE))
    screenshot("annotate-1-from-here")

    go_to(page, 16)
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
    assert confidences == list(CONFIDENCES)  # what was not edited stays each face's own


def point_at_face(page):
    """Move the pointer onto the face in the middle of the picture, until the App says that it is there."""
    canvas = page.get_by_test_id("modal").locator("canvas").first
    tooltip = page.get_by_test_id("sample-canvas-tooltip-title")
    for distance in range(10):
        expect(canvas).to_be_visible()
        page.wait_for_timeout(500)  # the player may draw itself anew once the video has loaded
        if (box := canvas.bounding_box()) is None:
            continue
        page.mouse.move(box["x"] + box["width"] / 2 + distance, box["y"] + box["height"] * 0.4 + distance)
        try:
            tooltip.wait_for(timeout=3000)
            break
        except TimeoutError:
            continue
    expect(tooltip).to_have_text("frames.faces")


def test_a_person_leaves_a_selected_face_out_and_takes_it_back(reserved, page, screenshot):
    page.goto(f"/datasets/{reserved.name}?id={reserved.first().id}")
    expect(page.get_by_text("00.00 / 0:0")).to_be_visible()
    point_at_face(page)
    page.mouse.down()
    page.mouse.up()
    expect(page.get_by_test_id("action-manage-selected").last).to_have_text("1")

    open_form(page, "Curate faces or videos")
    expect(page.get_by_text("The selected labels (1)")).to_be_visible()
    expect(page.get_by_text("1 label. Undo curation takes it back.")).to_be_visible()
    page.get_by_text("Leave out of training").click()
    screenshot("curate-1-form")
    execute(page)
    eventually(lambda: [number for number, face in decisions(reserved).items() if face.excluded], [1])

    open_form(page, "Undo curation")
    expect(page.get_by_text(re.compile("Leave out of training: 0 videos, 1 face, by"))).to_be_visible()
    screenshot("curate-2-undo")
    execute(page)
    eventually(lambda: decisions(reserved), {})
