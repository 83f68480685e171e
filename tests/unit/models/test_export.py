"""Every exported format, loaded again by its own library, says what the model says."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from expressiveness.data import CATEGORIES
from expressiveness.errors import ConfigError, ModelError, OutputError
from expressiveness.models import EXPORTS, export_model
from expressiveness.models.cnn import export_formats
from expressiveness.models.cnn.preprocessing import INPUT_UNIT
from tests.random_model import outputs, random_model

pytestmark = pytest.mark.slow

FACES = np.random.default_rng(7).random((5, 48, 48, 1), dtype=np.float32)


@pytest.fixture(scope="module")
def model():
    return random_model()


@pytest.fixture(scope="module")
def expected(model):
    probabilities = outputs(model, FACES)
    assert np.ptp(probabilities, axis=0).max() > 1e-2, "faces that are all answered alike would compare nothing"
    return probabilities


def test_the_notebooks_section_10_reads_its_files_as_it_stands(model, expected, tmp_path):
    models = export_model(model, tmp_path / "models", "notebook")

    loaded = keras.models.model_from_json((models / "Facial_Expressiveness_Recognition_Model.json").read_text())
    loaded.load_weights(str(models / "expressiveness_model_weights.h5"))
    label_classes = np.load(models / "label_encoder_classes.npy")
    prediction = loaded.predict(FACES[:1], verbose=0)

    assert prediction == pytest.approx(expected[:1], abs=1e-4)
    assert label_classes[np.argmax(prediction)] == CATEGORIES[expected[0].argmax()]
    assert label_classes.tolist() == list(CATEGORIES)


def test_the_notebooks_whole_model_is_compiled_as_there(model, expected, tmp_path):
    export_model(model, tmp_path / "models", "notebook")

    loaded = keras.models.load_model(tmp_path / "models/Facial_Expressiveness_Recognition_Model.h5")

    assert loaded.predict(FACES, verbose=0) == pytest.approx(expected, abs=1e-4)
    truth = keras.utils.to_categorical(expected.argmax(axis=1), 3)
    assert loaded.evaluate(FACES, truth, verbose=0)[1] == 1.0


def test_keras_gives_the_same_probabilities(model, expected, tmp_path):
    export_model(model, tmp_path / "out", "keras")

    loaded = keras.models.load_model(tmp_path / "out/model.keras", safe_mode=True)

    assert loaded(FACES).numpy() == pytest.approx(expected, abs=1e-4)


def test_a_saved_model_gives_the_same_probabilities(model, expected, tmp_path):
    export_model(model, tmp_path / "out", "savedmodel")

    loaded = tf.saved_model.load(str(tmp_path / "out/saved_model"))

    assert loaded.serve(FACES).numpy() == pytest.approx(expected, abs=1e-4)


@pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is deprecated")  # its successor is a package of its own
def test_tensorflow_lite_gives_the_same_probabilities(model, expected, tmp_path):
    export_model(model, tmp_path / "out", "tflite")

    interpreter = tf.lite.Interpreter(model_path=str(tmp_path / "out/model.tflite"))
    (given,), (answer,) = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.resize_tensor_input(given["index"], FACES.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(given["index"], FACES)
    interpreter.invoke()

    assert interpreter.get_tensor(answer["index"]) == pytest.approx(expected, abs=1e-4)


def test_onnx_gives_the_same_probabilities(model, expected, tmp_path):
    import onnxruntime

    export_model(model, tmp_path / "out", "onnx")

    session = onnxruntime.InferenceSession(tmp_path / "out/model.onnx")
    (given,) = session.get_inputs()

    assert session.run(None, {given.name: FACES})[0] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("format", list(EXPORTS))
def test_every_export_says_what_to_feed_it_and_is_quiet_about_its_making(format, tmp_path, capfd, recwarn):
    export_model(random_model("deviation"), tmp_path / "out", format)

    said = json.loads((tmp_path / "out/preprocessing.json").read_text())
    assert said["input"]["shape"] == [None, 48, 48, 1]
    assert said["input"]["face_input"] == "deviation"
    assert said["input"]["subtracted"] == "the mean crop of the same video"
    assert said["input"]["gray_levels_per_unit"] == INPUT_UNIT["deviation"]
    assert said["output"]["categories"] == list(CATEGORIES)
    assert said["thresholds"] == {"low": -0.3, "high": 0.3}
    assert "Terms of use" in (tmp_path / "out/README.md").read_text()
    assert not recwarn.list
    assert capfd.readouterr().out == ""


def test_an_export_leaves_the_model_as_it_was(model, expected, tmp_path):
    for format in ("notebook", "savedmodel"):
        export_model(model, tmp_path / format, format)

    assert (outputs(model, FACES) == expected).all()


def test_an_earlier_export_of_the_same_format_is_replaced(model, tmp_path):
    export_model(random_model(seed=1), tmp_path / "out", "keras")

    export_model(model, tmp_path / "out", "keras")

    loaded = keras.models.load_model(tmp_path / "out/model.keras")
    assert loaded(FACES).numpy() == pytest.approx(outputs(model, FACES), abs=1e-4)


@pytest.mark.parametrize("other", ["notes.txt", "preprocessing.json"])
def test_a_folder_with_other_files_is_left_alone(model, tmp_path, other):
    (tmp_path / other).write_text("{}")

    with pytest.raises(OutputError, match=rf"holds files .*\({other}\)"):
        export_model(model, tmp_path, "keras")

    assert [path.name for path in tmp_path.iterdir()] == [other]


def test_a_failed_export_leaves_nothing_behind_and_keeps_the_earlier_one(model, tmp_path, monkeypatch):
    export_model(model, tmp_path / "out", "keras")

    def run_out_of_space(network, folder):
        (folder / "model.keras").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(EXPORTS._things, "keras", run_out_of_space)
    with pytest.raises(OutputError, match="No space left"):
        export_model(model, tmp_path / "out", "keras")

    assert sorted(path.name for path in tmp_path.iterdir()) == [".out.lock", "out"]
    assert keras.models.load_model(tmp_path / "out/model.keras")(FACES).numpy() == pytest.approx(
        outputs(model, FACES), abs=1e-4
    )


def test_without_its_packages_onnx_names_the_pip_line(model, tmp_path, monkeypatch):
    monkeypatch.setattr(export_formats, "find_spec", lambda _: None)

    with pytest.raises(ModelError, match=r"pip install 'expressiveness\[onnx\]'"):
        export_model(model, tmp_path / "out", "onnx")

    assert not (tmp_path / "out").exists()


def test_an_unknown_format_is_answered_with_those_there_are(model, tmp_path):
    with pytest.raises(ConfigError, match="notebook, keras, savedmodel, tflite, onnx"):
        export_model(model, tmp_path / "out", "pickle")
