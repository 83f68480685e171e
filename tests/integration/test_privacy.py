"""Nothing leaves the machine: the demo runs where there is no network but loopback, and nobody misses one."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import fiftyone.operators as foo
import pytest
from fiftyone.operators.executor import ExecutionContext

from expressiveness.models.cards import model_card
from tests.conftest import REPOSITORY
from tests.loopback_only import UNSHARE
from tests.random_model import random_model

LISTENING = "0A"  # of /proc/net/tcp
NOTHING = {"ipv4": 0, "ipv6": 0, "names": 0}
CALLS = """
import socket
for address in ("192.0.2.1", "2001:db8::1", "example.org"):
    try:
        socket.create_connection((address, 443), timeout=5)
    except OSError:
        pass
"""


@pytest.fixture(scope="module")
def isolated():
    """The beginning of a command that has no network but loopback."""
    if shutil.which("unshare") is None or subprocess.run([*UNSHARE, "true"], capture_output=True).returncode:
        pytest.skip("needs a kernel and rights to make network namespaces: run the tests as root")
    return [*UNSHARE, sys.executable, "-m", "tests.loopback_only"]


def test_who_calls_out_is_counted(isolated, tmp_path):
    subprocess.run([*isolated, tmp_path / "counts.json", sys.executable, "-c", CALLS], check=True)

    counts = json.loads((tmp_path / "counts.json").read_text())
    assert counts["ipv4"] >= 1
    assert counts["ipv6"] == 1
    assert counts["ipv4"] + counts["names"] >= 2, "the connection, and asking for a name"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_demo_calls_nobody_from_the_first_picture_to_the_app(isolated, tmp_path):
    """With the settings of a user who has made none, and a database of its own."""
    command = [Path(sys.executable).with_name("expressiveness"), "demo", "--quick", "--json", tmp_path / "demo.json"]
    with subprocess.Popen(
        [*isolated, tmp_path / "counts.json", *command],
        cwd=tmp_path,
        env=a_users_environment(tmp_path),
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        said, listening = [], set()
        for line in process.stdout:
            said.append(line)
            if line.startswith("The App is at http://127.0.0.1:"):
                time.sleep(3)  # for what the App's server might want to do in the background
                listening = addresses_listened_on(process.pid)
                os.killpg(process.pid, signal.SIGINT)

    assert process.returncode == 0, "".join(said)  # Ctrl-C is how to end it
    assert json.loads((tmp_path / "demo.json").read_text())["predicted"]["frames"] > 0
    assert json.loads((tmp_path / "counts.json").read_text()) == NOTHING
    assert listening == {"127.0.0.1"}, "the App and its database, from nowhere but this machine"


@pytest.mark.parametrize("where", ["readme", "model card", "import form"])
def test_the_terms_of_use_stand_where_work_begins_and_beside_what_it_makes(where, mongodb):
    text = {"readme": readme, "model card": card, "import form": import_form}[where]()

    for word in ("academic research only", "hiring", "screening", "profiling", "identify"):
        assert word in text.lower(), where


def readme():
    return (REPOSITORY / "README.md").read_text()


def card():
    return model_card(random_model().record())


def import_form():
    """What the form says before anything is chosen in it."""
    operator = foo.get_operator("@expressiveness/interviews/import_interviews")
    form = operator.resolve_type(ExecutionContext({}, operator_uri=operator.uri), "inputs").to_json()
    return form["type"]["properties"]["terms"]["view"]["label"]


def addresses_listened_on(process):
    """Where anybody in the network namespace of a process waits for connections, as the kernel has it."""
    addresses = set()
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *_ = line.split()
            if state == LISTENING:
                words = bytes.fromhex(local.partition(":")[0])
                packed = b"".join(words[start : start + 4][::-1] for start in range(0, len(words), 4))
                addresses.add(socket.inet_ntop(family, packed))
    return addresses


def a_users_environment(home):
    """No setting of FiftyOne's, above all none against tracking; its files in a folder that goes away."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith("FIFTYONE_")}
    folders = {
        name: str(home / name)
        for name in ("FIFTYONE_DATABASE_DIR", "FIFTYONE_DEFAULT_DATASET_DIR", "FIFTYONE_PLUGINS_DIR")
    }
    return {**settings, **folders, "HOME": str(home), "PYTHONPATH": str(REPOSITORY)}
