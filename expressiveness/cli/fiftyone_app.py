"""Commands that use the FiftyOne plugin: `demo`, `app`, `forget`, `clean`, `doctor` and `plugin install`."""

from __future__ import annotations

from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from expressiveness._io import check_output_file, place
from expressiveness.cli.database import check_database
from expressiveness.cli.health import NAME, Finding, examined
from expressiveness.cli.options import DEFAULT_PORT, Json, Overwrite, Port, Workers
from expressiveness.cli.terminal import progress, say, write_json
from expressiveness.errors import InterviewError


def demo(
    folder: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Where the demo keeps its files.")] = Path(
        "demo"
    ),
    quick: Annotated[bool, typer.Option("--quick", help="Every step, on too little to learn from.")] = False,
    no_app: Annotated[bool, typer.Option("--no-app", help="Do everything but open the App.")] = False,
    port: Port = DEFAULT_PORT,
    workers: Workers = None,
    json_file: Json = None,
    overwrite: Overwrite = False,
) -> None:
    """Make sample interviews, find faces, train, predict, and open the mistakes in the FiftyOne App."""
    check_output_file(json_file, overwrite=overwrite)
    check_database()
    from fiftyone_plugin.connection import connect
    from fiftyone_plugin.steps import FULL, QUICK, run_demo

    connect()
    with progress() as report:
        result = run_demo(folder, size=QUICK if quick else FULL, workers=workers, on_step=say, progress=report)
    write_json(json_file, result.as_dict(), overwrite=overwrite)
    say(result.summary())
    if not no_app:
        open_app(result.dataset, port=port)


def open_app(
    dataset: Annotated[
        str | None, typer.Argument(metavar="DATASET", help="Dataset to open; the newest if not given.")
    ] = None,
    coder: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Code as this person, with a session of their own and without predictions."),
    ] = None,
    shown: Annotated[
        bool, typer.Option("--shown", help="With --coder: predictions and others' decisions can be seen.")
    ] = False,
    port: Port = DEFAULT_PORT,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-host",
            metavar="NAME",
            help="Also answer to this name, of a proxy that you have put in front; may be given again.",
        ),
    ] = None,
) -> None:
    """Open the FiftyOne App, with the operators for interviews, on a dataset."""
    check_database()
    from fiftyone_plugin.app import open_app

    view = None
    if coder:
        dataset, view = _to_code(dataset, coder, blind=not shown)
    open_app(
        dataset,
        port=port,
        only=bool(coder) and not shown,
        view=view,
        allow_hosts=allow_host or (),
        on_ready=lambda address: say(f"The App is at {address} (Ctrl-C ends it)"),
    )


def _to_code(dataset: str | None, coder: str, *, blind: bool) -> tuple[str, str | None]:
    """Prepare a coder's session; return the dataset that it opens, and the view of what they were assigned."""
    if not dataset:
        raise typer.BadParameter("name the dataset that is coded: expressiveness app DATASET --coder NAME")
    from fiftyone_plugin.app import load_dataset
    from fiftyone_plugin.coding import code_as, coding_dataset, view_to_code

    code_as(coder, blind=blind)
    study = load_dataset(dataset)
    opened = coding_dataset(study) if blind else study
    return opened.name, view_to_code(opened, coder)


def install_plugin(
    folder: Annotated[
        Path | None,
        typer.Option("--dir", metavar="DIR", help="FiftyOne's plugin folder; the configured one if not given."),
    ] = None,
) -> None:
    """Put the plugin where FiftyOne looks for it; doing it again changes nothing."""
    from fiftyone_plugin.app import install_plugin

    say(f"The plugin is in {install_plugin(folder)}. Restart the App if it is running.")


