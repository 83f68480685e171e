"""One run at a time on a dataset, with a clear error when the database goes away.

A decision in the App is no run, and never waits for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar, cast

import fiftyone as fo

from expressiveness._io import alone, file_stem

from ..connection import answering
from .dataset_info import id_of, work_folders

LOCKS = ".locks"
"""Beside the work folders: a file for each dataset, whose lock a run on it holds."""

Function = TypeVar("Function", bound=Callable[..., Any])


@contextmanager
def working_on(dataset: fo.Dataset | str, doing: str) -> Iterator[None]:
    """Be the only run on a dataset while the block runs, also if it is renamed in the meantime.

    Args:
        dataset: the dataset, or the name of one that is about to be made.
        doing: what the run does, to tell whoever comes second.

    Raises:
        BusyError: another run works on it on this machine, or on the disk that FiftyOne's datasets are kept on.
        DatabaseError: the database does not answer any more.
    """
    name, key = (dataset, dataset) if isinstance(dataset, str) else (dataset.name, id_of(dataset))
    with alone(work_folders() / LOCKS / file_stem(key), on=f"the dataset {name}", doing=doing), answering():
        yield


def alone_on_dataset(doing: str) -> Callable[[Function], Function]:
    """Have a function, whose first argument is a dataset or a view, be the only run on that dataset."""

    def decorate(function: Function) -> Function:
        @wraps(function)
        def run(samples: fo.Dataset | fo.DatasetView, *args: Any, **kwargs: Any) -> Any:
            with working_on(samples._root_dataset, doing):
                return function(samples, *args, **kwargs)

        return cast(Function, run)

    return decorate
