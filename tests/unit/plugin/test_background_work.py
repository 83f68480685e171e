"""Work in the App's server: how far it is, stopped, and one at a time on a dataset."""

import threading
import time

import pytest

from expressiveness.errors import BusyError, TrainingError
from expressiveness.stop_requests import stop_if_asked
from fiftyone_plugin.forms import BackgroundWork, forget_work, work_on
from fiftyone_plugin.forms.background_work import begin_work
from fiftyone_plugin.operators.detect_faces import DetectFaces


def work_of(function):
    return BackgroundWork(function, DetectFaces(), params={"every": 5})


def count_for_ever(progress):
    while True:
        progress(1, 4, "1 of 4 videos")
        time.sleep(0.01)


def wait_without_a_word(_):
    while True:
        stop_if_asked()
        time.sleep(0.01)


@pytest.mark.parametrize("function", [count_for_ever, wait_without_a_word])
def test_work_stops_where_it_reports_or_looks_whether_it_should(function):
    work = work_of(function)
    time.sleep(0.1)
    assert work.state == "running"

    work.stop()

    assert work.wait(1)
    shown = work.as_dict()
    assert shown["state"] == "stopped"
    assert shown["message"].startswith("Stopped")
    assert "goes on from there" in shown["message"]


def test_it_says_how_far_it_is_and_how_it_ended():
    go_on = threading.Event()

    def half(progress):
        progress(2, 4, "2 of 4 videos")
        go_on.wait()
        return {"message": "4 videos done", "failures": [{"id": "0001", "reason": "no face"}]}

    work = work_of(half)
    time.sleep(0.1)
    meanwhile = work.as_dict()
    go_on.set()
    assert work.wait(1)
    ended = work.as_dict()

    assert (meanwhile["state"], meanwhile["share"], meanwhile["note"]) == ("running", 0.5, "2 of 4 videos")
    assert (ended["state"], ended["message"]) == ("done", "4 videos done")
    assert ended["failures"] == [{"id": "0001", "reason": "no face"}]


def test_an_error_is_a_sentence_and_the_form_is_kept_for_the_next_try():
    def fail(_):
        raise TrainingError("too few people; add some")

    work = work_of(fail)
    assert work.wait(1)

    shown = work.as_dict()
    assert (shown["state"], shown["message"]) == ("failed", "too few people; add some")
    assert shown["params"] == {"every": 5}


def test_a_second_work_on_a_dataset_is_refused_until_the_first_has_ended():
    first = begin_work("interviews", lambda: work_of(count_for_ever))
    with pytest.raises(BusyError, match="Detect faces goes on there; wait for it or stop it in the review panel"):
        begin_work("interviews", lambda: work_of(count_for_ever))
    forget_work("interviews")
    assert work_on("interviews") is first

    first.stop()
    assert first.wait(1)
    second = begin_work("interviews", lambda: work_of(lambda _: {"message": "done"}))
    assert second.wait(1)
    forget_work("interviews")
    assert work_on("interviews") is None