def forget(
    interview: Annotated[str, typer.Argument(metavar="ID", help="The interview's id.")],
    faces: Annotated[
        Path | None, typer.Option("--faces", metavar="STORE", parser=place, help="Delete its faces and movement.")
    ] = None,
    dataset: Annotated[
        str | None, typer.Option("--dataset", metavar="NAME", help="Delete it from this dataset, with all labels.")
    ] = None,
    models: Annotated[
        list[Path] | None, typer.Option("--model", metavar="MODEL", help="Remove its id; may be given again.")
    ] = None,
    json_file: Json = None,
    overwrite: Overwrite = False,
) -> None:
    """Delete what was made of an interview: faces, movement, labels, decisions, predictions and pictures of frames."""
    if not (faces or dataset or models):
        raise typer.BadParameter("say where to forget it: --faces STORE, --dataset NAME or --model MODEL")
    check_output_file(json_file, overwrite=overwrite)
    if dataset:
        check_database()
    from expressiveness.privacy import ForgetReport, forget_in_model, forget_in_store

    report = ForgetReport()
    if dataset:
        from fiftyone_plugin.app import load_dataset
        from fiftyone_plugin.forgetting import forget_interview

        report = forget_interview(load_dataset(dataset), interview)
    if faces:
        report.tables += forget_in_store(faces, interview)
    report.learned += [str(model) for model in models or [] if forget_in_model(model, interview)]
    write_json(json_file, report.as_dict(), overwrite=overwrite)
    if not report.found:
        raise InterviewError(f"nothing of {interview} was found; give the id as the folder's table has it")
    say(f"{interview}: {report.summary()}")


def clean(
    delete: Annotated[
        bool, typer.Option("--delete", help="Delete what this program wrote there, and nothing else.")
    ] = False,
    json_file: Json = None,
    overwrite: Overwrite = False,
) -> None:
    """List what FiftyOne datasets that were deleted have left on the disk: faces, movement, pictures and models."""
    check_database()
    from fiftyone_plugin.forgetting import leftovers, remove_leftovers

    check_output_file(json_file, overwrite=overwrite)
    folders = leftovers()
    deleted, left = remove_leftovers() if delete else (0, [])
    write_json(
        json_file,
        {"folders": list(map(str, folders)), "deleted": deleted, "left": list(map(str, left))},
        overwrite=overwrite,
    )
    for folder in folders:
        say(str(folder))
    if not folders:
        say("No dataset that is gone has left anything.")
    elif delete:
        say(f"Deleted {deleted} files there.")
        say("".join(f"Yours to delete: {file}\n" for file in left).rstrip() or "Nothing else was in them.")
    else:
        say("No dataset uses these folders. Delete what this program wrote in them with: expressiveness clean --delete")


def doctor(json_file: Json = None, overwrite: Overwrite = False) -> None:
    """Check that all that is needed is installed and works, and say what to do where it does not; then exits 1."""
    check_output_file(json_file, overwrite=overwrite)
    findings = []
    for finding in examined({"Database": _database, "Plugin": _plugin}):
        say(str(finding))
        findings.append(finding)
    write_json(json_file, {"findings": [asdict(one) for one in findings]}, overwrite=overwrite)
    wrong = sum(one.state == "wrong" for one in findings)
    say(f"{wrong} of {len(findings)} must be put right." if wrong else "Everything that is needed is here.")
    if wrong:
        raise typer.Exit(1)


def _database() -> Finding:
    """Whether FiftyOne's database answers, or can be started."""
    check_database()
    from fiftyone_plugin.connection import connect

    return Finding("Database", "ok", f"MongoDB {connect()} answers")


def _plugin() -> Finding:
    """Whether FiftyOne has the plugin, and of which version."""
    from fiftyone_plugin.app import installed_plugin

    if (installed := installed_plugin()) is None:
        advice = "`expressiveness app` puts it there; so does: expressiveness plugin install"
        return Finding("Plugin", "note", "it is not in FiftyOne's plugin folder", advice)
    if installed.version != metadata.version(NAME):
        advice = f"delete {installed.folder}, then run: expressiveness plugin install"
        return Finding("Plugin", "wrong", f"version {installed.version} is in {installed.folder}", advice)
    return Finding("Plugin", "ok", f"version {installed.version} is in {installed.folder}")
