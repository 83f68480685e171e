"""CREMA-D: a score made of votes, attributes made of names, and what is said of clips that are not there."""

import shutil

import numpy as np
import pytest
from scipy.stats import spearmanr

from expressiveness.data import Intended, read_interviews
from expressiveness.data.readers.crema_d import LEVELS
from expressiveness.errors import InterviewError
from expressiveness.evaluation.data_figures import intended_orders, intended_pairs, own_mean, rating_ceiling
from tests.real_people import VOICE, write_crema_d


def test_the_score_is_the_share_of_raters_who_saw_something_else_than_neutral(tmp_path):
    found = read_interviews(write_crema_d(tmp_path, {"1001_IEO_ANG_HI": {"A": 6, "D": 2, "N": 2}}), strict=True)

    assert found.reader == "crema-d"
    assert found[0].id == "1001_IEO_ANG_HI"
    assert found[0].participant == "1001"
    assert found[0].video == tmp_path.resolve() / "VideoFlash" / "1001_IEO_ANG_HI.flv"
    assert found[0].scores == {"not_neutral": pytest.approx(0.8)}
    assert found[0].standard_error == pytest.approx(np.sqrt(0.8 * 0.2 / 9), abs=1e-4)


def test_what_a_name_says_are_attributes_and_only_levels_that_were_asked_for_make_pairs(tmp_path):
    asked, free = read_interviews(
        write_crema_d(tmp_path, {"1001_IEO_DIS_LO": {"N": 9, "D": 1}, "1002_TSI_SAD_XX": {"S": 9, "N": 1}})
    )

    assert {name: asked.attributes[name] for name in ("emotion", "sentence", "level", "raters")} == {
        "emotion": "disgust",
        "sentence": "IEO",
        "level": "LO",
        "raters": "10",
    }
    assert (asked.intended, asked.attributes["pair"]) == (Intended(1, "LO"), "DIS IEO")
    assert free.intended is None
    assert {"pair", "level"}.isdisjoint(free.attributes)
    assert asked.question_key is None  # else two emotions in one sentence would count as two takes of one answer


def test_votes_on_the_voice_are_not_looked_at(tmp_path):
    assert len(read_interviews(write_crema_d(tmp_path, {"1001_IEO_ANG_HI": {"A": 9, "N": 1}}, shown=VOICE))) == 0


@pytest.mark.parametrize(
    ("agreed", "category"), [(6, "Reserved Expression"), (7, "Balanced Expression"), (10, "Expressive")]
)
def test_who_makes_all_raters_see_an_emotion_is_expressive(tmp_path, agreed, category):
    found = read_interviews(write_crema_d(tmp_path, {"1001_IEO_HAP_HI": {"H": agreed, "N": 10 - agreed}}))

    assert found.rule.category(found[0].scores) == category


def test_clips_that_were_not_fetched_are_counted_in_one_sentence(tmp_path):
    votes = {f"{actor}_TIE_ANG_XX": {"A": 9, "N": 1} for actor in (1001, 1002, 1003)}
    found = read_interviews(write_crema_d(tmp_path, votes, videos=["1002_TIE_ANG_XX.flv"]))

    assert [one.id for one in found] == ["1002_TIE_ANG_XX"]
    [bad] = found.bad_rows
    assert (bad.line, bad.id) == (2, "1001_TIE_ANG_XX")
    assert "nor have 1 others of 3" in bad.reason


def test_what_git_lfs_has_not_fetched_is_no_video(tmp_path):
    write_crema_d(tmp_path, {f"{actor}_TIE_ANG_XX": {"A": 9, "N": 1} for actor in (1001, 1002)})
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
    (tmp_path / "VideoFlash" / "1001_TIE_ANG_XX.flv").write_text(pointer)

    found = read_interviews(tmp_path)

    assert [one.id for one in found] == ["1002_TIE_ANG_XX"]
    assert "has no video" in found.bad_rows[0].reason


def test_copies_in_another_format_are_found_and_the_original_comes_first(tmp_path):
    votes = {name: {"A": 9, "N": 1} for name in ("1001_TIE_ANG_XX", "1002_TIE_ANG_XX")}
    videos = ["1001_TIE_ANG_XX.mp4", "1002_TIE_ANG_XX.mp4", "1002_TIE_ANG_XX.flv"]

    found = read_interviews(write_crema_d(tmp_path, votes, videos=videos), strict=True)

    assert [one.video.suffix for one in found] == [".mp4", ".flv"]


