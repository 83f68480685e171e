"""The form of an operator while it is drawn: it asks for parameters, and tells a person what they should know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import fiftyone.operators as foo
from fiftyone.operators import types

from .parameter_record import REQUIRED, Parameter, Stated, checked_value, parameters_of


class Form:
    """What is asked and told, one below the other.

    Args:
        ctx: what was chosen so far.
        record: of the operator's parameters.
    """

    def __init__(self, ctx: foo.executor.ExecutionContext, record: type) -> None:
        self.inputs = types.Object()
        self._given = ctx.params
        self._record = record
        self._parameters = parameters_of(record)

    def chosen(self, name: str, default: Any = None) -> Any:
        """What was chosen of a parameter so far; else a default, the record's if it is None.

        Raises:
            ParameterError: it cannot be.
        """
        value = checked_value(self._record, name, self._given.get(name))
        if value is not None:
            return value
        return default if default is not None else default_of(self._parameters[name])

    def ask(
        self,
        name: str,
        *,
        title: str | None = None,
        description: str | None = None,
        default: Any = None,
        choices: Mapping[str, str] | Iterable[str] | None = None,
        explained: Mapping[str, str] | None = None,
        radio: bool = False,
        required: bool = False,
    ) -> Any:
        """Ask for a parameter, as its record describes it but for what the form knows better.

        Args:
            name: of the parameter.
            title: what a person reads above it.
            description: what they read below it.
            default: what it is if they choose nothing.
            choices: what they choose from, each with what they read; where it is a text.
            explained: more about some choices.
            radio: whether to show all choices at once.
            required: whether it must be given here, though it has a default elsewhere.

        Returns:
            What was chosen so far; the default, if nothing was.

        Raises:
            ParameterError: that cannot be.
        """
        parameter = self._parameters[name]
        usual = default_of(parameter) if default is None else default
        about: dict[str, Any] = {
            "label": title or parameter.title,
            "description": (parameter.description if description is None else description) or None,
            "default": usual,
            "required": required or parameter.default is REQUIRED,
        }
        if choices is None and parameter.choices:
            choices = parameter.choices.labels()
        if choices is not None:
            # As text and not as an enum, so that a value from elsewhere is judged below, whose errors say what to do.
            about["view"] = _view(choices, explained or {}, types.RadioGroup() if radio else types.DropdownView())
        self._add(parameter, about)
        return self.chosen(name, usual)

    def note(self, name: str, title: str, sentence: str | None = None) -> None:
        """Say what a person should know."""
        self.inputs.view(name, types.Notice(label=title, description=sentence))

    def warn(self, name: str, sentence: str) -> None:
        """Say what may go wrong, without keeping anybody from it."""
        self.inputs.view(name, types.Warning(label="Note", description=sentence))

    def refuse(self, sentence: str) -> None:
        """Say why the operator cannot run, and keep it from running."""
        self.inputs.view("refusal", types.Error(label="Not yet", description=sentence))
        blocked = self.inputs.bool("cannot_run", required=True, view=types.HiddenView())
        blocked.invalid, blocked.error_message = True, sentence

    def _add(self, parameter: Parameter, about: dict[str, Any]) -> None:
        if parameter.kind in (int, float):
            add = self.inputs.int if parameter.kind is int else self.inputs.float
            add(parameter.name, min=parameter.least, max=parameter.most, **about)
        elif parameter.kind is bool:
            self.inputs.bool(parameter.name, **about)
        elif parameter.kind is Path:
            browser = types.FileExplorerView(choose_dir=True, button_label="Choose a folder...")
            self.inputs.file(parameter.name, view=browser, **about)
        else:
            self.inputs.str(parameter.name, **about)


def default_of(parameter: Parameter) -> Any:
    """The default of a parameter; None if it has none."""
    if isinstance(parameter.default, Stated):
        return parameter.default()
    return None if parameter.default is REQUIRED else parameter.default


def _view(
    choices: Mapping[str, str] | Iterable[str], explained: Mapping[str, str], view: types.Choices
) -> types.Choices:
    labels = choices if isinstance(choices, Mapping) else {name: name for name in choices}
    for value, label in labels.items():
        view.add_choice(value, label=label, description=explained.get(value))
    return view
