"""Values that no file of ours can hold are refused where they are read, with file and field, and not computed with."""

import json
from dataclasses import replace

import h5py
import numpy as np
import pytest

from expressiveness.data import Curation, FaceDecision, InterviewDecision, Split, Thresholds, read_interviews
from expressiveness.errors import (
    ConfigError,
    ExpressivenessError,
    InterviewError,
    ModelError,
    StoreError,
    TrainingError,
)
from expressiveness.faces import FaceTable, load_faces, save_faces
from expressiveness.models import RECORD, TrainingConfig, load_model
from expressiveness.models.by_movement.calibration import Calibration
from expressiveness.models.by_movement.fitted_movement import EXPRESSIONS, FittedMovement
from expressiveness.models.cnn.cnn_model import WEIGHTS
from expressiveness.video import Sampling
from tests.face_tables import face_table
from tests.fuzz.readers import records
from tests.interviews import row, write_metadata
from tests.movements import drawn, movement
from tests.random_model import random_model

ONE_VALUE = Calibration(1.0, (0.0, 1.0), (0.0,), (0.0,))
NAN, INF = float("nan"), float("inf")


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    return random_model().save(tmp_path_factory.mktemp("values") / "model")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("category_scores", [0.0, NAN, 1.0]),
        ("category_scores", [0.0, INF, 1.0]),
        ("category_scores", "123"),
        ("category_scores", ["1", "2", "3"]),
        ("category_scores", [1.0, 2.0]),
        ("thresholds", {"low": NAN, "high": 0.3}),
        ("thresholds", {"low": 0.3, "high": -0.3}),
        ("thresholds", {"low": "0.1", "high": 0.3}),
        ("split", {"train": ["1"], "validation": [], "test": ["1"]}),
        ("split", {"train": "12", "validation": [], "test": []}),
        ("split", {"train": [1], "validation": [], "test": []}),
        ("history", {"loss": ["low", "lower"]}),
        ("history", [1, 2]),
        ("created", 7),
        ("versions", {"python": 3}),
        ("epochs", 2.5),
        ("test_share", NAN),
        ("learning_rate", "fast"),
        ("seed", True),
        ("every", INF),
        ("confidence", NAN),
    ],
)
def test_a_record_with_such_a_value_is_refused_with_the_file_and_the_field(saved, tmp_path, field, value):
    record = json.loads((saved / RECORD).read_text())
    config, extraction = record["config"], record["extraction"]
    parts = (record, config, config["options"], extraction, extraction["sampling"])
    holder = next(part for part in parts if field in part)
    holder[field] = value
    (tmp_path / RECORD).write_text(json.dumps(record))
    (tmp_path / WEIGHTS).write_bytes((saved / WEIGHTS).read_bytes())

    with pytest.raises(ModelError) as caught:
        load_model(tmp_path)

    assert str(tmp_path / RECORD) in str(caught.value)
    assert field in str(caught.value) or (field, value) in [("every", INF)]
    assert "\n" not in str(caught.value)


def test_a_loss_that_became_infinite_is_read(saved, tmp_path):
    model = replace(random_model(), history={"loss": [1.0, INF, NAN]})

    assert load_model(model.save(tmp_path / "model")).history["loss"][:2] == [1.0, INF]


@pytest.mark.parametrize("number", [NAN, INF])
def test_weights_that_are_no_numbers_are_refused(saved, tmp_path, number):
    (tmp_path / RECORD).write_bytes((saved / RECORD).read_bytes())
    (tmp_path / WEIGHTS).write_bytes((saved / WEIGHTS).read_bytes())
    with h5py.File(tmp_path / WEIGHTS, "r+") as file:
        arrays = []
        file.visititems(lambda _, item: arrays.append(item) if isinstance(item, h5py.Dataset) and item.size else None)
        arrays[0][...] = number

    with pytest.raises(ModelError, match=r"network\.weights\.h5: .* holds NaN or infinity"):
        load_model(tmp_path)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (["weights"], [NAN] * len(EXPRESSIONS)),
        (["weights"], "1" * len(EXPRESSIONS)),
        (["units"], [0.0, 1.0, 1.0]),
        (["units"], "123"),
        (["slopes"], [-1.0, 1.0, 1.0]),
        (["intercept"], NAN),
        (["calibration", "steepness"], 0.0),
        (["calibration", "cuts"], [1.0, -1.0]),
        (["calibration", "cuts"], "12"),
        (["calibration", "values"], [1.0, NAN]),
        (["calibration", "scores"], [INF, 1.0]),
    ],
)
def test_a_model_of_movement_with_such_a_value_is_refused(tmp_path, place, value):
    record = json.loads(records()[1])
    holder = record["movement"]
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    (tmp_path / RECORD).write_text(json.dumps(record))

    with pytest.raises(ModelError, match=r"the numbers of .* are damaged"):
        load_model(tmp_path)


