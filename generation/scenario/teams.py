"""Seats of the team plan: how many a team begins with and how they change.

Reads nothing. Writes nothing. Sizes are in balance: as many teams grow as shrink, so
that the mean stays at the plan's usual number of seats.
"""

import numpy as np

from generation.scenario.prices import plans
from generation.scenario.streams import GOLDEN
from generation.scenario.subscriptions import Subscriptions

SIZES = np.array([3, 4, 5, 6, 8, 12, 15])  # 3 to 15 seats can be had
SIZE_SHARES = np.array([0.54, 0.24, 0.11, 0.06, 0.03, 0.01, 0.01])  # mean 4; assumed
CHANGES = 0.12  # of a team's renewals propose the next smaller or larger size
TEAM = [plan.plan_id for plan in plans()].index("team")


def seat_new_teams(subs: Subscriptions, begun: int) -> int:
    """Give new teams their seats; `begun` counts those before, the result all.

    Evenly spread over the sizes: few teams are many seats.
    """
    teams = np.flatnonzero(subs.plan == TEAM)
    place = (0.5 + GOLDEN * (begun + np.arange(teams.size))) % 1
    size = np.searchsorted(np.cumsum(SIZE_SHARES)[:-1], place, side="right")
    subs.seats[teams] = SIZES[size]
    return begun + teams.size


def change_seats(subs: Subscriptions, stream: np.random.Generator) -> None:
    """Let some teams grow or shrink; the shares of the sizes stay (Metropolis)."""
    teams = np.flatnonzero(subs.plan == TEAM)
    size = np.searchsorted(SIZES, subs.seats[teams])
    draw = stream.random((3, teams.size))
    proposed = size + np.where(draw[0] < 0.5, -1, 1)
    inside = (proposed >= 0) & (proposed < SIZES.size)
    proposed = np.where(inside, proposed, size)
    accepted = draw[1] < SIZE_SHARES[proposed] / SIZE_SHARES[size]
    changes = accepted & (draw[2] < CHANGES)
    subs.seats[teams] = SIZES[np.where(changes, proposed, size)]