@pytest.mark.parametrize(
    ("name", "votes", "reason"),
    [
        ("1001_IEO_ANGRY_HI", {"A": 9}, "not made of actor, sentence, emotion and level"),
        ("1001_IEO_ANG_HI", {"A": 1}, "two raters and more"),
        ("1001_IEO_ANG_HI", {"A": 9, "N": -1}, "-1 of 8 raters"),
    ],
)
def test_a_row_that_cannot_be_used_costs_only_itself_and_is_named(tmp_path, name, votes, reason):
    found = read_interviews(write_crema_d(tmp_path, {name: votes, "1002_IEO_ANG_HI": {"A": 9, "N": 1}}))

    assert [one.id for one in found] == ["1002_IEO_ANG_HI"]
    [bad] = found.bad_rows
    assert (bad.line, bad.id) == (2, name)
    assert reason in bad.reason


def test_a_table_with_other_columns_is_refused(tmp_path):
    (tmp_path / "tabulatedVotes.csv").write_text("a,b\n1,2\n")

    with pytest.raises(InterviewError, match=r"has no column .*put CREMA-D's own table there"):
        read_interviews(tmp_path)


@pytest.fixture(scope="module")
def all_clips(crema_d_votes, tmp_path_factory):
    """Every rated clip, with the real ratings and videos that hold nothing."""
    folder = tmp_path_factory.mktemp("crema-d")
    shutil.copy(crema_d_votes, folder)
    (folder / "VideoFlash").mkdir()
    names = {line.split(",")[7].strip('"') for line in crema_d_votes.read_text().splitlines()[1:]}
    for name in names:
        (folder / "VideoFlash" / f"{name}.flv").touch()
    return read_interviews(folder, strict=True)


def scores_of(interviews):
    return np.array([one.scores["not_neutral"] for one in interviews])


def test_the_real_ratings_are_those_of_7442_clips_of_91_actors_a_third_in_each_category(all_clips):
    assert len(all_clips) == 7442
    assert len({one.participant for one in all_clips}) == 91
    shares = np.bincount([all_clips.rule.thresholds.index(score) for score in scores_of(all_clips)]) / 7442
    assert shares == pytest.approx([0.31, 0.31, 0.38], abs=0.01)


def test_people_put_the_strong_one_of_two_real_clips_above_the_weak_one_in_72_of_100_pairs(all_clips):
    assert {name: len(rows) for name, rows in intended_pairs(all_clips).items()} == {
        "HI above LO": 455,
        "HI above MD": 455,
        "MD above LO": 455,
    }
    first, *_ = intended_orders(all_clips, {"scores": scores_of(all_clips)}, draws=100, seed=0)

    assert first["shares"]["scores"]["share"] == pytest.approx(0.72, abs=0.005)
    low, high = first["shares"]["scores"]["share_ci"]
    assert low < 0.72 < high


def test_the_mean_of_an_actors_other_clips_says_little_of_one(all_clips):
    leak = own_mean(np.array([one.participant for one in all_clips]), scores_of(all_clips))

    assert leak == {"clips": 7442, "spearman": pytest.approx(0.27, abs=0.005)}


def test_the_ceiling_of_the_real_ratings_is_that_of_two_halves_of_the_raters(all_clips, crema_d_votes):
    """The binomial errors and the Spearman-Brown formula, which knows nothing of them, agree."""
    random, halves = np.random.default_rng(0), []
    for one in all_clips:
        raters = int(one.attributes["raters"])
        votes = random.permutation(np.arange(raters) < round(one.scores["not_neutral"] * raters))
        halves.append((votes[::2].mean(), votes[1::2].mean()))
    between = np.corrcoef(np.array(halves).T)[0, 1]

    ceiling = rating_ceiling(all_clips, scores_of(all_clips))

    assert ceiling["ceiling"] == pytest.approx(0.94, abs=0.005)
    assert ceiling["reliability"] == pytest.approx(2 * between / (1 + between), abs=0.01)
    assert spearmanr(*np.array(halves).T).statistic < ceiling["ceiling"]


def test_levels_are_in_the_order_that_they_were_asked_for():
    assert sorted(LEVELS, key=LEVELS.__getitem__) == ["LO", "MD", "HI"]
