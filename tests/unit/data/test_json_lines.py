"""A metadata.jsonl of another encoding or shape is one sentence, and what is one row's fault costs that row."""

import json

import pytest

from expressiveness.cli import main
from expressiveness.data import read_interviews
from expressiveness.errors import InterviewError
from tests.interviews import row

ROWS = [row(number, question="Was macht Sie glücklich?") for number in range(1, 8)]
LINES = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in ROWS)
A_LINE_EACH = "write each interview as a JSON object on a line of its own"

SHAPES = {
    "UTF-16 with a mark": (LINES.encode("utf-16"), "is in UTF-16; save it as UTF-8"),
    "UTF-16 of the other order": ("\ufeff" + LINES).encode("utf-16-be"),
    "UTF-16 without a mark": LINES.encode("utf-16-le"),
    "UTF-16 of the other order without a mark": LINES.encode("utf-16-be"),
    "UTF-16 with Windows's line ends": LINES.replace("\n", "\r\n").encode("utf-16"),
    "an array": (json.dumps(ROWS).encode(), f"is a JSON array; {A_LINE_EACH}"),
    "an array over lines": json.dumps(ROWS, indent=2).encode(),
    "an array with a row a line": ("[\n" + ",\n".join(map(json.dumps, ROWS)) + "\n]\n").encode(),
    "an array of one": f"[\n{json.dumps(ROWS[0])}\n]".encode(),
    "an array after a mark and blank lines": b"\xef\xbb\xbf\r\n\r\n" + json.dumps(ROWS, indent=4).encode(),
    "objects over lines": (
        "\n".join(json.dumps(one, indent=2) for one in ROWS).encode(),
        f"has JSON over several lines; {A_LINE_EACH}",
    ),
    "objects over Windows's lines": "\n".join(json.dumps(one, indent=2) for one in ROWS).replace("\n", "\r\n").encode(),
    "objects broken anywhere": "\n".join(json.dumps(one).replace(', "q', ',\n "q') for one in ROWS).encode(),
    "one object over lines": json.dumps({"interviews": ROWS}, indent=1).encode(),
    "one object of rows": (
        json.dumps({"interviews": ROWS}).encode(),
        f"is one JSON object for all interviews; {A_LINE_EACH}",
    ),
    "one object of columns": json.dumps({name: {"0": text} for name, text in ROWS[0].items()}).encode(),
    "rows with commas between them": (
        ",\n".join(map(json.dumps, ROWS)).encode(),
        f"has commas between its rows; {A_LINE_EACH}",
    ),
}


def said_of(name):
    """What is said of a shape; of those without a sentence the last one's before it."""
    said = ""
    for other, shape in SHAPES.items():
        said = shape[1] if isinstance(shape, tuple) else said
        if other == name:
            return (shape[0] if isinstance(shape, tuple) else shape), said
    raise AssertionError


@pytest.mark.parametrize("name", SHAPES)
def test_a_file_of_another_shape_is_one_sentence_that_names_it(tmp_path, capsys, name):
    content, said = said_of(name)
    (tmp_path / "metadata.jsonl").write_bytes(content)

    assert main(["inspect", str(tmp_path)]) == 1
    [sentence] = capsys.readouterr().err.splitlines()
    assert sentence.startswith(f"expressiveness: {tmp_path / 'metadata.jsonl'} {said}")
    assert main(["extract", str(tmp_path), "--out", str(tmp_path / "faces")]) == 1
    assert not (tmp_path / "faces").exists()


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_utf_8_is_read_with_a_mark_and_without(tmp_path, mark, end):
    (tmp_path / "metadata.jsonl").write_bytes((mark + LINES.replace("\n", end)).encode())

    found = read_interviews(tmp_path, strict=True)

    assert [one.attributes["question"] for one in found] == ["Was macht Sie glücklich?"] * 7


def test_objects_larger_than_the_beginning_that_is_looked_at_are_told_too(tmp_path, monkeypatch):
    monkeypatch.setattr("expressiveness.data.readers.recruitview.MAX_LINE_BYTES", 200)
    (tmp_path / "metadata.jsonl").write_text("\n".join(json.dumps(one, indent=2) for one in ROWS))

    with pytest.raises(InterviewError, match="has JSON over several lines"):
        read_interviews(tmp_path)


def test_where_most_rows_can_be_used_the_others_are_named_each(tmp_path):
    (tmp_path / "metadata.jsonl").write_text(f"[1]\n{LINES}{{\n")

    assert [bad.line for bad in read_interviews(tmp_path).bad_rows] == [1, 9]


@pytest.mark.parametrize("score", ["0,35", "0.35", "1,234", "much"])
def test_a_score_in_quotes_is_named_with_what_to_write(tmp_path, score):
    rows = [row(1, facial_expression=score), row(2)]
    (tmp_path / "metadata.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))

    [bad] = read_interviews(tmp_path).bad_rows

    assert bad.id == "0001" or bad.id is None
    assert bad.reason == "facial_expression: Input should be a valid number, without quotes and with a decimal point"
