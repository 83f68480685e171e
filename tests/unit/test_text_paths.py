"""A path may be text wherever a person who uses the library gives one."""

import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

from expressiveness.data import Curation, Interview
from expressiveness.models import load_model
from tests.random_model import random_model

PACKAGES = [
    "data",
    "evaluation",
    "faces",
    "live",
    "models",
    "movement",
    "parallel",
    "reports",
    "samples",
    "store",
    "video",
]


@pytest.mark.slow  # loads everything
@pytest.mark.parametrize("package", FOLDERS)
def test_no_public_function_takes_a_path_alone(package):
    """Where it makes something, a path of which is given: a parameter is a `Path | str`."""
    house = import_module(f"expressiveness.{package}")
    alone = re.compile(r"(?<!\| )\bPath\b(?! \|)")
    makers = {name: getattr(house, name) for name in house.__all__ if callable(getattr(house, name))}

    strict = {
        f"{name}({parameter.name})"
        for name, thing in makers.items()
        for parameter in _parameters(thing)
        if alone.search(str(parameter.annotation))
    }

    assert strict == set()


def _parameters(thing):
    records = hasattr(thing, "__dataclass_fields__") and not hasattr(thing, "prepare")  # made by us, not by users
    kinds = (
        records
        or getattr(thing, "_is_protocol", False)
        or (not inspect.isroutine(thing) and not isinstance(thing, type))
    )
    return [] if kinds else inspect.signature(thing).parameters.values()


@pytest.mark.slow
def test_decisions_and_models_are_saved_to_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    Curation().save("c.json")
    random_model().save("m")

    assert Interview("1", "videos/1.mp4", "A", {}).video == Path("videos/1.mp4")
    assert Curation.load("c.json") == Curation()
    assert load_model("m").category_scores == (-0.9, 0.0, 0.9)
