"""The HTML reports: on a folder of interviews, on a model's evaluation, and on predictions for videos.

Each is one page with embedded figures, see `expressiveness.reports.html_page`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from expressiveness._io import atomic_folder
from expressiveness.data import CATEGORIES, NEAR, Inspection
from expressiveness.errors import ReportError
from expressiveness.models import TERMS
from expressiveness.reports import model_plots
from expressiveness.reports.formats import FIGURE_FORMATS, FigureFormat
from expressiveness.reports.html_page import Block, Picture, Table, page, write_page
from expressiveness.reports.inspection_plots import inspection_figures
from expressiveness.reports.plots import save
from expressiveness.wording import about_frames, as_text, counted, decimal, figure_rows

if TYPE_CHECKING:
    from expressiveness.evaluation import Evaluation
    from expressiveness.models import FramePredictions
    from expressiveness.parallel import Outcome

REPORT = "report.html"
INSPECTION = "report on interviews"
"""The kind of the report's folder, see `check_output_folder`."""
LEAKY = "The model was trained on some of these people, so all figures are too good."


def write_inspection(inspection: Inspection, folder: Path | str, *, format: FigureFormat = "svg") -> Path:
    """Write an inspection's report, and its figures as separate files.

    Args:
        inspection: from `inspect_folder`.
        folder: new, empty, or written by an earlier call, whose files are replaced.
        format: of the figures' files, one of `FIGURE_FORMATS`.

    Returns:
        The report's path.

    Raises:
        ReportError: an unknown format.
        OutputError: the folder cannot be written, or holds something that we did not write.
    """
    if format not in FIGURE_FORMATS:
        raise ReportError(f"unknown format {format!r}; choose from {', '.join(FIGURE_FORMATS)}")
    folder, figures = Path(folder), inspection_figures(inspection)
    with atomic_folder(folder, kind=INSPECTION) as unfinished:
        for name, figure in figures.items():
            save(figure, unfinished / f"{name}.{format}")
        write_page(inspection_report(inspection, figures), unfinished / REPORT)
    return folder / REPORT


def inspection_report(inspection: Inspection, figures: Mapping[str, Figure] | None = None) -> str:
    """The report on a folder of interviews as HTML; `figures` are from `inspection_figures`, drawn if None."""
    figures = inspection_figures(inspection) if figures is None else figures
    pictures = {name: Picture(figure, _DESCRIPTIONS[name]) for name, figure in figures.items()}
    return page(
        f"Interviews in {inspection.folder.resolve().name}",
        {
            "Overview": [_overview(inspection)],
            f"Score: {inspection.target}": [
                *(pictures[name] for name in ("score_histogram", "score_box") if name in pictures),
                Table(
                    ("statistic", inspection.target),
                    [(name, decimal(value)) for name, value in inspection.statistics.items() if name != "count"],
                ),
            ],
            "Categories": _categories(inspection, pictures),
            "Participants and questions": [
                *(pictures[name] for name in ("clips_per_participant", "score_by_question") if name in pictures),
                "Retakes: the same person answered the same question more than once."
                if inspection.retakes
                else "Nobody answered a question twice.",
                Table(
                    ("participant", "question", "clips"),
                    [(retake.participant, retake.question_id, ", ".join(retake.ids)) for retake in inspection.retakes],
                ),
            ],
            "Columns": [
                Table(
                    ("key", "type", "missing"),
                    [(column.name, ", ".join(column.types), f"{column.missing:,}") for column in inspection.columns],
                )
            ],
            "What is wrong": _problems(inspection),
        },
    )


def evaluation_report(
    evaluation: Evaluation | Mapping[str, Any],
    *,
    history: Mapping[str, Sequence[float]] | None = None,
    title: str = "Evaluation",
) -> str:
    """The report on a model's evaluation as HTML.

    Args:
        evaluation: what `evaluate` returns, or what a model stores of it, without single videos.
        history: `TrainedModel.history`, for the training curves.
        title: of the page.
    """
    figures = evaluation if isinstance(evaluation, Mapping) else evaluation.as_dict()
    video = figures["video"]
    sections: dict[str, Sequence[Block]] = {
        "Figures": [
            *([f"Model: {figures['model']}."] if "model" in figures else []),  # records of earlier versions lack it
            *([figures["verdict"]] if "verdict" in figures else []),
            f"Judged on {counted(video['n'], 'video')} of {counted(figures['participants'], 'participant')}. "
            "Intervals come from drawing participants with replacement.",
            *([LEAKY] if figures.get("leaky") else []),
            Table(("figure", "value", "95 % interval"), figure_rows(figures)),
            about_frames(figures),
        ],
        "Videos": [*_scores(evaluation), *_videos(video)],
    }
    if history and history.get("val_accuracy"):
        curves = "Accuracy and loss by epoch, in training and validation."
        sections["Training"] = [Picture(model_plots.training_curves(history), curves)]
    if passed_over := figures.get("passed_over"):
        sections["Not judged"] = [Table(("clip", "why not"), list(passed_over.items()))]
    return page(title, {**sections, "Terms of use": [TERMS]})


