"""Who is active in a week: exactly as many as the expected path says.

Reads nothing. Writes nothing.
"""

import numpy as np

from generation.scenario.model import HOLDOUT, ExpectedPath
from generation.scenario.population import (
    BLOCK,
    CASUAL_FRAILTY,
    CORE_FRAILTY,
    Population,
)
from generation.scenario.rationing import Rations
from generation.scenario.regions import NUM_REGIONS
from generation.scenario.streams import Stream, phases, random_stream, round_level

ENGAGED_ACTIVITY = 0.65  # chance that a payer is active in a week, assumed


def choose_active(
    people: Population,
    path: ExpectedPath,
    rations: Rations,
    *,
    week: int,
    scale: float,
    seed: int,
) -> np.ndarray:
    """Indexes of the week's active users, ascending; the new ones are all active.

    Payers come back by their own chance. The others fill the region's expected number
    by sequential Poisson sampling: the smallest of uniform / weight, so that a user's
    chance is proportional to the weight and the number is exact.
    """
    old = int(people.first_of_week[week])
    new = np.flatnonzero(people.comes[old : people.registered(week)]) + old
    phase = phases(seed, 100 + week, (NUM_REGIONS,))
    wanted = round_level(path.existing[week] * scale, phase)
    weights = _weights(people, path, week, old)
    engaged, ratios, users = [], [], []
    totals = np.bincount(people.region[:old], weights, NUM_REGIONS)
    limit = 1.5 * (wanted + 30) / np.maximum(totals, 1e-9)
    for first in range(0, old, BLOCK):
        block = slice(first, min(first + BLOCK, old))
        stream = random_stream(seed, Stream.ACTIVITY, week, first // BLOCK)
        uniform = stream.random(BLOCK, dtype=np.float32)[: block.stop - first]
        region = people.region[block]
        lift = _lift(people, path, week, block)
        payer = people.is_engaged[block]
        engaged.append(
            first + np.flatnonzero(payer & (uniform < ENGAGED_ACTIVITY * lift))
        )
        near = np.flatnonzero(uniform < limit[region] * weights[block])
        ratios.append(uniform[near] / weights[block][near])
        users.append(first + near)
    if not old:
        return new
    payers = np.concatenate(engaged)
    rest = wanted - np.bincount(people.region[payers], minlength=NUM_REGIONS)
    user = np.concatenate(users)
    ratio = np.concatenate(ratios)
    others = user[rations.serve("active", ratio, people.region[user], rest)]
    return np.concatenate([np.sort(np.concatenate([payers, others])), new])


def _weights(people: Population, path: ExpectedPath, week: int, old: int) -> np.ndarray:
    """Relative chance to come back; payers are drawn apart. Shape [old]."""
    by_week = path.activity[week - np.arange(week + 1)].astype(np.float32)
    weights = by_week[people.week[:old]]
    frailty = np.where(people.is_core[:old], CORE_FRAILTY, CASUAL_FRAILTY)
    weights = weights * frailty * _lift(people, path, week, slice(0, old))
    may = people.comes[:old] & ~people.is_engaged[:old]
    return np.where(may, weights, 0).astype(np.float32)


def _lift(
    people: Population, path: ExpectedPath, week: int, block: slice
) -> np.ndarray:
    """One plus the feature's direct effect; the holdout has none."""
    gain = (path.lift[week] / (1 - HOLDOUT)).astype(np.float32)
    return 1 + np.where(people.is_holdout[block], 0, gain[people.region[block]])
