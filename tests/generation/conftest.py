"""The books of an engine's data folder, read as the pipeline would."""

import sqlite3
from pathlib import Path

import msgspec
import pytest

from generation.events import AnyEvent


@pytest.fixture(scope="session")
def events_of():
    """Every event that was sent, by its id: a relay may send one twice."""

    def read(home: Path) -> dict[str, AnyEvent]:
        lines = [
            line
            for path in sorted((home / "landing" / "engine").glob("*.ndjson"))
            for line in path.read_bytes().splitlines()
        ]
        events = [msgspec.json.decode(line, type=AnyEvent) for line in lines]
        return {event.event_id: event for event in events}

    return read


@pytest.fixture(scope="session")
def ask():
    """Ask an engine's store one question."""

    def run(home: Path, query: str) -> list[tuple]:
        with sqlite3.connect(home / "engine" / "jobs.db", timeout=30) as database:
            return database.execute(query).fetchall()

    return run
