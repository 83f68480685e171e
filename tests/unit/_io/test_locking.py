"""Two runs at once: the second is told who the first is, and a killed one blocks nobody."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from expressiveness._io import alone
from expressiveness.errors import BusyError, StoreError
from expressiveness.faces import ExtractionConfig, FaceStore, extract_interviews
from expressiveness.models import load_model
from expressiveness.movement import MovementStore, extract_movements
from tests.interviews import interview
from tests.media import write_grey_ramp
from tests.random_model import random_model

HOLD = """
import sys, time
from pathlib import Path
from expressiveness._io import alone
with alone(Path(sys.argv[1]), on="the face store faces", doing="finding faces"):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the store `tmp_path`."""
    with subprocess.Popen([sys.executable, "-c", HOLD, tmp_path / ".lock"], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def find_faces(clip, folder):
    return extract_interviews([clip], FaceStore(folder), workers=1)


def read_movement(clip, folder):
    return extract_movements([clip], MovementStore(folder), workers=1)


@pytest.mark.parametrize("work", [find_faces, read_movement])
def test_the_second_run_on_a_store_is_refused_with_the_first_ones_name(holder, tmp_path, work):
    clip = interview(1, video=write_grey_ramp(tmp_path / "1.mp4"))

    with pytest.raises(BusyError) as refused:
        work(clip, tmp_path)

    sentence = str(refused.value)
    assert f"the face store {tmp_path} is in use by process {holder.pid} on {socket.gethostname()} since 2" in sentence
    assert "(finding faces); wait until it has finished" in sentence
    assert not list(tmp_path.rglob("*.npz"))


@pytest.mark.slow
def test_a_killed_run_blocks_nobody_and_its_half_written_files_go(holder, tmp_path):
    clip = interview(1, video=write_grey_ramp(tmp_path / "1.mp4"))
    left = tmp_path / ExtractionConfig().digest / ".0009-0000.npz.123.unfinished"
    left.parent.mkdir()
    left.write_bytes(b"half")
    holder.send_signal(signal.SIGKILL)
    holder.wait()

    report = find_faces(clip, tmp_path)

    assert report.succeeded == 1
    assert not left.exists()


def test_a_lock_is_free_again_after_its_block_and_after_an_error_in_it(tmp_path):
    for _ in range(2):
        with pytest.raises(KeyError), alone(tmp_path / "lock", on="it", doing="testing"):
            raise KeyError

    assert (tmp_path / "lock").read_text() == ""


def test_two_threads_of_one_process_are_two_runs(tmp_path):
    with (
        alone(tmp_path / "lock", on="it", doing="testing"),
        pytest.raises(BusyError, match=f"it is in use by process {os.getpid()} "),
        alone(tmp_path / "lock", on="it", doing="testing"),
    ):
        pass


def test_a_store_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match=r"cannot write .*file/faces \(Not a directory\); choose another store"):
        find_faces(interview(1), tmp_path / "file" / "faces")


SAVE = """
import sys, time
from pathlib import Path
from tests.random_model import random_model
model = random_model()
print("ready", flush=True)
while True:
    model.save(Path(sys.argv[1]))
"""


@pytest.mark.slow
def test_a_model_that_is_saved_while_another_run_saves_it_is_always_whole(tmp_path):
    """Killed at any moment, the other leaves a model or none, and nothing that is in the way."""
    model = random_model()
    with subprocess.Popen([sys.executable, "-c", SAVE, tmp_path / "model"], stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"ready\n"
        for _ in range(5):
            model.save(tmp_path / "model")
        other.kill()
    model.save(tmp_path / "model")

    assert load_model(tmp_path / "model").created == model.created
    assert sorted(file.name for file in tmp_path.iterdir()) == [".model.lock", "model"]
