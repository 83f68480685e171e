import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressiveness._io import place
from expressiveness.data import TARGETS, read_interviews, take_evenly
from expressiveness.data.readers import recruitview
from expressiveness.errors import InterviewError
from tests.interviews import interview, row, write_metadata


def reasons(found):
    return [str(bad_row) for bad_row in found.bad_rows]


def test_a_row_becomes_an_interview_with_ids_as_text_and_all_twelve_scores(tmp_path):
    write_metadata(tmp_path, row(82, user_no="0090", facial_expression=-0.1539))

    [read] = read_interviews(tmp_path).interviews

    assert (read.id, read.participant, read.attributes["question_id"]) == ("0082", "0090", "1")
    assert read.video == tmp_path / "videos" / "vid_0082.mp4"
    assert tuple(read.scores) == TARGETS
    assert read.scores["facial_expression"] == -0.1539


def test_the_generated_summary_is_never_read_because_it_gives_the_label_away(tmp_path):
    write_metadata(tmp_path, row(gemini_summary="her face is lively"))

    [read] = read_interviews(tmp_path).interviews

    assert "lively" not in repr(read)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": 82}, "id: Input should be a valid string"),
        ({"user_no": 90}, "user_no: Input should be a valid string"),
        ({"facial_expression": "0.5"}, "facial_expression: Input should be a valid number, without quotes"),
        ({"facial_expression": float("nan")}, "facial_expression: Input should be a finite number"),
        ({"openness": float("inf")}, "openness: Input should be a finite number"),
        ({"duration": "12 s"}, "duration: Input should be 'short', 'medium' or 'long'"),
        ({"confidence_score": None}, "confidence_score: Field required"),
        ({"file_name": "../elsewhere.mp4"}, "leads out of the folder"),
        ({"file_name": "/etc/passwd"}, "leads out of the folder"),
        ({"file_name": "C:\\videos\\a.mp4"}, "leads out of the folder"),
        ({"file_name": "videos/a\0.mp4"}, "null"),
    ],
)
def test_a_bad_value_costs_its_row_which_is_named_by_line_and_reason(tmp_path, changes, reason):
    write_metadata(tmp_path, row(1), row(2, **changes), row(3))

    found = read_interviews(tmp_path)

    assert [read.id for read in found.interviews] == ["0001", "0003"]
    assert [bad_row.line for bad_row in found.bad_rows] == [2]
    assert reason in str(found.bad_rows[0])


def test_a_null_score_is_a_bad_row_and_not_a_zero(tmp_path):
    write_metadata(tmp_path, json.dumps({**row(), "facial_expression": None}).encode())

    assert "facial_expression" in reasons(read_interviews(tmp_path))[0]


@pytest.mark.parametrize(
    "line",
    [
        b"{broken",
        b"\xff\xfe{}",
        json.dumps(row(2)).encode().replace(b"Hello", b"Hell\xf6"),  # Latin-1 in the middle of a transcript
        json.dumps(row(2)).encode().replace(b"Hello", rb"Hell\ud800"),  # half a character
        b"[1, 2]",
        b"null",
        b"   ",
        b'{"id": "1"}',
    ],
)
def test_a_line_that_is_no_record_is_reported_and_the_rest_is_read(tmp_path, line):
    write_metadata(tmp_path, row(1), line, row(3))

    found = read_interviews(tmp_path)

    assert [read.id for read in found.interviews] == ["0001", "0003"]
    assert [bad_row.line for bad_row in found.bad_rows] == [2]


def test_a_bad_row_is_reported_without_its_own_text_which_may_hold_names(tmp_path):
    write_metadata(tmp_path, row(transcript=["My name is Ada"]), row(2, transcript="x", duration="My name is Ada"))

    assert "Ada" not in "".join(reasons(read_interviews(tmp_path)))


