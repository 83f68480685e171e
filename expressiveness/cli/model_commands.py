"""Commands on models: `train`, `evaluate`, `benchmark` and `export-model`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from expressiveness._io import MANIFEST, check_output_file, check_output_folder, silenced
from expressiveness.cli.options import (
    AllowOutside,
    Columns,
    Epochs,
    Faces,
    Folder,
    High,
    Html,
    Json,
    Low,
    Model,
    NeutralOfFolder,
    Overwrite,
    Reader,
    Seed,
    Settings,
    Strict,
    Target,
    Workers,
    named_in,
)
from expressiveness.cli.terminal import (
    progress,
    read_folder,
    read_model,
    read_neutrals,
    say,
    warn,
    warn_of_doubts,
    write_json,
)
from expressiveness.errors import ConfigError
from expressiveness.evaluation import BOOTSTRAP_DRAWS, DEFAULT_FOLDS
from expressiveness.models import DEFAULT_MODEL, DEFAULT_SEED
from expressiveness.wording import about_frames, counted

if TYPE_CHECKING:
    from expressiveness.data import Curation, Interview
    from expressiveness.evaluation import FrameTruth


def _known_format(name: str) -> str:
    from expressiveness.models import HUB

    return name if name == HUB else named_in("models", "EXPORTS")(name)


def train(
    folder: Folder,
    faces: Faces,
    out: Annotated[Path, typer.Option("--out", metavar="MODEL", help="Folder for the model.")],
    settings: Settings = None,
    target: Target = None,
    model_name: Annotated[
        str,
        typer.Option(
            "--model",
            callback=named_in("models", "MODELS"),
            help="movement, notebook_cnn, or a family that another package brings.",
        ),
    ] = DEFAULT_MODEL,
    notebook: Annotated[
        bool, typer.Option("--notebook", help="The notebook's choices: single crops, split by frame.")
    ] = False,
    single: Annotated[bool, typer.Option("--single", help="Show the network single crops, not deviations.")] = False,
    low: Low = None,
    high: High = None,
    tertiles: Annotated[
        bool, typer.Option("--tertiles", help="Thresholds at the training set's thirds instead.")
    ] = False,
    epochs: Epochs = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Faces that a network sees at a time.")] = None,
    option: Annotated[
        list[str] | None, typer.Option("--option", metavar="NAME=VALUE", help="Of the model; may be given again.")
    ] = None,
    seed: Seed = DEFAULT_SEED,
    workers: Workers = None,
    curation: Annotated[Path | None, typer.Option(metavar="FILE", help="Decisions of reviewers, as exported.")] = None,
    split: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV of id,set that names train, validation or test.")
    ] = None,
    neutral: NeutralOfFolder = None,
    tensorboard: Annotated[Path | None, typer.Option(metavar="DIR", help="Log for TensorBoard.")] = None,
    reader: Reader = None,
    columns: Columns = None,
    strict: Strict = False,
    allow_outside: AllowOutside = False,
    json_file: Json = None,
    overwrite: Overwrite = False,
) -> None:
    """Train on the stored faces, and judge the model on people it has not seen."""
    from expressiveness.data import Curation, read_split
    from expressiveness.evaluation import evaluate, held_out_interviews
    from expressiveness.faces import FaceStore
    from expressiveness.models import MODEL, TrainingConfig, about_sets, train

    check_output_folder(out, kind=MODEL)
    check_output_file(json_file, overwrite=overwrite)

    found = read_folder(folder, reader=reader, columns=columns, strict=strict, allow_outside=allow_outside)
    interviews = found.interviews
    rule = found.rule_for(target, low=low, high=high)
    store = FaceStore.open(faces, settings=settings)
    given = {"epochs": epochs, "batch_size": batch_size, "face_input": "single" if single else None}
    options = {name: value for name, value in given.items() if value is not None} | _named_values(option or [])
    make = TrainingConfig.notebook if notebook else TrainingConfig
    config = make(
        model="notebook_cnn" if notebook else model_name,
        target=rule.target,
        thresholds="tertiles" if tertiles else rule.thresholds,
        options=options,
        seed=seed,
    )
    decisions = Curation.load(curation) if curation else None
    frame_truth = _frame_truth(found.path, decisions)
    neutrals = read_neutrals(found, neutral)
    warn_of_doubts(interviews, None if tertiles else rule)
    with progress("Training") as report:
        model = train(
            interviews,
            store,
            config,
            split=read_split(split, interviews) if split else None,
            curation=decisions,
            neutrals=neutrals,
            workers=workers,
            progress=report,
            log_folder=tensorboard,
        )
    held_out = held_out_interviews(model, interviews)
    with progress("Judging") as report:
        evaluation = evaluate(model, held_out, store, frame_truth=frame_truth, neutrals=neutrals, progress=report)
    model = model.with_evaluation(evaluation)
    model.save(out)
    write_json(json_file, model.evaluation, overwrite=overwrite)
    _say_figures(model.evaluation or {})
    say(about_sets(model.record()["sets"]))
    if decisions:
        say(f"It was given {counted(len(decisions), 'decision')} of {', '.join(decisions.whose())}.")
    say(f"The model is in {out}, its card in {out / 'README.md'}.")


def evaluate(
    model: Model,
    folder: Folder,
    faces: Faces,
    everyone: Annotated[bool, typer.Option("--everyone", help="Also judge on people it was trained on.")] = False,
    curation: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Decisions of reviewers: the frames that they labelled.")
    ] = None,
    coding: Annotated[
        Path | None,
        typer.Option(metavar="DIR|FILE", help="Codes of several people: the truth of frames, see agreement."),
    ] = None,
    neutral: NeutralOfFolder = None,
    html: Html = None,
    reader: Reader = None,
    columns: Columns = None,
    strict: Strict = False,
    allow_outside: AllowOutside = False,
    json_file: Json = None,
    overwrite: Overwrite = False,
) -> None:
    """Judge a model on the interviews of people it has not seen."""
    from expressiveness.data import Curation
    from expressiveness.evaluation import evaluate, held_out_interviews
    from expressiveness.faces import FaceStore

    check_output_file(json_file, overwrite=overwrite)
    check_output_file(html, overwrite=overwrite)
    trained = read_model(model)
    found = read_folder(folder, reader=reader, columns=columns, strict=strict, allow_outside=allow_outside)
    frame_truth = _frame_truth(found.path, Curation.load(curation) if curation else None)
    if coding:
        frame_truth = _coded(coding, found.interviews)
    neutrals = read_neutrals(found, neutral)
    held_out = found.interviews if everyone else held_out_interviews(trained, found.interviews)
    store = FaceStore(faces, trained.extraction)
    with progress("Judging") as report:
        evaluation = evaluate(trained, held_out, store, frame_truth=frame_truth, neutrals=neutrals, progress=report)
    figures = evaluation.as_dict()
    write_json(json_file, figures, overwrite=overwrite)
    _say_figures(figures)
    if html:
        from expressiveness.reports import evaluation_report, write_page

        title = f"Evaluation of {model.resolve().name}"
        videos = {one.id: one.video for one in held_out}
        page = evaluation_report(evaluation, history=trained.history, videos=videos, title=title)
        say(f"The report is {write_page(page, html, overwrite=overwrite)}.")


def benchmark(
    folder: Folder,
    faces: Faces,
    rows: Annotated[
        str | None, typer.Option(metavar="KEY,KEY", help="Only these rows; a wrong one lists them.")
    ] = None,
    settings: Settings = None,
    target: Target = None,
    low: Low = None,
    high: High = None,
    folds: Annotated[int, typer.Option(min=2, help="Folds of participants.")] = DEFAULT_FOLDS,
    epochs: Epochs = None,
    draws: Annotated[int, typer.Option(min=1, help="Of people, for the intervals.")] = BOOTSTRAP_DRAWS,
    groups: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV of user_no,group: figures of each group, too.")
    ] = None,
    neutral: NeutralOfFolder = None,
    html: Html = None,
    seed: Seed = DEFAULT_SEED,
    workers: Workers = None,
    reader: Reader = None,
    columns: Columns = None,
    strict: Strict = False,
    allow_outside: AllowOutside = False,
    json_file: Json = None,
    overwrite: Overwrite = False,
) -> None:
    """Compare models and controls, each judged on people it has not seen."""
    from expressiveness.evaluation import BenchmarkConfig, benchmark
    from expressiveness.faces import FaceStore
    from expressiveness.movement import MovementStore, extract_movements
    from expressiveness.reports import benchmark_report, read_groups, table_lines, write_page

    check_output_file(json_file, overwrite=overwrite)
    check_output_file(html, overwrite=overwrite)
    found = read_folder(folder, reader=reader, columns=columns, strict=strict, allow_outside=allow_outside)
    interviews = found.interviews
    rule = found.rule_for(target, low=low, high=high)
    store = FaceStore.open(faces, settings=settings)
    config = BenchmarkConfig(
        target=rule.target,
        thresholds=rule.thresholds,
        folds=folds,
        **({} if epochs is None else {"epochs": epochs}),
        draws=draws,
        seed=seed,
        rows=tuple(rows.split(",")) if rows else None,
    )
    known_groups = read_groups(groups) if groups else None
    frame_truth = _frame_truth(found.path)
    neutrals = read_neutrals(found, neutral)
    warn_of_doubts(interviews, rule)
    with progress("Reading movement") as report:
        read = extract_movements(interviews, MovementStore.beside(store), workers=workers, progress=report)
    for failure in read.failures:
        warn(f"{failure.id}: {failure.reason}")
    with progress("Benchmark") as report:
        results = benchmark(
            interviews,
            store,
            config,
            groups=known_groups,
            frame_truth=frame_truth,
            neutrals=neutrals,
            progress=report,
        )
    write_json(json_file, results.as_dict(), overwrite=overwrite)
    for line in table_lines(results):
        say(line)
    if html:
        say(f"The report is {write_page(benchmark_report(results), html, overwrite=overwrite)}.")


def report(
    model: Model,
    folder: Folder,
    faces: Faces,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="New folder for the page and its parts.")],
    everyone: Annotated[bool, typer.Option("--everyone", help="Also judge on people it was trained on.")] = False,
    neutral: NeutralOfFolder = None,
    reader: Reader = None,
    columns: Columns = None,
    strict: Strict = False,
    allow_outside: AllowOutside = False,
) -> None:
    """Write what a paper needs: methods, table with intervals, vector figures, model card and data sheet."""
    from expressiveness.data import inspect_folder
    from expressiveness.evaluation import evaluate, held_out_interviews
    from expressiveness.faces import FaceStore
    from expressiveness.reports import PAPER, write_paper_report

    check_output_folder(out, kind=PAPER)
    trained = read_model(model)
    found = read_folder(folder, reader=reader, columns=columns, strict=strict, allow_outside=allow_outside)
    held_out = found.interviews if everyone else held_out_interviews(trained, found.interviews)
    store, neutrals = FaceStore(faces, trained.extraction), read_neutrals(found, neutral)
    with progress("Judging") as shown:
        evaluation = evaluate(
            trained, held_out, store, frame_truth=_frame_truth(found.path), neutrals=neutrals, progress=shown
        )
    limits = trained.thresholds
    data = inspect_folder(found, target=trained.config.target, low=limits.low, high=limits.high)
    written = write_paper_report(trained.with_evaluation(evaluation), evaluation, data, out)
    say(f"The report is {written}, its parts are beside it.")


def export_model(
    model: Model,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder for the export.")],
    format: Annotated[
        str,
        typer.Option(
            "--format",
            callback=_known_format,
            help="notebook (its four files), keras, savedmodel, tflite, onnx, what another package brings, or hub.",
        ),
    ],
) -> None:
    """Write a model in another format, with a file that says what to feed it; or as a folder to upload to a hub."""
    from expressiveness.models import HUB, write_hub_folder

    if format == HUB:
        write_hub_folder(model, out)
        say(f"{out} is ready for: hf upload NAME {out}. Nothing was sent; see the terms of use in its README.md.")
        return
    trained = read_model(model)
    with silenced():
        from expressiveness.models import export_model

        export_model(trained, out, format)
    say(f"Model: {trained.in_words}.")
    say(f"{out}: {', '.join(sorted(path.name for path in out.iterdir() if path.name != MANIFEST))}")


def _say_figures(figures: dict[str, Any]) -> None:
    say(figures["verdict"])
    say(f"Model: {figures['model']}.")
    video = figures["video"]
    low, high = video["accuracy_ci"]
    spearman = "" if video["spearman"] is None else f", Spearman {video['spearman']:.2f}"
    ccc = "" if video["ccc"] is None else f", CCC {video['ccc']:.2f}"
    people = "People who were trained on, too" if figures["leaky"] else "Held-out people"
    say(
        f"{people}: {figures['participants']}, videos: {video['n']}. Accuracy {video['accuracy']:.2f} "
        f"({low:.2f} to {high:.2f}), majority class {video['majority_accuracy']:.2f}, "
        f"macro-F1 {video['macro_f1']:.2f}{spearman}, mean absolute error {video['mae']:.2f}{ccc}, "
        f"calibration error {video['ece']:.2f}."
    )
    say(about_frames(figures))


def _frame_truth(folder: Path, curation: Curation | None = None) -> FrameTruth | None:
    """Frame-level ground truth: reviewers' labels, or else that of rendered interviews."""
    from expressiveness.evaluation import FrameTruth

    labelled = FrameTruth.labelled(curation) if curation else None
    return labelled or FrameTruth.beside(folder)


def _coded(coding: Path, interviews: Sequence[Interview]) -> FrameTruth:
    """What people coded of single frames.

    Raises:
        ConfigError: no frame was coded, or no video shows a change.
    """
    from expressiveness.coding import Codings, human_truth

    truth = human_truth(Codings.read(coding), participants={one.id: one.participant for one in interviews})
    if not truth:
        raise ConfigError(f"--coding {coding}: in no video do the coders agree that frames differ; code more frames")
    return truth


def _named_values(given: Sequence[str]) -> dict[str, str]:
    """Parse NAME=VALUE options.

    Raises:
        ConfigError: an option has no "=".
    """
    if wrong := [text for text in given if "=" not in text]:
        raise ConfigError(f"--option {wrong[0]}: give NAME=VALUE")
    return dict(text.split("=", 1) for text in given)
