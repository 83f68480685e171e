"""Extraction on a real Ray cluster of two machines, both of them on loopback."""

import os
import time

import pytest

from expressiveness.cluster import RayCluster
from expressiveness.errors import ClusterError, VideoError
from expressiveness.extraction import ExtractionConfig, FaceStore, extract_interviews
from tests.interviews import interview, write_portrait_video

pytestmark = pytest.mark.slow

CONFIG = ExtractionConfig(detector="short")
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
def interviews(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    return [
        interview(number, video=write_portrait_video(folder / f"{number}.mp4", frames=60 + number))
        for number in range(1, 9)
    ]


@pytest.fixture(scope="module")
def here(interviews, tmp_path_factory):
    """What one machine stores: by file name, the bytes."""
    store = FaceStore(tmp_path_factory.mktemp("here"), CONFIG)
    extract_interviews(interviews, store, workers=1)
    return stored(store)


def stored(store):
    return {path.name: path.read_bytes() for path in store.folder.glob("*.npz")}


def where(seconds):
    import ray

    time.sleep(seconds)
    return ray.get_runtime_context().get_node_id()


def picky(number):
    if number == 1:
        raise VideoError("clip 1: broken")
    if number == 2:
        os._exit(7)
    if number == 3:
        time.sleep(600)
    if number == 4:
        raise KeyError(number)
    return number


def test_a_cluster_keeps_the_promises_of_the_executor_of_one_machine(machines):
    cluster, _ = machines
    run = RayCluster(cluster.address)

    nodes = {outcome.value for outcome in run(where, [1.0] * 6)}
    outcomes = {outcome.item: outcome for outcome in run(picky, [0, 1, 2])}
    [late] = run(picky, [3], timeout=3)

    assert len(nodes) == 2, "both machines work"
    assert outcomes[0].value == 0
    assert outcomes[1].error == "clip 1: broken"
    assert "lost its worker 4 times" in outcomes[2].error
    assert "took longer than 3 seconds" in late.error
    with pytest.raises(KeyError):
        list(run(picky, [4]))
    assert list(run(picky, [])) == []


def test_an_address_where_nobody_answers_is_named_at_once():
    with pytest.raises(ClusterError, match=r"no Ray cluster answers at 127\.0\.0\.1:1 "):
        list(RayCluster("127.0.0.1:1")(picky, [0]))


def test_two_machines_store_the_same_bytes_as_one_and_the_loss_of_one_loses_nothing(
    machines, interviews, here, tmp_path
):
    cluster, second = machines
    done = []

    def unplug(interview):
        done.append(interview.id)
        if len(done) == 2:
            cluster.remove_node(second, allow_graceful=False)

    store = FaceStore(tmp_path / "faces", CONFIG)
    report = extract_interviews(
        interviews, store, executor=RayCluster(cluster.address), hand_over=True, on_stored=unplug
    )

    assert report.failures == []
    assert report.succeeded == len(set(done)) == len(interviews)
    assert stored(store) == here
