"""Killed at any moment, robbed of its database or its disk, or started twice: nothing is lost, nothing half done stays.

Runs are killed at three moments, one after the other. KILLS=20 asks for twenty, each of a run from the start, as before
a release.
"""

import json
import os
import random
import re
import resource
import signal
import subprocess
import time
import uuid
from functools import cache

import fiftyone as fo
import h5py
import numpy as np
import pytest
from pymongo import MongoClient

from expressiveness._io import LOCK_FILE
from expressiveness.data import read_interviews
from expressiveness.errors import BusyError, StoreError
from expressiveness.faces import CONFIG_FILE, FaceStore, extract_interviews, load_faces
from expressiveness.models import RECORD, WEIGHTS, TrainingConfig, train
from expressiveness.movement import MovementStore
from fiftyone_plugin.api import detect_faces, import_interviews, predict, train_model
from fiftyone_plugin.dataset import working_on
from tests.face_tables import lively_faces
from tests.interviews import row, write_metadata, write_portrait_video
from tests.killed import RUN, RUNS, SHORT, release, started
from tests.movements import acted
from tests.services import start_mongod, stop

KILLS = int(os.environ.get("KILLS", "0"))
CHAINS = [1] * KILLS or [3]
"""How often each attempt is killed before it may end."""

IDS_AND_TIMES = {"_id", "_sample_id", "_dataset_id", "dataset", "_rand", "created", "created_at", "last_modified_at"}

LONGEST_CLIP = 9
LARGEST_KEPT = 12_000
"""Bytes: more than any table but the longest clip's."""

