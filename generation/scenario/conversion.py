"""Which active users begin to pay in a week, and when.

Reads nothing. Writes nothing. How many follows the expected path; who is drawn by
weight among those who may: new users convert more easily than old ones. Each user has
a number of the week's own, so that other worlds ask the same user the same question.
"""

from dataclasses import dataclass

import numpy as np

from generation.scenario import model
from generation.scenario.calendar import WEEK_US, week_start_us
from generation.scenario.population import Population
from generation.scenario.products import is_motion
from generation.scenario.rationing import Rations
from generation.scenario.regions import NUM_REGIONS
from generation.scenario.streams import Stream, uniforms_of

RETURNING_WEIGHT = 0.5  # somebody who has paid before is drawn less often
ORDINARY, MOTION_PACK, AFTER_PACK, TRIAL = range(4)  # the ways to begin to pay


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


@dataclass(frozen=True)
class Draw:
    """What the draws of a week share."""

    people: Population
    rations: Rations
    seed: int
    week: int

    def uniform(self, users: np.ndarray, way: int, what: int) -> np.ndarray:
        """The users' own numbers of the week for one question."""
        return uniforms_of(users, self.seed, Stream.CONVERSION, self.week, way, what)


def choose_subscribers(
    draw: Draw, active: np.ndarray, counts: np.ndarray, appeal: np.ndarray
) -> Starters:
    """Draw new subscribers of the ordinary products. `counts`: [products, regions].

    `appeal` is what the price display does to an active user's first subscription.
    """
    people, week = draw.people, draw.week
    eligible = people.eligible_from[active] <= week
    may = active[eligible]
    weight = np.where(
        people.week[may] == week,
        np.where(
            people.is_viral[may], model.NEW_INTENT - model.VIRAL_LOSS, model.NEW_INTENT
        ),
        model.OLD_INTENT,
    ) * np.where(people.has_paid[may], RETURNING_WEIGHT, appeal[eligible])
    ordinary = np.where(is_motion()[:, None], 0, counts)
    users = _draw(draw, may, weight, ordinary.sum(0), ORDINARY)
    return _start(draw, users, ordinary, ORDINARY)


def choose_motion_buyers(
    draw: Draw, active: np.ndarray, wanted: np.ndarray
) -> Starters:
    """Draw buyers of the motion pack among the free users who see the feature."""
    people = draw.people
    eligible = people.eligible_from[active] <= draw.week
    may = active[eligible & ~people.is_holdout[active]]
    users = _draw(draw, may, np.ones(may.size), wanted, MOTION_PACK)
    cell = people.region[users].astype(np.int64)
    return Starters(users, cell, _times(draw, users, MOTION_PACK))


def choose_trialists(draw: Draw, active: np.ndarray, wanted: np.ndarray) -> Starters:
    """Draw users who try a plan for the first time; the cell is their region."""
    people = draw.people
    eligible = people.eligible_from[active] <= draw.week
    may = active[eligible & ~people.has_paid[active]]
    users = _draw(draw, may, np.ones(may.size), wanted, TRIAL)
    cell = people.region[users].astype(np.int64)
    return Starters(users, cell, _times(draw, users, TRIAL))


def choose_motion_subscribers(
    draw: Draw, buyers: np.ndarray, weight: np.ndarray, counts: np.ndarray
) -> Starters:
    """Draw subscribers among earlier buyers of the motion pack."""
    after = np.where(is_motion()[:, None], counts, 0)
    users = _draw(draw, buyers, weight, after.sum(0), AFTER_PACK)
    return _start(draw, users, after, AFTER_PACK)


def spread_times(count: int, week: int, stream: np.random.Generator) -> np.ndarray:
    """Evenly spread moments of a week, in random order."""
    share = (np.arange(count) + stream.random(count)) / max(count, 1)
    times = week_start_us(week) + (share * WEEK_US).astype(np.int64)
    return stream.permutation(times)


def _draw(
    draw: Draw, users: np.ndarray, weight: np.ndarray, wanted: np.ndarray, way: int
) -> np.ndarray:
    """Weighted draw without replacement, `wanted` in each region (or all there are)."""
    arrival = -np.log(draw.uniform(users, way, 0)) / np.maximum(weight, 1e-12)
    arrival[weight <= 0] = np.inf
    region = draw.people.region[users]
    return np.sort(users[draw.rations.serve(f"pay {way}", arrival, region, wanted)])


def _start(draw: Draw, users: np.ndarray, counts: np.ndarray, way: int) -> Starters:
    """Deal the region's products to its starters at random, and times."""
    region = draw.people.region[users].astype(np.int64)
    key = draw.uniform(users, way, 1)
    product = draw.rations.deal(f"product {way}", key, region, counts)
    cell = product * NUM_REGIONS + region
    return Starters(users, cell, _times(draw, users, way))


def _times(draw: Draw, users: np.ndarray, way: int) -> np.ndarray:
    """Evenly spread times; the week's new users come late, after their registration."""
    key = draw.uniform(users, way, 2)
    is_new = draw.people.week[users] == draw.week
    key = np.where(is_new, np.sqrt(key), key)
    share = draw.rations.spread(f"time {way}", key)
    return week_start_us(draw.week) + (share * WEEK_US).astype(np.int64)
