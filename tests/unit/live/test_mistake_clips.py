"""Clips of mistakes show the moments that are wrong, with what was said and true, and nobody's face if so wished."""

import json

import numpy as np
import pytest

from expressiveness.cli import main
from expressiveness.data import read_interviews
from expressiveness.errors import TrainingError
from expressiveness.faces import FaceStore, extract_interviews
from expressiveness.live import write_mistake_clips
from expressiveness.models import predict_interviews
from expressiveness.video import frame_times, probe, read_frames
from tests.interviews import write_portrait_video
from tests.random_model import random_model


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Three videos of a portrait with their faces; a model of random weights says the same of each."""
    folder = tmp_path_factory.mktemp("clips")
    for name in "abc":
        write_portrait_video(folder / "in" / f"{name}.mp4", frames=20 + ord(name) - ord("a"))
    (folder / "in/t.csv").write_text("video,person,facial_expression\na.mp4,1,-1\nb.mp4,2,0\nc.mp4,3,1\n")
    store = FaceStore(folder / "faces", random_model().extraction)
    assert not extract_interviews(read_interviews(folder / "in"), store, workers=1).failures
    return folder


def test_each_wrong_video_has_a_clip_that_plays_and_is_drawn_on(study, tmp_path, capsys):
    model, out = random_model().save(tmp_path / "model"), tmp_path / "out"
    given = [model, study / "in", "--faces", study / "faces", "--everyone"]

    assert main([*map(str, ("clips", *given)), "--out", str(out), "--json", str(tmp_path / "clips.json")]) == 0

    told = json.loads((tmp_path / "clips.json").read_text())
    assert (told["wrong"], told["judged"]) == (2, 3)
    assert {one["true"] for one in told["clips"]}.isdisjoint({one["predicted"] for one in told["clips"]})
    for one in told["clips"]:
        source = study / "in" / f"{one['interview']}.mp4"
        assert probe(out / one["file"]).suits_the_app
        assert len(frame_times(out / one["file"])) == len(frame_times(source)), "all of its frames are wrong"
        drawn, plain = next(read_frames(out / one["file"])).rgb, next(read_frames(source)).rgb
        assert drawn.shape == plain.shape
        assert np.abs(drawn.astype(int) - plain).max() > 100
    assert "2 of 3 videos wrong" in capsys.readouterr().out


def test_faces_are_made_unrecognisable(study, tmp_path):
    interviews, store = read_interviews(study / "in"), FaceStore(study / "faces", random_model().extraction)

    shown = write_mistake_clips(random_model(), interviews, store, tmp_path / "shown", limit=1)
    hidden = write_mistake_clips(random_model(), interviews, store, tmp_path / "hidden", limit=1, blur_faces=True)

    [clip] = shown.clips
    x, y, width, height = store.load(interviews[clip.interview]).primary().box[0]
    details = []
    for folder, told in ((tmp_path / "shown", shown), (tmp_path / "hidden", hidden)):
        rgb = next(read_frames(folder / told.clips[0].file)).rgb
        side = rgb.shape[0]
        middle = rgb[
            int((y + 0.3 * height) * side) : int((y + 0.7 * height) * side), int(x * side) : int((x + width) * side)
        ]
        inside = middle[:, 8:-8].mean(axis=2)
        details.append(np.abs(np.diff(inside, axis=1)).mean())
    assert details[1] < details[0] / 2


def test_where_nothing_is_wrong_there_is_nothing_to_show(study, tmp_path):
    store, interviews = FaceStore(study / "faces", random_model().extraction), read_interviews(study / "in")
    said = {one.item.id: one.value.category for one in predict_interviews(random_model(), interviews, store)}
    right = [one for one in interviews if said[one.id] == interviews.rule_for(low=-0.3, high=0.3).category(one.scores)]

    with pytest.raises(TrainingError, match="none of 1 videos is judged wrongly"):
        write_mistake_clips(random_model(), right, store, tmp_path / "out")
    assert not (tmp_path / "out").exists()
