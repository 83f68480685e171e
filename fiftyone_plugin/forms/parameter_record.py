"""What an operator takes, stated once: a record of parameters, which its form, its call and its help are made from.

FiftyOne passes on whatever a caller wrote, and JSON does not tell 5 from 5.0. `checked` makes the record of it, or says
in one sentence what is wrong and what would do. A value that is missing, None or empty is the default.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, fields
from importlib import import_module
from inspect import Parameter as Argument
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, TypeVar, cast, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import AfterValidator, ConfigDict, Field, GetCoreSchemaHandler, ValidationError
from pydantic.dataclasses import dataclass as checked_dataclass
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined, core_schema
from typing_extensions import dataclass_transform

Record = TypeVar("Record")

LONGEST_SHOWN = 60
"""Characters of a bad value that its error repeats."""

REQUIRED = Argument.empty
"""The default of a parameter that must be given."""

# Built when first used: FiftyOne lists operators where the core that they need is not installed.
_RULES = ConfigDict(strict=True, allow_inf_nan=False, extra="forbid", defer_build=True)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(Field,))
def parameters(kind: type[Record]) -> type[Record]:
    """Make a class the record of what an operator takes.

    Its fields are `Text`, `WholeNumber`, `Count`, `Number`, `bool` or `Folder`. Each has a `Field` of pydantic with
    default, title, description and a number's bounds; `Choices` beside `Text` says which texts there are.
    """
    return cast("type[Record]", checked_dataclass(frozen=True, kw_only=True, config=_RULES)(kind))


@parameters
class NoParameters:
    """For an operator that takes nothing."""


def _printable(value: Any) -> Any:
    if not str(value).isprintable():
        raise ValueError("control characters")
    return value


Text = Annotated[str, AfterValidator(_printable)]
WholeNumber = Annotated[int, Field(ge=0, le=2**31 - 1)]
Count = Annotated[int, Field(ge=1, le=2**31 - 1)]
Number = float
Folder = Annotated[Path, AfterValidator(_printable)]


class Stated:
    """A value that is defined elsewhere, and read when it is needed, since that package may not be installed.

    As a `default_factory` it is a default that signatures show.

    Args:
        module: relative to `package`, where it begins with a dot.
        name: of the value in the module; "Config.seed" is the default of a field of a dataclass.
        package: as `__package__` where it is used.
    """

    def __init__(self, module: str, name: str, package: str | None = None) -> None:
        self._place = (module, name, package)

    def __call__(self) -> Any:
        """Read it."""
        module, name, package = self._place
        name, _, field = name.partition(".")
        found = getattr(import_module(module, package), name)
        return next(one.default for one in fields(found) if one.name == field) if field else found

    def __repr__(self) -> str:
        try:
            return repr(self())
        except ImportError:
            return self._place[1]


@dataclass(frozen=True, slots=True, repr=False)
class Choices:
    """The texts to choose from, or each with its label; or a function that gives them, as `Stated` does."""

    source: Collection[str] | Callable[[], Collection[str]]

    def labels(self) -> Mapping[str, str]:
        """By text, what a person reads."""
        found = self.source() if callable(self.source) else self.source
        return found if isinstance(found, Mapping) else {text: text for text in found}

    def __repr__(self) -> str:  # signatures show it
        try:
            return " | ".join(map(repr, self.labels()))
        except ImportError:
            return "str"

    def _check(self, value: str) -> str:
        if value not in self.labels():
            raise ValueError("no such choice")
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a record, as forms and help need it."""

    name: str
    _: KW_ONLY
    kind: type
    optional: bool
    title: str
    description: str
    default: Any  # REQUIRED, a value, or `Stated`
    least: float | None
    most: float | None
    choices: Choices | None

    @property
    def remedy(self) -> str:
        """What is accepted, for an error: "give a whole number from 1 to 9"."""
        if self.choices:
            return f"choose from {', '.join(self.choices.labels())}"
        bounds = "" if self.least is None or self.most is None else f" from {self.least:,} to {self.most:,}"
        return f"give {_IN_WORDS[self.kind]}{bounds}"

    def plain(self, value: Any) -> Any:
        """A value as its kind is written in Python, where JSON or FiftyOne write it otherwise."""
        if self.kind is Path:
            value = value.get("absolute_path") if isinstance(value, dict) else value  # a file browser's
            return Path(value) if isinstance(value, str) and value else value
        if self.kind is int and isinstance(value, float) and math.isfinite(value) and value == int(value):
            return int(value)
        return value

    def refusal(self, value: Any) -> Exception:
        """The error about a value that cannot be."""
        return refusal(self.name, value, self.remedy)


