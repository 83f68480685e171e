"""The panel's Plotly charts: traces and layouts from numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from expressiveness.data import CATEGORIES
from expressiveness.evaluation import Confusion

Json = dict[str, Any]

TRAINING, VALIDATION = "#56B4E9", "#E69F00"
WRONG, EMPTY, RIGHT = "#b8501f", "#20262d", "#2f7fbf"  # of the matrix's cells; white text is legible on all three
STILL = {"displayModeBar": False, "scrollZoom": False}


def matrix_trace(confusion: Confusion, unit: str) -> list[Json]:
    """Draw a confusion matrix; a cell's intensity is its share of the row, and mistakes have their own color.

    Args:
        confusion: to draw.
        unit: what is counted: "frames" or "videos".
    """
    shares = [
        [count / total if total else 0.0 for count in row]
        for row, total in zip(confusion.counts, confusion.support, strict=True)
    ]
    return [
        {
            "type": "heatmap",
            "z": [
                [share if row == column else -share for column, share in enumerate(of_row)]
                for row, of_row in enumerate(shares)
            ],
            "zmin": -1,
            "zmax": 1,
            "x": _broken_names(),
            "y": _broken_names(),
            "text": [
                [f"<b>{count:,}</b><br>{share:.0%}" for count, share in zip(*rows, strict=True)]
                for rows in zip(confusion.counts, shares, strict=True)
            ],
            "texttemplate": "%{text}",
            "textfont": {"size": 15, "color": "white"},
            "hovertemplate": f"truly %{{y}}<br>predicted %{{x}}<br>%{{text}} of these {unit}<extra></extra>",
            "colorscale": [[0, WRONG], [0.5, EMPTY], [1, RIGHT]],
            "showscale": False,
            "xgap": 3,
            "ygap": 3,
        }
    ]


def matrix_layout() -> Json:
    """The layout of the matrix: the first category at the top, predictions along the top."""
    return {
        "height": 320,
        "margin": {"l": 130, "r": 10, "t": 80, "b": 10},
        "xaxis": {"title": {"text": "predicted", "standoff": 12}, "side": "top", "showgrid": False, "fixedrange": True},
        "yaxis": {
            "title": {"text": "truly", "standoff": 12},
            "autorange": "reversed",
            "showgrid": False,
            "fixedrange": True,
        },
    }


def curve_traces(history: Mapping[str, Sequence[float]], metric: str) -> list[Json]:
    """Draw a metric over the epochs, for training and validation faces."""
    names = ((metric, "training", TRAINING), (f"val_{metric}", "validation", VALIDATION))
    return [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": name,
            "x": list(range(1, len(history[key]) + 1)),
            "y": [round(value, 4) for value in history[key]],
            "line": {"color": color},
        }
        for key, name, color in names
        if history.get(key)
    ]


def curve_layout(metric: str, epochs: int) -> Json:
    """The layout of a curve over the epochs."""
    return {
        "height": 240,
        "margin": {"l": 50, "r": 10, "t": 40, "b": 40},
        "title": {"text": metric.capitalize(), "font": {"size": 14}, "x": 0, "xanchor": "left"},
        "xaxis": {"title": {"text": "epoch"}, "dtick": max(1, epochs // 10)},
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.2, "x": 1, "xanchor": "right"},
    }


def _broken_names() -> list[str]:
    return [name.replace(" ", "<br>") for name in CATEGORIES]
