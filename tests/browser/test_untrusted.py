"""Texts of a stranger's folder that hold HTML are shown as they stand in the App, and nothing in them runs."""

import fiftyone as fo
import pytest
from playwright.sync_api import expect

from expressiveness.data import CATEGORIES
from expressiveness.errors import ModelError
from fiftyone_plugin.api import import_interviews
from fiftyone_plugin.dataset import check_run_name
from fiftyone_plugin.labels import write_faces
from tests.app_steps import browse_to_import, open_dataset, open_review_panel
from tests.face_tables import grey_faces
from tests.interviews import row, write_metadata, write_portrait_video
from tests.made_up_runs import add_run

FRAMES = [1, 6, 11]
ON_PICTURES = {"question": "question", "transcript": "transcript", "note": "label"}
"""Fields that the grid writes on the pictures, and where their texts say that they stand."""


def hostile(where):
    """HTML that runs in three ways if it is taken for HTML, and says in which place."""
    run = f"window.ran='{where}'"
    return f'{where}<img src=x onerror="{run}"><script>{run}</script><b onclick="{run}">{where}</b>'


@pytest.fixture
def from_a_stranger(dataset_name, tmp_path):
    """The name of a dataset of two interviews all of whose texts are hostile, with faces and a run that is wrong."""
    rows = []
    for number in (1, 2):
        video = f"videos/{number}<img src=x onerror=window.ran=1>.mp4"
        write_portrait_video(tmp_path / video, frames=20)
        texts = {key: hostile(key) for key in ("question_id", "question", "video_quality", "transcript")}
        rows.append(
            row(number, id=hostile(f"id{number}"), user_no=hostile(f"person{number}"), file_name=video, **texts)
        )
    import_interviews(write_metadata(tmp_path, *rows), dataset_name)
    dataset = fo.load_dataset(dataset_name)
    dataset.tag_samples(hostile("tag"))
    ids = dataset.values("id")
    write_faces(dataset, {id: grey_faces(100, FRAMES) for id in ids}, dict.fromkeys(ids, CATEGORIES[1]))
    add_run(dataset, "cnn_1", dict.fromkeys(ids, FRAMES), lambda video, frame, truth: ((truth + 1) % 3, 0.9), ids)
    dataset.add_sample_field("note", fo.EmbeddedDocumentField, embedded_doc_type=fo.Classification)
    dataset.set_values("note", [fo.Classification(label=hostile("label"))] * 2)
    dataset.app_config.active_fields = fo.DatasetAppConfig.default_active_fields(dataset)
    dataset.app_config.active_fields.paths = list(ON_PICTURES)
    dataset.save()
    return dataset_name


def assert_nothing_ran(page):
    assert page.evaluate("window.ran") is None
    expect(page.locator("img[src='x'], b[onclick]")).to_have_count(0)
    expect(page.locator("script", has_text="window.ran")).to_have_count(0)


def test_html_in_a_strangers_texts_is_shown_as_text_and_runs_nowhere(from_a_stranger, page, screenshot):
    open_dataset(page, from_a_stranger)
    page.get_by_test_id("checkbox-tags").get_by_role("checkbox").check()
    for where in ("tag", *ON_PICTURES.values()):
        expect(page.get_by_test_id("looker").first.get_by_text(hostile(where), exact=True)).to_be_visible()
    screenshot("untrusted-1-grid")
    assert_nothing_ran(page)

    open_review_panel(page)
    expect(page.get_by_role("cell", name=hostile("id1"), exact=True)).to_be_visible()
    page.get_by_role("cell", name=hostile("id1"), exact=True).click()
    expect(page.get_by_text(f"Interview {hostile('id1')}: click it to watch")).to_be_visible()
    screenshot("untrusted-2-review")
    assert_nothing_ran(page)

    page.get_by_test_id("looker").first.click()
    modal = page.get_by_test_id("modal")
    for where in ("id1", "person1", "question", "transcript"):
        expect(modal.get_by_text(hostile(where), exact=True).first).to_be_visible()
    screenshot("untrusted-3-video")
    assert_nothing_ran(page)


def test_html_in_what_is_wrong_with_a_folder_is_shown_as_text_in_the_form(from_a_stranger, tmp_path, page, screenshot):
    folder = write_metadata(tmp_path / "set", row(1), row(2, id=hostile("bad"), file_name="../a.mp4"))
    open_dataset(page, from_a_stranger)
    browse_to_import(page, folder)
    page.get_by_role("button", name="Choose").click()

    expect(page.get_by_text("1 interview of 1 participant; 1 video missing")).to_be_visible()
    expect(page.get_by_text(f"1 row will be passed over: line 2 (id {hostile('bad')}): file_name")).to_be_visible()
    screenshot("untrusted-4-form")
    assert_nothing_ran(page)


@pytest.mark.parametrize("name", [hostile("run"), "<b>", "[a](javascript:b)", "Run 1", "1", "", "a" * 42])
def test_a_runs_name_which_the_panels_write_as_markdown_holds_nothing_but_letters_and_digits(name, dataset_name):
    dataset = fo.Dataset(dataset_name)

    assert check_run_name(dataset, "cnn_1") == "cnn_1"
    with pytest.raises(ModelError, match="use lower-case letters, digits and _, a letter first"):
        check_run_name(dataset, name)
