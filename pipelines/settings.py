"""The settings of one installation, read from environment variables in one place."""

import os
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ROOT = Path(__file__).parents[1]


class BadSetting(ValueError):
    """A setting has a value that it cannot have."""


@dataclass(frozen=True)
class Settings:
    """Where this installation keeps its data and whose days it counts.

    Attributes:
        home: The data folder (`REEL_HOME`; by default `data/` of the checkout).
        time_zone: The zone whose midnight ends a day (`REEL_TIME_ZONE`; UTC).
    """

    home: Path
    time_zone: str


def settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        BadSetting: `REEL_TIME_ZONE` names no time zone.
    """
    home = os.environ.get("REEL_HOME") or ROOT / "data"
    zone = os.environ.get("REEL_TIME_ZONE") or "UTC"
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadSetting(
            f"REEL_TIME_ZONE must be a zone such as Asia/Shanghai, got {zone!r}"
        ) from error
    return Settings(home=Path(home).expanduser().resolve(), time_zone=zone)
