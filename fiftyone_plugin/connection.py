"""FiftyOne's database, with clear errors when it cannot be used or goes away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import fiftyone as fo
import fiftyone.core.odm as foo
from pymongo.errors import ConnectionFailure

from expressiveness.errors import DatabaseError


def connect() -> None:
    """Connect to the database, or start FiftyOne's own, before work that needs it begins.

    Raises:
        DatabaseError: it does not answer, or cannot be started.
    """
    try:
        foo.get_db_conn()
    except Exception as error:  # FiftyOne's own errors have no common base
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise DatabaseError(
            f"FiftyOne's database cannot be used ({reason}); see its folder {fo.config.database_dir}, or set "
            "FIFTYONE_DATABASE_URI to the address of another"
        ) from error


@contextmanager
def answering() -> Iterator[None]:
    """Raise a clear error when the database goes away while the block runs.

    Raises:
        DatabaseError: it has.
    """
    try:
        yield
    except ConnectionFailure as error:
        raise DatabaseError(
            "FiftyOne's database does not answer any more; start it, or what uses it, and do the same again: what was "
            "written is kept"
        ) from error
