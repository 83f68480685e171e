import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from expressiveness.errors import ConfigError, StoreError
from expressiveness.parallel import run
from expressiveness.stop_requests import StoppedError, stoppable
from tests.conftest import REPOSITORY
from tests.interviews import write_portrait_video
from tests.picky import BROKEN, CRASHES, FAULTY, HANGS, UNWRITABLE, picky


def square(number):
    return number * number


@pytest.mark.slow
def test_every_item_has_one_outcome():
    outcomes = list(run(square, range(7), workers=2))

    assert sorted((outcome.item, outcome.value) for outcome in outcomes) == [(n, n * n) for n in range(7)]


@pytest.mark.slow
def test_an_item_that_fails_crashes_or_hangs_costs_only_itself():
    items = [1, BROKEN, CRASHES, HANGS, 2, 3]
    outcomes = {outcome.item: outcome for outcome in run(picky, items, workers=2, timeout=5)}

    assert [outcomes[number].value for number in (1, 2, 3)] == [1, 2, 3]
    assert outcomes[BROKEN].error == "clip 101: broken"
    assert "crashed its worker process (exit code 7)" in outcomes[CRASHES].error
    assert "took longer than 5 seconds" in outcomes[HANGS].error


@pytest.mark.parametrize(("item", "error"), [(FAULTY, KeyError), (UNWRITABLE, StoreError)])
def test_a_fault_of_the_program_or_of_the_store_is_not_taken_for_a_fault_of_the_item(item, error):
    results = run(picky, [1, item, *range(2, 1000)], workers=1)

    assert next(results).value == 1
    with pytest.raises(error):
        next(results)


@pytest.mark.slow
def test_results_come_as_they_finish_and_the_rest_can_be_left():
    results = run(square, range(1000), workers=1)

    first = next(results)
    results.close()

    assert first.value == first.item**2


@pytest.mark.slow
def test_work_that_is_stopped_ends_within_seconds_though_an_item_hangs():
    asked, ended = threading.Event(), []

    def work():
        with stoppable(asked):
            try:
                list(run(picky, [HANGS], workers=1))
            except StoppedError:
                ended.append(time.monotonic())

    thread = threading.Thread(target=work)
    thread.start()
    while not psutil.Process().children():
        time.sleep(0.05)
    asked.set()
    stopped = time.monotonic()
    thread.join(20)

    assert ended
    assert ended[0] - stopped < 5


def test_nothing_to_do_starts_nothing():
    assert list(run(square, [])) == []


SCRIPT = """
import sys
from pathlib import Path
with Path("runs").open("a") as file:
    print("run", file=file)
from expressiveness.parallel import run
from tests.unit.parallel.test_processes import square
print(sorted(outcome.value for outcome in run(square, [1, 2, 3], workers=2)))
"""
STARTED = {"file": ["unguarded.py"], "module": ["-m", "unguarded"], "command": ["-c", SCRIPT], "stdin": ["-"]}


@pytest.mark.slow
@pytest.mark.parametrize("how", STARTED)
def test_a_script_needs_no_guard_and_runs_once(tmp_path, how):
    (tmp_path / "unguarded.py").write_text(SCRIPT)
    python = [sys.executable, *STARTED[how]]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}

    done = subprocess.run(
        python, cwd=tmp_path, env=environment, input=SCRIPT, capture_output=True, text=True, check=True, timeout=100
    )

    assert done.stdout == "[1, 4, 9]\n"
    assert (tmp_path / "runs").read_text() == "run\n"


@pytest.mark.slow
def test_workers_load_no_tensorflow_even_if_the_script_does(tmp_path):
    script = tmp_path / "script.py"
    video = write_portrait_video(tmp_path / "a.mp4", frames=6)
    script.write_text(
        "import keras, sys, tensorflow\n"
        "from expressiveness.parallel import run\n"
        "from tests.unit.parallel.test_processes import loaded_by_reading\n"
        f"[outcome] = run(loaded_by_reading, [{str(video)!r}], workers=1)\n"
        "print({'tensorflow', 'keras'} & set(sys.modules), outcome.value)\n"
    )

    done = subprocess.run(
        [sys.executable, script], env={**os.environ, "PYTHONPATH": str(REPOSITORY)}, capture_output=True, text=True
    )

    assert done.stdout.replace("'keras', 'tensorflow'", "'tensorflow', 'keras'") == "{'tensorflow', 'keras'} []\n"


def loaded_by_reading(video):
    from expressiveness.faces import extract_faces
    from expressiveness.movement import read_movement

    assert len(extract_faces(Path(video)))
    read_movement(Path(video))
    return sorted({"tensorflow", "keras"} & set(sys.modules))


def test_a_function_that_workers_cannot_import_is_named():
    function = type(square)(square.__code__, {"__name__": "__main__"})

    with pytest.raises(ConfigError, match="cannot import square from a script or notebook; move it into a module"):
        next(run(function, [1]))


@pytest.mark.slow
def test_other_processes_of_the_same_program_start_as_ever(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import multiprocessing\n"
        "from expressiveness.parallel import run\n"
        "from tests.unit.parallel.test_processes import square\n"
        "def double(number):\n    return 2 * number\n"
        "if __name__ == '__main__':\n"
        "    print([outcome.value for outcome in run(square, [3])])\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n        print(pool.map(double, [3]))\n"
    )

    done = subprocess.run(
        [sys.executable, script],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=100,
    )

    assert done.stdout == "[9]\n[6]\n"


def say_and_sleep(file):
    file.write_text(str(os.getpid()))
    time.sleep(600)


RUN = """
import sys
from pathlib import Path
from expressiveness.parallel import run
from tests.unit.parallel.test_processes import say_and_sleep
list(run(say_and_sleep, [Path(sys.argv[1])], workers=1))
"""


@pytest.mark.slow
def test_workers_end_where_their_parent_was_killed(tmp_path):
    file = tmp_path / "pid"
    with subprocess.Popen([sys.executable, "-c", RUN, file]) as parent:
        while not (file.exists() and file.read_text()):
            assert parent.poll() is None
            time.sleep(0.05)
        worker = psutil.Process(int(file.read_text()))
        parent.kill()

    worker.wait(timeout=60)  # raises if it goes on


NO_SEMAPHORES = """
import resource
from expressiveness.errors import WorkerError
from expressiveness.parallel import run
from tests.unit.parallel.test_processes import square
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # a semaphore is a file in /dev/shm
try:
    list(run(square, [1], workers=1))
except WorkerError as error:
    print(error)
"""


@pytest.mark.slow
def test_a_machine_that_starts_no_workers_is_told_what_they_need(run_python):
    assert "check that /dev/shm exists, is writable and has space" in run_python(NO_SEMAPHORES)


UNGUARDED = """
import sys
import wave
from expressiveness.parallel import run
from tests.picky import is_imported
print("started")
modules = ["wave", "tensorflow", "fiftyone"]
print([outcome.value for outcome in run(is_imported, modules, workers=2)], sys.modules["__main__"].__file__ == __file__)
"""


@pytest.mark.slow
def test_a_script_without_a_guard_runs_once_and_workers_import_none_of_it(tmp_path):
    """The main module of FiftyOne's server is another: each worker would load all of FiftyOne."""
    (tmp_path / "script.py").write_text(UNGUARDED)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    printed = subprocess.run(
        [sys.executable, tmp_path / "script.py"], capture_output=True, text=True, timeout=120, env=environment
    )

    assert printed.stdout == "started\n[False, False, False] True\n", printed.stderr
