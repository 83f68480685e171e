"""The command line: each command reads its arguments, calls the library once, and says how it went.

The only module that prints, and the only one of the core that may import the FiftyOne plugin, inside the commands that
need it. Heavy packages are imported inside the commands too, so that `--help` answers at once.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from expressiveness.errors import ExpressivenessError
from expressiveness.native_logs import silenced

if TYPE_CHECKING:
    from expressiveness.interviews import InterviewFolder
    from expressiveness.prediction import FramePredictions

app = typer.Typer(
    name="expressiveness",
    help="Classify how expressive a face is in interview videos (Reserved, Balanced, Expressive).\n\n"
    "For academic research; never for hiring, screening or profiling of people.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "FIFTYONE_DO_NOT_TRACK": "true",  # nothing leaves the machine
    "FIFTYONE_DATABASE_VALIDATION": "false",  # the packaged MongoDB is old enough for a notice at every start
}
"""What our commands set unless the user has."""

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder in RecruitView's layout: metadata.jsonl, videos/.")]
Faces = Annotated[Path, typer.Option("--faces", metavar="STORE", help="Face store that `extract` wrote.")]
Json = Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Also write the results here, as JSON.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes that find faces; one a core if not given.")]
Strict = Annotated[bool, typer.Option("--strict", help="Stop at the first bad row of metadata.jsonl.")]
Target = Annotated[str, typer.Option(help="Score that the categories are made of, a key of metadata.jsonl.")]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        0 when it worked, 1 when it failed, 2 when it was called wrongly, 130 when it was stopped with Ctrl-C.
    """
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    try:
        code = app(args=arguments, prog_name="expressiveness", standalone_mode=False)
    except ExpressivenessError as error:
        return _fail(str(error), 1)
    except (KeyboardInterrupt, typer.Abort):
        return _fail("stopped; what is done is kept, the same command goes on from there", 130)
    except BrokenPipeError:
        return 0
    except Exception as error:
        if message := _usage_message(error):
            return _fail(message, 2)
        raise
    return code if isinstance(code, int) else 0


@app.command()
def demo(
    folder: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Where the demo keeps its files.")] = Path(
        "demo"
    ),
    no_app: Annotated[bool, typer.Option("--no-app", help="Do everything but open the App.")] = False,
    port: Annotated[int, typer.Option(help="Port of the App, on this machine only.")] = 5151,
    workers: Workers = None,
    json_file: Json = None,
) -> None:
    """Make sample interviews, find faces, train, predict, and open the mistakes in the FiftyOne App."""
    _load_tensorflow()
    from fiftyone_plugin.demo import run_demo

    with _progress() as report:
        result = run_demo(folder, workers=workers, on_step=_say, progress=report)
    _write_json(json_file, result.as_dict())
    _say(result.summary())
    if not no_app:
        _open_app(result.dataset, port)


@app.command()
def inspect(
    folder: Folder,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Write figures and report.html here.")
    ] = None,
    format: Annotated[str, typer.Option(help="Of the figures: svg or png.")] = "svg",
    target: Target = "facial_expression",
    low: Annotated[float, typer.Option(help="Reserved is below this score.")] = -0.3,
    high: Annotated[float, typer.Option(help="Expressive is above this score.")] = 0.3,
    json_file: Json = None,
) -> None:
    """Say what a folder holds: shape, missing values, scores, categories, people, and what is wrong with it."""
    from expressiveness.categories import Thresholds
    from expressiveness.inspection import inspect_folder
    from expressiveness.interviews import METADATA
    from expressiveness.report import write_inspection

    found = inspect_folder(folder, target=target, thresholds=Thresholds(low, high))
    _write_json(json_file, found.as_dict())
    for row in found.bad_rows:
        _warn(f"{METADATA}, {row}")
    _say(found.summary())
    if out:
        _say(f"The report is {write_inspection(found, out, format=format)}.")


