"""Nothing in a dataset or a folder is written over that is not the run's, the import's or the export's own."""

import shutil
from dataclasses import replace
from pathlib import Path

import fiftyone as fo
import fiftyone.brain as fob
import fiftyone.operators as foo
import pytest

from expressiveness.data import EXPRESSIVE
from expressiveness.errors import InterviewError, ModelError, OutputError
from expressiveness.models import RECORD, TrainingConfig
from fiftyone_plugin.api import import_interviews, predict, train_model, work_folder
from fiftyone_plugin.app import install_plugin
from fiftyone_plugin.curation import curate, curation_of
from fiftyone_plugin.dataset import check_run_name, load_run, model_folder, next_run_name, record_of, register_run
from fiftyone_plugin.fields import RunFields
from fiftyone_plugin.review import MISCLASSIFIED_FRAMES, save_review_views, views
from fiftyone_plugin.steps import QUICK, compute_embeddings, export_curated
from fiftyone_plugin.steps.demo import _is_demo, run_demo
from tests.integration.test_operators import PLUGIN, form, refusal
from tests.interviews import row, write_metadata, write_portrait_video
from tests.planted import NAMES, contents, plant


def operator(name):
    return foo.get_operator(f"{PLUGIN}/{name}")


# The names of runs


def documents(dataset):
    """All that a dataset holds, as MongoDB has it."""
    return [
        sorted(map(str, collection.find())) for collection in (dataset._sample_collection, dataset._frame_collection)
    ]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("faces", "faces"),
        ("category", "category"),
        ("suspicion", "suspicion"),  # before there is such a field
        ("confidence", "confidence_score"),  # a score of RecruitView's
        ("mine", "mine"),  # the user's, of frames
        ("notes", "notes_video"),  # the user's, of videos
        ("first_video", "first_video"),
        *((name, name) for name in ("filepath", "metadata", "tags", "id", "frame_number", "created_at", "frames")),
        *((name, name) for name in ("last_modified_at", "instance", "sample_id", "save", "media_type")),
    ],
)
def test_a_run_that_would_write_over_a_field_is_refused_before_anything_is_done(dataset, name, field):
    dataset.add_frame_field("mine", fo.EmbeddedDocumentField, embedded_doc_type=fo.Detections)
    dataset.add_sample_field("notes_video", fo.StringField)
    dataset.set_values("notes_video", ["years of work"] * len(dataset))
    sentence = f"run name '{name}': it would write over the field '{field}', which is not its own; choose another"
    before = documents(dataset)

    with pytest.raises(ModelError) as refused:
        train_model(dataset, run=name)

    assert str(refused.value) == sentence
    for form_of in ("train_model", "run_pipeline"):
        assert refusal(operator(form_of), dataset, params={"run": name}) == sentence
    assert not (work_folder(dataset) / "models" / name).exists()
    assert documents(dataset) == before


def test_a_run_whose_fields_are_another_ones_to_come_is_refused(dataset):
    folder = model_folder(dataset, "first")
    register_run(dataset, "b_score", record_of(dataset, "first"), folder)

    with pytest.raises(ModelError, match="'b_score'"):
        check_run_name(dataset, "b")
    assert check_run_name(dataset, "b_score") == "b_score"


def test_a_run_of_another_program_is_not_replaced(dataset):
    dataset.register_run("theirs", dataset.init_run(method="another program"))

    with pytest.raises(ModelError, match="another program has a run of that name"):
        train_model(dataset, run="theirs")
    assert dataset.get_run_info("theirs").config.method == "another program"


def test_the_name_that_is_given_to_a_run_without_one_is_free(dataset):
    dataset.add_sample_field("cnn_1_score", fo.FloatField)

    assert next_run_name(dataset, "notebook_cnn") == "cnn_2"


def test_a_run_predicts_again_into_its_own_fields_whether_copied_or_not(dataset):
    before = dataset.count("frames.first.detections")

    assert predict(dataset, "first").frames == before


def test_a_run_that_an_earlier_version_let_have_such_a_name_predicts_nothing(dataset):
    curate(dataset[:2], "category", category=EXPRESSIVE, by="ann")
    decided = len(curation_of(dataset).faces)
    register_run(dataset, "faces", record_of(dataset, "first"), model_folder(dataset, "first"))
    before = documents(dataset)

    with pytest.raises(ModelError, match="would write over the field 'faces'"):
        predict(dataset, "faces")

    assert decided
    assert documents(dataset) == before


