"""What becomes of subscriptions when a period ends, along the expected path.

Reads nothing. Writes nothing.
"""

from dataclasses import dataclass

import numpy as np

from generation.scenario import teams
from generation.scenario.calendar import DAY_US, WEEK_US, add_months, week_start_us
from generation.scenario.products import MOVE_PERIOD, products
from generation.scenario.rationing import Rations
from generation.scenario.retention import (
    CLASSES,
    FREE_MONTHS,
    LOST_TO_DECLINE,
    PAUSES,
)
from generation.scenario.streams import choose_evenly
from generation.scenario.subscriptions import (
    FREE,
    PAID,
    PAUSED,
    Subscriptions,
    period_months,
)

FAILED_THEN_PAID = 0.036  # of renewals: 7.2 % are declined, about half recover
ATTEMPT_DAYS = np.array([0, 3, 5, 7])  # a declined charge is tried again, then lost
RECOVERED_BY = np.array([0.5, 0.3, 0.2])  # share of the recoveries by attempt
RECENT_BUYER_WEEKS = 5


@dataclass(frozen=True)
class Renewals:
    """What became of the subscriptions whose period ended in a week.

    Attributes:
        renewed: those that go on, in their new period.
        before: the same ones in the period that ended.
        attempts: charges needed until each was paid, 1 to 4.
        lapsed: those that end, in their last period.
        is_lost: which of these nobody cancelled: their charge was declined.
    """

    renewed: Subscriptions
    before: Subscriptions
    attempts: np.ndarray
    lapsed: Subscriptions
    is_lost: np.ndarray

    @property
    def paid_at(self) -> np.ndarray:
        """When each renewal was paid, or begun if it is not paid."""
        wait = ATTEMPT_DAYS[self.attempts - 1] * DAY_US
        return self.renewed.period_start + wait


def renew(
    subs: Subscriptions,
    *,
    week: int,
    target: np.ndarray,
    started: np.ndarray,
    chance: np.ndarray,
    rations: Rations,
    stream: np.random.Generator,
) -> tuple[Subscriptions, Renewals]:
    """Renew or end what is due so that each cell ends the week at its target.

    `target` and `started` count subscriptions by cell; `subs` excludes the new ones.
    `chance` is each subscription's own number of the week in (0, 1).
    Returns the subscriptions that go on, and what happened.
    """
    end = week_start_us(week) + WEEK_US
    due = np.flatnonzero(subs.period_end < end)
    count = np.bincount(subs.cell, minlength=target.size)
    due_count = np.bincount(subs.cell[due], minlength=target.size)
    keep = np.clip(target - started - (count - due_count), 0, due_count)
    key = _reluctance(subs, due, week, chance)
    stays = np.zeros(due.size, bool)
    stays[rations.serve("renew", key, subs.cell[due], keep, natural=1.0)] = True
    before, lapsed = subs.take(due[stays]), subs.take(due[~stays])
    renewed = before.take(np.arange(before.user.size))
    _advance(renewed, stream)
    running = np.ones(subs.user.size, bool)
    running[due] = False
    return subs.take(np.flatnonzero(running)).joined(renewed), Renewals(
        renewed=renewed,
        before=before,
        attempts=_draw_attempts(renewed, stream),
        lapsed=lapsed,
        is_lost=_draw_lost(lapsed, stream),
    )


def _keep_chance(subs: Subscriptions) -> np.ndarray:
    """Chance that a period is followed by another one."""
    chance = np.empty(subs.user.size)
    classes = np.array([product.payer_class for product in products()])
    payer_class = classes[subs.product]
    for index, curve in enumerate(CLASSES):
        here = payer_class == index
        chance[here] = curve.keep_at(subs.period[here])
    return chance


def _reluctance(
    subs: Subscriptions, due: np.ndarray, week: int, chance: np.ndarray
) -> np.ndarray:
    """Below one for those who would renew; recent buyers of credits come first."""
    key = chance[due] / _keep_chance(subs.take(due))
    key[subs.top_up_week[due] >= week - RECENT_BUYER_WEEKS] -= 10
    return key


def _draw_attempts(renewed: Subscriptions, stream: np.random.Generator) -> np.ndarray:
    """How many charges each renewal takes."""
    late = stream.random(renewed.user.size) < FAILED_THEN_PAID
    drawn = stream.random(renewed.user.size)
    extra = 1 + np.searchsorted(np.cumsum(RECOVERED_BY)[:-1], drawn, side="right")
    return np.where(late & (renewed.state == PAID), 1 + extra, 1)


def _draw_lost(lapsed: Subscriptions, stream: np.random.Generator) -> np.ndarray:
    """Which ends are declined charges: as many of each class's dues as stated."""
    chance = LOST_TO_DECLINE / (1 - _keep_chance(lapsed))
    return choose_evenly(np.where(lapsed.state == PAUSED, 0.0, chance), stream)


def _advance(subs: Subscriptions, stream: np.random.Generator) -> None:
    """Begin the next period: on another plan, for nothing or at rest for some."""
    months = period_months()[subs.product]
    subs.period += 1
    subs.period_start[:] = subs.period_end
    subs.period_end[:] = add_months(subs.anchor, months * (subs.period + 1))
    _move(subs, stream)
    teams.change_seats(subs, stream)
    chance = np.where(months == 1, FREE_MONTHS + PAUSES, 0.0)
    rests = choose_evenly(chance, stream)
    is_free = stream.random(subs.user.size) < FREE_MONTHS / (FREE_MONTHS + PAUSES)
    subs.state[:] = np.where(rests, np.where(is_free, FREE, PAUSED), PAID)


def _move(subs: Subscriptions, stream: np.random.Generator) -> None:
    """Up- and downgrades: their number is within one of its expectation."""
    moves = [product.moves for product in products()]
    total = np.array([sum(share for _, share in known) for known in moves])
    first = np.array([known[0][1] if known else 1.0 for known in moves])
    targets = np.array(
        [(known[0][0], known[-1][0]) if known else (0, 0) for known in moves]
    )
    is_due = subs.period == MOVE_PERIOD
    moved = choose_evenly(total[subs.product] * is_due, stream)
    draw = stream.random(subs.user.size) * total[subs.product]
    side = (draw >= first[subs.product]).astype(np.int64)
    subs.plan[:] = np.where(moved, targets[subs.product, side], subs.plan)
