"""Extraction on a real Ray cluster of two machines, both of them on loopback."""

import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
from upath import UPath

from expressiveness.data import read_interviews
from expressiveness.errors import ClusterError, StoreError
from expressiveness.faces import FaceStore, extract_interviews
from expressiveness.parallel import RayCluster
from tests.conftest import REPOSITORY
from tests.interviews import row, write_metadata, write_portrait_video
from tests.picky import BROKEN, CRASHES, FAULTY, HANGS, UNWRITABLE, picky

pytestmark = pytest.mark.slow

README = " ".join((REPOSITORY / "README.md").read_text().split())
GUIDE = (REPOSITORY / "docs" / "guides" / "cluster.md").read_text()
COMMANDS = re.findall(r"^expressiveness .* --address FIRST:6379.*", GUIDE, re.MULTILINE)

MEMORY = 100 * 2**20  # of each machine's object store


@pytest.fixture(scope="module")
def machines():
    """Two machines of one core each; gives the cluster and the second machine, which the last test unplugs."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    size = {"num_cpus": 1, "object_store_memory": MEMORY, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args={**size, "node_ip_address": "127.0.0.2"})
    yield cluster, cluster.add_node(**size, node_ip_address="127.0.0.3")
    cluster.shutdown()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where a reader of the guide stands: beside their copy of RecruitView, of eight clips of a portrait."""
    folder = tmp_path_factory.mktemp("guide")
    write_metadata(folder / "RecruitView", *map(row, range(1, 9)))
    for number in range(1, 9):
        write_portrait_video(folder / "RecruitView" / row(number)["file_name"], frames=60 + number)
    return folder


@pytest.fixture(scope="module")
def interviews(folder):
    return read_interviews(folder / "RecruitView").interviews


@pytest.fixture(scope="module")
def here(interviews, tmp_path_factory):
    """What one machine stores: by file name, the bytes."""
    store = FaceStore(tmp_path_factory.mktemp("here"))
    extract_interviews(interviews, store, workers=1)
    return stored(store)


def stored(store):
    return {path.name: path.read_bytes() for path in store.folder.glob("*.npz")}


def where(seconds):
    import ray

    time.sleep(seconds)
    return ray.get_runtime_context().get_node_id()


def test_a_cluster_keeps_the_promises_of_the_executor_of_one_machine(machines):
    cluster, _ = machines
    run = RayCluster(cluster.address)

    nodes = {outcome.value for outcome in run(where, [1.0] * 6)}
    outcomes = {outcome.item: outcome for outcome in run(picky, [1, BROKEN, CRASHES])}
    [late] = run(picky, [HANGS], timeout=3)

    assert len(nodes) == 2, "both machines work"
    assert outcomes[1].value == 1
    assert outcomes[BROKEN].error == "clip 101: broken"
    assert "lost its worker 4 times" in outcomes[CRASHES].error
    assert "took longer than 3 seconds" in late.error
    for item, error in ((FAULTY, KeyError), (UNWRITABLE, StoreError)):
        with pytest.raises(error):
            list(run(picky, [item]))
    assert list(run(picky, [])) == []


def test_an_address_where_nobody_answers_is_named_at_once():
    with pytest.raises(ClusterError, match=r"no Ray cluster answers at 127\.0\.0\.1:1 "):
        list(RayCluster("127.0.0.1:1")(picky, [1]))


def test_machines_read_and_write_a_bucket_with_nothing_but_its_address(machines, folder, here, s3):
    cluster, _ = machines
    bucket = UPath("s3://cluster", key="any", secret="any", endpoint_url=s3)
    bucket.mkdir()
    bucket.fs.put(f"{folder}/", "cluster/", recursive=True)
    interviews = read_interviews(bucket / "RecruitView").interviews
    store = FaceStore(bucket / "faces")

    report = extract_interviews(interviews, store, executor=RayCluster(cluster.address))

    assert report.failures == []
    assert stored(store) == here


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_of_the_guide_store_the_same_bytes_as_one_machine(machines, folder, here, tmp_path, command):
    cluster, _ = machines
    asked = command.replace("FIRST:6379", cluster.address).replace("/drive", str(tmp_path))
    program, *arguments = shlex.split(asked)

    done = subprocess.run([Path(sys.executable).with_name(program), *arguments], cwd=folder, capture_output=True)

    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.startswith(b"8 videos done, 0 stored already, 0 failed")
    assert stored(FaceStore(folder / arguments[arguments.index("--out") + 1])) == here


def test_the_command_of_the_readme_is_the_guides():
    assert len(COMMANDS) == 2
    assert COMMANDS[0] in README


def test_two_machines_store_the_same_bytes_as_one_and_the_loss_of_one_loses_nothing(
    machines, interviews, here, tmp_path
):
    cluster, second = machines
    done = []

    def unplug(interview):
        done.append(interview.id)
        if len(done) == 2:
            cluster.remove_node(second, allow_graceful=False)

    store = FaceStore(tmp_path / "faces")
    report = extract_interviews(
        interviews, store, executor=RayCluster(cluster.address), hand_over=True, on_stored=unplug
    )

    assert report.failures == []
    assert report.succeeded == len(set(done)) == len(interviews)
    assert stored(store) == here
