"""Rows of workspaces and their seats.

Reads nothing. Writes nothing itself: it hands columns to the landing writer.
"""

import numpy as np
import pyarrow as pa

from generation.scenario import columns as col
from generation.scenario.subscriptions import Subscriptions
from generation.scenario.teams import TEAM
from generation.scenario.usage_events import Reporter


def report_workspaces(to: Reporter, subs: Subscriptions) -> None:
    """The workspaces of new team subscriptions."""
    teams = subs.take(np.flatnonzero(subs.plan == TEAM))
    columns = _workspace(teams) | {"tier": col.same("team", teams.user.size)}
    time = teams.period_start
    to.send("workspace_created", "W", "billing", time, teams.user, columns)


def report_seat_changes(
    to: Reporter, before: Subscriptions, after: Subscriptions, time: np.ndarray
) -> None:
    """Workspaces that grew or shrank with a renewal."""
    for event_type, which in (
        ("seat_added", after.seats > before.seats),
        ("seat_removed", after.seats < before.seats),
    ):
        rows = np.flatnonzero(which)
        teams = after.take(rows)
        columns = _workspace(teams)
        columns["subscription_id"] = col.ids("w", teams.number)
        to.send(event_type, "S", "billing", time[rows], teams.user, columns)


def _workspace(teams: Subscriptions) -> dict[str, pa.Array]:
    return {
        "account_id": col.ids("a", teams.user),
        "user_id": col.ids("u", teams.user),
        "workspace_id": col.ids("W", teams.number),
        "seats": col.integers(teams.seats),
    }