@app.command()
def extract(
    folder: Folder,
    out: Annotated[Path, typer.Option("--out", metavar="STORE", help="Folder for the faces.")],
    sampling: Annotated[
        str, typer.Option(help="every:N frames, rate:N a second, spread:N a video, or notebook.")
    ] = "every:5",
    max_frames: Annotated[int | None, typer.Option(min=1, help="Look at no more than so many frames a video.")] = None,
    detector: Annotated[
        str, typer.Option(help="auto (short range, full where it found nothing), short or full.")
    ] = "auto",
    confidence: Annotated[float, typer.Option(min=0.0, max=1.0, help="The least that counts as a face.")] = 0.5,
    align: Annotated[bool, typer.Option("--align", help="Turn each face until its eyes lie level.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many interviews, spread over the file.")] = None,
    workers: Workers = None,
    strict: Strict = False,
    json_file: Json = None,
) -> None:
    """Find the faces of every interview and store their 48x48 crops; what is stored already is passed over."""
    from expressiveness.extraction import ExtractionConfig, FaceStore, extract_interviews
    from expressiveness.interviews import take_evenly
    from expressiveness.video import Sampling

    interviews = take_evenly(_read(folder, strict).interviews, limit)
    chosen = Sampling.parse(sampling)
    config = ExtractionConfig(
        sampling=chosen.limited_to(max_frames) if max_frames else chosen,
        detector=detector,  # type: ignore[arg-type]  # checked by the config
        confidence=confidence,
        align=align,
    )
    with _progress("Finding faces") as report:
        result = extract_interviews(interviews, FaceStore(out, config), workers=workers, progress=report)
    _write_json(json_file, result.as_dict())
    for failure in result.failures:
        _warn(f"{failure.id}: {failure.reason}")
    _say(
        f"{result.succeeded} videos done, {result.skipped} stored already, {len(result.failures)} failed: "
        f"{result.faces} faces on {result.frames_sampled} frames in {result.seconds:.0f} s, in {out}"
    )
    if result.failures and not result.succeeded and not result.skipped:
        raise typer.Exit(1)


@app.command()
def train(
    folder: Folder,
    faces: Faces,
    out: Annotated[Path, typer.Option("--out", metavar="MODEL", help="Folder for the model.")],
    target: Target = "facial_expression",
    model_kind: Annotated[
        str, typer.Option("--model", help="notebook_cnn, on face crops, or movement, on how the face moves.")
    ] = "notebook_cnn",
    notebook: Annotated[
        bool, typer.Option("--notebook", help="The notebook's choices: single crops, split by frame.")
    ] = False,
    single: Annotated[bool, typer.Option("--single", help="Show the network single crops, not deviations.")] = False,
    low: Annotated[float, typer.Option(help="Reserved is below this score.")] = -0.3,
    high: Annotated[float, typer.Option(help="Expressive is above this score.")] = 0.3,
    tertiles: Annotated[
        bool, typer.Option("--tertiles", help="Thresholds at the training set's thirds instead.")
    ] = False,
    epochs: Annotated[int, typer.Option(min=1)] = 50,
    batch_size: Annotated[int, typer.Option(min=1)] = 32,
    seed: int = 0,
    curation: Annotated[Path | None, typer.Option(metavar="FILE", help="Decisions of reviewers, as exported.")] = None,
    tensorboard: Annotated[Path | None, typer.Option(metavar="DIR", help="Log for TensorBoard.")] = None,
    strict: Strict = False,
    json_file: Json = None,
) -> None:
    """Train on the stored faces, and judge the model on people it has not seen."""
    from dataclasses import replace

    from expressiveness.categories import Thresholds
    from expressiveness.curation import Curation
    from expressiveness.evaluation import evaluate, held_out_interviews
    from expressiveness.extraction import FaceStore
    from expressiveness.models import TrainingConfig

    _load_tensorflow()
    from expressiveness.training import train

    interviews, store = _read(folder, strict).interviews, FaceStore.open(faces)
    config = replace(
        TrainingConfig.notebook() if notebook else TrainingConfig(face_input="single" if single else "deviation"),
        model=model_kind,  # type: ignore[arg-type]  # checked by the config
        target=target,
        thresholds="tertiles" if tertiles else Thresholds(low, high),
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
    )
    with _progress("Training") as report:
        model = train(
            interviews,
            store,
            config,
            curation=Curation.load(curation) if curation else None,
            on_epoch=lambda epoch: report(
                epoch.number, epoch.of, f"validation accuracy {epoch.metrics['val_accuracy']:.2f}"
            ),
            log_folder=tensorboard,
        )
    held_out = held_out_interviews(model, interviews)
    model = model.with_evaluation(evaluate(model, held_out, store))
    model.save(out)
    _write_json(json_file, model.evaluation)
    _say_figures(model.evaluation or {})
    _say(f"The model is in {out}, its card in {out / 'README.md'}.")


@app.command()
def evaluate(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="Folder that `train` wrote.")],
    folder: Folder,
    faces: Faces,
    everyone: Annotated[bool, typer.Option("--everyone", help="Also judge on people it was trained on.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a report with figures here.")
    ] = None,
    strict: Strict = False,
    json_file: Json = None,
) -> None:
    """Judge a model on the interviews of people it has not seen."""
    from expressiveness.evaluation import evaluate, held_out_interviews
    from expressiveness.extraction import FaceStore
    from expressiveness.models import load_model

    _load_tensorflow()
    trained = load_model(model)
    interviews = _read(folder, strict).interviews
    held_out = interviews if everyone else held_out_interviews(trained, interviews)
    figures = evaluate(trained, held_out, FaceStore(faces, trained.extraction))
    _write_json(json_file, figures)
    _say_figures(figures)
    if html:
        from expressiveness.html_page import write_page
        from expressiveness.report import evaluation_report

        title = f"Evaluation of {model.resolve().name}"
        _say(f"The report is {write_page(evaluation_report(figures, history=trained.history, title=title), html)}.")


