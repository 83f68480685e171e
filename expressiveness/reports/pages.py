"""The HTML reports: on a folder of interviews, on a model's evaluation, and on predictions for videos.

Each is one page with embedded figures, see `expressiveness.reports.html_page`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from expressiveness._io import atomic_folder
from expressiveness.data import CATEGORIES, NEAR, READERS, CategoryRule, Inspection, Thresholds, short_name
from expressiveness.errors import ReportError, VideoError
from expressiveness.models import TERMS
from expressiveness.reports import model_plots
from expressiveness.reports.formats import FIGURE_FORMATS, FigureFormat
from expressiveness.reports.html_page import Block, Picture, Still, Strip, Table, page, write_page
from expressiveness.reports.inspection_plots import inspection_figures
from expressiveness.reports.plots import save
from expressiveness.video import Sampling, read_frames
from expressiveness.wording import about_frames, as_text, counted, decimal, figure_rows

if TYPE_CHECKING:
    from expressiveness.evaluation import Evaluation
    from expressiveness.models import FramePredictions
    from expressiveness.parallel import Outcome

REPORT = "report.html"
INSPECTION = "report on interviews"
"""The kind of the report's folder, see `check_output_folder`."""
MOST_WORST = 6
WIDTH_OF_STILL = 320
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
    sections: dict[str, Sequence[Block]] = {
        "What is wrong": _problems(inspection),
        "Overview": [f"Read as {inspection.reader}, since {READERS[inspection.reader].why}.", _overview(inspection)],
    }
    if inspection.target is not None:
        clips = counted(len(inspection.clips), "clip")
        sections[f"Score: {inspection.target}"] = [
            *(pictures[name] for name in ("score_histogram", "score_box") if name in pictures),
            Table(
                (f"statistic of {clips}", f"{inspection.target}, in the table's own unit"),
                [(name, decimal(value)) for name, value in inspection.statistics.items() if name != "count"],
            ),
        ]
        sections["Categories"] = _categories(inspection, pictures)
    else:
        sections["Score"] = ["No scores: predict and review only. They can be coded, and given in a table later."]
    sections |= {
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
                ("key", "type", f"missing, of {inspection.rows:,}"),
                [(column.name, ", ".join(column.types), f"{column.missing:,}") for column in inspection.columns],
            )
        ],
        "Terms of use": [TERMS],
    }
    return page(f"Interviews in {inspection.folder.resolve().name}", sections)


def evaluation_report(
    evaluation: Evaluation | Mapping[str, Any],
    *,
    history: Mapping[str, Sequence[float]] | None = None,
    videos: Mapping[str, Path | str] | None = None,
    title: str = "Evaluation",
) -> str:
    """The report on a model's evaluation as HTML.

    Args:
        evaluation: what `evaluate` returns, or what a model stores of it, without single videos.
        history: `TrainedModel.history`, for the training curves.
        videos: by interview id; a picture of the worst ones is shown. It shows people, so share the page only as you
            would the videos.
        title: of the page.
    """
    figures = evaluation if isinstance(evaluation, Mapping) else evaluation.as_dict()
    video = figures["video"]
    sections: dict[str, Sequence[Block]] = {
        "Verdict": [
            *([figures["verdict"]] if "verdict" in figures else []),
            *([f"Model: {figures['model']}."] if "model" in figures else []),  # records of earlier versions lack it
            f"Judged on {counted(video['n'], 'video')} of {counted(figures['participants'], 'participant')}. "
            "Intervals come from drawing participants with replacement.",
            *([LEAKY] if figures.get("leaky") else []),
        ],
        "Figures": [Table(("figure", "value", "95 % interval"), figure_rows(figures)), about_frames(figures)],
        "Videos": [*_scores(evaluation), *_videos(video)],
    }
    if worst := _worst_videos(evaluation, videos or {}):
        sections["Worst videos"] = worst
    if history and history.get("val_accuracy"):
        curves = "Accuracy and loss by epoch, in training and validation."
        sections["Training"] = [Picture(model_plots.training_curves(history), curves)]
    if passed_over := figures.get("passed_over"):
        sections["Not judged"] = [Table(("clip", "why not"), list(passed_over.items()))]
    return page(title, {**sections, "Terms of use": [TERMS]})


def prediction_report(
    outcomes: Iterable[Outcome[Path, FramePredictions]], *, model: str | None = None, rule: CategoryRule | None = None
) -> str:
    """The report on predictions for videos as HTML, with their probabilities over time.

    Args:
        outcomes: from `predict_videos`; a video that could not be read is listed with the reason.
        model: which one judged, see `TrainedModel.in_words`.
        rule: that the model has learned: its target, and its thresholds, which are drawn where frames have scores.
    """
    videos = [(Path(as_text(outcome.item)), outcome) for outcome in outcomes]
    judged = [said.category for _, outcome in videos if (said := outcome.value)]
    counts = [f"{short_name(name)} {judged.count(name)}" for name in CATEGORIES]
    sections: dict[str, Sequence[Block]] = {
        "Summary": [
            f"{counted(len(videos), 'video')}: {', '.join(counts)}, not judged {len(videos) - sum(map(bool, judged))}."
        ],
        **{str(video): _predicted(video.name, said, rule) for video, outcome in videos if (said := outcome.value)},
    }
    if failed := [(str(video), outcome.error or "") for video, outcome in videos if outcome.value is None]:
        sections["Not judged"] = [Table(("video", "why not"), failed)]
    who: dict[str, Sequence[Block]] = {"Model": [f"{model}."]} if model else {}
    return page("Predictions", {**who, **sections, "Terms of use": [TERMS]})


