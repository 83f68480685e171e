"""The command line: each command parses its arguments, calls the library, and prints the result.

There is one module per group of commands. Shared code is in `terminal` (output), `options` (arguments), `answers`
(errors), `signals` and `database` (FiftyOne's). Heavy packages are imported inside the commands so that
`--help` is fast; so is the FiftyOne plugin, which no other part of the core may import.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import metadata
from typing import Annotated

import typer

from expressiveness.cli.answers import STOPPED, answer, open_closed_streams
from expressiveness.cli.coding_commands import agreement, assign
from expressiveness.cli.exchange_commands import export, import_decisions
from expressiveness.cli.fiftyone_app import clean, demo, doctor, forget, install_plugin, open_app
from expressiveness.cli.interview_commands import extract, inspect, reencode
from expressiveness.cli.model_commands import benchmark, evaluate, export_model, report, train
from expressiveness.cli.recognition_commands import clips, live, predict
from expressiveness.cli.signals import Stops
from expressiveness.cli.terminal import say, showing_warnings, warn

app = typer.Typer(
    name="expressiveness",
    help="Classify how expressive a face is in interview videos (Reserved, Balanced, Expressive).\n\n"
    "For academic research; never for hiring, screening or profiling of people.",
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
plugin = typer.Typer(help="The operators and panels for the FiftyOne App.")

COMMANDS: dict[str, Callable[..., None]] = {
    "demo": demo,
    "inspect": inspect,
    "extract": extract,
    "reencode": reencode,
    "train": train,
    "evaluate": evaluate,
    "benchmark": benchmark,
    "report": report,
    "predict": predict,
    "clips": clips,
    "live": live,
    "export": export,
    "import-decisions": import_decisions,
    "assign": assign,
    "agreement": agreement,
    "export-model": export_model,
    "forget": forget,
    "clean": clean,
    "app": open_app,
    "doctor": doctor,
}
"""In the order listed by `--help`."""

for _name, _command in COMMANDS.items():
    app.command(_name)(_command)
plugin.command("install")(install_plugin)
app.add_typer(plugin, name="plugin")

COMPLETION = "_EXPRESSIVENESS_COMPLETE"

_ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "FIFTYONE_DO_NOT_TRACK": "true",  # nothing leaves the machine
    "FIFTYONE_DATABASE_VALIDATION": "false",  # the bundled MongoDB is old, which logs a notice at every start
}
"""Environment variables that we set unless the user has."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        0 on success, 1 on failure, 2 on wrong usage, 130 after Ctrl-C.
    """
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    open_closed_streams()
    with Stops() as stops, showing_warnings():
        try:
            return _run(sys.argv[1:] if arguments is None else list(arguments))
        except BaseException as error:  # noqa: BLE001  # users get a sentence for any error
            status, text = (stops.status, STOPPED) if stops.by else answer(error)
        if text:
            warn(f"expressiveness: {text}")
        return status


def _run(arguments: list[str]) -> int:
    """Run one command, letting exceptions through, which typer's standalone mode would handle itself."""
    if "" in arguments:
        raise typer.BadParameter("one of the arguments is empty, as a variable leaves it that is not set.")
    command = typer.main.get_command(app)
    if COMPLETION in os.environ:  # the shell asks what could come next
        command.main(prog_name="expressiveness")
    with command.make_context("expressiveness", arguments) as context:
        code = command.invoke(context)
    return code if isinstance(code, int) else 0


@app.callback(invoke_without_command=True)
def _without_command(
    context: typer.Context, version: Annotated[bool, typer.Option("--version", help="Say the version.")] = False
) -> None:
    if version:
        say(f"expressiveness {metadata.version('expressiveness')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        say(context.get_help())
