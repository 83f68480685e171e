"""A path may be text wherever a person who uses the library gives one."""

import inspect
import re
from importlib import import_module
from pathlib import Path
from typing import get_origin

import pytest

from expressiveness.data import Curation, Interview
from expressiveness.models import load_model
from tests.conftest import REPOSITORY
from tests.random_model import random_model

FOLDERS = sorted(stub.parent.name for stub in (REPOSITORY / "expressiveness").glob("[!_]*/__init__.pyi"))


@pytest.mark.slow  # loads everything
@pytest.mark.parametrize("folder", FOLDERS)
def test_no_public_function_takes_a_path_alone(folder):
    """Where it makes something, a path of which is given: a parameter is a `Path | str`."""
    house = import_module(f"expressiveness.{folder}")
    alone = re.compile(r"(?<!\| )(?<!Outcome\[)\bPath\b(?! \|)")  # what a video came to holds its path

    strict = {
        f"{name}({parameter.name})"
        for name in house.__all__
        for parameter in _parameters(getattr(house, name))
        if alone.search(str(parameter.annotation))
    }

    assert strict == set()


def _parameters(thing):
    """Of a function, or of a class that people make; records are made by us, but for stores."""
    record = hasattr(thing, "__dataclass_fields__") and not hasattr(thing, "prepare")
    made = inspect.isclass(thing) and get_origin(thing) is None and not record
    return inspect.signature(thing).parameters.values() if made or inspect.isfunction(thing) else ()


@pytest.mark.slow
def test_decisions_and_models_are_saved_to_it_and_an_interviews_video_is_made_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    Curation().save("c.json")
    random_model().save("m")

    assert Interview("1", "videos/1.mp4", "A", {}).video == Path("videos/1.mp4")
    assert Curation.load("c.json") == Curation()
    assert load_model("m").category_scores == (-0.9, 0.0, 0.9)
