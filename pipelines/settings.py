"""The settings of one installation, read from environment variables in one place.

The values for the digest are read here and checked where it is sent.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ROOT = Path(__file__).parents[1]
DIGEST = ("smtp", "mail_from", "mail_to", "slack", "dashboard")


class BadSetting(ValueError):
    """A setting has a value that it cannot have."""


@dataclass(frozen=True)
class Settings:
    """Where this installation keeps its data and whose days it counts.

    Attributes:
        home: The data folder (`REEL_HOME`; by default `data/` of the checkout).
        time_zone: The zone whose midnight ends a day (`REEL_TIME_ZONE`; UTC).
        smtp: The mail server, `smtp://` or `smtps://[user:password@]host[:port]`
            (`REEL_SMTP`).
        mail_from: Who sends the digest (`REEL_MAIL_FROM`).
        mail_to: Who gets it, separated by commas (`REEL_MAIL_TO`).
        slack: The address of an incoming webhook (`REEL_SLACK`).
        dashboard: Where readers find the dashboard (`REEL_DASHBOARD`).
    """

    home: Path
    time_zone: str
    smtp: str = ""
    mail_from: str = ""
    mail_to: str = ""
    slack: str = ""
    dashboard: str = ""


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
    return Settings(
        home=Path(home).expanduser().resolve(),
        time_zone=zone,
        **{name: os.environ.get(f"REEL_{name.upper()}", "") for name in DIGEST},
    )