def _predicted(name: str, said: FramePredictions, rule: CategoryRule | None) -> list[Block]:
    unit = f", {rule.target}" if rule else ""
    header = ("category", f"score{unit}", "its probability", "may be", "frames with a face", "frames without")
    row = (
        said.category or "none",
        decimal(said.score),
        decimal(said.confidence),
        said.possible_in_words,
        f"{len(said.frame_number):,}",
        f"{said.frames_without_face:,}",
    )
    course = model_plots.probabilities_over_time(said, title=name, thresholds=rule.thresholds if rule else None)
    return [
        Table(header, [row]),
        *_why_another_category(said, rule),
        Picture(course, f"Probabilities of the categories over time in {name}, and the score where it is known."),
        *(said.why.sentences() if said.why else []),
    ]


def _why_another_category(said: FramePredictions, rule: CategoryRule | None) -> list[Block]:
    """Why a category is not the one whose range the score lies in."""
    if rule is None or said.category is None or said.score is None:
        return []
    by_score = rule.thresholds.category(said.score)
    if by_score == said.category:
        return []
    odds = ", ".join(
        f"{short_name(name)} {share:.0%}" for name, share in zip(CATEGORIES, said.video_probabilities, strict=True)
    )
    return [
        f"The score {decimal(said.score)} lies in the range of {short_name(by_score)}, {_range(by_score, rule)}. The "
        f"category is nevertheless {short_name(said.category)}, since that is the likeliest one ({odds}): the score is "
        "what is expected on average, and that is drawn towards the middle where the model is unsure."
    ]


def _range(category: str, rule: CategoryRule) -> str:
    low, high = decimal(rule.thresholds.low), decimal(rule.thresholds.high)
    return {CATEGORIES[0]: f"below {low}", CATEGORIES[1]: f"{low} to {high}", CATEGORIES[2]: f"above {high}"}[category]


def _worst_videos(evaluation: Evaluation | Mapping[str, Any], videos: Mapping[str, Path | str]) -> list[Block]:
    """The surest mistakes, each with a picture where its video can be read."""
    if isinstance(evaluation, Mapping) or evaluation.wrong.empty:
        return []
    worst = evaluation.wrong.head(MOST_WORST)
    rows = [
        (
            str(id),
            one["participant"],
            one["category"],
            one["predicted_category"],
            f"{one['confidence']:.0%}",
            decimal(one["score"]),
            decimal(one["predicted_score"]),
        )
        for id, one in worst.iterrows()
    ]
    stills = []
    for id, *_ in rows:
        if id in videos and (jpeg := _still(videos[id])):
            stills.append(Still(jpeg, id, f"A frame of the video of {id}"))
    header = ("id", "participant", "true", "predicted", "its probability", "score", "predicted score")
    total = len(evaluation.wrong)
    heading = f"{counted(total, 'video')} of {len(evaluation.clips)} wrong"
    heading += f"; the {len(rows)} surest mistakes, the surest first." if total > len(rows) else ", the surest first."
    return [heading, *([Strip(stills)] if stills else []), Table(header, rows)]


def _still(video: Path | str) -> bytes | None:
    """A frame of the middle of a video as a JPEG; None if it cannot be read."""
    import cv2

    try:
        frame = next(iter(read_frames(video, Sampling(spread=1))))
    except (VideoError, StopIteration):
        return None
    height, width = frame.rgb.shape[:2]
    size = (WIDTH_OF_STILL, max(1, round(height * WIDTH_OF_STILL / width)))
    small = cv2.cvtColor(cv2.resize(frame.rgb, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2BGR)
    return bytes(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 80])[1])


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
    thresholds = inspection.thresholds or Thresholds()
    low, high = thresholds.low, thresholds.high
    clips = max(1, len(inspection.clips))
    return [
        f"{CATEGORIES[0]} < {decimal(low)} ≤ {CATEGORIES[1]} ≤ {decimal(high)} < {CATEGORIES[2]}. "
        f"Within {NEAR:g} of a threshold, where the category is close to chance: "
        f"{counted(inspection.near_threshold, 'clip')} ({inspection.near_threshold / clips:.0%}).",
        *(
            f"The data brings no thresholds. For {what}: --low {one.low:g} --high {one.high:g}."
            for what, one in inspection.proposals.items()
        ),
        *([pictures["categories"]] if "categories" in pictures else []),
        Table(
            ("category", "clips", "share"),
            [(name, f"{count:,}", f"{count / clips:.1%}") for name, count in inspection.category_counts.items()],
        ),
    ]


def _problems(inspection: Inspection) -> list[Block]:
    blocks: list[Block] = [f"{doubt}." for doubt in inspection.doubts]
    if inspection.outliers:
        far = [(id, decimal(score)) for id, score in inspection.outliers.items()]
        blocks += [f"{inspection.about_outliers}. Are they typed as they should be?", Table(("id", "score"), far)]
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
    return [
        Picture(matrix, f"Confusion matrix of {total}: {figures['confusion_matrix']}, truth in rows."),
        Table(
            ("category", "precision", "recall", "F1", "videos"),
            [
                (name, *(decimal(row[key]) for key in ("precision", "recall", "f1-score")), f"{row['support']:.0f}")
                for name, row in ((name, figures["report"][name]) for name in CATEGORIES)
            ],
        ),
    ]
