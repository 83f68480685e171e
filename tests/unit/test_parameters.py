"""Whatever an operator is given becomes what it takes, or ends in one sentence."""

import math

import pytest
from fiftyone.operators.executor import ExecutionContext
from hypothesis import given
from hypothesis import strategies as st

from expressiveness.errors import ParameterError
from fiftyone_plugin.forms import folder_chosen, number, one_of, text, whole_number, yes_or_no

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5)


def given_as(value):
    return ExecutionContext({"params": {"it": value}})


@given(ANYTHING | st.builds(lambda path: {"absolute_path": path}, ANYTHING))
def test_any_value_becomes_of_the_kind_that_is_asked_for_or_is_refused(value):
    kinds = {
        lambda: text(given_as(value), "it", "default"): lambda it: isinstance(it, str) and it.isprintable(),
        lambda: one_of(given_as(value), "it", ("a", "b"), "a"): lambda it: it in ("a", "b"),
        lambda: whole_number(given_as(value), "it", 5, least=1): lambda it: type(it) is int and 1 <= it < 2**31,
        lambda: number(given_as(value), "it", 0.5): lambda it: type(it) is float and math.isfinite(it),
        lambda: yes_or_no(given_as(value), "it", True): lambda it: type(it) is bool,
        lambda: folder_chosen(given_as(value), "it"): lambda it: it is None or "\0" not in str(it),
    }
    for read, is_kind in kinds.items():
        try:
            assert is_kind(read())
        except ParameterError as error:
            refusal = str(error)
            assert refusal.startswith("it is ") and "\n" not in refusal  # noqa: PT018  # both ends are right


@pytest.mark.parametrize(("value", "read"), [(5.0, 5), (None, 7), (3, 3)])
def test_a_whole_number_may_be_written_as_javascript_does(value, read):
    assert whole_number(given_as(value), "it", 7) == read


def test_an_error_names_the_parameter_the_value_and_what_would_do():
    with pytest.raises(ParameterError, match=r"^seed is 0\.5: give a whole number from 0 to 2,147,483,647$"):
        whole_number(ExecutionContext({"params": {"seed": 0.5}}), "seed", 0)
    with pytest.raises(ParameterError, match=r"^it is 'x{59}\.\.\.: choose from a, b$"):
        one_of(given_as("x" * 10_000), "it", ("a", "b"), "a")