def test_a_row_that_gives_one_key_two_values_is_bad_whatever_its_transcript_quotes(tmp_path):
    twice = json.dumps(row(2)).encode().replace(b'{"id"', b'{"id": "0007", "id"')
    spaced = json.dumps(row(4), separators=(", ", " : ")).encode().replace(b'{"id"', b'{"id" : "0007", "id"')
    quoting = row(3, transcript='I said "id": "0007", and "id": 8', more={"id": 1, "deep": {"id": 2}})
    write_metadata(tmp_path, row(1), twice, quoting, spaced)

    found = read_interviews(tmp_path)

    assert [read.id for read in found.interviews] == ["0001", "0003"]
    assert reasons(found) == [f"line {n} (id 000{n}): id: is in the row twice" for n in (2, 4)]


def test_of_two_rows_with_one_id_or_one_video_the_first_counts(tmp_path):
    write_metadata(tmp_path, row(1), row(2, id="0001"), row(3, file_name="videos/../videos/vid_0001.mp4"))

    found = read_interviews(tmp_path)

    assert [read.id for read in found.interviews] == ["0001"]
    assert reasons(found) == [
        "line 2 (id 0001): line 1 has the same id",
        "line 3 (id 0003): line 1 has the same video, vid_0001.mp4",
    ]


def test_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    lines = b"\r\n".join(json.dumps(row(number)).encode() for number in (1, 2))
    (tmp_path / "metadata.jsonl").write_bytes(b"\xef\xbb\xbf" + lines)

    found = read_interviews(tmp_path)

    assert [read.id for read in found.interviews] == ["0001", "0002"]
    assert not found.bad_rows


def test_a_line_too_long_to_be_an_interview_is_passed_over_in_bounded_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(recruitview, "MAX_LINE_BYTES", 2000)
    write_metadata(tmp_path, row(1), b"x" * 9000, row(3))

    found = read_interviews(tmp_path)

    assert [read.id for read in found.interviews] == ["0001", "0003"]
    assert [bad_row.line for bad_row in found.bad_rows] == [2]


