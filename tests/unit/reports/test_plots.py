"""Figures show the numbers they are given: order, colour and place are checked on what was drawn."""

import subprocess
import sys
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from matplotlib.colors import to_hex

from expressiveness.data import BALANCED, CATEGORIES, COLORS, EXPRESSIVE, RESERVED, Thresholds
from expressiveness.errors import ReportError
from expressiveness.reports import model_plots, plots
from expressiveness.reports.formats import FIGURE_FORMATS
from tests.unit.reports.test_pages import predictions

pytestmark = pytest.mark.slow  # everything here draws

THRESHOLDS = Thresholds()
SCORES = [-2.0, -1.0, -0.31, -0.3, 0.0, 0.3, 0.31, 1.0, 1.2]
MATRIX = [[8, 1, 1], [2, 3, 5], [0, 0, 4]]
REPORT = {
    name: {"recall": recall, "precision": 0.5, "f1-score": 0.6, "support": 10.0}
    for name, recall in zip(CATEGORIES, (0.8, 0.3, 1.0), strict=True)
}
HISTORY = {
    "accuracy": [0.4, 0.6, 0.8],
    "val_accuracy": [0.4, 0.55, 0.5],
    "loss": [1.1, 0.8, 0.5],
    "val_loss": [1.1, 0.9, 1.0],
    "learning_rate": [1e-3, 1e-3, 5e-4],
}


