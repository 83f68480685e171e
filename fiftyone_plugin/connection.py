"""Connect to FiftyOne's database, with clear errors if it is unavailable or goes away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import fiftyone as fo
import fiftyone.core.odm as foo
from pymongo.errors import ConnectionFailure

from expressiveness.errors import DatabaseError


def connect() -> str:
    """Connect to the database, starting FiftyOne's own if none is configured.

    Returns:
        The server's version.

    Raises:
        DatabaseError: the database does not answer, or cannot be started.
    """
    try:
        return str(foo.get_db_conn().client.server_info()["version"])
    except Exception as error:  # FiftyOne's errors have no common base class
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise DatabaseError(
            f"FiftyOne's database cannot be used ({reason}); see its folder {fo.config.database_dir}, or set "
            "FIFTYONE_DATABASE_URI to the address of another"
        ) from error


@contextmanager
def answering() -> Iterator[None]:
    """Raise a clear error if the database goes away during the block.

    Raises:
        DatabaseError: it did.
    """
    try:
        yield
    except ConnectionFailure as error:
        raise DatabaseError(
            "FiftyOne's database does not answer any more; start it, or what uses it, and do the same again: what was "
            "written is kept"
        ) from error
