import json
import shutil
from dataclasses import replace

import h5py
import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expressiveness.errors import ModelError, OutputError
from expressiveness.models import RECORD, WEIGHTS, load_model, read_record
from tests.disks import full_disk
from tests.random_model import outputs, random_model

FACES = np.random.default_rng(1).random((5, 48, 48, 1), np.float32)


@pytest.fixture
def saved(tmp_path):
    model = random_model()
    return model, model.save(tmp_path / "model")


def test_a_model_is_loaded_as_it_was_saved(saved):
    model, folder = saved

    loaded = load_model(folder)

    assert np.allclose(outputs(loaded, FACES), outputs(model, FACES), atol=1e-6)
    for name in ("config", "extraction", "thresholds", "category_scores", "split", "history", "versions", "created"):
        assert getattr(loaded, name) == getattr(model, name), name


def test_a_folder_carries_the_terms_of_use(saved):
    _, folder = saved

    card = (folder / "README.md").read_text()

    assert "Academic research only" in card
    assert "hiring" in card


def test_a_notebook_shows_a_model_with_its_figures_as_a_table():
    figure = {"n": 3, "accuracy": 0.5, "accuracy_ci": [0.25, 0.75], "macro_f1": 0.4, "majority_accuracy": 0.5}
    video = {**figure, "spearman": None}
    judged = replace(random_model(), created="<b>", evaluation={"participants": 2, "video": video, "frames": None})

    assert "Not evaluated." in random_model()._repr_html_()
    assert judged._repr_html_().count("<tr") == 4, "a heading and three figures that are known"
    assert "0.25 to 0.75" in judged._repr_html_()
    assert "&lt;b&gt;" in judged._repr_html_()


def test_no_faces_have_no_probabilities(saved):
    judge = saved[0].able_to("single faces")

    assert judge.probabilities(np.zeros((0, 48, 48), np.uint8), np.zeros((48, 48), np.float32)).shape == (0, 3)


def test_saving_again_replaces_a_model_but_never_other_files(saved, tmp_path):
    model, folder = saved
    model.save(folder)
    assert load_model(folder)

    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    with pytest.raises(OutputError, match=r"thesis holds files .*\(chapter\.txt\)"):
        model.save(tmp_path / "thesis")
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "years of work"


def test_a_disk_that_fills_up_leaves_the_earlier_model_and_nothing_else(saved, tmp_path):
    model, folder = saved

    with (
        pytest.raises(OutputError, match=r"cannot write .*model \(File too large\); free some space"),
        full_disk(65536),
    ):
        random_model(seed=1).save(folder)

    assert np.allclose(outputs(load_model(folder), FACES), outputs(model, FACES), atol=1e-6)
    assert sorted(file.name for file in tmp_path.iterdir()) == [".model.lock", "model"]


@pytest.mark.slow
def test_a_settings_file_is_read_without_tensorflow(saved, run_python):
    _, folder = saved

    printed = run_python(
        f"import sys; from pathlib import Path; from expressiveness.models import read_record;"
        f"read_record(Path({str(folder)!r}));"
        "print('tensorflow' in sys.modules)"
    )

    assert printed.strip() == "False"


def changed(folder, **values):
    record = json.loads((folder / RECORD).read_text())
    (folder / RECORD).write_text(json.dumps({**record, **values}))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"format": 99}, "format 99, newer than this version reads; update"),
        ({"format": "1"}, "not the record of a model"),
        ({"network": "evil_net"}, "needs the network 'evil_net', which this version does not have"),
        ({"network": "__import__"}, "which this version does not have"),
        (
            {"categories": ["Expressive", "Balanced Expression", "Reserved Expression"]},
            "was trained for the categories",
        ),
        ({"thresholds": {"low": 1, "high": 0}}, "thresholds"),
        ({"split": None}, "damaged"),
        ({"config": {"target": "height"}}, "damaged|target"),
        ({"category_scores": "abc"}, "damaged"),
        ({"category_scores": [-1.0, 1.0]}, "damaged"),
        ({"history": {"loss": ["low"]}}, "damaged"),
        ({"category_scores": [-1, 0, 10**400]}, "damaged"),  # found by fuzzing: an integer too large for a float
    ],
)
def test_a_record_that_does_not_fit_is_refused_in_one_sentence(saved, values, sentence):
    _, folder = saved
    changed(folder, **values)

    with pytest.raises((ModelError, Exception), match=sentence) as error:
        load_model(folder)
    assert error.type.__module__ == "expressiveness.errors"


