"""What a benchmark found: as a record, as a table, and ready for JSON."""

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
    """How several ways to judge expressiveness compare on the same held-out people."""

    participants: int
    clips: int
    passed_over: Mapping[str, str]  # why, by interview id
    near_threshold: int  # clips whose category could well be another
    rows: Sequence[Mapping[str, Any]]  # of each way its key, name, figures and intervals, and whether it leaks
    differences: Sequence[Mapping[str, Any]]  # between the model of movement and others, on the same draws
    calibration: Mapping[str, Any]  # by row, how far its confidence can be trusted
    leading: str  # the row that the following are about
    by_quality: Mapping[str, Any]
    by_duration: Mapping[str, Any]
    by_group: Mapping[str, Any] | None
    noise_ceiling: Mapping[str, Any]  # from answers that were taken twice
    rating_ceiling: Mapping[str, Any] | None  # from how far raters agreed; None where the data does not say
    own_mean: Mapping[str, Any]  # what the mean of somebody's other clips says of one
    intended_orders: Sequence[Mapping[str, Any]]  # pairs of clips, one of which was meant to be more expressive
    config: BenchmarkConfig
    predictions: Sequence[Mapping[str, Any]]  # what each row says of each clip, so that figures can be made again

    def as_dict(self) -> dict[str, Any]:
        """The results, ready for JSON."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {**values, "config": asdict(self.config)}

    def to_pandas(self) -> pd.DataFrame:
        """A row for each way to judge, by its key, with figures over videos; `leaky` marks what knows the people."""
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
