"""Whatever a user keeps where results go survives every command, which names it and exits with 1.

The folder that a command writes is made once, copied for each example as a user might copy it, and files of many kinds
are planted in it. Operators have the same test in `integration/test_overwriting.py`.
"""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import redirect_stderr
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expressiveness.cli import main
from expressiveness.errors import ExpressivenessError
from expressiveness.faces import ExtractionConfig, FaceStore
from expressiveness.samples import render_sample_interviews
from tests.face_tables import grey_faces
from tests.interviews import interview, row, write_metadata, write_portrait_video
from tests.planted import NAMES, contents, plant, planted_trees
from tests.random_model import random_model

SAMPLE = {"participants": 1, "clips_per_participant": 1, "seconds": 0.5, "fps": 6, "size": (96, 96), "workers": 1}


def command(*arguments: object) -> None:
    """Run a command; what it says in failing is raised."""
    said = StringIO()
    with redirect_stderr(said):
        code = main([str(argument) for argument in arguments])
    if code:
        raise ExpressivenessError(f"exit {code}: {said.getvalue()}")


@dataclass(frozen=True)
class Inputs:
    """What the commands work on."""

    interviews: Path
    model: Path
    store: Path


FOLDERS: dict[str, Callable[[Inputs, Path], object]] = {
    "save a model": lambda inputs, out: random_model().save(out),
    "train": lambda inputs, out: command("train", inputs.interviews, "--faces", inputs.store, "--out", out),
    "export-model": lambda inputs, out: command("export-model", inputs.model, out, "--format", "keras"),
    "inspect": lambda inputs, out: command("inspect", inputs.interviews, "--out", out, "--format", "png"),
    "reencode": lambda inputs, out: command("reencode", inputs.interviews, "--out", out, "--workers", "1"),
    "sample interviews": lambda inputs, out: render_sample_interviews(out, **SAMPLE),
    "other sample interviews": lambda inputs, out: render_sample_interviews(out, **{**SAMPLE, "seconds": 1.0}),
}
"""What writes a folder."""

MADE_BY = {"train": "save a model", "other sample interviews": "sample interviews"}
"""What makes the folder that is there, where it is not the same: training takes too long for a test of a second."""

GROWING = ("reencode", "sample interviews", "other sample interviews")
"""They replace nothing, and so let empty folders be."""

FILES: dict[str, list[str]] = {
    "extract": ["x", "--out", "y", "--json"],
    "inspect": ["x", "--json"],
    "train": ["x", "--faces", "x", "--out", "y", "--json"],
    "evaluate": ["x", "x", "--faces", "x", "--json"],
    "evaluate --html": ["x", "x", "--faces", "x", "--html"],
    "benchmark": ["x", "--faces", "x", "--json"],
    "benchmark --html": ["x", "--faces", "x", "--html"],
    "predict": ["x", "x", "--json"],
    "predict --html": ["x", "x", "--html"],
    "predict --table": ["x", "x", "--table"],
    "live": ["x", "--json"],
    "live --output": ["x", "--output"],
    "demo": ["--json"],
    "forget": ["x", "--faces", "x", "--json"],
}
"""What writes a file, whose name comes last. The inputs are not there: it must be refused before they are read."""

ENDINGS = {"predict --table": ".csv", "live --output": ".mp4"}


@pytest.fixture(scope="module")
def inputs(tmp_path_factory) -> Inputs:
    folder = tmp_path_factory.mktemp("inputs")
    interviews = write_metadata(folder / "interviews", row(1, user_no="1"))
    video = write_portrait_video(interviews / "videos" / "vid_0001.mp4", frames=3)
    store = FaceStore(folder / "store", ExtractionConfig())
    store.write_config()
    store.save(interview(video=video), grey_faces(100, frames=(1, 2)))
    return Inputs(interviews, random_model().save(folder / "model"), folder / "store")


@pytest.fixture(scope="module")
def earlier(inputs, tmp_path_factory) -> dict[str, Path]:
    """What each command has written before, by its name."""
    folder = tmp_path_factory.mktemp("earlier")
    made = {name: folder / name.replace(" ", "-") for name in FOLDERS if name not in MADE_BY}
    for name, out in made.items():
        FOLDERS[name](inputs, out)
    return {name: made[MADE_BY.get(name, name)] for name in FOLDERS}


@pytest.mark.slow
@settings(max_examples=60)
@given(st.sampled_from(list(FOLDERS)), planted_trees, st.booleans())
def test_what_is_planted_in_an_output_folder_survives_every_command(inputs, earlier, name, tree, into_an_empty_one):
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "out"
        if into_an_empty_one:
            out.mkdir()
        else:
            shutil.copytree(earlier[name], out)
        planted = plant(out, tree)
        before = contents(Path(place))

        if name in GROWING and not any(kind != "folder" for kind, _ in tree.values()):
            return  # nothing that could be lost
        with pytest.raises(ExpressivenessError) as refused:
            FOLDERS[name](inputs, out)

        assert contents(Path(place)) == before
        assert any(Path(path).name in str(refused.value) for path in planted)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in FOLDERS if name != "train"])
def test_what_is_planted_beside_an_output_folder_survives_it(inputs, earlier, name, tmp_path):
    shutil.copytree(earlier[name], tmp_path / "out")
    for number, planted in enumerate(NAMES):
        plant(tmp_path / "beside", {planted: ("file", bytes([number]))})
        (tmp_path / f".out{number}.unfinished").write_text("mine")
        (tmp_path / f"out{number}").mkdir()
    before = {path: content for path, content in contents(tmp_path).items() if not path.startswith("out/")}

    FOLDERS[name](inputs, tmp_path / "out")

    assert {path: content for path, content in contents(tmp_path).items() if not path.startswith("out/")} == before


@given(st.sampled_from(list(FILES)), st.sampled_from(["out", "model.json", ".hidden"]), st.binary(max_size=50))
def test_a_file_that_is_there_survives_every_command_and_is_refused_before_anything_is_read(name, stem, content):
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / f"{stem}{ENDINGS.get(name, '')}"
        file.write_bytes(content)

        with pytest.raises(ExpressivenessError, match=r"exit 1: .* exists; choose another name"):
            command(name.split()[0], *FILES[name], file)

        assert contents(Path(place)) == {file.name: content}


@pytest.mark.slow
def test_what_is_planted_in_a_face_store_survives_an_extraction(inputs, tmp_path):
    shutil.copytree(inputs.store, tmp_path / "store")
    digest = next(path.name for path in (tmp_path / "store").iterdir())
    tree = {f"{folder}{name}": ("file", b"mine") for folder in ("", f"{digest}/") for name in NAMES}
    tree |= {".notes.unfinished": ("file", b"mine"), f"{digest}/.notes.unfinished": ("file", b"mine")}
    plant(tmp_path / "store", tree)

    command("extract", inputs.interviews, "--out", tmp_path / "store", "--workers", "1")

    after = contents(tmp_path / "store")
    assert {name: after[name] for name in tree} == {name: content for name, (_, content) in tree.items()}
