"""Reports are one file that needs nothing else and runs nothing, whatever the data holds."""

import re
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from expressiveness._io import MANIFEST
from expressiveness.data import CATEGORIES, CategoryRule, Thresholds, inspect_folder
from expressiveness.errors import OutputError, ReportError
from expressiveness.models import FramePredictions
from expressiveness.parallel import Outcome
from expressiveness.reports import evaluation_report, prediction_report, write_inspection, write_page
from expressiveness.reports.html_page import MOST_ROWS, Picture, Table, page
from expressiveness.reports.pages import LEAKY, inspection_report
from expressiveness.reports.plots import category_counts
from expressiveness.wording import NO_FRAME_TRUTH
from tests.interviews import row, write_metadata

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>'\"&amp;"

HISTORY = {"accuracy": [0.4, 0.6], "val_accuracy": [0.4, 0.5], "loss": [1.1, 0.9], "val_loss": [1.1, 1.0]}
REPORT = {name: {"recall": 0.6, "precision": 0.5, "f1-score": 0.55, "support": 4.0} for name in CATEGORIES}
EVALUATION = {
    "participants": 6,
    "verdict": "Always answers Reserved; no better than chance.",
    "frame": {"n": 120, "accuracy": 0.52},  # as models of earlier versions keep it
    "video": {
        "n": 12,
        "accuracy": 0.67,
        "accuracy_ci": [0.5, 0.83],
        "macro_f1": 0.66,
        "macro_f1_ci": [0.48, 0.82],
        "spearman": None,
        "spearman_ci": None,
        "qwk": -0.25,
        "majority_accuracy": 0.42,
        "report": REPORT,
        "confusion_matrix": [[2, 1, 1], [1, 2, 1], [0, 0, 4]],
    },
    "passed_over": {"0007": "no face was found in it", "0008": "faces/0008.npz is not there; extract them first"},
}


