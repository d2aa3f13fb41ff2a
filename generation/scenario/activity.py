"""Who is active in a week: exactly as many as the expected path says.

Reads nothing. Writes nothing.
"""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Active:
    """A week's active users, ascending, and the chance that each had to come back.

    The chance is 0 for the week's new users and for those who had never left.
    """

    users: np.ndarray
    chance: np.ndarray


def choose_active(
    people: Population,
    path: ExpectedPath,
    rations: Rations,
    *,
    week: int,
    scale: float,
    seed: int,
) -> Active:
    """Choose the week's active users; the new ones are all active.

    Whose run of active days reaches into the week is active in it. Payers come back by
    their own chance. The others fill the region's expected number by sequential Poisson
    sampling: the smallest of uniform / weight, so that a user's chance is proportional
    to the weight and the number is exact.
    """
    old = int(people.first_of_week[week])
    new = np.flatnonzero(people.comes[old : people.registered(week)]) + old
    if not old:
        return Active(new, np.zeros(new.size, np.float32))
    blocks = [slice(i, min(i + BLOCK, old)) for i in range(0, old, BLOCK)]
    phase = phases(seed, 100 + week, (NUM_REGIONS,))
    wanted = round_level(path.existing[week] * scale, phase)
    weights, totals = _weights(people, path, week, blocks)
    limit = (1.5 * (wanted + 30) / np.maximum(totals, 1e-9)).astype(np.float32)
    certain, ratios, near_users = [], [], []
    for number, block in enumerate(blocks):
        stream = random_stream(seed, Stream.ACTIVITY, week, number)
        uniform = stream.random(BLOCK, dtype=np.float32)[: block.stop - block.start]
        comes_back = uniform < ENGAGED_ACTIVITY * _lift(people, path, week, block)
        stays = people.spell_end[block] >= 7 * week
        sure = stays | (people.is_engaged[block] & comes_back)
        sure &= people.comes[block] & ~people.is_gone[block]
        certain.append(block.start + np.flatnonzero(sure))
        weight = weights[block]
        near = np.flatnonzero(uniform < limit[people.region[block]] * weight)
        ratios.append(uniform[near] / weight[near])
        near_users.append(block.start + near)
    sure = np.concatenate(certain)
    rest = wanted - np.bincount(people.region[sure], minlength=NUM_REGIONS)
    users, ratio = np.concatenate(near_users), np.concatenate(ratios)
    served = rations.serve("active", ratio, people.region[users], rest)
    others, odds = users[served], np.zeros(NUM_REGIONS, np.float32)
    np.maximum.at(odds, people.region[others], ratio[served])
    odds = rations.same("odds of activity", odds)
    weights[sure] = people.is_engaged[sure] * np.float32(ENGAGED_ACTIVITY)
    weights[others] *= odds[people.region[others]]
    active = np.sort(np.concatenate([sure, others]))
    chance = np.concatenate([weights[active], np.zeros(new.size, np.float32)])
    return Active(np.concatenate([active, new]), chance)


def _weights(
    people: Population, path: ExpectedPath, week: int, blocks: list[slice]
) -> tuple[np.ndarray, np.ndarray]:
    """Relative chance to come back, 0 for who is drawn apart, and its sum by region."""
    by_week = path.activity[week - np.arange(week + 1)].astype(np.float32)
    frailty = np.array([CASUAL_FRAILTY, CORE_FRAILTY], np.float32)
    weights = np.empty(blocks[-1].stop, np.float32)
    totals = np.zeros(NUM_REGIONS)
    for block in blocks:
        weight = by_week[people.week[block]] * frailty[people.is_core[block].view("i1")]
        weight *= _lift(people, path, week, block)
        is_apart = people.is_engaged[block] | (people.spell_end[block] >= 7 * week)
        weight[is_apart | people.is_gone[block] | ~people.comes[block]] = 0
        weights[block] = weight
        totals += np.bincount(people.region[block], weight, NUM_REGIONS)
    return weights, totals


def _lift(
    people: Population, path: ExpectedPath, week: int, block: slice
) -> np.ndarray:
    """One plus the feature's direct effect; the holdout has none."""
    gain = (path.lift[week] / (1 - HOLDOUT)).astype(np.float32)
    has_it = ~people.is_holdout[block]
    return np.float32(1) + gain[people.region[block]] * has_it
