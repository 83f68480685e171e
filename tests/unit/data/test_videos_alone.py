"""A folder of videos without a table: who is interviewed is told by folders, names, or a pattern."""

import json

import pytest

from expressiveness.cli import main
from expressiveness.data import Thresholds, inspect_folder, proposed_thresholds, read_interviews
from expressiveness.errors import ConfigError
from expressiveness.reports.pages import inspection_report
from expressiveness.video import make_playable, probe
from tests.media import numbered_picture, write_video
from tests.real_people import write_crema_d


def folder_of(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


@pytest.mark.parametrize(
    ("names", "participants"),
    [
        (["Ada/1.mp4", "Ada/2.mp4", "Bob/1.mov"], ["Ada", "Ada", "Bob"]),
        (["P1_a.mp4", "P1_b.mp4", "P2-a.mp4"], ["P1", "P1", "P2"]),
        (["one.mp4", "two.mp4"], ["one", "two"]),
        (["a_one.mp4", "b_two.mp4"], ["a_one", "b_two"]),
    ],
)
def test_people_are_told_by_folders_or_by_what_names_share(tmp_path, names, participants):
    found = read_interviews(folder_of(tmp_path, *names), strict=True)

    assert found.reader == "videos"
    assert [one.participant for one in found] == participants
    assert found.scores == ()


def test_a_pattern_says_who_it_is_and_a_name_without_it_is_named(tmp_path):
    folder_of(tmp_path, "x 12 a.mp4", "x 13 a.mp4", "other.mp4")

    found = read_interviews(tmp_path, columns=r"participant=x (\d+)")
    (tmp_path / "participants.json").write_text(json.dumps({"pattern": r"x (?P<participant>\d+)"}))

    assert [one.participant for one in found] == ["12", "13"]
    assert "the name does not say who it is" in str(found.bad_rows[0])
    assert [one.participant for one in read_interviews(tmp_path)] == ["12", "13"]
    with pytest.raises(ConfigError, match="has no group"):
        read_interviews(tmp_path, columns=r"participant=x")


def test_inspect_says_why_a_reader_was_taken_and_what_can_be_done_without_scores(tmp_path, capsys):
    folder_of(tmp_path, "Ada/1.mp4", "Bob/1.mp4")

    assert main(["inspect", str(tmp_path)]) == 0

    said = capsys.readouterr().out
    assert "Read as videos, since there is no table, but there are videos" in said
    assert "No scores: predict and review only" in said
    assert "predict and review only" in inspection_report(inspect_folder(tmp_path))


def test_the_columns_that_were_taken_are_kept_beside_the_table(tmp_path, capsys):
    (tmp_path / "t.csv").write_text("file;wer;wert\na.mp4;Ada;1,5\nb.mp4;Bob;5\nc.mp4;Cy;4\n")
    columns = "participant=wer"

    assert main(["inspect", str(tmp_path), "--columns", columns, "--save-columns", "--low", "2", "--high", "4"]) == 0
    kept = json.loads((tmp_path / "columns.json").read_text())
    assert main(["inspect", str(tmp_path), "--columns", columns, "--save-columns"]) == 1  # it is there

    assert kept["participant"] == "wer"
    assert (kept["scores"], kept["target"], kept["thresholds"]) == (["wert"], "wert", {"low": 2.0, "high": 4.0})
    assert read_interviews(tmp_path).rule.thresholds == Thresholds(2, 4)


@pytest.mark.parametrize(
    ("scores", "low", "high"),
    [
        ([1, 2, 3.5, 5], 2.333, 3.667),
        ([1, 4, 6, 7], 3, 5),
        ([-1.4, -0.5, 0.2, 0.4, 1.4], -0.3, 0.3),
        ([0.02, 0.4, 0.93], 0.333, 0.667),
        ([3, 55.5, 80.25], 33.333, 66.667),
    ],
)
def test_the_scale_of_scores_is_recognised(scores, low, high):
    first, *_, thirds = proposed_thresholds(scores).values()

    assert first == Thresholds(low, high)
    assert thirds == Thresholds.from_tertiles(scores)


def test_a_score_far_from_all_others_is_named_first(tmp_path):
    rows = [f"{n}.mp4,p{n},{n % 5 / 5}" for n in range(20)]
    (tmp_path / "t.csv").write_text("\n".join(["video,person,score", *rows, "far.mp4,q,6.35"]))

    found = inspect_folder(tmp_path)

    assert found.outliers == {"far": 6.35}
    assert "1 score far from the others: far (6.35)." in found.summary()
    page = inspection_report(found)
    assert page.index("far (6.35)") < page.index("Overview")


def test_flash_videos_of_crema_d_are_re_encoded_for_the_app(tmp_path):
    folder = write_crema_d(tmp_path / "in", {"1001_IEO_ANG_HI": {"A": 6, "N": 4}})
    video = folder / "VideoFlash/1001_IEO_ANG_HI.flv"
    write_video(video, (numbered_picture(n) for n in range(1, 11)), 30, codec="flv")

    made = make_playable(folder, tmp_path / "out", workers=1)

    [copy] = read_interviews(tmp_path / "out")
    assert (made.reencoded, made.failures) == (1, ())
    assert copy.scores == made.source[0].scores
    assert probe(copy.video).suits_the_app