_IN_WORDS: dict[type, str] = {
    str: "a text, without control characters",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    Path: "the path of a folder",
    list: "a list",
    dict: "names and their values",
}


def parameters_of(record: type) -> dict[str, Parameter]:
    """The parameters of a record, by name."""
    fields: dict[str, FieldInfo] = cast(Any, record).__pydantic_fields__
    return {name: _parameter(name, field) for name, field in fields.items()}


def checked(record: type[Record], given: Mapping[str, Any]) -> Record:
    """The record of what was given; whatever else was given is passed over.

    Raises:
        ParameterError: a value cannot be, or one that is required is missing.
    """
    known = parameters_of(record)
    values = {name: value for name in known if not is_empty(value := known[name].plain(given.get(name)))}
    try:
        return record(**values)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
        missing = [fault["type"] == "missing" for fault in faults]
        parameter = known[str(faults[missing.index(False) if False in missing else 0]["loc"][0])]
        if all(missing):
            raise _missing(parameter) from error
        raise parameter.refusal(values[parameter.name]) from error


def checked_value(record: type, name: str, given: Any) -> Any:
    """One parameter of a record, where the others are not known yet; None if it is missing or empty.

    Raises:
        ParameterError: the value cannot be.
    """
    parameter = parameters_of(record)[name]
    value = parameter.plain(given)
    if is_empty(value):
        return None
    try:
        return getattr(record(**{name: value}), name)
    except ValidationError as error:
        if any(fault["loc"][0] == name for fault in error.errors(include_url=False, include_context=False)):
            raise parameter.refusal(value) from error
        return float(value) if parameter.kind is float else value


def refusal(name: str, value: Any, remedy: str) -> Exception:
    """The error about a value that cannot be: "seed is 0.5: give a whole number"."""
    from expressiveness.errors import ParameterError

    shown = repr(value)
    shown = shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}..."
    return ParameterError(f"{name} is {shown}: {remedy}")


def is_empty(value: Any) -> bool:
    """Whether a person left it out: a form empties a field by None or an empty text."""
    return value is None or (isinstance(value, str) and value == "")


def _missing(parameter: Parameter) -> Exception:
    from expressiveness.errors import ParameterError

    return ParameterError(f"{parameter.name} is missing: {parameter.remedy}")


def _parameter(name: str, field: FieldInfo) -> Parameter:
    parts = [*_parts(field.annotation), *field.metadata]
    kinds = [part for part in parts if isinstance(part, type)]
    default = field.default_factory or (REQUIRED if field.default is PydanticUndefined else field.default)
    return Parameter(
        name,
        kind=next(kind for kind in kinds if kind is not NoneType),
        optional=NoneType in kinds,
        title=field.title or name,
        description=field.description or "",
        default=default,
        least=max((cast(float, part.ge) for part in parts if isinstance(part, Ge)), default=None),
        most=min((cast(float, part.le) for part in parts if isinstance(part, Le)), default=None),
        choices=next((part for part in parts if isinstance(part, Choices)), None),
    )


def _parts(annotation: Any) -> Iterator[Any]:
    """The types of an annotation and their metadata, as in `Annotated[int, Ge(0)] | None`."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from _parts(arguments[0])
        for beside in arguments[1:]:
            yield from beside.metadata if isinstance(beside, FieldInfo) else [beside]
    elif origin in _IN_WORDS:
        yield origin
    elif arguments:
        for one in arguments:
            yield from _parts(one)
    else:
        yield annotation