def test_what_somebody_else_had_brain_compute_or_saved_as_a_view_stays(dataset):
    fob.compute_similarity(dataset, embeddings=[[float(n)] for n in range(len(dataset))], brain_key="first_similarity")
    dataset.save_view(MISCLASSIFIED_FRAMES, dataset[:1], description="mine")

    with pytest.raises(ModelError, match="Brain run 'first_similarity' of something else"):
        compute_embeddings(dataset, "first")
    with pytest.raises(OutputError, match=f"the saved view '{MISCLASSIFIED_FRAMES}' was not made by this program"):
        save_review_views(dataset, "first")

    assert dataset.has_brain_run("first_similarity")
    assert len(dataset.load_saved_view(MISCLASSIFIED_FRAMES)) == 1
    assert not set(dataset.list_saved_views()) & (set(views.REVIEW_VIEWS) - {MISCLASSIFIED_FRAMES})


# Importing under a name that there is


@pytest.fixture
def folders(tmp_path):
    """Two folders of other people's interviews under the same ids, but for one of each."""
    for name, numbers, score in (("ann", (1, 2, 3), 1.0), ("bob", (1, 2, 4), -1.0)):
        for number in numbers:
            write_portrait_video(tmp_path / name / "videos" / f"vid_{number:04}.mp4", frames=3)
        write_metadata(tmp_path / name, *(row(number, facial_expression=score) for number in numbers))
    return tmp_path / "ann", tmp_path / "bob"


def test_another_folders_rows_take_nobodys_place_unless_the_user_says_so(folders, dataset_name):
    ann, bob = folders
    import_interviews(ann, dataset_name)
    dataset = fo.load_dataset(dataset_name)
    before = documents(dataset)
    sentence = (
        f"the dataset {dataset_name} was imported from {ann}, and 2 of its interviews have the ids of rows here (0001, "
        "0002), which would take their place"
    )

    with pytest.raises(InterviewError) as refused:
        import_interviews(bob, dataset_name)
    assert str(refused.value).startswith(sentence)
    chosen = {"folder": {"absolute_path": str(bob)}, "dataset_name": dataset_name}
    assert refusal(operator("import_interviews"), None, params=chosen)[1:].startswith(sentence[1:])
    assert documents(dataset) == before

    properties = form(operator("import_interviews"), None, params={**chosen, "replace_rows": True})
    assert "cannot_run" not in properties
    assert sentence[1:] in properties["replaced"]["view"]["description"]
    report = operator("import_interviews")(bob, dataset_name=dataset_name, replace_rows=True).result
    assert report["message"] == f"1 interview added, 2 updated in place of those from {ann}"
    assert report["replaced_folder"] == str(ann)
    assert fo.load_dataset(dataset_name).values("facial_expression") == [-1.0, -1.0, 1.0, -1.0]


def test_the_same_folder_by_another_way_and_one_with_other_ids_are_imported_as_ever(folders, dataset_name, tmp_path):
    ann, bob = folders
    (tmp_path / "link").symlink_to(ann)
    import_interviews(ann, dataset_name)

    again = import_interviews(tmp_path / "link" / ".." / "ann", dataset_name)
    write_metadata(bob, row(4))
    other = import_interviews(bob, dataset_name)

    assert (again.updated, again.replaced_folder) == (3, None)
    assert (other.added, other.updated, other.replaced_folder) == (1, 0, None)


def test_a_folder_that_has_moved_is_told_from_another_only_by_the_user(folders, dataset_name, tmp_path):
    ann, _ = folders
    import_interviews(ann, dataset_name)
    ann.rename(tmp_path / "moved")

    with pytest.raises(InterviewError, match="replace_rows"):
        import_interviews(tmp_path / "moved", dataset_name)
    assert import_interviews(tmp_path / "moved", dataset_name, replace_rows=True).updated == 3
    assert Path(fo.load_dataset(dataset_name).first().filepath).is_file()


def test_a_dataset_of_the_users_that_has_the_demos_name_is_no_demo(folders, dataset_name):
    import_interviews(folders[0], dataset_name)

    assert not _is_demo(dataset_name)
    assert not _is_demo("nowhere")
    assert QUICK.dataset


# Folders


@pytest.mark.parametrize("name", NAMES)
def test_what_is_planted_in_an_export_survives_and_is_named_in_the_app_and_out_of_it(dataset, tmp_path, name):
    export_curated(dataset, tmp_path / "out", faces=False, videos=True)
    plant(tmp_path / "out", {name: ("file", b"mine")})
    before = contents(tmp_path)

    for export in (export_curated, operator("export_curated")):
        with pytest.raises(Exception, match=rf"holds files .*\({name}\)"):
            export(dataset, str(tmp_path / "out"))

    assert contents(tmp_path) == before


