"""Settings as frozen records, checked when they are created: pydantic dataclasses that raise our own errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast

from pydantic import ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass
from typing_extensions import dataclass_transform

from expressiveness.errors import ConfigError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Record = TypeVar("Record")

Seed = Annotated[int, Field(ge=0, lt=2**32)]
"""A random seed, in the range that NumPy accepts."""

# Strict, without conversions: the same settings must always have the same name on disk.
_RULES = ConfigDict(strict=True, allow_inf_nan=False, extra="forbid")


@dataclass_transform(frozen_default=True)
def settings(kind: type[Record]) -> type[Record]:
    """Make a class a frozen dataclass whose fields are checked against their types; pydantic's `Field` adds bounds.

    An invalid value raises a `ConfigError` that names the class and the field.
    """
    record: Any = dataclass(frozen=True, slots=True, config=_RULES)(kind)
    record.__init__ = _with_our_error(record.__init__)
    return cast("type[Record]", record)


def only_what_was_chosen(record: DataclassInstance, **usual: Any) -> str:
    """A short repr with only the fields that differ from their defaults, as in "Sampling(every=5)".

    Args:
        record: a dataclass.
        usual: defaults by field, where the class does not declare them.
    """
    chosen = []
    for field in fields(record):
        value = getattr(record, field.name)
        default = field.default_factory() if field.default_factory is not MISSING else field.default
        if value != usual.get(field.name, default):
            chosen.append(f"{field.name}={value!r}")
    return f"{type(record).__name__}({', '.join(chosen)})"


def _with_our_error(make: Callable[..., None]) -> Callable[..., None]:
    @wraps(make)
    def make_or_say_why_not(record: Any, *values: Any, **named: Any) -> None:
        try:
            make(record, *values, **named)
        except ValidationError as error:
            raise _own_error(error) or ConfigError(_sentence(type(record), error)) from error

    return make_or_say_why_not


def _own_error(error: ValidationError) -> ConfigError | None:
    """The ConfigError that a record's own `__post_init__` raised, which pydantic wraps; None for other errors."""
    causes = (fault.get("ctx", {}).get("error") for fault in error.errors(include_url=False))
    return next((cause for cause in causes if isinstance(cause, ConfigError)), None)


def _sentence(kind: type, error: ValidationError) -> str:
    """Pydantic's message for each field, as in "Sampling: every is 0; input should be greater than 0"."""
    clauses: dict[str, str] = {}
    for fault in error.errors(include_url=False):
        # A positional argument is reported by its index; a union field has an error for each of its types.
        place = fault["loc"][0]
        name = str(place) if isinstance(place, str) else _name(kind, place)
        clauses.setdefault(name, f"{name} is {fault['input']!r}; {fault['msg'][0].lower()}{fault['msg'][1:]}")
    return f"{kind.__name__}: {'; '.join(clauses.values())}"


def _name(kind: type, position: int) -> str:
    names = [field.name for field in fields(kind)]
    return names[position] if position < len(names) else f"argument {position + 1}"
