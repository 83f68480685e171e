"""An operator called like a function, from a notebook or script: what it takes and what its help says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import Parameter as Argument
from inspect import Signature, cleandoc
from pathlib import Path
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo

from ..requirements import missing_packages, missing_sentence
from .parameter_record import REQUIRED, Parameter, checked, is_empty, parameters_of

SAMPLES = Argument("samples", Argument.POSITIONAL_OR_KEYWORD, annotation=fo.Dataset | fo.DatasetView)
DELEGATE = Argument("delegate", Argument.KEYWORD_ONLY, default=False, annotation=bool)

ABOUT = {"samples": "A dataset of interviews, or a view of one", "delegate": "Leave the work to a delegated worker"}


def call_of(record: type, summary: str, *, on_dataset: bool) -> Callable[..., foo.executor.ExecutionResult]:
    """The `__call__` of an operator, with signature and help of its own.

    What it takes is checked before anything runs. Parameters without a default may be given by their place.

    Args:
        record: of the operator's parameters.
        summary: what the operator does.
        on_dataset: whether it takes samples.
    """
    known = parameters_of(record)
    signature = _signature(known, on_dataset)

    def call(operator: Any, *values: Any, **named: Any) -> foo.executor.ExecutionResult:
        if missing := missing_packages():
            raise ModuleNotFoundError(missing_sentence(missing))
        _refuse_unknown(operator, named, list(signature.parameters)[1:])
        given = dict(signature.bind(operator, *values, **named).arguments)
        del given["self"]
        samples, delegate = given.pop("samples", None), given.pop("delegate", False)
        checked(record, given)
        target = {} if samples is None else {"view": samples.view()}
        params = {name: _as_form_has_it(known[name], value) for name, value in given.items() if not is_empty(value)}
        return foo.execute_operator(operator.uri, params=params, request_delegation=delegate, **target)

    call.__name__ = "__call__"
    call.__signature__ = signature  # type: ignore[attr-defined]  # what `inspect`, and so notebooks, read
    call.__doc__ = _help(summary, known, signature)
    return call


def _signature(known: Mapping[str, Parameter], on_dataset: bool) -> Signature:
    itself = Argument("self", Argument.POSITIONAL_OR_KEYWORD)
    required = [_argument(one) for one in known.values() if one.default is REQUIRED]
    others = [_argument(one) for one in known.values() if one.default is not REQUIRED]
    return Signature(
        [itself, *([SAMPLES] if on_dataset else []), *required, *others, DELEGATE],
        return_annotation=foo.executor.ExecutionResult,
    )


def _argument(parameter: Parameter) -> Argument:
    by_place = parameter.default is REQUIRED
    return Argument(
        parameter.name,
        Argument.POSITIONAL_OR_KEYWORD if by_place else Argument.KEYWORD_ONLY,
        default=parameter.default,
        annotation=parameter.choices or (parameter.kind | None if parameter.optional else parameter.kind),
    )


def _help(summary: str, known: Mapping[str, Parameter], signature: Signature) -> str:
    lines = [cleandoc(summary), "", "Args:"]
    for name in list(signature.parameters)[1:]:
        lines.append(f"    {name}: {ABOUT[name] if name in ABOUT else _about(known[name])}")
    return "\n".join(lines)


def _about(parameter: Parameter) -> str:
    more = parameter.description
    if more[1:2].islower():
        more = f"{more[0].lower()}{more[1:]}"
    return f"{parameter.title} ({more})" if more else parameter.title


def _refuse_unknown(operator: Any, named: Mapping[str, Any], known: list[str]) -> None:
    from expressiveness.registry import closest

    for name in named:
        if name not in known:
            near = closest(name, known)
            advice = f"did you mean {near}? It" if near else "it"
            raise TypeError(f"{operator.config.name} has no parameter {name}; {advice} takes {', '.join(known)}")


def _as_form_has_it(parameter: Parameter, value: Any) -> Any:
    """A value as the App sends it, which FiftyOne expects of every caller: a folder is what its file browser gives."""
    return {"absolute_path": str(parameter.plain(value))} if parameter.kind is Path else value
