"""Allow one run at a time on a dataset, with a clear error if the database goes away.

Decisions in the App are not runs, and never wait for one.
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
"""A folder beside the work folders, with a lock file for each dataset."""

Function = TypeVar("Function", bound=Callable[..., Any])


@contextmanager
def working_on(dataset: fo.Dataset | str, doing: str) -> Iterator[None]:
    """Hold the lock of a dataset during the block; renaming the dataset does not matter.

    Args:
        dataset: the dataset, or the name of one about to be created.
        doing: what the run does, for the error message of a second run.

    Raises:
        BusyError: another run is using it, on this machine or another with the same disk for FiftyOne's datasets.
        DatabaseError: the database has gone away.
    """
    name, key = (dataset, dataset) if isinstance(dataset, str) else (dataset.name, id_of(dataset))
    with alone(work_folders() / LOCKS / file_stem(key), on=f"the dataset {name}", doing=doing), answering():
        yield


def alone_on_dataset(doing: str) -> Callable[[Function], Function]:
    """Decorate a function whose first argument is a dataset or a view, to hold that dataset's lock."""

    def decorate(function: Function) -> Function:
        @wraps(function)
        def run(samples: fo.Dataset | fo.DatasetView, *args: Any, **kwargs: Any) -> Any:
            with working_on(samples._root_dataset, doing):
                return function(samples, *args, **kwargs)

        return cast(Function, run)

    return decorate
