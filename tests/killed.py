"""Runs in a process of their own, for tests that kill them or take away what they need.

`python -m tests.killed RUN ARGUMENT...` loads everything, says so, waits for a line, and works.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from expressiveness.data import read_interviews
from expressiveness.errors import ExpressivenessError
from expressiveness.faces import ExtractionConfig, FaceStore, extract_interviews

SHORT = ExtractionConfig(detector="short")
RUN = "cnn_1"


def extraction(folder: Path, out: Path) -> None:
    """Find the faces of a folder's interviews; what cannot be done is written to the error stream."""
    report = extract_interviews(read_interviews(folder).interviews, FaceStore(out / "faces", SHORT), workers=2)
    for failure in report.failures:
        print(failure.reason, file=sys.stderr)


def training(folder: Path, out: Path) -> None:
    """Train on the faces in `folder`, of its interviews, and save the model."""
    from expressiveness.models import TrainingConfig, train

    config = TrainingConfig(model="notebook_cnn", options={"epochs": 2, "batch_size": 16})
    train(read_interviews(folder).interviews, FaceStore.open(folder / "faces"), config).save(out / "model")


def ingest(folder: Path, out: Path) -> None:
    """Import a folder as a dataset of the name of `out`, with the faces and the predictions of the run in `folder`."""
    import fiftyone as fo

    from expressiveness.models import load_model
    from fiftyone_plugin.api import detect_faces, import_interviews, predict, set_work_folder
    from fiftyone_plugin.dataset import register_run

    import_interviews(folder, out.name)
    dataset = fo.load_dataset(out.name)
    set_work_folder(dataset, folder)
    detect_faces(dataset, SHORT, workers=1)
    register_run(dataset, RUN, load_model(folder / "model").record(), folder / "model")
    predict(dataset, RUN)


NEEDS = {"training": "expressiveness.models.cnn.fitting", "ingest": "fiftyone_plugin.api"}
RUNS = {run.__name__: run for run in (extraction, training, ingest)}


def started(run: str, folder: Path, out: Path, environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Start one of `RUNS` in a process of its own; it works once it is released."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.killed", run, folder, out],
        env={**os.environ, **(environment or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def release(process: subprocess.Popen[str]) -> None:
    """Wait until a process has loaded everything, and let it work."""
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("go\n")
    process.stdin.flush()


def main() -> int:
    """Run what the command line names, and answer as ours does: what a user can mend is one sentence."""
    run, folder, out = sys.argv[1], *map(Path, sys.argv[2:])
    _load(run)
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        RUNS[run](folder, out)
    except ExpressivenessError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _load(run: str) -> None:
    """Import what takes seconds, which is nothing to be killed in."""
    if run in NEEDS:
        import_module(NEEDS[run])


if __name__ == "__main__":
    sys.exit(main())
