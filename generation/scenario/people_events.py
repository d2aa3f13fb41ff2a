"""Rows of people: registrations, devices, sessions, exposures, votes, departures.

Reads nothing. Writes nothing itself: it hands columns to the landing writer.
"""

import numpy as np

from generation.scenario import columns as col
from generation.scenario.population import CHANNELS, PLATFORMS
from generation.scenario.sessions import Sessions
from generation.scenario.streams import Stream, random_stream
from generation.scenario.usage_events import Reporter

SYSTEMS = ("windows", "macos", "linux", "ios", "android")
WEB_SYSTEMS = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 2])  # shares in tenths, assumed
VERSIONS = tuple(f"{major}.{minor}" for major in range(1, 5) for minor in range(10))
WEEKS_PER_VERSION = 4
MEAN_SESSION_US = 360e6


def report_registrations(
    to: Reporter, owner: np.ndarray, time: np.ndarray, channel: np.ndarray
) -> None:
    """Users and API accounts that registered."""
    columns = {
        "user_id": col.ids("u", owner),
        "account_id": col.ids("a", owner),
        "channel": col.coded(channel, CHANNELS),
    }
    to.send("user_registered", "n", "app", time, owner, columns)


def report_sessions(to: Reporter, users: np.ndarray, sessions: Sessions) -> np.ndarray:
    """Sessions; returns their numbers."""
    owner = users[sessions.owner]
    number = to.numbers.take("e", owner.size)
    columns = {
        "user_id": col.ids("u", owner),
        "account_id": col.ids("a", owner),
        "session_id": col.ids("e", number),
    }
    to.send("session_started", "s", "app", sessions.time, owner, columns)
    return number


def report_exposures(
    to: Reporter, users: np.ndarray, time: np.ndarray, is_holdout: np.ndarray
) -> None:
    """First sight of motion control, or being held out from it."""
    columns = {
        "user_id": col.ids("u", users),
        "account_id": col.ids("a", users),
        "feature": col.same("motion_control", users.size),
        "variant": col.coded(is_holdout.astype(np.int8), ("treatment", "holdout")),
        "experiment": col.same("motion_control_launch", users.size),
    }
    to.send("feature_exposed", "x", "app", time, users, columns)


def report_devices(to: Reporter, users: np.ndarray, registered: np.ndarray) -> None:
    """The device that each new user came with; apps have a version, the web none."""
    platform = to.people.platform[users]
    web = WEB_SYSTEMS[users * 7 % 10]
    system = np.select(
        [platform == PLATFORMS.index("ios"), platform == PLATFORMS.index("android")],
        [SYSTEMS.index("ios"), SYSTEMS.index("android")],
        web,
    )
    version = min(to.numbers.week // WEEKS_PER_VERSION, len(VERSIONS) - 1)
    columns = {
        "user_id": col.ids("u", users),
        "account_id": col.ids("a", users),
        "device_id": col.ids("D", users),
        "os": col.coded(system, SYSTEMS),
        "app_version": col.coded(np.where(platform > 0, version, -1), VERSIONS),
    }
    to.send("device_seen", "D", "app", registered + 1_000_000, users, columns)


def report_session_ends(
    to: Reporter,
    users: np.ndarray,
    sessions: Sessions,
    number: np.ndarray,
    *,
    last_request: np.ndarray,
) -> None:
    """When sessions ended: some minutes on, and not before their last generation."""
    owner = users[sessions.owner]
    if not owner.size:
        return
    stream = random_stream(to.numbers.week, Stream.SESSION_END, int(number[0]))
    stay = stream.exponential(MEAN_SESSION_US, owner.size) + 10e6
    ended = np.maximum(sessions.time + stay.astype(np.int64), last_request + 15_000_000)
    columns = {
        "user_id": col.ids("u", owner),
        "account_id": col.ids("a", owner),
        "session_id": col.ids("e", number),
        "duration_ms": col.integers((ended - sessions.time) // 1000),
    }
    to.send("session_ended", "E", "app", ended, owner, columns)


def report_merges(
    to: Reporter, kept: np.ndarray, merged: np.ndarray, time: np.ndarray
) -> None:
    """Accounts that turned out to be one person's."""
    columns = {
        "account_id": col.ids("a", kept),
        "user_id": col.ids("u", kept),
        "merged_account_id": col.ids("a", merged),
        "merged_user_id": col.ids("u", merged),
    }
    to.send("account_merged", "A", "app", time, kept, columns)


def report_deletions(to: Reporter, users: np.ndarray, time: np.ndarray) -> None:
    """Users who asked for erasure."""
    columns = {"user_id": col.ids("u", users), "account_id": col.ids("a", users)}
    to.send("user_deleted", "X", "app", time, users, columns)