@pytest.mark.slow
def test_a_line_of_two_gigabytes_is_read_in_little_memory(tmp_path, run_python):
    write_metadata(tmp_path, row(1))
    with (tmp_path / "metadata.jsonl").open("ab") as file:
        file.truncate(file.tell() + 2**31)  # a hole, which takes no room on the disk
        file.seek(0, 2)
        file.write(b"\n" + json.dumps(row(3)).encode())

    printed = run_python(
        "import resource; from expressiveness.data import read_interviews;"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        f"found = read_interviews({str(tmp_path)!r});"
        "print([one.id for one in found.interviews], found.bad_rows[0].line, found.bad_rows[0].reason);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )

    read, kilobytes = printed.splitlines()
    assert read == "['0001', '0003'] 2 longer than 4 MiB, so it is no interview"
    assert int(kilobytes) < 100_000


def test_a_long_transcript_and_an_empty_one_are_kept(tmp_path):
    write_metadata(tmp_path, row(1, transcript="word " * 200_000), row(2, transcript=""))

    assert [len(read.attributes["transcript"]) for read in read_interviews(tmp_path).interviews] == [1_000_000, 0]


def test_keys_that_recruitview_does_not_have_are_named(tmp_path):
    write_metadata(tmp_path, row(1, zodiac="x"), row(2, age=3))

    assert read_interviews(tmp_path).ignored_keys == ("age", "zodiac")


def test_a_link_that_leads_out_of_the_folder_is_refused_unless_allowed(tmp_path):
    outside = tmp_path / "outside.mp4"
    outside.write_bytes(b"")
    folder = write_metadata(tmp_path / "set", row(1))
    (folder / "videos").mkdir()
    (folder / "videos" / "vid_0001.mp4").symlink_to(outside)

    assert "leads out of the folder" in reasons(read_interviews(folder))[0]
    assert read_interviews(folder, allow_outside=True).interviews[0].video == outside


def test_strict_reading_stops_at_the_first_bad_row(tmp_path):
    write_metadata(tmp_path, row(1), b"{", row(3))

    with pytest.raises(InterviewError, match="line 2"):
        read_interviews(tmp_path, strict=True)


def test_a_missing_folder_and_a_missing_file_are_told_apart(tmp_path):
    with pytest.raises(InterviewError, match="no folder"):
        read_interviews(tmp_path / "nowhere")
    with pytest.raises(InterviewError, match=r"no metadata\.jsonl"):
        read_interviews(tmp_path)


@given(st.binary(max_size=300))
def test_no_line_whatever_it_holds_stops_the_reading(tmp_path_factory, line):
    folder = write_metadata(tmp_path_factory.mktemp("fuzz"), line.replace(b"\n", b" "), row(2))

    assert [read.id for read in read_interviews(folder).interviews] == ["0002"]


@given(st.integers(0, 40), st.integers(1, 50))
def test_a_limit_takes_so_many_interviews_from_all_over_the_file(count, limit):
    all_of_them = [interview(number) for number in range(count)]

    taken = take_evenly(all_of_them, limit)

    assert len(taken) == min(count, limit)
    assert len({read.id for read in taken}) == len(taken)
    if count >= limit > 1:
        assert int(taken[-1].id) >= count * (limit - 1) // limit


def test_the_keys_of_a_row_are_counted_in_one_pass(tmp_path):
    """Work is counted, not timed: twice the keys are twice the comparisons, where one by one they were four times."""

    def comparisons(count):
        compared = 0

        class Key(str):
            __slots__ = ()

            def __eq__(self, other):
                nonlocal compared
                compared += 1
                return str.__eq__(self, other)

            __hash__ = str.__hash__

        keys = [Key(f"key{number}") for number in range(count)]
        assert recruitview._repeated(keys) == []
        return compared

    assert comparisons(8000) <= 2 * comparisons(4000) + 8000


def test_a_row_of_32_000_keys_costs_that_row_and_no_time(tmp_path):
    many = row(1, **{f"key{number}": "" for number in range(32_000)})
    write_metadata(tmp_path, many, row(2), row(3, **{f"key{number}": "" for number in range(9000)}), row(4, other=1))
    before = time.process_time()

    found = read_interviews(tmp_path)

    assert time.process_time() - before < 5  # 67 before keys were counted in one pass, and 0.1 since
    assert reasons(found) == ["line 1 (id 0001): has 32,021 keys, so it is no interview"]
    assert [one.id for one in found.interviews] == ["0002", "0003", "0004"]
    assert len(found.ignored_keys) == 9001


def test_names_that_no_interview_has_are_remembered_to_a_bound(tmp_path, monkeypatch):
    monkeypatch.setattr(recruitview, "MAX_KEYS", 30)
    write_metadata(tmp_path, *(row(number, **{f"key{number}_{key}": "" for key in range(9)}) for number in range(1, 9)))

    assert len(read_interviews(tmp_path).ignored_keys) == 30


@pytest.mark.parametrize("bound", ["MAX_ROWS", "MAX_METADATA_BYTES"])
def test_metadata_of_more_than_any_set_ends_in_a_sentence(tmp_path, monkeypatch, bound):
    """A file of line breaks would fill memory with what is wrong with each."""
    folder = write_metadata(tmp_path, row(1), *[b""] * 5000)
    copy = place("memory://rows/folder")
    copy.mkdir(parents=True, exist_ok=True)
    (copy / "metadata.jsonl").write_bytes((folder / "metadata.jsonl").read_bytes())
    monkeypatch.setattr(recruitview, bound, 5000)

    for way in (folder, copy):
        with pytest.raises(InterviewError, match=r"metadata\.jsonl"):
            read_interviews(way)


def test_what_a_bad_row_calls_itself_is_kept_short(tmp_path):
    write_metadata(
        tmp_path,
        row(1, id="x" * 1_000_000),
        b'{"id": "1", ' + b", ".join([b'"%d": 1, "%d": 2' % (n, n) for n in range(900)]) + b"}",
    )

    assert all(len(str(bad)) < 1000 for bad in read_interviews(tmp_path).bad_rows)
