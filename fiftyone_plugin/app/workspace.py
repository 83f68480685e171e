"""The App's initial layout: the grid beside the review panel, which suggests the next step."""

from __future__ import annotations

import fiftyone as fo

WORKSPACE = "Review interviews"
PATH = "review-interviews"
"""The workspace's slug in FiftyOne's URLs."""

PANEL = "review_panel"
SHARES = [0.55, 0.45]  # of the window's width

NO_INTERVIEWS_YET = "no-interviews-yet"


def prepared(dataset: fo.Dataset) -> str:
    """Save the workspace with a dataset, unless it has one of this name; return the dataset's path in the App."""
    if WORKSPACE not in dataset.list_workspaces():
        grid, review = fo.Panel(type="Samples", pinned=True), fo.Panel(type=PANEL)
        sides = [fo.Space(children=[panel], active_child=panel.component_id) for panel in (grid, review)]
        spaces = fo.Space(children=sides, orientation="horizontal", sizes=SHARES)
        dataset.save_workspace(WORKSPACE, spaces, description="The videos, and where a run is wrong")
    return f"/datasets/{dataset.name}?workspace={PATH}"


def empty_dataset() -> fo.Dataset:
    """An empty dataset on which the App opens the import form; FiftyOne deletes it at its next start."""
    if fo.dataset_exists(NO_INTERVIEWS_YET):
        return fo.load_dataset(NO_INTERVIEWS_YET)
    return fo.Dataset(NO_INTERVIEWS_YET)