def test_missing_foreign_and_oversized_weights_are_refused(saved, monkeypatch):
    _, folder = saved
    with h5py.File(folder / WEIGHTS, "w") as file:
        file["layers/conv2d/vars/0"] = np.zeros((3, 3))
    with pytest.raises(ModelError, match="does not hold the weights"):
        load_model(folder)

    monkeypatch.setattr("expressiveness.models.cnn.cnn_model.MAX_WEIGHT_BYTES", 10)
    with pytest.raises(ModelError, match="it is larger than 10 bytes, the limit for such a file"):
        load_model(folder)

    (folder / WEIGHTS).unlink()
    with pytest.raises(ModelError, match="is missing"):
        load_model(folder)


@pytest.mark.parametrize(
    "planted",
    [
        pytest.param({"shape": (10**12,), "chunks": (1024,)}, id="four terabytes"),
        pytest.param({"shape": (32,), "external": [("secret.bin", 0, 128)]}, id="another file's content"),
    ],
)
def test_weights_that_claim_terabytes_or_another_file_are_refused(saved, planted):
    _, folder = saved
    (folder / "secret.bin").write_bytes(b"secret" * 100)
    with h5py.File(folder / WEIGHTS, "r+") as file:
        del file["layers/batch_normalization/vars/0"]
        file.create_dataset("layers/batch_normalization/vars/0", dtype="f4", **planted)

    with pytest.raises(ModelError, match="does not hold the weights"):
        load_model(folder)


def test_a_keras_file_from_a_stranger_runs_no_code_wherever_it_is_put(saved, tmp_path):
    """Keras itself runs the Lambda layer of such a file, for whoever asks it to."""
    ran, evil = tmp_path / "ran", tmp_path / "evil.keras"
    layers, name = keras.layers, str(ran)
    code = layers.Lambda(lambda faces: faces + __import__("pathlib").Path(name).write_text("ran"))
    keras.Sequential([layers.Input((48, 48, 1)), code]).save(evil)
    ran.unlink()
    keras.saving.load_model(evil, safe_mode=False)
    assert ran.read_text() == "ran"
    ran.unlink()
    _, folder = saved

    with pytest.raises(ModelError, match=r"no model in .*evil\.keras; give a folder that `expressiveness train` wrote"):
        load_model(evil)
    shutil.copy(evil, folder / "model.keras")
    load_model(folder)
    shutil.copy(evil, folder / WEIGHTS)
    with pytest.raises(ModelError, match="does not hold the weights"):
        load_model(folder)
    assert not ran.exists()


def test_a_record_from_before_there_were_models_of_movement_is_read(saved):
    model, folder = saved
    record = json.loads((folder / RECORD).read_text())
    config = record["config"]
    del config["model"]
    record["config"] = {**config, **config.pop("options")}
    record |= {"format": 1, "network": "notebook_cnn"}
    (folder / RECORD).write_text(json.dumps(record))

    assert load_model(folder).config == model.config


@pytest.mark.parametrize(
    "damaged",
    [
        lambda whole: b"",
        lambda whole: whole[:5000],
        lambda whole: whole.replace(b"HEAP", b"HEAD"),  # found by fuzzing: HDF5's own structures, not what they hold
        lambda whole: whole.replace(b"SNOD", b"SNOX"),
    ],
)
def test_damaged_weights_are_refused(saved, damaged):
    _, folder = saved
    (folder / WEIGHTS).write_bytes(damaged((folder / WEIGHTS).read_bytes()))

    with pytest.raises(ModelError, match="does not hold the weights"):
        load_model(folder)


def test_a_missing_folder_says_what_to_give_instead(tmp_path):
    with pytest.raises(ModelError, match=r"no model in .*; give a folder that `expressiveness train` wrote"):
        load_model(tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=200), st.text('{}[]":,1abc', max_size=60).map(str.encode)))
def test_whatever_a_record_holds_reading_it_fails_cleanly_or_not_at_all(tmp_path, content):
    (tmp_path / RECORD).write_bytes(content)

    with pytest.raises(ModelError):
        read_record(tmp_path)
