"""The example notebook runs from its first cell to its last, and ends with a dataset of misclassified frames."""

import nbclient
import nbformat
import pytest

from tests.conftest import REPOSITORY


@pytest.mark.slow
@pytest.mark.timeout(600)
# Jupyter's client prepares its sockets and paths in ways that their own later versions will not allow.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::RuntimeWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_quickstart_runs_to_its_end(dataset_name, tmp_path, monkeypatch):
    monkeypatch.setenv("QUICKSTART_DATASET", dataset_name)
    monkeypatch.setenv("QUICKSTART_EPOCHS", "1")
    monkeypatch.setenv("QUICKSTART_PEOPLE", "4")
    notebook = nbformat.read(REPOSITORY / "examples" / "quickstart.ipynb", as_version=4)
    [rendering] = (cell for cell in notebook.cells if "participants=people" in cell.source)
    rendering.source = rendering.source.replace("participants=people", "participants=people, seconds=1.0")

    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()

    counted = notebook.cells[-2].outputs[-1]["data"]["text/plain"]
    assert int(counted) > 0
    exported = next(cell for cell in notebook.cells if "export_model(" in cell.source).outputs[-1]["data"]["text/plain"]
    for name in ("Facial_Expressiveness_Recognition_Model.h5", "label_encoder_classes.npy"):
        assert name in exported
    pictures = [
        output for cell in notebook.cells for output in cell.get("outputs", []) if "image/png" in output.get("data", {})
    ]
    assert len(pictures) >= 4, "scores, a face, training curves and the confusion matrix"
