"""The example notebooks that need no FiftyOne run to their end for somebody who has no data."""

import re

import nbformat
import pytest

from tests.conftest import REPOSITORY
from tests.notebooks import run_notebook

EXAMPLES = sorted((REPOSITORY / "examples").glob("*.ipynb"))
WITHOUT_THE_APP = [path for path in EXAMPLES if "fiftyone_plugin" not in path.read_text()]


def read(path):
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_nothing_of_a_run_or_a_machine_is_kept_in_it(path):
    for cell in read(path).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        assert not re.search(r"(?<![\w.])/(home|root|tmp|work|Users)/", cell.source)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_somebody_who_reads_the_readme_finds_it(path):
    assert f"(examples/{path.name})" in (REPOSITORY / "README.md").read_text()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("path", WITHOUT_THE_APP, ids=lambda path: path.stem)
# Jupyter's client prepares its sockets and paths in ways that their own later versions will not allow.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::RuntimeWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_it_runs_to_its_end_and_shows_what_it_promises_in_few_lines(path, tmp_path):
    cells = run_notebook(read(path), tmp_path)

    shown = [output for cell in cells for output in cell.outputs if "data" in output]
    lines = [output["data"]["text/plain"] for output in shown if "text/html" not in output["data"]]
    assert all(len(line) <= 200 for line in lines), lines
    assert sum("image/png" in output["data"] for output in shown) >= 2, "figures are seen"
    assert sum("<table" in output["data"].get("text/html", "") for output in shown) >= 3, "tables, too"
    assert not [output for cell in cells for output in cell.outputs if output.get("name") == "stdout"]
