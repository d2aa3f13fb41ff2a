"""What each user has asked and has saved.

Reads and writes `<home>/queries.db`, a small SQLite file: several servers may share it.
The history is the audit trail as well: who asked what, when, and how it ended.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

# Of each user; older ones are forgotten.
KEPT = 200
SHOWN = 30
NAME_LENGTH = 60


class Asked(NamedTuple):
    """One statement of the history.

    Attributes:
        at: When it ended, ISO 8601 in UTC.
        sql: The statement.
        outcome: How it ended.
        row_count: Rows answered; None when there was no answer.
        milliseconds: What it took.
    """

    at: str
    sql: str
    outcome: str
    row_count: int | None
    milliseconds: int


class Saved(NamedTuple):
    """One statement that its user wants to keep."""

    name: str
    sql: str


def name_of(sql: str) -> str:
    """Take a comment on top as the name of a statement, or else its first line."""
    line = (sql.strip().splitlines() or [""])[0].removeprefix("--")
    return " ".join(line.split())[:NAME_LENGTH] or "Query"


def record(
    home: Path,
    user: str,
    *,
    sql: str,
    outcome: str,
    row_count: int | None,
    milliseconds: int,
) -> None:
    """Put a statement that has ended on top of a user's history."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    with _open(home) as book:
        book.execute(
            "insert into history (user, at, sql, outcome, row_count, milliseconds)"
            " values (?, ?, ?, ?, ?, ?)",
            (user, at, sql, outcome, row_count, milliseconds),
        )
        book.execute(
            "delete from history where user = ? and rowid not in ("
            "select rowid from history where user = ? order by rowid desc limit ?)",
            (user, user, KEPT),
        )


def history(home: Path, user: str) -> list[Asked]:
    """Read what a user asked last, newest first."""
    with _open(home) as book:
        rows = book.execute(
            "select at, sql, outcome, row_count, milliseconds from history"
            " where user = ? order by rowid desc limit ?",
            (user, SHOWN),
        )
        return [Asked(*row) for row in rows]


def save(home: Path, user: str, sql: str) -> str:
    """Keep a statement under its first line; one of the same name is replaced.

    Returns:
        The name.
    """
    name = name_of(sql)
    with _open(home) as book:
        book.execute("insert or replace into saved values (?, ?, ?)", (user, name, sql))
    return name


def saved(home: Path, user: str) -> list[Saved]:
    """Read what a user has kept, by name."""
    with _open(home) as book:
        rows = book.execute(
            "select name, sql from saved where user = ? order by name", (user,)
        )
        return [Saved(*row) for row in rows]


def forget(home: Path, user: str, name: str) -> None:
    """Drop a statement that a user has kept."""
    with _open(home) as book:
        book.execute("delete from saved where user = ? and name = ?", (user, name))


@contextmanager
def _open(home: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(home / "queries.db", timeout=5)) as book, book:
        book.execute(
            "create table if not exists history (user text, at text, sql text,"
            " outcome text, row_count integer, milliseconds integer)"
        )
        book.execute(
            "create table if not exists saved (user text, name text, sql text,"
            " primary key (user, name))"
        )
        yield book
