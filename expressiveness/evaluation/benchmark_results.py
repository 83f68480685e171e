"""The results of a benchmark: as a record, as a table, and ready for JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from html import escape
from typing import Any

import pandas as pd

from expressiveness.evaluation.benchmark_rows import BenchmarkConfig
from expressiveness.wording import counted

SHOWN = ("spearman", "c_index", "kendall", "mae", "ccc", "accuracy", "macro_f1", "qwk", "ece")


@dataclass(frozen=True, slots=True, eq=False)
class BenchmarkResults:
    """A comparison of several ways to judge expressiveness on the same held-out people."""

    participants: int
    clips: int
    passed_over: Mapping[str, str]  # reasons by interview id
    near_threshold: int  # clips whose category is close to chance
    rows: Sequence[Mapping[str, Any]]  # key, name, figures and intervals of each way, and whether it leaks
    differences: Sequence[Mapping[str, Any]]  # between the movement model and others, on the same bootstrap samples
    calibration: Mapping[str, Any]  # by row, see `reliability`
    leading: str  # the row that `by_quality` to `noise_ceiling` are about
    by_quality: Mapping[str, Any]
    by_duration: Mapping[str, Any]
    by_group: Mapping[str, Any] | None
    noise_ceiling: Mapping[str, Any]  # from answers recorded twice
    rating_ceiling: Mapping[str, Any] | None  # from the raters' agreement; None if the data does not have it
    own_mean: Mapping[str, Any]  # how well the mean of a person's other clips predicts one
    intended_orders: Sequence[Mapping[str, Any]]  # pairs of clips, one of them intended to be more expressive
    config: BenchmarkConfig
    predictions: Sequence[Mapping[str, Any]]  # of each row for each clip, so that figures can be recomputed

    def as_dict(self) -> dict[str, Any]:
        """The results, ready for JSON."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {**values, "config": asdict(self.config)}

    def to_pandas(self) -> pd.DataFrame:
        """One row per way to judge, with figures over videos; `leaky` marks those that have seen the people."""
        table = pd.DataFrame([dict(row) for row in self.rows]).set_index("key")
        return table.drop(columns=["recall", "frames"])

    def __repr__(self) -> str:
        return (
            f"BenchmarkResults({counted(len(self.rows), 'row')} on {counted(self.clips, 'clip')} of "
            f"{self.participants} people)"
        )

    def _repr_html_(self) -> str:
        table = self.to_pandas()[["name", "leaky", *SHOWN]]
        return f"<p>{escape(repr(self))}</p>{table.to_html(float_format='{:.2f}'.format, na_rep='')}"
