"""Whether FiftyOne's database answers, told in seconds, where FiftyOne itself waits for half a minute."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from expressiveness.errors import DatabaseError

ANSWER_MS = 3000
PATIENCE = "serverSelectionTimeoutMS"


def check_database() -> None:
    """Find out whether the server that FiftyOne is told to use can be reached; it starts one itself where it is not.

    Raises:
        DatabaseError: nothing answers at its address.
    """
    if not (uri := _configured_uri()):
        return
    from pymongo import MongoClient
    from pymongo.errors import PyMongoError
    from pymongo.uri_parser import parse_uri

    try:
        # Whoever has set a time in the address knows their network.
        own: dict[str, Any] = {} if PATIENCE in parse_uri(uri)["options"] else {PATIENCE: ANSWER_MS}
        client: MongoClient[dict[str, Any]]
        with MongoClient(uri, **own) as client:
            client.admin.command("ping")
    except (PyMongoError, ValueError, OSError) as error:
        reason = str(error).partition(" (configured")[0].partition(",")[0]
        raise DatabaseError(
            f"FiftyOne's database does not answer ({reason}); start it, or see its address, in "
            "FIFTYONE_DATABASE_URI or FiftyOne's config.json"
        ) from error


def _configured_uri() -> str | None:
    """The address that FiftyOne will use: the environment's, or else the one in its file of settings."""
    if uri := os.environ.get("FIFTYONE_DATABASE_URI"):
        return uri
    try:
        file = Path(os.environ.get("FIFTYONE_CONFIG_PATH") or Path.home() / ".fiftyone" / "config.json")
        uri = json.loads(file.read_text(encoding="utf-8")).get("database_uri")
    except (OSError, ValueError, AttributeError, RuntimeError, RecursionError):  # FiftyOne says what is wrong with it
        return None
    return uri if isinstance(uri, str) else None
