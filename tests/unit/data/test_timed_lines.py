"""Transcripts whose times are read, so that a click on what is said can go there."""

import pytest

from expressiveness.data import TimedLine, timed_lines


def test_recruitview_writes_times_in_brackets():
    transcript = "[00:00 - 00:02] So I wrote it down.\n[01:02 - 01:04] It was not easy,\nbut it worked."

    assert timed_lines(transcript) == [
        TimedLine(0, 2, "So I wrote it down."),
        TimedLine(62, 64, "It was not easy, but it worked."),
    ]


@pytest.mark.parametrize("stretch", ["00:00:01,500 --> 00:00:03,000", "0:01.5 - 0:03", "(00:01.500–00:03.000):"])
def test_other_ways_to_write_a_stretch_of_time_are_known(stretch):
    assert timed_lines(f"{stretch} Hello.") == [TimedLine(1.5, 3, "Hello.")]


def test_subtitle_numbers_are_no_part_of_what_is_said():
    subtitles = "1\n00:00:01,000 --> 00:00:02,000\nOne.\n\n2\n00:00:02,000 --> 00:00:03,000\nIn 1984.\n"

    assert [line.text for line in timed_lines(subtitles)] == ["One.", "In 1984."]


@pytest.mark.parametrize("transcript", ["", "No times here, though 10:30 is one.", "[00:05 - 00:02] backwards"])
def test_a_transcript_without_stretches_of_time_has_no_timed_lines(transcript):
    assert timed_lines(transcript) == []
