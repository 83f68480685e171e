"""A study in a CSV or TSV: its columns said or guessed, its rows as safe as RecruitView's."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expressiveness.data import ColumnMapping, inspect_folder, read_interviews, write_table
from expressiveness.data.readers import csv_table
from expressiveness.errors import ConfigError, InterviewError, TrainingError

STUDY = """clip,file,Subject ID,rating,site
a,a.mp4,007,1.5,Bonn
b,b.mp4,007,-2,Bonn
c,c.mp4,008,3,
"""


def study(folder, text=STUDY, name="ratings.csv"):
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def bad(found):
    return [(row.line, row.reason) for row in found.bad_rows]


def test_a_study_of_one_score_needs_nothing_but_its_three_columns(tmp_path):
    found = read_interviews(study(tmp_path, "video,person,rating\na.mp4,Ada,1\nb.mp4,Bob,2\nc.mp4,Cy,3\n"), strict=True)

    assert found.reader == "csv"
    assert [(one.id, one.participant, one.scores, one.attributes) for one in found] == [
        ("a", "Ada", {"rating": 1.0}, {}),
        ("b", "Bob", {"rating": 2.0}, {}),
        ("c", "Cy", {"rating": 3.0}, {}),
    ]
    assert found[0].video == tmp_path / "a.mp4"


def test_columns_are_guessed_by_their_names_and_numbers_are_scores(tmp_path):
    found = read_interviews(study(tmp_path))

    assert found.mapping == {
        "id": "the video's name",
        "video": "file",
        "participant": "Subject ID",
        "scores": "rating",
        "attributes": "clip, site",
    }
    assert found[0].participant == "007"
    assert found[2].attributes == {"clip": "c"}, "a blank cell is no attribute"


def test_columns_are_those_that_somebody_named(tmp_path):
    text = "name,where,who,age,warmth\nx,a.mp4,1,30,0.5\ny,b.mp4,2,,0.25\n"

    found = read_interviews(study(tmp_path, text), columns="id=name,video=where,participant=who,score=warmth")

    assert [one.id for one in found] == ["x", "y"]
    assert found.scores == ("warmth",)
    assert found[0].attributes == {"age": "30"}


def test_a_file_beside_the_table_says_what_its_columns_are_and_the_caller_outranks_it(tmp_path):
    said = {"id": "clip", "scores": ["rating"], "thresholds": {"low": -1, "high": 2}, "attributes": []}
    (study(tmp_path) / "columns.json").write_text(json.dumps(said))

    found = read_interviews(tmp_path)
    other = read_interviews(tmp_path, columns="id=file")

    assert [one.id for one in found] == ["a", "b", "c"]
    assert (found.rule.target, found.rule.thresholds.low, found.rule.thresholds.high) == ("rating", -1, 2)
    assert found.ignored_keys == ("site",)
    assert other[0].id == "a.mp4"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("{", "Invalid JSON"),
        ('{"scroes": []}', "scroes: Unexpected keyword argument"),
        ('{"scores": "rating"}', "scores: Input should be a valid array"),
        ('{"thresholds": {"low": 1}}', "thresholds are written as"),
        ('{"participant": "nobody"}', "no column 'nobody'; it has clip, file"),
        ('{"target": "site"}', "'site' is no score; choose from rating"),
    ],
)
def test_a_wrong_file_of_columns_is_one_sentence(tmp_path, said, reason):
    (study(tmp_path) / "columns.json").write_text(said)

    with pytest.raises(InterviewError, match=reason):
        read_interviews(tmp_path)


@pytest.mark.parametrize("text", ["video", "colour=red", "id=a,id=b", "score="])
def test_columns_that_cannot_be_are_answered_with_those_that_can(text):
    with pytest.raises(ConfigError, match="columns"):
        ColumnMapping.parse(text)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.tsv", "video\tperson\trating\na.mp4\tÄda\t0,5\n".encode()),
        ("a.csv", "video;person;rating\r\na.mp4;Äda;0,5\r\n".encode("utf-8-sig")),
        ("a.csv", "video;person;rating\na.mp4;Äda;0.5\n".encode("utf-16")),
        ("a.csv", "video;person;rating\na.mp4;Äda;0,5\n".encode("utf-16-le")),
        ("a.tsv", "video\tperson\trating\r\na.mp4\tÄda\t0,5\r\n".encode("utf-16-be")),
        ("a.CSV", '"video","person","rating"\n"a.mp4","Äda","0,5"\n'.encode()),
        ("a.csv", "video,person,rating\na.mp4,Äda,5e-1\n;;;".replace(";;;", ",,\n").encode()),
    ],
)
def test_files_as_spreadsheets_write_them(tmp_path, name, content):
    [one] = read_interviews(study(tmp_path, content, name), strict=True)

    assert (one.id, one.participant, one.scores) == ("a", "Äda", {"rating": 0.5})


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("../b.mp4,1,0.5", "leads out of the folder"),
        ("/etc/passwd,1,0.5", "leads out of the folder"),
        ("C:\\b.mp4,1,0.5", "leads out of the folder"),
        ("b\0.mp4,1,0.5", "null"),
        ("a.mp4,1,0.5", "line 2 has the same id"),
        ("sub/a.mp4,1,0.5", "line 2 has the same id"),
        ("b.mp4,,0.5", "person is blank"),
        (",1,0.5", "1 to 200"),
        ("b.mp4,1,", "rating is blank"),
        ("b.mp4,1,much", "rating is no finite number"),
        ("b.mp4,1,1e999", "rating is no finite number"),
        ("b.mp4,1,-inf", "rating is no finite number"),
        ('b.mp4,1,"1,5"', "it has a comma, and others a point"),
        ('b.mp4,1,"1,234.5"', "rating is no finite number"),
        ("b.mp4,1", "2 cells"),
        ('b.mp4,"1"x,0.5', "cannot be read"),
        (f"{'b' * 5000}.mp4,1,0.5", "1 to 200"),
        (f"b.mp4,{'b' * 200_000},0.5", "field larger than field limit"),
    ],
)
def test_a_bad_row_is_named_by_its_line_and_costs_only_itself(tmp_path, row, reason):
    good = "".join(f"{name}.mp4,1,{score}\n" for name, score in zip("defgh", (0.1, 0.2, 0.3, 0.4, 0.5), strict=True))
    found = read_interviews(study(tmp_path, f"video,person,rating\na.mp4,1,1.5\n{row}\n{good}"))

    assert [one.id for one in found] == ["a", *"defgh"]
    [(line, why)] = bad(found)
    assert line == 3
    assert reason in why


def test_columns_json_is_read_as_windows_saves_it(tmp_path):
    (study(tmp_path) / "columns.json").write_bytes(json.dumps({"participant": "site"}).encode("utf-16"))

    assert read_interviews(tmp_path).mapping["participant"] == "site"


def test_one_video_is_one_interview(tmp_path):
    found = read_interviews(study(tmp_path, "id,video,person,rating\n1,a.mp4,1,1\n2,./a.mp4,1,2\n"))

    assert bad(found) == [(3, "line 2 has the same video, a.mp4")]


def test_what_is_wrong_with_a_row_never_repeats_its_text(tmp_path):
    rows = "".join(f"{name}.mp4,1,1\n" for name in "abcde")
    found = read_interviews(study(tmp_path, f"video,person,rating\n{rows}z.mp4,1,my name is Ada\n"))

    assert "Ada" not in str(found.bad_rows[0])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("film,person,rating\n", "which column names the video"),
        ("video,rating\n", "which column names the participant"),
        ("video,person,rating,rating\n", "the column 'rating' is there twice"),
        ("video,person\n\xff".encode("latin-1"), "line 2: no UTF-8"),
    ],
)
def test_a_table_that_cannot_be_used_is_one_sentence(tmp_path, text, reason):
    with pytest.raises(InterviewError, match=reason):
        read_interviews(study(tmp_path, text))


def test_a_huge_table_is_refused_before_it_is_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_table, "MAX_TABLE_BYTES", 100)

    with pytest.raises(InterviewError, match="larger than"):
        read_interviews(study(tmp_path, STUDY + "x" * 100))


def test_of_several_tables_somebody_says_which(tmp_path):
    study(study(tmp_path), "x,y\n1,2\n", "other.csv")

    with pytest.raises(InterviewError, match=r"holds other\.csv, ratings\.csv"):
        read_interviews(tmp_path)
    assert len(read_interviews(tmp_path, columns="table=ratings.csv")) == 3
    assert len(read_interviews(tmp_path / "ratings.csv")) == 3


def test_codes_with_zeros_in_front_are_no_scores(tmp_path):
    found = read_interviews(study(tmp_path, "video,person,rating,question\na.mp4,1,1,007\nb.mp4,1,2,008\n"))

    assert found.scores == ("rating",)
    assert found[0].attributes["question"] == "007"


def test_inspection_shows_what_the_columns_were_taken_as(tmp_path):
    found = inspect_folder(study(tmp_path))

    assert "video: file; participant: Subject ID; scores: rating; attributes: clip, site" in found.summary()
    assert "questions" not in found.summary(), "nothing is known of questions"
    assert {column.name: (column.types, column.missing) for column in found.columns} == {
        "clip": (("text",), 0),
        "file": (("text",), 0),
        "Subject ID": (("text",), 0),
        "rating": (("number",), 0),
        "site": (("text",), 1),
    }
    assert json.loads(json.dumps(found.as_dict(), allow_nan=False))["mapping"]["participant"] == "Subject ID"


def test_what_we_write_is_read_as_it_was(tmp_path):
    before = read_interviews(study(tmp_path))
    (tmp_path / "out").mkdir()
    write_table(tmp_path / "out", before.interviews, {one.id: one.video.name for one in before})

    after = read_interviews(tmp_path / "out", strict=True)

    assert [(one.id, one.participant, one.scores, one.attributes) for one in after] == [
        (one.id, one.participant, one.scores, one.attributes) for one in before
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text('",;\t\n\r\0.-1eaÄ', max_size=80).map(lambda rest: f"video,person,rating\n{rest}".encode()),
    )
)
def test_whatever_a_table_holds_reading_it_fails_cleanly_or_gives_whole_interviews(tmp_path, content):
    try:
        found = inspect_folder(study(tmp_path, content))
    except (InterviewError, TrainingError):
        return
    assert found.target is None or found.clips["score"].notna().all()
