"""Which active users begin to pay in a week, and when.

Reads nothing. Writes nothing. How many follows the expected path; who is drawn by
weight among those who may: new users convert more easily than old ones.
"""

from dataclasses import dataclass

import numpy as np

from generation.scenario import model
from generation.scenario.calendar import WEEK_US, week_start_us
from generation.scenario.population import Population
from generation.scenario.products import is_motion
from generation.scenario.regions import NUM_REGIONS

RETURNING_WEIGHT = 0.5  # somebody who has paid before is drawn less often


@dataclass(frozen=True)
class Starters:
    """Users who begin to pay, the cell that they begin in and the time."""

    user: np.ndarray
    cell: np.ndarray
    time: np.ndarray

    def take(self, rows: np.ndarray) -> "Starters":
        """Some of them."""
        return Starters(self.user[rows], self.cell[rows], self.time[rows])

    def joined(self, other: "Starters") -> "Starters":
        """These and then the others."""
        return Starters(
            np.concatenate([self.user, other.user]),
            np.concatenate([self.cell, other.cell]),
            np.concatenate([self.time, other.time]),
        )


def choose_subscribers(
    people: Population,
    active: np.ndarray,
    *,
    week: int,
    counts: np.ndarray,
    stream: np.random.Generator,
) -> Starters:
    """Draw new subscribers of the ordinary products. `counts`: [products, regions]."""
    wanted = counts[~is_motion()].sum(0)
    may = active[people.eligible_from[active] <= week]
    weight = np.where(
        people.week[may] == week,
        np.where(
            people.is_viral[may], model.NEW_INTENT - model.VIRAL_LOSS, model.NEW_INTENT
        ),
        model.OLD_INTENT,
    ) * np.where(people.has_paid[may], RETURNING_WEIGHT, 1.0)
    users = _draw(may, people.region[may], weight, wanted, stream)
    region = people.region[users]
    cell = _deal_cells(region, counts, stream)
    return Starters(users, cell, _times(people, users, week, stream))


def choose_motion_buyers(
    people: Population,
    active: np.ndarray,
    *,
    week: int,
    wanted: np.ndarray,
    stream: np.random.Generator,
) -> Starters:
    """Draw buyers of the motion pack among the free users who see the feature."""
    may = active[(people.eligible_from[active] <= week) & ~people.is_holdout[active]]
    users = _draw(may, people.region[may], np.ones(may.size), wanted, stream)
    cell = people.region[users].astype(np.int64)
    return Starters(users, cell, _times(people, users, week, stream))


def choose_trialists(
    people: Population,
    active: np.ndarray,
    *,
    week: int,
    wanted: np.ndarray,
    stream: np.random.Generator,
) -> Starters:
    """Draw users who try a plan for the first time; the cell is their region."""
    may = active[(people.eligible_from[active] <= week) & ~people.has_paid[active]]
    users = _draw(may, people.region[may], np.ones(may.size), wanted, stream)
    cell = people.region[users].astype(np.int64)
    return Starters(users, cell, _times(people, users, week, stream))


def choose_motion_subscribers(
    region: np.ndarray,
    weight: np.ndarray,
    *,
    counts: np.ndarray,
    stream: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw subscribers among earlier buyers; returns their positions and cells."""
    motion = is_motion()
    positions = _draw(
        np.arange(region.size), region, weight, counts[motion].sum(0), stream
    )
    cell = _deal_cells(region[positions], np.where(motion[:, None], counts, 0), stream)
    return positions, cell


def spread_times(count: int, week: int, stream: np.random.Generator) -> np.ndarray:
    """Evenly spread moments of a week, in random order."""
    share = (np.arange(count) + stream.random(count)) / max(count, 1)
    times = week_start_us(week) + (share * WEEK_US).astype(np.int64)
    return stream.permutation(times)


def _draw(
    users: np.ndarray,
    region: np.ndarray,
    weight: np.ndarray,
    wanted: np.ndarray,
    stream: np.random.Generator,
) -> np.ndarray:
    """Weighted draw without replacement, `wanted` in each region (or all there are)."""
    arrival = stream.exponential(size=users.size) / np.maximum(weight, 1e-12)
    arrival[weight <= 0] = np.inf
    order = _earliest(arrival, region, weight, wanted)
    ranked = region[order]
    first = np.searchsorted(ranked, np.arange(NUM_REGIONS))
    rank = np.arange(order.size) - first[ranked]
    chosen = order[(rank < wanted[ranked]) & np.isfinite(arrival[order])]
    return users[np.sort(chosen)]


def _earliest(
    arrival: np.ndarray, region: np.ndarray, weight: np.ndarray, wanted: np.ndarray
) -> np.ndarray:
    """Positions by region and arrival; late ones are left out where nobody needs them.

    Sorting everybody for a few would cost more than all else here.
    """
    have = np.bincount(region, minlength=NUM_REGIONS)
    total = np.bincount(region, np.maximum(weight, 0), NUM_REGIONS)
    limit = 1.5 * (wanted + 30) / np.maximum(total, 1e-9)
    near = np.flatnonzero(arrival < limit[region])
    found = np.bincount(region[near], minlength=NUM_REGIONS)
    if (found < np.minimum(wanted, have)).any():
        near = np.arange(region.size)
    return near[np.lexsort((arrival[near], region[near]))]


def _deal_cells(
    region: np.ndarray, counts: np.ndarray, stream: np.random.Generator
) -> np.ndarray:
    """Deal the region's products to its starters at random; ordinary products first."""
    usable = counts.copy()
    if not is_motion()[np.flatnonzero(counts.sum(1))].all():
        usable[is_motion()] = 0
    cell = np.zeros(region.size, np.int64)
    for place in np.unique(region):
        here = np.flatnonzero(region == place)
        deck = np.repeat(np.arange(usable.shape[0]), usable[:, place])
        cell[here] = stream.permutation(deck)[: here.size] * NUM_REGIONS + place
    return cell


def _times(
    people: Population, users: np.ndarray, week: int, stream: np.random.Generator
) -> np.ndarray:
    """Evenly spread times; the week's new users come late, after their registration."""
    times = np.sort(spread_times(users.size, week, stream))
    is_new = people.week[users] == week
    order = np.argsort(np.where(is_new, stream.random(users.size), stream.random()))
    result = np.empty(users.size, np.int64)
    result[order] = times
    return result
