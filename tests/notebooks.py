"""Notebooks, run as somebody runs them who has them open."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbclient
import nbformat


def notebook_of(sources: Sequence[str]) -> Any:
    """A notebook with a cell of code for each source."""
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])


def run_notebook(notebook: Any, folder: Path) -> Sequence[Any]:
    """Run a notebook in a folder, and give back its cells with their outputs; the first error is raised."""
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    return [cell for cell in notebook.cells if cell.cell_type == "code"]
