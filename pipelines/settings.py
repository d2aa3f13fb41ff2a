"""The settings of one installation, read from environment variables in one place."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Settings:
    """Where this installation keeps its data.

    Attributes:
        home: The data folder (`REEL_HOME`; by default `data/` of the checkout).
    """

    home: Path


def settings() -> Settings:
    """Read the settings from the environment."""
    home = os.environ.get("REEL_HOME") or ROOT / "data"
    return Settings(home=Path(home).expanduser().resolve())
