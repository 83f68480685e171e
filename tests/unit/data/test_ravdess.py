"""RAVDESS: everything is said by the names of files, and the score is what was intended."""

import shutil

import pytest

from expressiveness.data import Intended, read_interviews
from expressiveness.evaluation.data_figures import intended_pairs
from tests.real_people import write_ravdess


def test_the_parts_of_a_name_are_attributes(tmp_path):
    found = read_interviews(write_ravdess(tmp_path, "02-01-06-02-01-02-12"), strict=True)

    assert found.reader == "ravdess"
    assert found[0].participant == "12"
    assert found[0].scores == {"intended_intensity": 3}
    assert found[0].attributes == {
        "channel": "speech",
        "emotion": "fearful",
        "intensity": "strong",
        "statement": "Kids are talking by the door",
        "repetition": "2",
        "intended": "3 strong",
        "pair": "speech fearful 01 2",
    }


@pytest.mark.parametrize(
    ("name", "score", "category"),
    [
        ("02-01-01-01-01-01-01", 0, "Reserved Expression"),  # neutral
        ("02-01-02-01-01-01-01", 1, "Reserved Expression"),  # calm
        ("02-01-02-02-01-01-01", 1, "Reserved Expression"),  # strongly calm shows no more
        ("02-01-03-01-01-01-01", 2, "Balanced Expression"),
        ("02-02-03-02-01-01-01", 3, "Expressive"),
    ],
)
def test_the_score_is_the_order_of_what_was_intended(tmp_path, name, score, category):
    found = read_interviews(write_ravdess(tmp_path, name), strict=True)

    assert found[0].scores["intended_intensity"] == score
    assert found.rule.category(found[0].scores) == category


def test_strong_and_normal_are_compared_within_one_actor_emotion_statement_repetition_and_channel(tmp_path):
    names = [
        "02-01-05-01-01-01-01",
        "02-01-05-02-01-01-01",  # the only one that differs from the first in its intensity alone
        "02-01-05-02-01-01-02",
        "02-01-04-02-01-01-01",
        "02-01-05-02-02-01-01",
        "02-01-05-02-01-02-01",
        "02-02-05-02-01-01-01",
        "02-01-02-01-01-01-01",
        "02-01-02-02-01-01-01",  # calm
    ]
    found = read_interviews(write_ravdess(tmp_path, *names))

    [(name, rows)] = intended_pairs(found).items()

    assert name == "strong above normal"
    assert [(found[above].id, found[below].id) for above, below in rows] == [(names[1], names[0])]
    assert found[names[1]].intended == Intended(3, "strong")
    assert found[names[7]].intended is None


def test_a_clip_with_sound_and_without_is_one_clip_and_sound_alone_is_none(tmp_path):
    write_ravdess(tmp_path, "01-01-05-01-01-01-01", "02-01-05-01-01-01-01", "01-01-05-02-01-01-01")
    (tmp_path / "Actor_01" / "03-01-05-01-01-01-01.wav").touch()

    found = read_interviews(tmp_path, strict=True)

    assert sorted(one.id for one in found) == ["01-01-05-02-01-01-01", "02-01-05-01-01-01-01"]


def test_archives_unpacked_into_folders_of_their_own_are_read_too(tmp_path):
    write_ravdess(tmp_path / "Video_Speech_Actor_01", "02-01-05-01-01-01-01")
    write_ravdess(tmp_path / "Video_Song_Actor_01", "02-02-05-01-01-01-01")

    assert {one.attributes["channel"] for one in read_interviews(tmp_path, strict=True)} == {"speech", "song"}


def test_a_part_that_stands_for_nothing_costs_only_its_clip_and_is_named(tmp_path):
    found = read_interviews(write_ravdess(tmp_path, "02-01-05-01-01-01-01", "02-01-09-01-01-01-01"))

    assert [one.id for one in found] == ["02-01-05-01-01-01-01"]
    [bad] = found.bad_rows
    assert bad.id == "02-01-09-01-01-01-01"
    assert "'09', which stands for nothing" in bad.reason


def test_ratings_in_a_table_beside_the_videos_count_before_what_was_intended(tmp_path):
    write_ravdess(tmp_path, "02-01-05-01-01-01-01")
    shutil.move(tmp_path / "Actor_01" / "02-01-05-01-01-01-01.mp4", tmp_path)
    (tmp_path / "ours.csv").write_text("video,participant,rating\n02-01-05-01-01-01-01.mp4,01,4.5\n")

    assert read_interviews(tmp_path)[0].scores == {"rating": 4.5}
    assert read_interviews(tmp_path, "ravdess")[0].scores == {"intended_intensity": 2}
