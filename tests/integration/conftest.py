"""Tests here have a real MongoDB."""

import pytest


@pytest.fixture(scope="session", autouse=True)
def _database(mongodb: str) -> None:
    """Start it for every test of this folder, so that none has to ask."""