def all_figures():
    return {
        "histogram": plots.score_histogram(SCORES, THRESHOLDS),
        "box": plots.score_box(SCORES, THRESHOLDS),
        "categories": plots.category_counts({RESERVED: 3, BALANCED: 3, EXPRESSIVE: 3}),
        "participants": plots.clips_per_participant([6, 6, 1, 17]),
        "questions": plots.score_by_question({"1. Introduce yourself": SCORES, "2. Why us?": [0.4]}, THRESHOLDS),
        "confusion": model_plots.confusion_matrix(MATRIX),
        "training": model_plots.training_curves(HISTORY),
        "time": over_time([0, 1, 2], [[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
    }


def over_time(seconds, probabilities):
    judged = predictions(probabilities).saying(seconds=np.array(seconds, dtype=np.float64))
    return model_plots.probabilities_over_time(judged)


def axes_of(figure):
    return figure.axes[0]


def texts(axes):
    return [text.get_text() for text in axes.texts]


@pytest.mark.parametrize("format", FIGURE_FORMATS)
def test_every_figure_is_written_in_every_format(format, tmp_path):
    for name, figure in all_figures().items():
        path = plots.save(figure, tmp_path / f"{name}.{format}")

        if format == "png":
            assert cv2.imread(str(path)).std() > 5, f"{name} is blank"
        else:
            assert ElementTree.parse(path).getroot().tag == "{http://www.w3.org/2000/svg}svg"


def test_the_same_numbers_give_the_same_bytes():
    first, second = all_figures(), all_figures()

    for name in first:
        assert plots.rendered(first[name], "svg") == plots.rendered(second[name], "svg"), name


def test_no_figure_uses_pyplots_global_state():
    code = "import sys, expressiveness.reports.plots, expressiveness.reports.model_plots;"
    code += "print('matplotlib.pyplot' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"


def test_the_histogram_counts_each_score_in_its_own_categorys_colour():
    axes = axes_of(plots.score_histogram(SCORES, THRESHOLDS))

    drawn = dict.fromkeys(COLORS.values(), 0.0)
    for bar in axes.patches:
        drawn[to_hex(bar.get_facecolor()).upper()] += bar.get_height()
    assert drawn == {COLORS[RESERVED]: 3, COLORS[BALANCED]: 3, COLORS[EXPRESSIVE]: 3}  # a threshold itself is Balanced
    assert [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "--"] == [-0.3, 0.3]
    assert texts(axes) == ["−0.3", "0.3"]


def test_the_density_covers_as_much_as_the_bars():
    scores = np.random.default_rng(0).normal(size=500)
    axes = axes_of(plots.score_histogram(scores, THRESHOLDS))

    density = next(line for line in axes.lines if line.get_label() == "density")
    bars = sum(bar.get_height() * bar.get_width() for bar in axes.patches)
    assert np.trapezoid(density.get_ydata(), density.get_xdata()) == pytest.approx(bars, rel=0.03)


@pytest.mark.parametrize("scores", [[0.5], [1.0, 1.0, 1.0], [-7.5, 0.0, 9.3], list(np.linspace(-1e4, 1e4, 50))])
@pytest.mark.parametrize("thresholds", [THRESHOLDS, Thresholds(0.0, 1e-6), Thresholds(-1e3, 1e3)])
def test_any_scores_and_thresholds_can_be_drawn(scores, thresholds):
    figure = plots.score_histogram(scores, thresholds)

    assert sum(bar.get_height() for bar in axes_of(figure).patches) == len(scores)
    assert plots.rendered(figure, "png")
    assert plots.rendered(plots.score_box(scores, thresholds), "png")


def test_categories_keep_their_order_and_colour_whatever_their_counts():
    axes = axes_of(plots.category_counts({EXPRESSIVE: 900, RESERVED: 100}))

    assert [label.get_text() for label in axes.get_xticklabels()] == list(CATEGORIES)
    assert [bar.get_height() for bar in axes.patches] == [100, 0, 900]
    assert [to_hex(bar.get_facecolor()).upper() for bar in axes.patches] == list(COLORS.values())
    assert texts(axes) == ["100  (10%)", "0  (0%)", "900  (90%)"]


def test_participants_are_counted_by_their_clips():
    axes = axes_of(plots.clips_per_participant([6, 6, 1, 17]))

    assert {bar.get_x() + bar.get_width() / 2: bar.get_height() for bar in axes.patches} == {1: 1, 6: 2, 17: 1}
    assert "median of 6 clips" in axes.get_title()


def test_the_question_with_the_highest_median_is_on_top():
    axes = axes_of(plots.score_by_question({"middle": [0.0], "high": [1, 2, 9], "low": [-1.0, -2.0]}, THRESHOLDS))

    names = [label.get_text() for label in axes.get_yticklabels()]
    dots = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert names == ["low  (2)", "middle  (1)", "high  (3)"]  # from the bottom
    assert dots == [-1.5, 0.0, 2.0]


def test_of_too_many_questions_those_with_the_most_clips_are_shown_and_the_rest_counted():
    scores = {f"question {number}": [0.0] * (1 + number) for number in range(plots.MOST_QUESTIONS + 5)}

    axes = axes_of(plots.score_by_question(scores, THRESHOLDS))

    assert len(axes.get_yticks()) == plots.MOST_QUESTIONS
    assert "5 more questions" in axes.get_title()
    assert not any(label.get_text() == "question 4  (5)" for label in axes.get_yticklabels())


@pytest.mark.parametrize(
    "text", ["Why $us$?", r"50 $\frac 1 2$", "cost: $5 or $", "<b>bold</b> & more", "为什么？", "😀" * 60]
)
@pytest.mark.parametrize("format", FIGURE_FORMATS)
def test_any_text_is_drawn_as_it_stands(text, format):
    figure = plots.score_by_question({text: [0.0]}, THRESHOLDS)

    drawn = plots.rendered(figure, format)

    if format == "svg":
        shown = "".join(ElementTree.fromstring(drawn.decode()).itertext())
        assert text[: plots.QUESTION_LETTERS - 1] in shown


def test_the_confusion_matrix_has_the_truth_in_rows_and_its_shares_by_row():
    axes = axes_of(model_plots.confusion_matrix(MATRIX))

    cells = {(round(text.get_position()[0]), round(text.get_position()[1])): [] for text in axes.texts}
    for text in axes.texts:
        cells[round(text.get_position()[0]), round(text.get_position()[1])].append(text.get_text())
    assert cells[0, 0] == ["8", "80%"]
    assert cells[2, 1] == ["5", "50%"]  # true Balanced, predicted Expressive
    assert cells[0, 2] == ["0", "0%"]
    assert [label.get_text().replace("\n", " ") for label in axes.get_yticklabels()] == list(CATEGORIES)


def test_a_category_that_never_occurs_has_an_empty_row():
    axes = axes_of(model_plots.confusion_matrix([[0, 0, 0], [0, 2, 0], [0, 0, 2]]))

    assert texts(axes)[:2] == ["0", "0%"]


def test_training_curves_mark_the_epoch_whose_weights_were_kept():
    accuracy, loss = model_plots.training_curves(HISTORY).axes

    for axes in (accuracy, loss):
        curves = {line.get_label(): line for line in axes.lines}
        assert curves["kept: epoch 2"].get_xdata()[0] == 2
        assert curves["validation"].get_xdata().tolist() == [1, 2, 3]
    assert accuracy.lines[1].get_ydata().tolist() == HISTORY["val_accuracy"]
    assert loss.lines[0].get_ydata().tolist() == HISTORY["loss"]


def test_probabilities_are_stacked_in_the_categories_order():
    axes = axes_of(over_time([0, 1, 2], [[0.5, 0.2, 0.3]] * 3))

    tops = [area.get_datalim(axes.transData).y1 for area in axes.collections[:3]]
    colors = [to_hex(area.get_facecolor()[0]).upper() for area in axes.collections[:3]]
    assert tops == pytest.approx([0.5, 0.7, 1.0])
    assert colors == list(COLORS.values())


def test_time_without_a_face_stays_empty():
    seconds = [0, 1, 2, 3, 10, 11, 20]

    axes = axes_of(over_time(seconds, [[0.2, 0.3, 0.5]] * len(seconds)))

    spans = {tuple(area.get_datalim(axes.transData).intervalx) for area in axes.collections if area.get_paths()}
    assert spans == {(-0.5, 3.5), (9.5, 11.5), (19.5, 20.5)}


def test_a_video_without_a_face_gives_an_empty_figure():
    assert plots.rendered(over_time([], []), "png")


def test_a_notebook_shows_a_figure_as_a_picture_without_any_preparation():
    for figure in all_figures().values():
        assert figure._repr_png_().startswith(b"\x89PNG")


def test_a_model_that_learned_in_no_epochs_has_no_curves_and_that_is_said():
    with pytest.raises(ReportError, match="did not train in epochs"):
        model_plots.training_curves({})