@app.command()
def benchmark(
    folder: Folder,
    faces: Faces,
    rows: Annotated[
        str | None, typer.Option(metavar="KEY,KEY", help="Only these rows; a wrong one lists them.")
    ] = None,
    target: Target = "facial_expression",
    low: Annotated[float, typer.Option(help="Reserved is below this score.")] = -0.3,
    high: Annotated[float, typer.Option(help="Expressive is above this score.")] = 0.3,
    folds: Annotated[int, typer.Option(min=2, help="Folds of participants.")] = 5,
    epochs: Annotated[int, typer.Option(min=1, help="The most, for the networks.")] = 50,
    draws: Annotated[int, typer.Option(min=1, help="Of people, for the intervals.")] = 1000,
    groups: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV of user_no,group: figures of each group, too.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a report with figures here.")
    ] = None,
    seed: int = 0,
    workers: Workers = None,
    strict: Strict = False,
    json_file: Json = None,
) -> None:
    """Compare models and controls, each judged on people it has not seen (5-fold by participant)."""
    from expressiveness.benchmark import benchmark
    from expressiveness.benchmark_report import benchmark_report, read_groups, table_lines
    from expressiveness.benchmark_rows import BenchmarkConfig
    from expressiveness.categories import Thresholds
    from expressiveness.extraction import FaceStore
    from expressiveness.html_page import write_page
    from expressiveness.movement import MovementStore, extract_movements

    interviews, store = _read(folder, strict).interviews, FaceStore.open(faces)
    config = BenchmarkConfig(
        target=target,
        thresholds=Thresholds(low, high),
        folds=folds,
        epochs=epochs,
        draws=draws,
        seed=seed,
        rows=tuple(rows.split(",")) if rows else None,
    )
    known_groups = read_groups(groups) if groups else None
    with _progress("Reading movement") as report:
        extract_movements(interviews, MovementStore.beside(store), workers=workers, progress=report)
    _load_tensorflow()
    with _progress("Benchmark") as report:
        figures = benchmark(interviews, store, config, groups=known_groups, progress=report)
    _write_json(json_file, figures)
    for line in table_lines(figures):
        _say(line)
    if html:
        _say(f"The report is {write_page(benchmark_report(figures), html)}.")


@app.command()
def predict(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="Folder that `train` wrote.")],
    videos: Annotated[list[Path], typer.Argument(metavar="VIDEO...", help="Video files of any kind.")],
    table: Annotated[
        Path | None, typer.Option("--table", metavar="FILE", help="Every frame as .csv, .parquet or .json.")
    ] = None,
    workers: Workers = None,
    json_file: Json = None,
) -> None:
    """Say how expressive the face in each video is: category, score and confidence."""
    from expressiveness.models import load_model
    from expressiveness.prediction import as_record, frame_table, predict_videos, write_table

    _load_tensorflow()
    trained = load_model(model)
    done: list[tuple[Path, FramePredictions]] = []
    failed = 0
    for outcome in predict_videos(trained, videos, workers=workers):
        if outcome.value is None:
            failed += 1
            _warn(f"{outcome.item}: {outcome.error}")
        else:
            done.append((outcome.item, outcome.value))
            _say(_sentence(outcome.item, outcome.value))
    order = {video: position for position, video in enumerate(videos)}
    done.sort(key=lambda item: order[item[0]])
    _write_json(json_file, [as_record(video, predictions) for video, predictions in done])
    if table:
        write_table(frame_table(done), table)
    if failed:
        _warn(f"{len(done)} videos done, {failed} failed")
        raise typer.Exit(1)


@app.command(name="export-model")
def export_model(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="Folder that `train` wrote.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder for the export.")],
    format: Annotated[
        str, typer.Option("--format", help="notebook (its four files), keras, savedmodel, tflite, onnx.")
    ],
) -> None:
    """Write a model in another format, with a file that says what to feed it."""
    _load_tensorflow()
    from expressiveness.export import export_model
    from expressiveness.models import load_model

    with silenced():
        export_model(load_model(model), out, format)  # type: ignore[arg-type]  # checked there
    _say(f"{out}: {', '.join(sorted(path.name for path in out.iterdir()))}")


