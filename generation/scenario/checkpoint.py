"""The state of an unfinished simulation, so that a stopped one goes on where it was.

Reads and writes <out>/.checkpoint; removed when the simulation is done. The file is a
pickle of our own objects: it is only read back by the code that wrote it.
"""

import hashlib
import pickle
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generation.scenario.prices import REFERENCE

EVERY_S = 15.0  # so that saving costs little, whatever the scale


@dataclass(frozen=True)
class State:
    """What a simulation holds between two weeks.

    Attributes:
        week: the next week to simulate.
        company: users and till.
        worlds: the other worlds beside it, if there are any.
        landing: what the landing writer holds back.
    """

    week: int
    company: Any
    worlds: Any
    landing: dict[str, Any]


class Checkpoint:
    """Saves the state of one simulation now and then; `key` says which one it is."""

    def __init__(self, out: Path, key: object) -> None:
        self._path = out / ".checkpoint"
        self._key = f"{key} by {_code_digest()}"
        self._saved_at = time.monotonic()

    def load(self) -> State | None:
        """The state of the same simulation by the same code, if one was stopped."""
        try:
            with self._path.open("rb") as file:
                is_ours = pickle.load(file) == self._key
                return pickle.load(file) if is_ours else None
        except FileNotFoundError:
            return None

    def save(self, state: State) -> None:
        """Save the state unless that was done a moment ago."""
        if time.monotonic() - self._saved_at < EVERY_S:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_suffix(".tmp")
        with temporary.open("wb") as file:
            pickle.dump(self._key, file)
            pickle.dump(state, file, protocol=5)
        temporary.replace(self._path)
        self._saved_at = time.monotonic()

    def remove(self) -> None:
        """Forget the state: the simulation is done."""
        self._path.unlink(missing_ok=True)


def _code_digest() -> str:
    """A fingerprint of the code, parameters and prices that a state belongs to."""
    folder = Path(__file__).parent
    files = [*folder.glob("*.py"), *folder.glob("*.json"), *folder.parent.glob("*.py")]
    digest = hashlib.sha256()
    for path in sorted(files + list(REFERENCE.glob("*.csv"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()
