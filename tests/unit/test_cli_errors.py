"""What people see of a command that fails or is stopped: one sentence and an exit status, and no traceback ever."""

import errno
import json
import os
import resource
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from expressiveness.cli import main
from tests.commands import limit, session_of, start
from tests.interviews import row, write_metadata, write_portrait_video

STOPPED = "expressiveness: stopped; what is done is kept\n"


def run(*arguments):
    return main([str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Six interviews of three people."""
    folder = tmp_path_factory.mktemp("errors") / "interviews"
    write_metadata(
        folder, *(row(number, user_no=str(number % 3), facial_expression=number % 3 - 1.0) for number in range(1, 7))
    )
    for number in range(1, 7):
        write_portrait_video(folder / f"videos/vid_{number:04}.mp4", frames=120)
    return folder


@pytest.fixture(scope="module")
def faces(folder, tmp_path_factory):
    """A store with the faces of those interviews."""
    faces = tmp_path_factory.mktemp("stored") / "faces"
    assert run("extract", folder, "--out", faces, "--workers", 1) == 0
    return faces


def wait_until(condition, process, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)


def has_imported(process, library):
    try:
        return library in Path(f"/proc/{process.pid}/maps").read_text()
    except FileNotFoundError:
        return False


def reads_a_video(process):
    try:
        return any(file.path.endswith(".mp4") for file in process.open_files())
    except psutil.NoSuchProcess:  # gone while it was looked at
        return False


def assert_stopped(process, status):
    out, errors = process.communicate(timeout=60)
    assert errors == STOPPED
    assert process.returncode == status
    assert out == ""
    deadline = time.monotonic() + 10
    while session_of(process):
        assert time.monotonic() < deadline, "a worker goes on"
        time.sleep(0.05)


MOMENTS = {
    "while it imports": lambda process: has_imported(process, "libavcodec"),
    "while workers start": lambda process: len(session_of(process)) > 2,
    "while workers work": lambda process: any(reads_a_video(other) for other in session_of(process)),
}


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_ctrl_c_stops_extract_and_its_workers_and_says_so(folder, tmp_path, moment):
    process = start("extract", folder, "--out", tmp_path / "faces", "--workers", 2)
    wait_until(lambda: MOMENTS[moment](process), process)

    os.killpg(process.pid, signal.SIGINT)  # as a terminal does it, to the workers, too

    assert_stopped(process, 130)


@pytest.mark.slow
def test_being_told_to_end_stops_it_likewise(folder, tmp_path):
    process = start("extract", folder, "--out", tmp_path / "faces", "--workers", 2)
    wait_until(lambda: len(session_of(process)) > 2, process)

    process.terminate()

    assert_stopped(process, 143)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.0, 0.5, 2.0])
def test_ctrl_c_is_answered_while_tensorflow_is_imported_and_after(folder, faces, tmp_path, seconds):
    """Native code that is interrupted while it is imported raises ImportErrors of its own."""
    process = start(
        "train",
        folder,
        "--faces",
        faces,
        "--out",
        tmp_path / "model",
        "--model",
        "notebook_cnn",
        stderr=subprocess.PIPE,
    )
    wait_until(lambda: has_imported(process, "libtensorflow"), process)
    time.sleep(seconds)

    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)

    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, STOPPED)


@pytest.mark.slow
def test_ctrl_c_is_ignored_where_whoever_started_it_has_it_ignored(folder, tmp_path):
    process = start("inspect", folder, limits=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    wait_until(lambda: has_imported(process, "python"), process)
    time.sleep(0.5)

    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)

    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["app"], ["demo", "--no-app"], ["forget", "0001", "--dataset", "any"]])
def test_a_database_that_is_down_is_said_in_seconds(arguments, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FIFTYONE_DATABASE_URI", "mongodb://127.0.0.1:1/")
    started = time.monotonic()

    assert run(*arguments) == 1

    assert time.monotonic() - started < 10
    errors = capsys.readouterr().err
    assert errors.startswith("expressiveness: FiftyOne's database does not answer (127.0.0.1:1: ")
    assert len(errors.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_the_database_s_address_is_taken_from_fiftyone_s_own_settings(capsys, tmp_path, monkeypatch):
    (tmp_path / "config.json").write_text(
        json.dumps({"database_uri": "mongodb://127.0.0.1:2/?serverSelectionTimeoutMS=100"})
    )
    monkeypatch.setenv("FIFTYONE_CONFIG_PATH", str(tmp_path / "config.json"))
    monkeypatch.delenv("FIFTYONE_DATABASE_URI")

    assert run("app") == 1

    assert "does not answer (127.0.0.1:2: " in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["inspect", "FOLDER"], ["--help"], ["inspect", "--help"], ["--version"]])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_output_is_said_in_a_sentence(folder, arguments, unbuffered):
    arguments = [folder if argument == "FOLDER" else argument for argument in arguments]
    with Path("/dev/full").open("w") as full:
        process = start(*arguments, stdout=full, environment={"PYTHONUNBUFFERED": unbuffered})
    _, errors = process.communicate()

    assert process.returncode == 1
    assert errors == (
        f"expressiveness: the output cannot be written ({os.strerror(errno.ENOSPC)}); "
        "free some space, or send it elsewhere\n"
    )


@pytest.mark.slow
def test_a_reader_that_has_gone_ends_it_without_a_word(folder):
    reader, writer = os.pipe()
    os.close(reader)
    process = start("inspect", folder, stdout=writer)
    os.close(writer)

    assert process.communicate() == (None, "")
    assert process.returncode == 141


@pytest.mark.slow
@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)])
def test_streams_that_were_closed_do_not_stop_it(folder, tmp_path, closed):
    out = tmp_path / "found.json"
    process = start("inspect", folder, "--json", out, limits=lambda: [os.close(number) for number in closed])
    _, errors = process.communicate()

    assert (process.returncode, errors) == (0, "")
    assert json.loads(out.read_text())["participants"] == 3


@pytest.mark.slow
def test_want_of_memory_is_said_and_not_taken_for_a_fault_of_the_video(folder, tmp_path):
    process = start(
        "extract", folder, "--out", tmp_path / "faces", "--limit", 2, limits=limit(resource.RLIMIT_AS, 10**9)
    )
    _, errors = process.communicate()

    assert process.returncode == 1
    assert "Traceback" not in errors
    # In a worker or, where coverage is measured, in the command itself already.
    assert "out of memory; close other programs, raise the memory limit, or give fewer --workers" in errors


NO_ROOM = """
import resource
from expressiveness.cli.answers import answer
print(answer(ImportError("libavcodec.so: failed to map segment from shared object")))
resource.setrlimit(resource.RLIMIT_AS, (2**40, 2**40))
print(answer(ImportError("libavcodec.so: failed to map segment from shared object")))
print(answer(MemoryError()))
"""


def test_a_library_that_does_not_fit_into_the_memory_is_no_fault_of_the_program(run_python):
    unlimited, limited, any_time = run_python(NO_ROOM).splitlines()

    assert "fault of the program" in unlimited
    assert limited == any_time
    assert limited.startswith("(1, 'out of memory;")


@pytest.mark.parametrize("file", ["/proc/none/found.json", "."])
def test_results_that_cannot_be_written_are_said_in_a_sentence(folder, file, capsys):
    assert run("inspect", folder, "--json", file) == 1

    errors = capsys.readouterr().err
    assert file.removesuffix("/found.json") in errors
    assert len(errors.splitlines()) == 1


def test_a_fault_of_the_program_says_so_and_shows_where_only_if_asked(monkeypatch, capsys, folder):
    def broken(*_, **__):
        raise KeyError("nobody thought of this")

    monkeypatch.setattr("expressiveness.data.inspect_folder", broken)

    assert run("inspect", folder) == 1
    errors = capsys.readouterr().err
    assert errors.startswith("expressiveness: this is a fault of the program, not yours (KeyError: 'nobody thought of")
    assert len(errors.splitlines()) == 1

    monkeypatch.setenv("EXPRESSIVENESS_DEBUG", "1")
    assert run("inspect", folder) == 1
    assert "in broken" in capsys.readouterr().err
