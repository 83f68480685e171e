"""The guide's example takes a study from its table to ELAN, and its commands are those there are."""

import re
import shlex

import numpy as np
import pytest
import typer
from pympi.Elan import Eaf

from expressiveness.cli import app
from expressiveness.data import CATEGORIES, read_interviews
from expressiveness.faces import FaceStore
from expressiveness.movement import MovementStore
from tests.conftest import REPOSITORY
from tests.media import write_grey_ramp
from tests.movements import acted
from tests.unit.faces.test_face_table import table

GUIDE = (REPOSITORY / "docs/guides/other-tools.md").read_text()
CLIPS = 32


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture
def study(tmp_path, monkeypatch):
    """A table and 32 videos of 8 people in STUDY, and in `faces` what would have been found in them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "STUDY").mkdir()
    amplitudes = np.random.default_rng(0).permutation(np.linspace(0.05, 1, CLIPS))
    rows = [f"{n}.mp4,P{n % 8},{1 + 6 * amplitude:.1f}" for n, amplitude in enumerate(amplitudes)]
    (tmp_path / "STUDY/ratings.csv").write_text("\n".join(["file,subject,rating", *rows]))
    for n in range(CLIPS):
        write_grey_ramp(tmp_path / f"STUDY/{n}.mp4", frames=10 + n)
    store = FaceStore("faces")
    store.write_config()
    for number, one in enumerate(read_interviews("STUDY")):
        store.save(one, table(*[1] * 6))
        MovementStore.beside(store).save(one, acted(amplitudes[number], seed=number))
    return tmp_path / "STUDY"


@pytest.mark.slow
def test_a_study_goes_from_its_table_to_elan(study, tmp_path):
    example, _ = blocks("python")
    names = {}
    exec(example, names)

    assert names["written"].videos == CLIPS
    for one in names["study"]:
        document = Eaf(str(tmp_path / f"elan/{one.id}.eaf"))
        [(start, end, truth)] = document.get_annotation_data_for_tier("truth, whole video")
        assert truth == names["study"].rule.category(one.scores)
        assert {said for *_, said in document.get_annotation_data_for_tier("prediction")} <= set(CATEGORIES)
        assert (start, end) == (0, 1000 + 100 * int(one.id))


def test_every_command_of_the_guide_exists_with_its_options():
    command = typer.main.get_command(app)
    commands = [shlex.split(line) for block in blocks("bash") for line in block.splitlines()]
    assert len(commands) == 9

    for program, name, *arguments in commands:
        assert program == "expressiveness"
        options = {option for parameter in command.commands[name].params for option in parameter.opts}
        assert {one for one in arguments if one.startswith("--")} <= options, name
