"""Settings as frozen records that are checked when they are made: pydantic's dataclasses, with errors of our own."""

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
"""Of what is drawn by chance; all that NumPy takes for one."""

# Strict: a setting is kept as it was given, or else the same settings would have several names on disk.
_RULES = ConfigDict(strict=True, allow_inf_nan=False, extra="forbid")


@dataclass_transform(frozen_default=True)
def settings(kind: type[Record]) -> type[Record]:
    """Make a class a frozen dataclass whose fields are checked by their types; a `Field` of pydantic adds bounds.

    What cannot be raises a `ConfigError` that names class and field.
    """
    record: Any = dataclass(frozen=True, slots=True, config=_RULES)(kind)
    record.__init__ = _with_our_error(record.__init__)
    return cast("type[Record]", record)


def only_what_was_chosen(record: DataclassInstance, **usual: Any) -> str:
    """A record in short: the fields that are not at their defaults, as in "Sampling(every=5)".

    Args:
        record: a dataclass.
        usual: what counts as the default of a field, where the class does not say.
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
    """What a record's own check has raised, which pydantic wraps."""
    causes = (fault.get("ctx", {}).get("error") for fault in error.errors(include_url=False))
    return next((cause for cause in causes if isinstance(cause, ConfigError)), None)


def _sentence(kind: type, error: ValidationError) -> str:
    """What pydantic says of each field, as in "Sampling: every is 0; input should be greater than 0"."""
    clauses: dict[str, str] = {}
    for fault in error.errors(include_url=False):
        # An argument without a name is told by its place; a field of several types has an error for each.
        place = fault["loc"][0]
        name = str(place) if isinstance(place, str) else _name(kind, place)
        clauses.setdefault(name, f"{name} is {fault['input']!r}; {fault['msg'][0].lower()}{fault['msg'][1:]}")
    return f"{kind.__name__}: {'; '.join(clauses.values())}"


def _name(kind: type, position: int) -> str:
    names = [field.name for field in fields(kind)]
    return names[position] if position < len(names) else f"argument {position + 1}"
