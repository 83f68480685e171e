"""Whatever an operator is given becomes what it takes, or ends in one sentence; and its help says what it takes."""

import inspect
import math
from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from expressiveness.errors import ParameterError
from fiftyone_plugin.forms import (
    Choices,
    Count,
    Folder,
    InterviewOperator,
    Listing,
    Number,
    Stated,
    Text,
    WholeNumber,
    checked,
    checked_value,
    parameters,
    parameters_of,
)
from fiftyone_plugin.operators import OPERATORS

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5)


@parameters
class Made:
    """One of each kind."""

    text: Text = Field("default", title="Text")
    choice: Annotated[Text, Choices({"a": "The first", "b": "The second"})] = Field("a", title="Choice")
    whole: Count = Field(7, title="Whole", description="As many as there are if not given")
    number: Number = Field(0.5, title="Number")
    share: Number | None = Field(None, ge=0, le=1, title="Share")
    agreed: bool = Field(default_factory=Stated("expressiveness.faces", "ExtractionConfig.align"), title="Agreed")
    folder: Folder | None = Field(None, title="Folder")
    names: list[str] | None = Field(None, title="Names")
    more: dict[str, object] | None = Field(None, title="More")


@parameters
class Demanding(Made):
    """With one that must be given, and the others."""

    wanted: WholeNumber = Field(title="Wanted")


KINDS = {
    "text": lambda it: isinstance(it, str) and it.isprintable(),
    "choice": lambda it: it in ("a", "b"),
    "whole": lambda it: type(it) is int and 1 <= it < 2**31,
    "number": lambda it: type(it) is float and math.isfinite(it),
    "share": lambda it: it is None or (type(it) is float and 0 <= it <= 1),
    "agreed": lambda it: type(it) is bool,
    "folder": lambda it: it is None or "\0" not in str(it),
    "names": lambda it: it is None or all(isinstance(one, str) for one in it),
    "more": lambda it: it is None or all(isinstance(one, str) for one in it),
}


@pytest.mark.slow
@given(ANYTHING | st.builds(lambda path: {"absolute_path": path}, ANYTHING))
def test_any_value_becomes_of_the_kind_that_is_asked_for_or_is_refused(value):
    for name, is_kind in KINDS.items():
        try:
            read = getattr(checked(Made, {name: value}), name)
        except ParameterError as error:
            refusal = str(error)
            assert refusal.startswith(f"{name} is ") and "\n" not in refusal  # noqa: PT018  # both ends are right
            with pytest.raises(ParameterError):
                checked_value(Demanding, name, value)
        else:
            assert is_kind(read)
            alone = checked_value(Demanding, name, value)
            assert alone is None or (alone == read and type(alone) is type(read))


@pytest.mark.parametrize(("value", "read"), [(5.0, 5), (None, 7), ("", 7), (3, 3)])
def test_a_whole_number_may_be_written_as_javascript_does(value, read):
    assert checked(Made, {"whole": value}).whole == read


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"whole": 0.5}, "whole is 0.5: give a whole number from 1 to 2,147,483,647"),
        ({"whole": True}, "whole is True: give a whole number from 1 to 2,147,483,647"),
        ({"share": 2}, "share is 2: give a number from 0 to 1"),
        ({"number": math.nan}, "number is nan: give a number"),
        ({"choice": "x" * 10_000}, f"choice is '{'x' * 59}...: choose from a, b"),
        ({"text": "a\0b"}, r"text is 'a\x00b': give a text, without control characters"),
        ({"agreed": 1}, "agreed is 1: give true or false"),
        ({"folder": {"absolute_path": 5}}, "folder is 5: give the path of a folder"),
        ({"names": "ann"}, "names is 'ann': give a list"),
        ({"more": 3}, "more is 3: give names and their values"),
    ],
    ids=str,
)
def test_an_error_names_the_parameter_the_value_and_what_would_do(given, sentence):
    with pytest.raises(ParameterError) as raised:
        checked(Made, given)
    assert str(raised.value) == sentence


def test_what_is_wrong_is_said_before_what_is_missing():
    with pytest.raises(ParameterError, match=r"^share is 2: "):
        checked(Demanding, {"share": 2})
    with pytest.raises(ParameterError, match=r"^wanted is missing: give a whole number from 0 to 2,147,483,647$"):
        checked(Demanding, {})


def test_what_an_operator_does_not_know_is_passed_over_where_a_form_sends_it():
    read = checked(Made, {"view_target": "DATASET", "folder": {"absolute_path": "/x"}})

    assert read == Made(folder=Path("/x"))
    with pytest.raises(FrozenInstanceError):
        read.text = "other"


def test_a_default_is_read_where_it_is_stated_when_it_is_needed():
    from expressiveness.faces import ExtractionConfig

    nowhere = Stated("no_such_package", "THING")

    assert Made().agreed == ExtractionConfig().align
    assert repr(nowhere) == "THING"
    assert repr(Choices(nowhere)) == "str"


class Demand(InterviewOperator[Demanding]):
    """Demand something."""

    listing = Listing("demand", "Demand", "Demand something", "star")


def test_help_and_completion_show_names_kinds_defaults_and_meanings():
    signature = inspect.signature(Demand())

    assert [str(one) for one in signature.parameters.values()][1:] == [
        "wanted: int",
        "text: str = 'default'",
        "choice: 'a' | 'b' = 'a'",
        "whole: int = 7",
        "number: float = 0.5",
        "share: float | None = None",
        "agreed: bool = False",
        "folder: pathlib.Path | None = None",
        "names: list | None = None",
        "more: dict | None = None",
        "delegate: bool = False",
    ]
    assert inspect.getdoc(Demand.__call__).startswith(
        "Demand something.\n\n"
        "Args:\n"
        "    samples: A dataset of interviews, or a view of one\n"
        "    wanted: Wanted\n"
        "    text: Text\n"
        "    choice: Choice\n"
        "    whole: Whole (as many as there are if not given)\n"
    )


@pytest.mark.parametrize(
    ("named", "error", "sentence"),
    [
        (
            {"hole": 3},
            TypeError,
            r"^demand has no parameter hole; did you mean whole\? It takes samples, wanted, text, ",
        ),
        ({"cinema": 3}, TypeError, "^demand has no parameter cinema; it takes samples, wanted, text, "),
        ({}, TypeError, "missing a required argument: 'wanted'"),
        ({"wanted": None}, ParameterError, "^wanted is missing: give a whole number"),
        ({"wanted": 1, "whole": 0}, ParameterError, "^whole is 0: give a whole number from 1"),
    ],
)
def test_a_wrong_call_is_refused_before_anything_runs(named, error, sentence):
    with pytest.raises(error, match=sentence):
        Demand()(None, **named)


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.__name__)
def test_every_parameter_of_an_operator_says_what_it_is_and_its_default_would_do(operator):
    required = {one.name: one for one in parameters_of(operator.parameters).values() if one.default is inspect._empty}
    anything = {list: [], str: "x"}
    given = {
        name: next(iter(one.choices.labels())) if one.choices else anything.get(one.kind, "x")
        for name, one in required.items()
    }

    read = checked(operator.parameters, given)

    for one in parameters_of(operator.parameters).values():
        assert one.title != one.name
        assert one.remedy
        if one.choices and one.name not in given and not one.optional:
            assert getattr(read, one.name) in one.choices.labels()
    assert len(fields(operator.parameters)) == len(parameters_of(operator.parameters))
