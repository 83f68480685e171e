"""Tables as Excel, pandas and the hub write them are read like a CSV."""

import json

import openpyxl
import pandas as pd
import pytest

from expressiveness.data import TARGETS, Thresholds, read_interviews
from expressiveness.errors import InterviewError
from tests.interviews import row

ROWS = [("007.mp4", "Ada", 2.5, "first"), ("b.mp4", "Bob", 4, None), ("c.mp4", "Cy", "much", "third")]
NAMES = ("video", "person", "rating", "note")
TABLE = pd.DataFrame([dict(zip(NAMES, one, strict=True)) for one in ROWS])


def excel(file):
    book = openpyxl.Workbook()
    book.active.append(NAMES)
    for one in ROWS:
        book.active.append(one)
    book.active.cell(2, 9).value = None  # an empty cell far to the right, as formatting leaves them
    book.save(file)


WRITERS = {
    "table.xlsx": excel,
    "table.parquet": lambda file: TABLE.astype(str).to_parquet(file),
    "interviews.json": lambda file: file.write_text(TABLE.to_json(orient="records")),
    "table.csv": lambda file: file.write_text(TABLE.to_csv(index=False, sep=";", decimal=","), "utf-8-sig"),
    "table.tsv": lambda file: file.write_text(TABLE.to_csv(index=False, sep="\t"), "utf-16"),
}


@pytest.mark.parametrize(("name", "write"), WRITERS.items())
def test_every_kind_of_table_is_read_alike_and_its_bad_row_named(tmp_path, name, write):
    write(tmp_path / name)

    found = read_interviews(tmp_path, columns="score=rating")

    assert [(one.id, one.participant, one.scores["rating"]) for one in found] == [("007", "Ada", 2.5), ("b", "Bob", 4)]
    assert [str(one) for one in found.bad_rows] == ["line 4 (id c): rating is no finite number"]
    assert found["007"].attributes == {"note": "first"}
    assert found.table == name


@pytest.mark.parametrize("name", ["metadata.csv", "metadata.parquet"])
def test_recruitview_as_the_hub_serves_it_keeps_its_scores_target_and_thresholds(tmp_path, name):
    rows = pd.DataFrame([row(1, facial_expression=0.5), row(2, user_no="8")])
    if name.endswith("parquet"):
        rows["video"] = [{"path": one, "bytes": None} for one in rows.pop("file_name")]
    write = rows.to_parquet if name.endswith("parquet") else rows.to_csv
    write(tmp_path / name, index=False)

    found = read_interviews(tmp_path, strict=True)

    assert [one.id for one in found] == ["0001", "0002"]
    assert set(found.scores) == set(TARGETS)
    assert (found.target, found.thresholds) == ("facial_expression", Thresholds())
    assert found[0].video == tmp_path.resolve() / "videos/vid_0001.mp4"
    assert "gemini_summary" not in found.attributes
    assert found[0].question_key == "1"


def test_rows_of_metadata_may_call_the_file_video(tmp_path):
    line = row(1, file_name=None, video={"path": "videos/a.mp4", "bytes": None})
    (tmp_path / "metadata.jsonl").write_text(json.dumps(line) + "\n")

    assert read_interviews(tmp_path, strict=True)[0].video.name == "a.mp4"


def test_videos_within_a_table_are_named_as_what_they_are(tmp_path):
    table = pd.DataFrame([{"video": {"path": "a.mp4", "bytes": b"..."}, "person": "Ada", "rating": 1}])
    table.to_parquet(tmp_path / "data.parquet")

    assert "its video is part of the table" in str(read_interviews(tmp_path).bad_rows[0])


@pytest.mark.parametrize("name", ["table.xlsx", "table.parquet", "interviews.json"])
def test_a_file_that_is_none_is_refused_in_a_sentence(tmp_path, name):
    (tmp_path / name).write_text('{"a": 1}')

    with pytest.raises(InterviewError, match=rf"{name} (cannot be read as|is no array)"):
        read_interviews(tmp_path)
