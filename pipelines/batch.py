"""What one load adds to an installation, until its one transaction.

Reads nothing. Writes nothing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl

from pipelines.dedupe import Run


@dataclass(frozen=True)
class LakeFile:
    """One Parquet file of the lake, as the catalog lists it."""

    path: Path
    event_type: str
    rows: int
    bytes: int
    sha256: str
    min_occurred_at: datetime
    max_occurred_at: datetime
    min_received_at: datetime
    max_received_at: datetime


@dataclass(frozen=True)
class Counts:
    """What became of the events: received = accepted + duplicate + quarantined.

    `same_key` of the duplicates had an id of their own.
    """

    received: int = 0
    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    same_key: int = 0

    def __post_init__(self) -> None:
        parts = self.accepted + self.duplicate + self.quarantined
        if self.received != parts:
            raise AssertionError(f"received {self.received} events, placed {parts}")

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.received + other.received,
            self.accepted + other.accepted,
            self.duplicate + other.duplicate,
            self.quarantined + other.quarantined,
            self.same_key + other.same_key,
        )


@dataclass
class Batch:
    """Everything that one load adds, until the one transaction that makes it true."""

    batch_id: str
    loaded_at: datetime
    counts: Counts = field(default_factory=Counts)
    files: list[LakeFile] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    key_files: list[tuple[Path, int]] = field(default_factory=list)
    amendments: Counter[str] = field(default_factory=Counter)
    rejects: list[pl.DataFrame] = field(default_factory=list)
    watermarks: list[pl.DataFrame] = field(default_factory=list)
    consumed_files: list[tuple[str, int, int]] = field(default_factory=list)
    consumed_bodies: list[int] = field(default_factory=list)
    manifests: Sequence[tuple[str, float, str]] = ()
