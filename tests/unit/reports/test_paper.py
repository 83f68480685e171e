"""A report for a paper says what was done, with versions and settings, and brings its parts as files."""

from dataclasses import replace

import pandas as pd

from expressiveness._io import MANIFEST
from expressiveness.data import CATEGORIES, inspect_folder
from expressiveness.evaluation import Evaluation
from expressiveness.reports import write_paper_report
from expressiveness.reports.paper import OPEN, data_sheet, methods_paragraph
from tests.interviews import row, write_metadata
from tests.random_model import random_model
from tests.unit.reports.test_pages import EVALUATION, Page

CLIPS = pd.DataFrame(
    {
        "id": ["0001", "0002"],
        "participant": ["1", "2"],
        "score": [0.0, 1.0],
        "category": [CATEGORIES[1], CATEGORIES[2]],
        "predicted_score": [0.1, 0.2],
        "predicted_category": [CATEGORIES[1], CATEGORIES[1]],
        "confidence": [0.9, 0.6],
        "correct": [True, False],
    }
)
JUDGED = Evaluation(
    model=random_model().in_words,
    participants=6,
    leaky=False,
    verdict=EVALUATION["verdict"],
    video=EVALUATION["video"],
    frames=None,
    clips=CLIPS,
    passed_over={},
)


def trained():
    counts = {"train": 20, "validation": 6, "test": 0}
    return replace(
        random_model(),
        data={"participants": counts, "videos": counts},
        versions={"expressiveness": "0.1.0", "mediapipe": "1"},
    )


def test_the_page_and_its_parts_are_written(tmp_path):
    data = inspect_folder(write_metadata(tmp_path / "in", row(1), row(2, facial_expression=1.0)))

    page = write_paper_report(trained().with_evaluation(JUDGED), JUDGED, data, tmp_path / "out")

    written = {path.relative_to(page.parent).as_posix() for path in page.parent.rglob("*") if path.is_file()}
    figures = ("scores", "confusion", "score_histogram", "clips_per_participant")
    assert written == {
        *("report.html", "methods.md", "figures.csv", "model_card.md", "data_sheet.md", MANIFEST),
        *(f"figures/{name}.{format}" for name in figures for format in ("svg", "pdf")),
    }
    assert (page.parent / "figures/scores.pdf").read_bytes().startswith(b"%PDF")
    table = pd.read_csv(page.parent / "figures.csv", index_col=0)
    assert table.loc["accuracy"].tolist() == [0.67, "0.50 to 0.83"]
    text = Page(page.read_text()).text
    assert (page.parent / "methods.md").read_text().strip() in text
    assert OPEN in text, "what only the authors know is left open"


def test_the_methods_name_settings_people_and_versions():
    said = methods_paragraph(trained().record(), JUDGED)

    assert "on every 5th frame" in said
    assert "trained on 20 videos of 20 participants to predict facial_expression" in said
    assert "no participant was in two sets" in said
    assert "judged on 12 videos of 6 participants whom it had not seen" in said
    assert "Versions: expressiveness 0.1.0, mediapipe 1." in said
    assert "some of whom it was trained on" in methods_paragraph(trained().record(), replace(JUDGED, leaky=True))


def test_the_data_sheet_counts_what_is_there(tmp_path):
    sheet = data_sheet(inspect_folder(write_metadata(tmp_path, row(1), row(2, facial_expression=1.0), b"no row")))

    assert sheet["Composition"][0] == "2 videos of 2 participants, 1 to 1 each (median 1)."
    assert "mean 0.50, SD 0.71, 0.00 to 1.00 (n = 2)" in sheet["Composition"][1]
    assert "1 row that could not be used; 2 videos missing" in sheet["Composition"][3]
