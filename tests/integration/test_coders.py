"""Several people code a study: what each says is kept beside the others', compared, settled, adopted and forgotten."""

import shutil
import subprocess
import sys

import fiftyone as fo
import fiftyone.operators as foo
import pytest
from fiftyone.operators.executor import ExecutionError

from expressiveness.cli import main
from expressiveness.coding import Codings, assign
from expressiveness.data import BALANCED, EXPRESSIVE, RESERVED
from expressiveness.samples import render_sample_interviews
from fiftyone_plugin.api import detect_faces, import_interviews, interviews_of, set_work_folder
from fiftyone_plugin.app.served_media import other_datasets
from fiftyone_plugin.coding import (
    coding_dataset,
    codings_of,
    keep_codes,
    keep_codings,
    own_codes,
    study_of,
    view_to_code,
)
from fiftyone_plugin.coding.coder_session import BLIND, CODER
from fiftyone_plugin.curation import curation_of
from fiftyone_plugin.forgetting import forget_interview
from tests.made_up_runs import add_run, first_guess

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("coded")
    render_sample_interviews(folder / "interviews", participants=4, clips_per_participant=1, seconds=2.0)
    return folder


@pytest.fixture(scope="module")
def source(mongodb, folder):
    """Four sample interviews with the faces that were found and a made-up run."""
    import_interviews(folder / "interviews", "coders-source")
    dataset = fo.load_dataset("coders-source")
    set_work_folder(dataset, folder / "work")
    detect_faces(dataset)
    ids, frames = dataset.values(["id", "frames.frame_number"])
    add_run(dataset, "first", dict(zip(ids, frames, strict=True)), first_guess, held_out=ids[1:])
    yield dataset
    fo.delete_dataset("coders-source")


@pytest.fixture
def study(source, dataset_name):
    """A copy for one test, and the dataset in which it is coded."""
    study = source.clone(dataset_name, persistent=True)
    yield study
    if fo.dataset_exists(f"{dataset_name}-to-code"):
        fo.delete_dataset(f"{dataset_name}-to-code")


@pytest.fixture
def frames(study):
    """The id of the first video and the numbers of its frames with a face."""
    [numbers] = study.limit(1).values("frames.frame_number")
    return study.first().id, numbers


def operator(name):
    return foo.get_operator(f"@expressiveness/interviews/{name}")


def said(sample, number, category, key):
    return {
        "key": key,
        "sample": sample,
        "unit": "frame",
        "frame_number": number,
        "start": number / 15,
        "category": category,
    }


def test_what_is_coded_blind_shows_videos_and_nothing_that_is_said_of_them(study):
    dataset = coding_dataset(study)

    assert coding_dataset(study).name == dataset.name, "made once"
    assert (len(dataset), study_of(dataset).name) == (len(study), study.name)
    names = {*dataset.get_field_schema(), *(dataset.get_frame_field_schema() or {})}
    assert names == {
        "id", "filepath", "tags", "metadata", "created_at", "last_modified_at", "interview_id", "frame_number"
    } | (names & {"created_at"})  # fmt: skip
    assert not dataset.list_runs()
    assert {study.name, str(study._doc.id)} <= other_datasets(dataset.name)
    assert dataset.name not in other_datasets(dataset.name)


def test_each_coders_codes_stand_side_by_side_and_a_key_that_is_sent_again_is_kept_once(study, frames, monkeypatch):
    sample, (first, second, *_) = frames
    monkeypatch.setenv(CODER, "ada")
    monkeypatch.setenv(BLIND, "1")
    save = operator("save_codes")
    save(study, codes=[said(sample, first, RESERVED, "a"), said(sample, second, BALANCED, "b")])
    save(study, codes=[said(sample, first, EXPRESSIVE, "c"), said(sample, first, RESERVED, "a")], coder="ben")
    monkeypatch.delenv(CODER)
    result = save(
        study, codes=[said(sample, first, BALANCED, "a"), said("no", 1, BALANCED, "d"), {"key": "e"}], coder="ben"
    )

    codings = codings_of(study)
    assert (len(codings), codings.coders) == (4, ("ada", "ben")), "the server's coder is who codes"
    assert [(one["frame_number"], one["category"]) for one in own_codes(study, "ada", sample)] == [
        (second, BALANCED),
        (first, EXPRESSIVE),
    ]
    assert {one.seen for one in codings.codes()} == {"hidden"}
    assert result.result["saved"] == ["a"]
    assert set(result.result["refused"]) == {"d", "e"}