@app.command()
def live(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="Folder that `train` wrote.")],
    source: Annotated[
        str, typer.Option("--source", metavar="0|FILE|URL", help="Camera's number, file, or stream.")
    ] = "0",
    output: Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Write what is drawn as MP4.")] = None,
    no_window: Annotated[
        bool, typer.Option("--no-window", help="Only write: every frame of a file, at full speed.")
    ] = False,
    json_file: Json = None,
) -> None:
    """Recognise a camera, a stream or a file as it plays: box, category and confidence; q quits."""
    _load_tensorflow()
    from expressiveness.live import run_live
    from expressiveness.models import load_model

    trained = load_model(model)
    with _progress("Recognising") as report:
        result = run_live(
            trained, source, output=output, window=not no_window, on_frame=lambda frames: report(frames, None)
        )
    _write_json(json_file, result.as_dict())
    _say(result.summary())
    if output:
        _say(f"The video is {output}.")


@app.command(name="app")
def open_app(
    dataset: Annotated[
        str | None, typer.Argument(metavar="DATASET", help="Dataset to open; the newest if not given.")
    ] = None,
    port: Annotated[int, typer.Option(help="Port of the App, on this machine only.")] = 5151,
) -> None:
    """Open the FiftyOne App, with the operators for interviews, on a dataset."""
    _open_app(dataset, port)


plugin = typer.Typer(help="The operators and panels for the FiftyOne App.", no_args_is_help=True)
app.add_typer(plugin, name="plugin")


@plugin.command("install")
def install_plugin(
    folder: Annotated[
        Path | None,
        typer.Option("--dir", metavar="DIR", help="FiftyOne's plugin folder; the configured one if not given."),
    ] = None,
) -> None:
    """Put the plugin where FiftyOne looks for it; doing it again changes nothing."""
    from fiftyone_plugin.launch import install_plugin

    _say(f"The plugin is in {install_plugin(folder)}. Restart the App if it is running.")


Report = Callable[..., None]


def _say(text: str) -> None:
    typer.echo(text)


def _warn(text: str) -> None:
    typer.echo(text, err=True)


def _fail(text: str, code: int) -> int:
    _warn(f"expressiveness: {text}")
    return code


def _load_tensorflow() -> None:
    """Import TensorFlow without the lines that it writes about the machine."""
    with silenced():
        import tensorflow  # noqa: F401  # for the import alone


def _usage_message(error: Exception) -> str | None:
    """What was wrong with the call, or None if it is a fault of the program."""
    format_message = getattr(error, "format_message", None)
    return f"{format_message()} See expressiveness --help." if format_message else None


def _read(folder: Path, strict: bool) -> InterviewFolder:
    """Read a folder and say which rows were passed over."""
    from expressiveness.interviews import METADATA, read_interviews

    found = read_interviews(folder, strict=strict)
    for row in found.bad_rows:
        _warn(f"{METADATA}, {row}")
    if found.bad_rows:
        _warn(f"{len(found.interviews)} interviews read, {len(found.bad_rows)} rows passed over")
    return found


def _sentence(video: Path, predictions: FramePredictions) -> str:
    if predictions.doubt:
        return f"{video}: not enough of a face ({predictions.doubt})"
    if predictions.category is None:
        return f"{video}: no face was found on {predictions.frames_without_face} frames"
    return (
        f"{video}: {predictions.category}, score {predictions.score:+.2f}, "
        f"confidence {predictions.confidence:.0%}, {len(predictions.frame_number)} frames"
    )


def _say_figures(figures: dict[str, Any]) -> None:
    video = figures["video"]
    low, high = video["accuracy_ci"]
    spearman = "" if video["spearman"] is None else f", Spearman {video['spearman']:.2f}"
    people = "People who were trained on, too" if figures["leaky"] else "Held-out people"
    _say(
        f"{people}: {figures['participants']}, videos: {video['n']}. Accuracy {video['accuracy']:.2f} "
        f"({low:.2f} to {high:.2f}), majority class {video['majority_accuracy']:.2f}, "
        f"macro-F1 {video['macro_f1']:.2f}{spearman}; frames {figures['frame']['accuracy']:.2f}."
    )


def _write_json(file: Path | None, content: Any) -> None:
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n")


@contextmanager
def _progress(label: str = "") -> Iterator[Report]:
    """A progress bar with the time left, where somebody is watching."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(label, total=None, note="")

        def report(done: int, total: int, note: str = "") -> None:
            bar.update(task, completed=done, total=total, note=note)

        yield report


def _open_app(dataset: str | None, port: int) -> None:
    from fiftyone_plugin.launch import open_app

    open_app(dataset, port=port, on_ready=lambda address: _say(f"The App is at {address} (Ctrl-C ends it)"))


if __name__ == "__main__":
    sys.exit(main())
