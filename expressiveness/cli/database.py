"""Check within seconds whether FiftyOne's database answers; FiftyOne itself waits half a minute."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from expressiveness.errors import DatabaseError

ANSWER_MS = 3000
PATIENCE = "serverSelectionTimeoutMS"


def check_database() -> None:
    """Check that the database server configured for FiftyOne is reachable; without one, FiftyOne starts its own.

    Raises:
        DatabaseError: nothing answers at its address.
    """
    if not (uri := _configured_uri()):
        return
    from pymongo import MongoClient
    from pymongo.errors import PyMongoError
    from pymongo.uri_parser import parse_uri

    try:
        # A timeout in the URI is the user's own choice.
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
    """The URI that FiftyOne will use, from the environment or its config file."""
    if uri := os.environ.get("FIFTYONE_DATABASE_URI"):
        return uri
    try:
        file = Path(os.environ.get("FIFTYONE_CONFIG_PATH") or Path.home() / ".fiftyone" / "config.json")
        uri = json.loads(file.read_text(encoding="utf-8")).get("database_uri")
    except (OSError, ValueError, AttributeError, RuntimeError, RecursionError):  # FiftyOne reports it
        return None
    return uri if isinstance(uri, str) else None
