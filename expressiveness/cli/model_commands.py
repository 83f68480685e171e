"""A model and how good it is: `train`, `evaluate`, `benchmark` and `export-model`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from expressiveness._io import MANIFEST, check_output_file, check_output_folder, silenced
from expressiveness.cli.options import (
    AllowOutside,
    Epochs,
    Faces,
    Folder,
    High,
    Html,
    Json,
    Low,
    Model,
    Overwrite,
    Seed,
    Strict,
    Target,
    Workers,
)
from expressiveness.cli.terminal import load_tensorflow, progress, read_folder, read_model, say, warn, write_json
from expressiveness.models import ExportFormat, ModelKind


def train(
    folder: Folder,
    faces: Faces,
    out: Annotated[Path, typer.Option("--out", metavar="MODEL", help="Folder for the model.")],
    target: Target = "facial_expression",
    model_kind: Annotated[
        ModelKind, typer.Option("--model", help="The notebook's network on face crops, or how the face moves.")
    ] = "notebook_cnn",
    notebook: Annotated[
        bool, typer.Option("--notebook", help="The notebook's choices: single crops, split by frame.")
    ] = False,
    single: Annotated[bool, typer.Option("--single", help="Show the network single crops, not deviations.")] = False,
    low: Low = -0.3,
    high: High = 0.3,
    tertiles: Annotated[
        bool, typer.Option("--tertiles", help="Thresholds at the training set's thirds instead.")
    ] = False,
    epochs: Epochs = 50,
    batch_size: Annotated[int, typer.Option(min=1)] = 32,
    seed: Seed = 0,
    curation: Annotated[Path | None, typer.Option(metavar="FILE", help="Decisions of reviewers, as exported.")] = None,
    tensorboard: Annotated[Path | None, typer.Option(metavar="DIR", help="Log for TensorBoard.")] = None,
    strict: Strict = False,
    allow_outside: AllowOutside = False,
    json_file: Json = None,
    overwrite: Overwrite = False,
) -> None:
    """Train on the stored faces, and judge the model on people it has not seen."""
    from dataclasses import replace

    from expressiveness.data import Curation, Thresholds
    from expressiveness.evaluation import evaluate, held_out_interviews
    from expressiveness.faces import FaceStore
    from expressiveness.models import MODEL, TrainingConfig

    check_output_folder(out, kind=MODEL)
    check_output_file(json_file, overwrite=overwrite)
    load_tensorflow()
    from expressiveness.models import train

    interviews = read_folder(folder, strict=strict, allow_outside=allow_outside).interviews
    store = FaceStore.open(faces)
    config = replace(
        TrainingConfig.notebook() if notebook else TrainingConfig(face_input="single" if single else "deviation"),
        model=model_kind,
        target=target,
        thresholds="tertiles" if tertiles else Thresholds(low, high),
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
    )
    with progress("Training") as report:
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
    write_json(json_file, model.evaluation, overwrite=overwrite)
    _say_figures(model.evaluation or {})
    say(f"The model is in {out}, its card in {out / 'README.md'}.")


def evaluate(
    model: Model,
    folder: Folder,
    faces: Faces,
    everyone: Annotated[bool, typer.Option("--everyone", help="Also judge on people it was trained on.")] = False,
    html: Html = None,
    strict: Strict = False,
    allow_outside: AllowOutside = False,
    json_file: Json = None,
    overwrite: Overwrite = False,
) -> None:
    """Judge a model on the interviews of people it has not seen."""
    from expressiveness.evaluation import evaluate, held_out_interviews
    from expressiveness.faces import FaceStore

    check_output_file(json_file, overwrite=overwrite)
    check_output_file(html, overwrite=overwrite)
    trained = read_model(model)
    interviews = read_folder(folder, strict=strict, allow_outside=allow_outside).interviews
    held_out = interviews if everyone else held_out_interviews(trained, interviews)
    figures = evaluate(trained, held_out, FaceStore(faces, trained.extraction))
    write_json(json_file, figures, overwrite=overwrite)
    _say_figures(figures)
    if html:
        from expressiveness.reports import evaluation_report, write_page

        title = f"Evaluation of {model.resolve().name}"
        page = evaluation_report(figures, history=trained.history, title=title)
        say(f"The report is {write_page(page, html, overwrite=overwrite)}.")


def benchmark(
    folder: Folder,
    faces: Faces,
    rows: Annotated[
        str | None, typer.Option(metavar="KEY,KEY", help="Only these rows; a wrong one lists them.")
    ] = None,
    target: Target = "facial_expression",
    low: Low = -0.3,
    high: High = 0.3,
    folds: Annotated[int, typer.Option(min=2, help="Folds of participants.")] = 5,
    epochs: Epochs = 50,
    draws: Annotated[int, typer.Option(min=1, help="Of people, for the intervals.")] = 1000,
    groups: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV of user_no,group: figures of each group, too.")
    ] = None,
    html: Html = None,
    seed: Seed = 0,
    workers: Workers = None,
    strict: Strict = False,
    allow_outside: AllowOutside = False,
    json_file: Json = None,
    overwrite: Overwrite = False,
) -> None:
    """Compare models and controls, each judged on people it has not seen (5-fold by participant)."""
    from expressiveness.data import Thresholds
    from expressiveness.evaluation import BenchmarkConfig, benchmark
    from expressiveness.faces import FaceStore
    from expressiveness.movement import MovementStore, extract_movements
    from expressiveness.reports import benchmark_report, read_groups, table_lines, write_page

    check_output_file(json_file, overwrite=overwrite)
    check_output_file(html, overwrite=overwrite)
    interviews = read_folder(folder, strict=strict, allow_outside=allow_outside).interviews
    store = FaceStore.open(faces)
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
    with progress("Reading movement") as report:
        read = extract_movements(interviews, MovementStore.beside(store), workers=workers, progress=report)
    for failure in read.failures:
        warn(f"{failure.id}: {failure.reason}")
    load_tensorflow()
    with progress("Benchmark") as report:
        figures = benchmark(interviews, store, config, groups=known_groups, progress=report)
    write_json(json_file, figures, overwrite=overwrite)
    for line in table_lines(figures):
        say(line)
    if html:
        say(f"The report is {write_page(benchmark_report(figures), html, overwrite=overwrite)}.")


def export_model(
    model: Model,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder for the export.")],
    format: Annotated[
        ExportFormat, typer.Option("--format", help="The notebook's four files, or one that others read.")
    ],
) -> None:
    """Write a model in another format, with a file that says what to feed it."""
    trained = read_model(model)
    with silenced():
        from expressiveness.models import export_model

        export_model(trained, out, format)
    say(f"{out}: {', '.join(sorted(path.name for path in out.iterdir() if path.name != MANIFEST))}")


def _say_figures(figures: dict[str, Any]) -> None:
    video = figures["video"]
    low, high = video["accuracy_ci"]
    spearman = "" if video["spearman"] is None else f", Spearman {video['spearman']:.2f}"
    people = "People who were trained on, too" if figures["leaky"] else "Held-out people"
    say(
        f"{people}: {figures['participants']}, videos: {video['n']}. Accuracy {video['accuracy']:.2f} "
        f"({low:.2f} to {high:.2f}), majority class {video['majority_accuracy']:.2f}, "
        f"macro-F1 {video['macro_f1']:.2f}{spearman}; frames {figures['frame']['accuracy']:.2f}."
    )
