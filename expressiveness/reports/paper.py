"""What a paper needs of a model and its evaluation: methods, table, figures as vectors, model card and data sheet.

FOLDER/
├── report.html      all of it on one page
├── methods.md       a paragraph with versions and settings
├── figures.csv      the table of results, with intervals
├── model_card.md    see Mitchell et al., "Model cards for model reporting", 2019
├── data_sheet.md    see Gebru et al., "Datasheets for datasets", 2021; what only the authors know is left open
└── figures/         each as SVG and PDF
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from statistics import median
from typing import Any

from matplotlib.figure import Figure

from expressiveness._io import atomic_folder
from expressiveness.data import CATEGORIES, Inspection
from expressiveness.evaluation import BOOTSTRAP_DRAWS, Evaluation
from expressiveness.models import TERMS, TrainedModel
from expressiveness.reports import model_plots
from expressiveness.reports.html_page import Block, Picture, Table, page, write_page
from expressiveness.reports.inspection_plots import inspection_figures
from expressiveness.reports.pages import LEAKY
from expressiveness.reports.plots import save
from expressiveness.wording import about_frames, counted, decimal, figure_rows

PAPER = "report for a paper"
"""The kind of the folder, see `check_output_folder`."""

OPEN = "[to be filled in]"


def write_paper_report(model: TrainedModel, evaluation: Evaluation, data: Inspection, folder: Path | str) -> Path:
    """Write the report, and its parts as files.

    Args:
        model: that was trained.
        evaluation: of it, from `evaluate`.
        data: what it was evaluated on, from `inspect_folder`.
        folder: new, empty, or written by an earlier call, whose files are replaced.

    Returns:
        The page's path.

    Raises:
        OutputError: the folder cannot be written, or holds something that we did not write.
    """
    folder = Path(folder)
    figures, record = _figures(evaluation, data), model.record()
    methods = methods_paragraph(record, evaluation)
    results = [("figure", "value", "95 % interval"), *figure_rows(evaluation.as_dict())]
    sheet = data_sheet(data)
    with atomic_folder(folder, kind=PAPER) as unfinished:
        for name, (figure, _) in figures.items():
            for format in ("svg", "pdf"):
                save(figure, unfinished / "figures" / f"{name}.{format}")
        texts = {"methods.md": f"{methods}\n", "model_card.md": model.card, "data_sheet.md": _markdown(sheet)}
        for name, text in {**texts, "figures.csv": _csv(results)}.items():
            (unfinished / name).write_text(text, encoding="utf-8")
        pictures = [Picture(figure, description) for figure, description in figures.values()]
        write_page(_page(methods, results, pictures, model, sheet), unfinished / "report.html")
    return folder / "report.html"


def methods_paragraph(record: Mapping[str, Any], evaluation: Evaluation) -> str:
    """How the model was trained and judged, with versions and settings, in the words of a methods section.

    Args:
        record: of the model, see `TrainedModel.record`.
        evaluation: of it.
    """
    config, data, versions = record["config"], record["data"], record["versions"]
    extraction, thresholds = record["extraction"], record["thresholds"]
    people, videos = data.get("participants", {}), data.get("videos", {})
    apart = "no participant was in two sets" if config["split_by"] == "participant" else "the sets share participants"
    options = ", ".join(f"{name} {value}" for name, value in config["options"].items())
    judged = evaluation.video["n"]
    return " ".join(
        [
            f"Faces were found with BlazeFace (MediaPipe {versions.get('mediapipe', '?')}, detector "
            f"{extraction['detector']}, confidence at least {extraction['confidence']:g}) on "
            f"{_frames_looked_at(extraction['sampling'])}.",
            f"A model of the family {config['model']} (expressiveness {versions.get('expressiveness', '?')}; "
            f"{f'options: {options}; ' if options else ''}seed {config['seed']}) was trained on "
            f"{videos.get('train', '?')} videos of {people.get('train', '?')} participants to predict "
            f"{config['target']}; {videos.get('validation', '?')} videos of {people.get('validation', '?')} "
            f"participants served for calibration and early stopping, and {apart}.",
            str(record.get("sees", "")),
            f"Scores below {thresholds['low']:g} counted as {CATEGORIES[0]}, above {thresholds['high']:g} as "
            f"{CATEGORIES[2]}, and those between as {CATEGORIES[1]}.",
            f"It was judged on {counted(judged, 'video')} of {counted(evaluation.participants, 'participant')}"
            + (", some of whom it was trained on." if evaluation.leaky else " whom it had not seen.")
            + f" Intervals are 95 % percentile intervals over {BOOTSTRAP_DRAWS:,} bootstrap samples of participants.",
            f"Versions: {', '.join(f'{name} {number}' for name, number in versions.items())}.",
        ]
    )


def data_sheet(data: Inspection) -> dict[str, list[str]]:
    """What is known of the interviews, by the headings of a data sheet."""
    clips = list(data.clips_per_participant.values())
    shares = ", ".join(f"{name} {count}" for name, count in data.category_counts.items())
    scores = data.statistics
    return {
        "Motivation": [f"For what purpose, and by whom, were the videos recorded? {OPEN}"],
        "Composition": [
            f"{counted(len(data.clips), 'video')} of {counted(len(clips), 'participant')}"
            + (f", {min(clips)} to {max(clips)} each (median {median(clips):g})." if clips else "."),
            f"Score {data.target}: mean {decimal(scores['mean'])}, SD {decimal(scores['std'])}, "
            f"{decimal(scores['min'])} to {decimal(scores['max'])} (n = {len(data.clips)}). Categories: {shares}."
            if data.target
            else "Nothing was scored.",
            f"Columns: {', '.join(column.name for column in data.columns)}.",
            f"Left out: {counted(len(data.bad_rows), 'row')} that could not be used; "
            f"{counted(len(data.missing_videos), 'video')} missing.",
            *(f"{doubt}." for doubt in data.doubts),
        ],
        "Collection": [f"How were participants found, informed and asked for consent? {OPEN}"],
        "Labelling": [f"Who scored the videos, with what instruction, and how well did raters agree? {OPEN}"],
        "Uses": [TERMS],
        "Distribution and maintenance": [f"Who may have the videos, under what terms, until when? {OPEN}"],
    }


def _page(
    methods: str,
    results: Sequence[tuple[str, ...]],
    pictures: Sequence[Picture],
    model: TrainedModel,
    sheet: Mapping[str, Sequence[str]],
) -> str:
    evaluation = model.evaluation or {}
    header, *rows = results
    sections: dict[str, Sequence[Block]] = {
        "Methods": [methods],
        "Results": [
            *([evaluation["verdict"]] if "verdict" in evaluation else []),
            *([LEAKY] if evaluation.get("leaky") else []),
            Table(header, [tuple(row) for row in rows]),
            *([about_frames(evaluation)] if evaluation else []),
        ],
        "Figures": pictures,
        "Model card": _blocks(model.card),
        **{f"Data sheet: {heading}": list(texts) for heading, texts in sheet.items()},
    }
    return page("Report for a paper", sections)


def _blocks(markdown: str) -> list[Block]:
    """The paragraphs of a card, without its marks and its table, which is shown above."""
    parts = (part.strip("# ").strip() for part in markdown.split("\n\n"))
    return [" ".join(part.split()) for part in parts if part and not part.startswith("|")]


def _figures(evaluation: Evaluation, data: Inspection) -> dict[str, tuple[Figure, str]]:
    """The figures with their captions, by file name."""
    judged = counted(evaluation.video["n"], "video")
    matrix = model_plots.confusion_matrix(evaluation, title=f"Confusion matrix of {judged}")
    known = inspection_figures(data)
    return {
        "scores": (model_plots.score_scatter(evaluation), f"Predicted against true score of {judged}."),
        "confusion": (matrix, f"Confusion matrix of {judged}, truth in rows."),
        **{
            name: (known[name], description)
            for name, description in (
                ("score_histogram", f"Scores of {counted(len(data.clips), 'video')}, with thresholds."),
                ("clips_per_participant", "How many participants have how many videos."),
            )
            if name in known
        },
    }


def _frames_looked_at(sampling: Mapping[str, Any]) -> str:
    if sampling.get("every"):
        return f"every {sampling['every']}th frame" if sampling["every"] > 1 else "every frame"
    if sampling.get("rate"):
        return f"{sampling['rate']:g} frames a second"
    return f"{sampling.get('spread')} frames spread over each video"


def _markdown(sheet: Mapping[str, Sequence[str]]) -> str:
    parts = [f"## {heading}\n\n" + "\n\n".join(texts) for heading, texts in sheet.items()]
    return "# Data sheet\n\n" + "\n\n".join(parts) + "\n"


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().replace("\N{MINUS SIGN}", "-")  # programs read only that one as a number