class Page(HTMLParser):
    """What a browser would make of a page: its tags, its text, its figures."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text, self.images = [], "", []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag == "img":
            self.images.append(dict(attributes))
        for _, value in attributes:
            assert not (value or "").startswith("javascript:")

    def handle_data(self, data):
        self.text += data


def figures_of(html):
    """The SVG text of every figure in a page."""
    return [b64decode(image["src"].partition("base64,")[2]).decode() for image in Page(html).images]


@pytest.fixture(scope="module")
def hostile_report(tmp_path_factory):
    """The report on a folder whose every text is an attack."""
    rows = [
        row(
            number,
            id=f"{number} {HOSTILE}",
            question=HOSTILE,
            question_id=HOSTILE,
            user_no=HOSTILE,
            transcript="my secret",
        )
        for number in (1, 2)
    ]
    folder = tmp_path_factory.mktemp("hostile") / "<i>data"
    return inspection_report(inspect_folder(write_metadata(folder, *rows, b"{", {**row(3), HOSTILE: 1})))


def test_text_from_the_data_shows_as_it_stands(hostile_report):
    seen = Page(hostile_report)

    assert "script" not in seen.tags
    assert "i" not in seen.tags
    assert len(seen.images) == 5, "the figures are the only images"
    assert f"1 {HOSTILE}" in seen.text, "an id"
    assert "<i>data" in seen.text, "the folder's name"
    assert all("<script" not in figure for figure in figures_of(hostile_report))


def test_what_was_said_in_an_interview_is_in_no_report(hostile_report):
    assert "my secret" not in hostile_report + "".join(figures_of(hostile_report))
    assert "A calm face" not in hostile_report


def test_a_report_loads_nothing_from_anywhere(hostile_report):
    addresses = [
        address
        for pattern in (r"(?:src|href)=\"([^\"]*)\"", r"url\(([^)]*)\)")
        for address in re.findall(pattern, hostile_report)
    ]
    assert addresses
    assert all(address.startswith("data:image/svg+xml;base64,") for address in addresses)
    assert "default-src 'none'" in hostile_report


def test_an_inspection_is_written_as_figures_and_a_report(tmp_path):
    found = inspect_folder(write_metadata(tmp_path / "in", row(1), row(2, facial_expression=1.0)))

    report = write_inspection(found, tmp_path / "out", format="png")

    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "report.html",
        "score_histogram.png",
        "score_box.png",
        "categories.png",
        "clips_per_participant.png",
        "score_by_question.png",
        MANIFEST,
    }
    text = Page(report.read_text()).text
    assert "valid interviews2" in text
    assert "The videos of these interviews are missing." in text


def test_a_folder_without_interviews_still_has_its_report(tmp_path):
    html = inspection_report(inspect_folder(write_metadata(tmp_path, b"no", b"rows")))

    assert "These rows are skipped." in Page(html).text
    assert not Page(html).images


@pytest.mark.slow
def test_an_evaluation_shows_its_figures_with_intervals_and_the_terms_of_use():
    html = evaluation_report(EVALUATION, history=HISTORY)

    text = Page(html).text
    cells = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", html)
    figures = {name: re.findall(r"<td>(?:<span class=\"whole\">)?(.*?)(?:</span>)?</td>", rest) for name, rest in cells}
    assert figures["accuracy"] == ["0.67", "0.50 to 0.83"]
    assert figures["quadratic weighted kappa"] == ["−0.25", ""]
    assert "Spearman's rho" not in figures, "there is none"
    assert "12 videos of 6 participants" in text
    assert "0.42" in text, "what the majority class reaches"
    assert EVALUATION["verdict"] in text
    assert "0.52" not in text, "of frames held against their video's label"
    assert NO_FRAME_TRUTH in text
    assert "0007no face was found in it" in text, "each clip that was not judged with its own reason"
    assert "0008faces/0008.npz is not there; extract them first" in text
    assert "Academic research only" in text
    assert LEAKY not in text
    assert LEAKY in Page(evaluation_report({**EVALUATION, "leaky": True})).text


def test_frames_are_shown_where_something_is_known_of_them():
    thirds = {"low": 0.26, "mid": 0.41, "high": None}
    frames = {"n": 1200, "videos": 12, "within": 0.36, "within_ci": [0.3, 0.41], "pooled": 0.53}

    text = Page(evaluation_report({**EVALUATION, "frames": {**frames, "within_by_amplitude": thirds}})).text

    assert "The truth of 1,200 frames is known: Spearman's rho is 0.36 within a video, 0.53 over the frames of" in text
    assert "frames within a video, Spearman's rho0.360.30 to 0.41" in text
    assert "frames within a video, mid amplitude0.41" in text
    assert "high amplitude" not in text
    assert NO_FRAME_TRUTH not in text


@pytest.mark.slow
def test_an_evaluation_has_its_matrix_and_the_training_curves():
    with_curves, without = evaluation_report(EVALUATION, history=HISTORY), evaluation_report(EVALUATION)

    assert len(figures_of(with_curves)) == 2
    assert len(figures_of(without)) == 1
    assert "Confusion matrix of 12 videos" in figures_of(without)[0]
    assert Page(without).text.index(EVALUATION["verdict"]) < Page(without).text.index("accuracy"), "first of all"
    assert all(image["alt"] for image in Page(with_curves).images)


def test_numbers_are_not_broken_after_their_sign_or_within_their_interval():
    html = page("t", {"s": [Table(("", "a", "b"), [("x", "−0.25 (−0.31 to 0.02)", "no number (at all)")])]})

    assert '<td><span class="whole">−0.25</span> <span class="whole">(−0.31 to 0.02)</span></td>' in html
    assert "<td>no number (at all)</td>" in html


def test_a_long_table_is_cut_and_says_so():
    html = page("t", {"s": [Table(("n",), [(str(number),) for number in range(MOST_ROWS + 7)])]})

    assert html.count("<tr><th scope=") - 1 == MOST_ROWS
    assert "And 7 more." in html


def test_every_place_that_takes_text_escapes_it():
    blocks = [HOSTILE, Picture(category_counts({}), HOSTILE), Table((HOSTILE,), [(HOSTILE, HOSTILE)])]

    seen = Page(page(HOSTILE, {HOSTILE: blocks}))

    assert seen.images[0]["alt"] == HOSTILE
    assert seen.tags.count("img") == 1
    assert "script" not in seen.tags
    assert seen.text.count(HOSTILE) == 7  # both titles, the heading, the paragraph, and the table's three cells


def test_a_page_is_written_whole_or_not_at_all(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(OutputError, match="file is a file"):
        write_page("x", tmp_path / "file" / "report.html")
    write_page("x", tmp_path / "new/report.html")

    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "new", "report.html"]


def test_an_unknown_figure_format_is_answered_with_those_there_are(tmp_path):
    found = inspect_folder(write_metadata(tmp_path / "in", row(1)))

    with pytest.raises(ReportError, match="png, svg"):
        write_inspection(found, tmp_path / "out", format="gif")

    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    found = inspect_folder(write_metadata(tmp_path / "in", row(1)))
    (tmp_path / "file").write_text("")

    with pytest.raises(OutputError, match="is a file; choose a folder"):
        write_inspection(found, tmp_path / "file")


def predictions(probabilities, **said):
    """What a model says of a video with a face on each tenth of a second."""
    probabilities = np.array(probabilities, dtype=np.float32).reshape(-1, 3)
    frames = len(probabilities)
    return FramePredictions(
        frame_number=np.arange(1, frames + 1, dtype=np.int32),
        seconds=np.arange(frames) / 10,
        box=np.zeros((frames, 4), dtype=np.float32),
        probabilities=probabilities,
        frames_without_face=2,
        **{"category": None, "score": None, "confidence": None, **said},
    )


def test_every_video_has_its_category_and_a_picture_of_its_course_and_one_without_a_face_says_so():
    seen = predictions([[0.1, 0.2, 0.7], [0.1, 0.3, 0.6]], category="Expressive", score=-0.5, confidence=0.65)

    outcomes = [
        Outcome(Path("a.mp4"), seen),
        Outcome(Path(f"{HOSTILE}.mp4"), predictions([])),
        Outcome(Path("gone.mp4"), None, "no such file"),
    ]

    found = Page(prediction_report(outcomes, model="one of ours"))

    assert len(found.images) == 2
    assert "one of ours." in found.text
    assert "Expressive" in found.text
    assert "−0.50" in found.text
    assert "none" in found.text
    assert "no such file" in found.text
    assert "script" not in found.tags


def test_a_score_in_the_range_of_another_category_is_explained_and_thresholds_are_drawn():
    said = predictions(
        [[0.5, 0.2, 0.3]] * 3,
        category="Reserved Expression",
        score=-0.01,
        confidence=0.5,
        offsets=np.array([-0.1, 0, 0.1], np.float32),
    )
    agreeing = predictions([[0.5, 0.2, 0.3]], category="Reserved Expression", score=-0.5, confidence=0.5)
    rule = CategoryRule("facial_expression", Thresholds())

    html = prediction_report([Outcome(Path("a.mp4"), said)], rule=rule)

    assert "The score −0.01 lies in the range of Balanced, −0.30 to 0.30." in Page(html).text
    assert "nevertheless Reserved, since that is the likeliest one (Reserved 50%" in Page(html).text
    assert "Expressive above" in figures_of(html)[0]
    assert "nevertheless" not in prediction_report([Outcome(Path("b.mp4"), agreeing)], rule=rule)
