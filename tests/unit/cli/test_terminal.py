from io import StringIO

import pytest
from rich.console import Console

from expressiveness.cli.terminal import progress_bar, reporter


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def bar(clock):
    return progress_bar(Console(file=StringIO(), get_time=clock))


def steps(report, clock, done, total, *, start, seconds):
    """Report `done` steps, each after some seconds, the first after `start` seconds more."""
    clock.now += start
    for step in done:
        clock.now += seconds
        report(step, total)


@pytest.mark.parametrize("stored", [0, 7, 100])
def test_neither_what_was_stored_already_nor_the_start_of_workers_changes_the_time_left(bar, clock, stored):
    report = reporter(bar, "Finding faces")

    report(stored, stored + 20)
    steps(report, clock, range(stored + 1, stored + 6), stored + 20, start=50, seconds=10)

    assert bar.tasks[0].time_remaining == 15 * 10


def test_a_pace_of_minutes_a_video_is_told_as_well(bar, clock):
    report = reporter(bar, "Finding faces")

    report(0, 10)
    steps(report, clock, range(1, 5), 10, start=5, seconds=300)

    assert bar.tasks[0].time_remaining == 6 * 300


def test_each_piece_of_work_has_a_pace_of_its_own(bar, clock):
    report = reporter(bar, "Benchmark")

    for seconds in (1, 60):
        report(0, 10)
        steps(report, clock, range(1, 4), 10, start=2, seconds=seconds)
        assert bar.tasks[0].time_remaining == 7 * seconds
        steps(report, clock, range(4, 11), 10, start=0, seconds=seconds)
        assert bar.tasks[0].finished