LONGEST = 0.9
"""The latest moment to kill at, as a share of the time that the run takes undisturbed."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Sixteen clips of a portrait, one of them longer, with faces and movement made up, and a model of movement."""
    folder = tmp_path_factory.mktemp("interviews")
    write_metadata(folder, *(row(n, user_no=str(n // 2), facial_expression=float(n % 3 - 1)) for n in range(16)))
    interviews, drawn = read_interviews(folder).interviews, np.random.default_rng(0)
    store = FaceStore(folder / "faces", SHORT)
    store.write_config()
    for number, interview in enumerate(interviews):
        write_portrait_video(interview.video, frames=31 if number == LONGEST_CLIP else 6 + number % 5)
        store.save(interview, lively_faces((4, 20, 60)[number % 3], drawn))
        MovementStore.beside(store).save(interview, acted((0.1, 0.4, 0.9)[number % 3], seed=number))
    train(interviews, store, TrainingConfig(model="movement")).save(folder / "model")
    return folder


def files(out):
    """Every file of a folder by its path, but for locks."""
    found = {file.relative_to(out): file for file in out.rglob("*") if file.is_file()}
    return {path: file for path, file in found.items() if not path.name.endswith(LOCK_FILE)}


def extracted(out):
    return {path: file.read_bytes() for path, file in files(out).items()}


def trained(out):
    """A model's folder without the time it was made at."""
    record = json.loads((out / "model" / RECORD).read_text())
    weights = {}
    with h5py.File(out / "model" / WEIGHTS) as archive:
        archive.visititems(
            lambda name, item: weights.update({name: item[()].tobytes()}) if isinstance(item, h5py.Dataset) else None
        )
    return set(files(out)), {**record, "created": None}, weights


def ingested(out, uri=None):
    """Everything that a database holds of a dataset, but for ids and times; the tests' own database if None."""
    with MongoClient(uri or fo.config.database_uri) as client:
        database = client[fo.config.database_name]
        dataset = database.datasets.find_one({"name": out.name})
        samples = list(database[dataset["sample_collection_name"]].find())
        frames = list(database[dataset["frame_collection_name"]].find())
        runs = list(database.runs.find({"_id": {"$in": list(dataset["runs"].values())}}))
    names = {sample["_id"]: sample["interview_id"] for sample in samples}
    by_name = {
        kind: sorted(dataset[kind], key=lambda field: field["name"]) for kind in ("sample_fields", "frame_fields")
    }
    return (
        sorted(map(plain, samples), key=lambda sample: sample["interview_id"]),
        sorted(
            (plain({**frame, "of": names[frame["_sample_id"]]}) for frame in frames),
            key=lambda frame: (frame["of"], frame["frame_number"]),
        ),
        plain({**by_name, **{name: dataset[name] for name in ("app_config", "info", "media_type", "persistent")}}),
        [plain(run["config"]) for run in runs],
    )


def plain(value):
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items() if name not in IDS_AND_TIMES}
    return [plain(item) for item in value] if isinstance(value, list) else value


RESULTS = {"extraction": extracted, "training": trained, "ingest": ingested}


@pytest.fixture(scope="module")
def make_out(tmp_path_factory, mongodb):
    """A function that makes folders to work in, of names that datasets may have; the datasets are deleted."""
    made = []

    def make():
        made.append(tmp_path_factory.mktemp("out") / f"test-{uuid.uuid4().hex[:12]}")
        made[-1].mkdir()
        return made[-1]

    yield make
    for folder in made:
        if fo.dataset_exists(folder.name):
            fo.delete_dataset(folder.name)


@pytest.fixture
def out(make_out):
    return make_out()


@pytest.fixture(scope="module")
def undisturbed(folder, make_out):
    """A function that gives what a run ends in if nothing happens, and the seconds that it takes."""

    @cache
    def run(name):
        out = make_out()
        begin = time.monotonic()
        RUNS[name](folder, out)
        return RESULTS[name](out), time.monotonic() - begin

    return run


def kill_after(seconds, process):
    """Let a run work for some seconds; return whether there was something left to kill."""
    with process:
        release(process)
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
        process.wait()
    assert process.returncode in (0, -signal.SIGKILL), "it did not fail by itself"
    return process.returncode != 0


@pytest.mark.slow
@pytest.mark.parametrize("run", RUNS)
@pytest.mark.timeout(300 + 300 * KILLS)
def test_what_is_killed_and_done_again_ends_as_if_nothing_had_happened(run, folder, make_out, undisturbed):
    expected, seconds = undisturbed(run)
    moments, killed = random.Random(f"{run} {KILLS}"), 0
    for chain in CHAINS:
        out = make_out()
        for process in [started(run, folder, out) for _ in range(chain)]:
            killed += kill_after(moments.uniform(0, LONGEST) * seconds, process)
        RUNS[run](folder, out)
        assert RESULTS[run](out) == expected
    assert killed


@pytest.mark.slow
def test_a_database_that_dies_is_one_sentence_and_the_next_run_completes(folder, out, undisturbed, tmp_path):
    mongod, uri = start_mongod(tmp_path)
    with started("ingest", folder, out, {"FIFTYONE_DATABASE_URI": f"{uri}/?serverSelectionTimeoutMS=2000"}) as first:
        release(first)
        wait_for_labels(uri, out.name)
        mongod.kill()
        sentences = first.stderr.read()
    mongod.wait()
    mongod, uri = start_mongod(tmp_path)
    with started("ingest", folder, out, {"FIFTYONE_DATABASE_URI": uri}) as second:
        release(second)
    found = ingested(out, uri)
    stop(mongod)

    assert first.returncode == 1
    assert "FiftyOne's database does not answer any more; start it" in sentences
    assert "Traceback" not in sentences
    assert second.returncode == 0
    assert found == undisturbed("ingest")[0]


def wait_for_labels(uri, name):
    """Wait until the first frames of a dataset are in its database."""
    with MongoClient(uri) as client:
        database = client[fo.config.database_name]
        while not (dataset := database.datasets.find_one({"name": name, "frame_collection_name": {"$ne": None}})):
            time.sleep(0.01)
        while not database[dataset["frame_collection_name"]].find_one():
            time.sleep(0.01)


def test_a_disk_that_fills_up_ends_the_run_with_what_is_done_and_the_next_run_completes(folder, out, undisturbed):
    expected, _ = undisturbed("extraction")
    with started("extraction", folder, out) as process:
        # Room for every table but the largest: writing that breaks off as on a disk that is full.
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (LARGEST_KEPT, LARGEST_KEPT))
        release(process)
        # Coverage, where it watches these processes, cannot write its own files either, and says so among ours.
        sentences = [line for line in process.stderr.read().splitlines() if line.startswith("cannot write")]
    left = extracted(out)
    RUNS["extraction"](folder, out)

    assert process.returncode == 1
    [sentence] = sentences
    assert re.fullmatch(
        rf"cannot write .*{LONGEST_CLIP:04}-.*\.npz \(File too large\); "
        "free some space and run it again, which continues from here, or choose another store",
        sentence,
    )
    assert 1 < len(left) < len(expected)
    assert left.items() < expected.items()
    assert extracted(out) == expected


def test_a_store_half_deleted_and_damaged_is_whole_after_the_next_run(folder, out, undisturbed):
    RUNS["extraction"](folder, out)
    tables = sorted(out.rglob("*.npz"))
    for table in tables[:8]:
        table.unlink()
    next(out.rglob(CONFIG_FILE)).unlink()
    tables[8].write_bytes(tables[8].read_bytes()[:2000])
    turned = bytearray(tables[9].read_bytes())
    turned[len(turned) // 2] ^= 1
    tables[9].write_bytes(turned)

    with pytest.raises(StoreError, match="extract them first"):
        FaceStore.open(out / "faces")
    RUNS["extraction"](folder, out)
    with pytest.raises(StoreError, match=r"is damaged .*; delete it and extract again"):
        load_faces(tables[9])
    tables[9].unlink()
    RUNS["extraction"](folder, out)

    assert extracted(out) == undisturbed("extraction")[0]


def test_a_damaged_table_is_made_again_where_its_faces_are_asked_for(folder, out):
    RUNS["extraction"](folder, out)
    store, interviews = FaceStore(out / "faces", SHORT), read_interviews(folder).interviews
    damaged = store.path(interviews[0])
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[: len(whole) // 2] + b"?" + whole[len(whole) // 2 + 1 :])

    report = extract_interviews(interviews, store, workers=1, on_stored=store.load)

    assert (report.succeeded, report.skipped) == (1, len(interviews) - 1)
    assert damaged.read_bytes() == whole


@pytest.mark.parametrize(
    "call",
    [
        lambda dataset, folder: import_interviews(folder, dataset.name),
        lambda dataset, folder: detect_faces(dataset),
        lambda dataset, folder: train_model(dataset.limit(1)),
        lambda dataset, folder: predict(dataset, RUN),
    ],
)
def test_the_second_run_on_a_dataset_is_refused_with_the_first_ones_name(call, folder, dataset_name):
    dataset = fo.Dataset(dataset_name)

    with (
        working_on(dataset, "training"),
        pytest.raises(
            BusyError, match=rf"the dataset {dataset_name} is in use by process {os.getpid()} .*\(training\)"
        ),
    ):
        call(dataset, folder)
