"""The operators, one per file; every operator defined here is registered."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from ..forms import InterviewOperator


def _defined_in(name: str) -> list[type[InterviewOperator[Any]]]:
    module = import_module(f".{name}", __name__)
    kinds = [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, InterviewOperator)]
    return [kind for kind in kinds if kind.__module__ == module.__name__]


OPERATORS = tuple(operator for module in iter_modules(__path__) for operator in _defined_in(module.name))
"""The operators in a module."""