def test_two_people_code_at_once_and_nothing_is_lost_or_mixed(study):
    dataset = coding_dataset(study)
    code = (
        "import sys, fiftyone as fo\n"
        "from fiftyone_plugin.coding import keep_codes\n"
        "dataset, (name, coder, category, sample) = fo.load_dataset(sys.argv[1]), sys.argv[1:]\n"
        "for start in range(1, 501, 20):\n"
        "    codes = [dict(key=str(n), sample=sample, unit='frame', frame_number=n, category=category)"
        " for n in range(start, start + 20)]\n"
        "    saved, refused = keep_codes(dataset, coder, codes, seen='hidden')\n"
        "    assert len(saved) == 20 and not refused, refused\n"
    )
    people = {"ada": RESERVED, "ben": EXPRESSIVE}

    both = [
        subprocess.Popen([sys.executable, "-c", code, dataset.name, coder, category, dataset.first().id])
        for coder, category in people.items()
    ]

    assert [process.wait() for process in both] == [0, 0]
    codes = codings_of(study).current().codes()
    assert len(codes) == 1000
    assert {(one.coder, one.category) for one in codes} == set(people.items())


def test_coders_are_compared_and_what_is_settled_is_adopted_and_written(study, frames, tmp_path, monkeypatch):
    sample, (first, second, third, *_) = frames
    words = {
        "ada": (RESERVED, BALANCED, EXPRESSIVE),
        "ben": (RESERVED, BALANCED, RESERVED),
        "cleo": (RESERVED, EXPRESSIVE, EXPRESSIVE),
    }
    for coder, categories in words.items():
        codes = [
            said(sample, n, category, str(n)) for n, category in zip((first, second, third), categories, strict=True)
        ]
        keep_codes(study, coder, codes, seen="hidden")

    result = operator("compare_coders")(study, settle="majority", adopt=True, folder=str(tmp_path)).result
    study.reload()

    assert result["figures"][0]["n"] == 3
    assert result["message"] == "ada, ben, cleo compared; 3 things settled; 3 decisions adopted"
    decided = {one.frame_number: (one.category, one.decided_by) for one in curation_of(study).faces}
    assert decided == {
        first: (RESERVED, "settled by majority"),
        second: (BALANCED, "settled by majority"),
        third: (EXPRESSIVE, "settled by majority"),
    }
    assert main(["agreement", *map(str, (tmp_path / "coding").glob("*.csv"))]) == 0
    written = Codings.read(tmp_path)
    assert keep_codings(study, written) == 0, "what is there already is not added again"
    monkeypatch.setenv(BLIND, "1")
    with pytest.raises(ExecutionError, match="this App hides the others' codes"):
        operator("compare_coders")(study)


def test_a_coder_gets_what_they_were_assigned_in_their_order(study, folder):
    given = assign(interviews_of(study), ["ada", "ben"], overlap=0.5, seed=1)
    given.write(folder / "interviews" / "coding" / "assignments.csv", overwrite=True)
    dataset = coding_dataset(study)

    slug = view_to_code(dataset, "ada")

    assert slug == "to-code-ada"
    view = dataset.load_saved_view("to code, ada")
    assert view.values("interview_id") == [row.interview for row in given.of("ada")]
    assert view_to_code(dataset, "cleo") is None


def test_forgetting_an_interview_forgets_what_was_coded_about_it(folder, dataset_name, tmp_path):
    shutil.copytree(folder / "interviews", tmp_path / "interviews")  # the same video would be forgotten everywhere
    import_interviews(tmp_path / "interviews", dataset_name)
    study = fo.load_dataset(dataset_name)
    dataset = coding_dataset(study)
    first, second, *_ = study.values("id")
    keep_codes(study, "ada", [said(first, 1, RESERVED, "a"), said(second, 1, RESERVED, "b")], seen="hidden")
    keep_codes(dataset, "ben", [said(dataset.first().id, 1, RESERVED, "a")], seen="hidden")

    report = forget_interview(study, study.first().interview_id)

    assert report.datasets == [study.name, dataset.name]
    assert [one.coder for one in codings_of(study).codes()] == ["ada"]
    dataset.reload()
    assert len(dataset) == 3
    fo.delete_dataset(dataset.name)
