"""Which grant pays each generation, so that every grant's account balances.

Reads nothing. Writes nothing. Plan credits first, bought credits for their own share,
free daily credits for the rest; a failed generation's credits go back to its grant.
"""

from dataclasses import dataclass

import numpy as np

from generation.scenario.calendar import DAY_US
from generation.scenario.videos import SUCCEEDED, Videos
from generation.scenario.wallet import affordable

NEVER = np.int64(2**62)
DAILY_CREDITS = 66  # free credits of a claim
CLAIM_US = DAY_US  # free credits are valid for a day


@dataclass
class PlanSlots:
    """Plan credits of a week: the running grant and, after `boundary`, the next one.

    Arrays have one entry per subscriber, ascending by user; `grant` and `balance` have
    the shape [subscribers, 2]. Grant number 0 means none.
    """

    user: np.ndarray
    boundary: np.ndarray
    grant: np.ndarray
    balance: np.ndarray


@dataclass(frozen=True)
class Claims:
    """Free daily credits claimed by users; `left` expires a day later."""

    owner: np.ndarray
    time: np.ndarray
    granted: np.ndarray
    left: np.ndarray


@dataclass(frozen=True)
class Charges:
    """The grant of each generation: kind (0 plan, 1 bought, 2 free) and number.

    For free credits the number is the position in `claims`.
    """

    kind: np.ndarray
    number: np.ndarray
    claims: Claims


def charge(
    videos: Videos, slots: PlanSlots, *, pack_number: np.ndarray, week_end: int
) -> Charges:
    """Choose each generation's grant and book it; `videos.status` may be mended.

    A generation that would fail after its grant's end, or after the week's, succeeds:
    refunds always reach an open grant. `pack_number` is the grant of bought credits.
    """
    count = videos.owner.size
    kind = np.where(videos.pack >= 0, 1, 2)
    number = np.where(videos.pack >= 0, pack_number, -1)
    limit = np.full(count, week_end)
    key = _pay_from_plan(videos, slots, kind, limit)
    planned = np.flatnonzero(kind == 0)
    number[planned] = slots.grant.ravel()[key[planned]]
    claim, claims_time = _claim(videos, kind, number, limit)
    failed = videos.status != SUCCEEDED
    videos.status[failed & (videos.finished >= limit)] = SUCCEEDED
    failed = videos.status != SUCCEEDED
    _book_plan(slots, key[planned], videos.credits[planned], failed[planned])
    claims = _settle_claims(videos, kind, number, claim, claims_time, failed)
    return Charges(kind, number, claims)


def _pay_from_plan(
    videos: Videos, slots: PlanSlots, kind: np.ndarray, limit: np.ndarray
) -> np.ndarray:
    """Mark what plan credits pay; returns slot * 2 + side of each generation."""
    key = np.zeros(kind.size, np.int64)
    if not slots.user.size:
        return key
    place = np.minimum(np.searchsorted(slots.user, videos.owner), slots.user.size - 1)
    subscribed = np.flatnonzero((slots.user[place] == videos.owner) & (kind == 2))
    subscribed = subscribed[np.argsort(videos.time[subscribed], kind="stable")]
    slot = place[subscribed]
    after = videos.time[subscribed] >= slots.boundary[slot]
    key[subscribed] = 2 * slot + after
    paid = affordable(
        key[subscribed], videos.credits[subscribed], slots.balance.ravel()
    )
    plan = subscribed[paid]
    kind[plan] = 0
    ends = np.where(after, NEVER, slots.boundary[slot])[paid]
    limit[plan] = np.minimum(limit[plan], ends)
    return key


def _book_plan(
    slots: PlanSlots, key: np.ndarray, credits: np.ndarray, failed: np.ndarray
) -> None:
    used = np.bincount(key, np.where(failed, 0, credits), slots.balance.size)
    slots.balance -= used.astype(np.int64).reshape(slots.balance.shape)


def _claim(
    videos: Videos, kind: np.ndarray, number: np.ndarray, limit: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Group what free credits pay by user and day.

    Returns the generations concerned (positions) and each claim's time.
    """
    free = np.flatnonzero(kind == 2)
    group = videos.owner[free] * 1024 + videos.time[free] // DAY_US % 1024
    order = np.lexsort((videos.time[free], group))
    free, group = free[order], group[order]
    opens = np.diff(group, prepend=-1) != 0
    number[free] = np.cumsum(opens) - 1
    time = videos.time[free[opens]] - 1_000_000
    limit[free] = np.minimum(limit[free], (time + CLAIM_US)[number[free]])
    return free, time


def _settle_claims(
    videos: Videos,
    kind: np.ndarray,
    number: np.ndarray,
    free: np.ndarray,
    time: np.ndarray,
    failed: np.ndarray,
) -> Claims:
    claim = number[free]
    spent = np.bincount(claim, videos.credits[free], time.size).astype(np.int64)
    back = np.where(failed[free], videos.credits[free], 0)
    returned = np.bincount(claim, back, time.size).astype(np.int64)
    granted = -(-spent // DAILY_CREDITS) * DAILY_CREDITS
    owner = np.zeros(time.size, np.int64)
    owner[claim] = videos.owner[free]
    return Claims(owner, time, granted, granted - spent + returned)