def faces_with(column, values):
    """A table of two faces on two frames, but for one column."""
    good = face_table((1, 0), (6, 0), looked_at=(1, 6))
    return {**{name: getattr(good, name) for name in FaceTable.__dataclass_fields__}, column: np.asarray(values)}


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("box", np.full((2, 4), np.nan, np.float32)),
        ("box", np.full((2, 4), np.inf, np.float32)),
        ("score", np.array([0.5, np.nan], np.float32)),
        ("keypoints", np.full((2, 6, 2), np.inf, np.float32)),
        ("frame_number", np.array([-1, 6], np.int32)),
        ("frame_number", np.array([0, 6], np.int32)),
        ("frame_number", np.array([6, 1], np.int32)),
        ("frame_number", np.array([1, 1], np.int32)),  # twice the primary face
        ("frame_number", np.array([1, 7], np.int32)),  # nobody looked at the seventh
        ("face_index", np.array([0, -1], np.int32)),
        ("sampled_number", np.array([1, 1], np.int32)),
        ("sampled_number", np.array([6, 1], np.int32)),
        ("seconds", np.array([0.5, 0.0])),
        ("seconds", np.array([-0.5, 0.0])),
        ("seconds", np.array([0.0, np.nan])),
        ("sampled_seconds", np.array([0.0, np.inf])),
        ("sampled_seconds", np.array([1.0, 0.5])),
    ],
)
def test_a_table_of_faces_with_such_a_value_is_neither_made_nor_read(tmp_path, column, values):
    columns = faces_with(column, values)
    with pytest.raises(ConfigError, match=column if column != "frame_number" else "face"):
        FaceTable(**columns)

    np.savez(tmp_path / "a.npz", format=np.int64(1), **columns)
    with pytest.raises(StoreError, match=r"a\.npz is damaged .*faces: "):
        load_faces(tmp_path / "a.npz")


def test_a_table_of_faces_as_they_are_found_is_made_and_read(tmp_path):
    table = face_table((1, 0), (1, 1), (6, 0), looked_at=(1, 6, 11))
    save_faces(table, tmp_path / "a.npz")

    assert load_faces(tmp_path / "a.npz").frame_number.tolist() == [1, 1, 6]


@pytest.mark.parametrize("column", ["blendshapes", "landmarks", "rotation", "size", "seconds"])
def test_movement_with_numbers_that_are_none_is_refused(column):
    good = movement(drawn())
    values = getattr(good, column).copy()
    values[-1] = np.nan

    with pytest.raises(ConfigError, match=f"movement: {column}"):
        replace(good, **{column: values})


@pytest.mark.parametrize(
    "make",
    [
        lambda: Thresholds(NAN, 0.3),
        lambda: Thresholds(0.3, 0.3),
        lambda: Split(train=("1",), validation=("1",), test=()),
        lambda: Sampling(rate=INF),
        lambda: Sampling(rate=NAN),
        lambda: TrainingConfig(model="notebook_cnn", options={"epochs": 0}),
        lambda: TrainingConfig(model="notebook_cnn", options={"learning_rate": NAN}),
        lambda: TrainingConfig(test_share=1.0),
        lambda: TrainingConfig(seed=-1),
        lambda: Calibration(NAN, (0.0, 1.0), (0.0,), (0.0,)),
        lambda: FittedMovement(
            (1.0,) * len(EXPRESSIONS),
            (1.0, 1.0, 1.0, NAN),
            (1.0,) * 4,
            0.0,
            Calibration(1.0, (0.0, 1.0), (0.0,), (0.0,)),
        ),
        lambda: FaceDecision("0001", 0),
        lambda: FaceDecision("0001", 1.5),
        lambda: FaceDecision("0001", True),
        lambda: FaceDecision(1, 1),
        lambda: InterviewDecision("0001", excluded="no"),
        lambda: InterviewDecision("0001", decided_at=7),
    ],
)
def test_a_record_of_ours_cannot_be_made_with_such_a_value(make):
    with pytest.raises((ConfigError, InterviewError, ModelError, TrainingError)):
        make()


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"faces": ' + b"[" * 100_000,
        b'{"faces": [{"interview": "1", "frame_number": NaN}], "interviews": []}',
        b'{"faces": [{"interview": "1", "frame_number": -4}], "interviews": []}',
        b'{"faces": [], "interviews": [{"interview": "1", "excluded": "yes"}]}',
        b'{"faces": 1, "interviews": []}',
        b"\xff\xfe",
    ],
)
def test_decisions_that_hold_something_else_are_refused_in_a_sentence(tmp_path, content):
    (tmp_path / "decisions.json").write_bytes(content)

    with pytest.raises(ExpressivenessError) as caught:
        Curation.load(tmp_path / "decisions.json")

    assert str(tmp_path / "decisions.json") in str(caught.value)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": "0001",', "Invalid JSON: EOF while parsing a value at column 14"),
        (b'{"id": "0001" "a"}', "Invalid JSON: expected `,` or `}` at column 15"),
        (json.dumps(row(9, openness=NAN)).encode(), "openness: Input should be a finite number"),
        (json.dumps(row(9)).replace('"openness": 0.0', '"openness": 1e999').encode(), "openness: Input should be a f"),
        (json.dumps(row(9)).replace('"openness": 0.0', '"openness": -Infinity').encode(), "openness: Input should be "),
    ],
)
@pytest.mark.parametrize("ending", [b"", b"\r"])
def test_a_bad_row_is_named_by_the_files_own_line_and_its_column(tmp_path, line, reason, ending):
    write_metadata(tmp_path, *map(row, range(1, 13)), line + ending, row(20))

    (bad,) = read_interviews(tmp_path).bad_rows

    assert str(bad).startswith("line 13")
    assert reason in str(bad)
    assert str(bad).count("line") == 1
