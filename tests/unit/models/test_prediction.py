import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from expressiveness.data import CATEGORIES
from expressiveness.errors import OutputError
from expressiveness.faces import extract_faces
from expressiveness.models import Clip, frame_table, predict_videos, write_table
from expressiveness.parallel import Outcome
from tests.interviews import write_portrait_video
from tests.media import write_grey_ramp
from tests.random_model import random_model
from tests.unit.faces.test_face_table import table


@pytest.fixture(scope="module")
def model():
    return random_model("deviation")


def test_each_frame_with_a_face_has_three_probabilities_of_its_primary_face(model):
    predictions = model.predict(Clip(table(1, 0, 2, 1)))

    assert predictions.frame_number.tolist() == [1, 11, 16]
    assert predictions.probabilities.shape == (3, 3)
    assert np.allclose(predictions.probabilities.sum(axis=1), 1, atol=1e-5)
    assert predictions.frames_without_face == 1


def test_the_videos_category_and_score_come_from_the_mean_of_its_frames(model):
    predictions = model.predict(Clip(table(1, 1, 1, 1)))
    mean = predictions.probabilities.mean(axis=0)

    assert predictions.category == CATEGORIES[mean.argmax()]
    assert predictions.confidence == pytest.approx(mean.max(), abs=1e-6)
    assert predictions.score == pytest.approx(mean @ model.category_scores, abs=1e-6)


def test_a_video_without_a_face_has_no_category_rather_than_a_guess(model):
    predictions = model.predict(Clip(table(0, 0)))

    assert (predictions.category, predictions.score, predictions.confidence) == (None, None, None)
    assert predictions.frames_without_face == 2


def test_what_is_constant_in_a_clip_does_not_change_what_a_model_of_deviations_says(model):
    plain, brighter = table(1, 1, 1), table(1, 1, 1)
    plain.crop[:] = plain.crop // 2
    brighter.crop[:] = plain.crop + 40

    assert np.allclose(model.predict(Clip(plain)).probabilities, model.predict(Clip(brighter)).probabilities, atol=1e-5)


@pytest.mark.slow
def test_any_videos_are_predicted_and_one_that_cannot_be_read_is_named(model, tmp_path):
    clip = write_portrait_video(tmp_path / "clip.mp4")
    ramp = write_grey_ramp(tmp_path / "ramp.mp4")

    outcomes = {outcome.item.name: outcome for outcome in predict_videos(model, [clip, ramp, tmp_path / "gone.mp4"])}

    direct = model.predict(Clip(extract_faces(clip, model.extraction)))
    assert np.allclose(outcomes["clip.mp4"].value.probabilities, direct.probabilities, atol=1e-6)
    assert outcomes["ramp.mp4"].value.category is None
    assert "gone.mp4: no such file" in outcomes["gone.mp4"].error


def test_a_record_of_a_video_is_json_with_each_frames_box_and_probabilities(model, tmp_path):
    predictions = model.predict(Clip(table(1, 1)))

    record = json.loads(json.dumps(predictions.as_dict()))

    assert set(record) == {"category", "score", "confidence", "possible", "cut_short", "why", "frames"}
    assert record["frames"][1]["frame_number"] == 6
    assert record["frames"][1]["time"] == 0.5
    assert record["frames"][1]["box"] == pytest.approx([0.1, 0.2, 0.3, 0.4])
    assert sum(record["frames"][1]["probabilities"]) == pytest.approx(1, abs=1e-5)


@pytest.mark.slow
def test_a_script_is_told_nothing_of_the_machines_graphics_cards(model, tmp_path):
    judge = (
        "import sys, numpy; from expressiveness.models import load_model; network = load_model(sys.argv[1]).model;"
        "print(network.probabilities(numpy.zeros((1, 48, 48), numpy.uint8), numpy.zeros((48, 48), numpy.float32)))"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_CPP")}
    script = [sys.executable, "-c", judge, model.save(tmp_path / "model")]

    ran = subprocess.run(script, capture_output=True, text=True, env=environment, check=True)

    assert ran.stdout
    assert ran.stderr == ""


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".json"])
def test_a_table_of_all_frames_is_written_in_the_format_of_its_ending(model, tmp_path, ending):
    read = {".csv": pd.read_csv, ".parquet": pd.read_parquet, ".json": pd.read_json}[ending]
    frames = frame_table(
        [Outcome(tmp_path / "a.mp4", model.predict(Clip(table(1, 1, 1)))), Outcome(tmp_path, None, "gone")]
    )

    write_table(frames, tmp_path / f"t{ending}")

    written = read(tmp_path / f"t{ending}")
    assert list(written.columns) == list(frames.columns)
    assert np.allclose(written[CATEGORIES[0]], frames[CATEGORIES[0]], atol=1e-5)
    assert written["category"].tolist() == written[list(CATEGORIES)].idxmax(axis=1).tolist(), "each frame's own"


def test_a_table_of_an_unknown_kind_is_refused(model, tmp_path):
    with pytest.raises(OutputError, match=r"\.csv, \.parquet or \.json"):
        write_table(frame_table([]), tmp_path / "t.xlsx")


@pytest.mark.parametrize("name", ["=cmd()|x.mp4", "+1.mp4", "-1.mp4", "@sum.mp4"])
def test_a_csv_never_starts_a_formula(model, tmp_path, name):
    frames = frame_table([Outcome(Path(name), model.predict(Clip(table(1))))])

    write_table(frames, tmp_path / "t.csv")

    assert pd.read_csv(tmp_path / "t.csv")["file"][0] == f"'{name}"
