"""A run on a dataset: alone on it, and answered in a sentence where the database goes away.

What people decide in the App is no run, and never waits for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import fiftyone as fo

from expressiveness.locking import alone
from expressiveness.stores import file_stem

from .database import answering

Function = TypeVar("Function", bound=Callable[..., Any])


@contextmanager
def working_on(dataset: str, doing: str) -> Iterator[None]:
    """Be the only run on a dataset while the block runs.

    Args:
        dataset: its name; there may be none yet.
        doing: what for, for the one who comes second.

    Raises:
        BusyError: another run works on it on this machine, or on the disk that FiftyOne's datasets are kept on.
        DatabaseError: the database does not answer any more.
    """
    with alone(dataset_lock(dataset), on=f"the dataset {dataset}", doing=doing), answering():
        yield


def alone_on_dataset(doing: str) -> Callable[[Function], Function]:
    """Have a function, whose first argument is a dataset or a view, be the only run on that dataset."""

    def decorate(function: Function) -> Function:
        @wraps(function)
        def run(samples: fo.Dataset | fo.DatasetView, *args: Any, **kwargs: Any) -> Any:
            with working_on(samples._root_dataset.name, doing):
                return function(samples, *args, **kwargs)

        return cast(Function, run)

    return decorate


def dataset_lock(dataset: str) -> Path:
    """The file whose lock a run on a dataset holds."""
    return Path(fo.config.default_dataset_dir) / "expressiveness" / ".locks" / file_stem(dataset)