def prediction_report(outcomes: Iterable[Outcome[Path, FramePredictions]], *, model: str | None = None) -> str:
    """The report on predictions for videos as HTML, with their probabilities over time.

    Args:
        outcomes: from `predict_videos`; a video that could not be read is listed with the reason.
        model: which one judged, see `TrainedModel.in_words`.
    """
    videos = [(Path(as_text(outcome.item)), outcome) for outcome in outcomes]
    sections: dict[str, Sequence[Block]] = {
        str(video): [
            Table(
                ("category", "score", "confidence", "may be", "frames with a face", "without"),
                [
                    (
                        said.category or "none",
                        decimal(said.score),
                        decimal(said.confidence),
                        said.possible_in_words,
                        f"{len(said.frame_number):,}",
                        f"{said.frames_without_face:,}",
                    )
                ],
            ),
            Picture(
                model_plots.probabilities_over_time(said, title=video.name),
                f"Probabilities of the categories over time in {video.name}.",
            ),
            *(said.why.sentences() if said.why else []),
        ]
        for video, outcome in videos
        if (said := outcome.value)
    }
    if failed := [(str(video), outcome.error or "") for video, outcome in videos if outcome.value is None]:
        sections["Not judged"] = [Table(("video", "why not"), failed)]
    who: dict[str, Sequence[Block]] = {"Model": [f"{model}."]} if model else {}
    return page("Predictions", {**who, **sections, "Terms of use": [TERMS]})


_DESCRIPTIONS = {
    "score_histogram": "Histogram of the scores in their categories' colours, with density and thresholds.",
    "score_box": "Box plot of the scores over the categories' ranges.",
    "categories": "Number of clips in each category.",
    "clips_per_participant": "How many participants have how many clips.",
    "score_by_question": "Median score of each question, and the middle half of its clips.",
}


def _overview(inspection: Inspection) -> Table:
    return Table(
        ("what", "how many"),
        [
            (f"rows of {inspection.table}", f"{inspection.rows:,}"),
            ("columns", f"{len(inspection.columns):,}"),
            ("valid interviews", f"{len(inspection.clips):,}"),
            ("bad rows", f"{len(inspection.bad_rows):,}"),
            ("missing videos", f"{len(inspection.missing_videos):,}"),
            ("participants", f"{len(inspection.clips_per_participant):,}"),
            ("questions", f"{len(inspection.scores_by_question):,}"),
            ("retakes", f"{sum(len(retake.ids) - 1 for retake in inspection.retakes):,}"),
        ],
    )


def _categories(inspection: Inspection, pictures: Mapping[str, Picture]) -> list[Block]:
    low, high = inspection.thresholds.low, inspection.thresholds.high
    clips = max(1, len(inspection.clips))
    return [
        f"{CATEGORIES[0]} < {low:g} ≤ {CATEGORIES[1]} ≤ {high:g} < {CATEGORIES[2]}. "
        f"Within {NEAR:g} of a threshold, where the category is close to chance: "
        f"{counted(inspection.near_threshold, 'clip')} ({inspection.near_threshold / clips:.0%}).",
        *([pictures["categories"]] if "categories" in pictures else []),
        Table(
            ("category", "clips", "share"),
            [(name, f"{count:,}", f"{count / clips:.1%}") for name, count in inspection.category_counts.items()],
        ),
    ]


def _problems(inspection: Inspection) -> list[Block]:
    blocks: list[Block] = [f"{doubt}." for doubt in inspection.doubts]
    if inspection.bad_rows:
        rows = [(str(row.line), row.id or "", row.reason) for row in inspection.bad_rows]
        blocks += ["These rows are skipped.", Table(("line", "id", "reason"), rows)]
    if inspection.missing_videos:
        blocks += [
            "The videos of these interviews are missing.",
            Table(("id",), [(i,) for i in inspection.missing_videos]),
        ]
    if inspection.ignored_keys:
        blocks.append(f"Ignored columns: {', '.join(inspection.ignored_keys)}.")
    return blocks or ["No problems were found."]


def _scores(evaluation: Evaluation | Mapping[str, Any]) -> list[Block]:
    if isinstance(evaluation, Mapping):
        return []
    words = f"Predicted against true score of {counted(len(evaluation.clips), 'video')}, with the line of equality."
    return [Picture(model_plots.score_scatter(evaluation), words)]


def _videos(figures: Mapping[str, Any]) -> list[Block]:
    """The confusion matrix and the figures of each category."""
    total = counted(figures["n"], "video")
    matrix = model_plots.confusion_matrix(figures["confusion_matrix"], title=f"Confusion matrix of {total}")
    bars = model_plots.category_figures(figures["report"], title=f"By category, {total}")
    return [
        Picture(matrix, f"Confusion matrix of {total}: {figures['confusion_matrix']}, truth in rows."),
        Picture(bars, f"Recall, precision and F1 of each category, over {total}."),
        Table(
            ("category", "precision", "recall", "F1", "videos"),
            [
                (name, *(decimal(row[key]) for key in ("precision", "recall", "f1-score")), f"{row['support']:.0f}")
                for name, row in ((name, figures["report"][name]) for name in CATEGORIES)
            ],
        ),
    ]