def test_files_that_look_like_an_export_are_the_users(dataset, tmp_path):
    write_metadata(tmp_path / "mine", row(1))
    plant(tmp_path / "mine", {"videos/precious.mp4": ("file", b"mine"), "decisions.json": ("file", b"{}")})
    before = contents(tmp_path / "mine")

    with pytest.raises(OutputError, match=r"holds files .*decisions\.json, metadata\.jsonl, videos/precious\.mp4"):
        export_curated(dataset, tmp_path / "mine")

    assert contents(tmp_path / "mine") == before


def test_an_export_that_fails_leaves_the_earlier_one_whole(dataset, tmp_path):
    export_curated(dataset, tmp_path / "out")
    before = contents(tmp_path / "out")
    last = dataset.last()
    last.filepath = str(tmp_path / "gone.mp4")
    last.save()

    with pytest.raises(OutputError, match=r"cannot copy .*gone\.mp4"):
        export_curated(dataset, tmp_path / "out", faces=False, videos=True)

    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize("name", NAMES)
def test_what_is_planted_in_a_runs_model_survives_training_again_which_is_refused_before_it_begins(dataset, name):
    folder = work_folder(dataset) / "models" / "second"
    load_run(dataset, "first").save(folder)
    plant(folder, {name: ("file", b"mine")})
    before = contents(folder)

    for refusing in ("train_model", "run_pipeline"):
        assert f"({name})" in refusal(operator(refusing), dataset, params={"run": "second"})
        with pytest.raises(Exception, match=rf"holds files .*\({name}\)"):
            operator(refusing)(dataset, run="second", epochs=1000)

    assert contents(folder) == before


def test_the_plugin_is_installed_over_its_own_files_and_beside_the_users(tmp_path):
    place = install_plugin(tmp_path)
    plant(place, {"notes.txt": ("file", b"mine"), "fiftyone_plugin/__pycache__/x.pyc": ("file", b"cache")})
    installed = contents(place)
    assert install_plugin(tmp_path) == place
    assert contents(place) == installed

    (place / "fiftyone_plugin" / "__init__.py").write_text("mine")
    with pytest.raises(OutputError, match=r"__init__\.py was not written by this program"):
        install_plugin(tmp_path)
    assert (place / "fiftyone_plugin" / "__init__.py").read_text() == "mine"


def test_the_plugin_is_not_written_through_a_link(tmp_path):
    place = install_plugin(tmp_path / "plugins")
    shutil.rmtree(place / "fiftyone_plugin")
    (tmp_path / "mine").mkdir()
    (place / "fiftyone_plugin").symlink_to(tmp_path / "mine")

    with pytest.raises(OutputError, match="is a link out of"):
        install_plugin(tmp_path / "plugins")
    assert contents(tmp_path / "mine") == {}


def test_a_record_that_we_change_to_forget_an_interview_stays_ours(moving):
    from fiftyone_plugin.forgetting import forget_interview

    train_model(moving, TrainingConfig(model="movement"), run="first")
    folder = work_folder(moving) / "models" / "first"
    before = (folder / RECORD).read_bytes()

    forget_interview(moving, moving.first()["interview_id"])

    assert (folder / RECORD).read_bytes() != before
    load_run(moving, "first").save(folder)


def test_the_fields_of_a_run_say_whose_they_are(dataset):
    fields = RunFields("first")

    assert {name for name in fields.descriptions if dataset.get_field(name) or dataset.get_field(f"frames.{name}")} >= {
        fields.faces,
        fields.video,
        fields.score,
    }


@pytest.mark.slow
def test_what_is_planted_in_the_demo_survives_it_and_its_dataset_is_known_as_the_demos(tmp_path, dataset_name):
    def run():
        run_demo(tmp_path / "demo", size=replace(QUICK, dataset=dataset_name), workers=1, on_step=str)

    run()
    assert _is_demo(dataset_name)
    for name in ("interviews/notes.txt", "models/demo/thesis.docx"):
        plant(tmp_path / "demo" / "quick", {name: ("file", b"mine")})
        before = contents(tmp_path)
        with pytest.raises(OutputError, match=Path(name).name):
            run()
        assert contents(tmp_path) == before
        (tmp_path / "demo" / "quick" / name).unlink()
