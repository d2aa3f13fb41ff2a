"""Plan credits between two weeks, and the end of what was bought.

Reads nothing. Writes nothing itself: rows go to the landing writer.
"""

import numpy as np

from generation.scenario import billing_events as billing
from generation.scenario import columns as col
from generation.scenario import usage_events
from generation.scenario.calendar import WEEK_US, add_months, week_start_us
from generation.scenario.ledger import NEVER, PlanSlots
from generation.scenario.prices import plans
from generation.scenario.subscriptions import (
    PAUSED,
    Subscriptions,
    segment_of_plan,
)
from generation.scenario.usage_events import API_ACCOUNT, Reporter
from generation.scenario.wallet import Wallet


def grant(
    to: Reporter,
    week: int,
    before: Subscriptions,
    subs: Subscriptions,
    *,
    has_usage: bool,
) -> PlanSlots:
    """Give the month's plan credits to whom they are due in the week.

    `before` are last week's subscriptions, whose grants may still pay; `subs` the
    running ones, changed in place. Paused ones get none.
    """
    end = week_start_us(week) + WEEK_US
    users = np.union1d(before.user, subs.user)
    slots = PlanSlots(
        user=users,
        boundary=np.full(users.size, NEVER),
        grant=np.zeros((users.size, 2), np.int64),
        balance=np.zeros((users.size, 2), np.int64),
    )
    old = np.searchsorted(users, before.user)
    slots.grant[old, 0], slots.balance[old, 0] = before.grant, before.balance
    ends = before.credits_until
    slots.boundary[old] = np.where(ends < end, ends, NEVER)
    due = np.flatnonzero(subs.credits_until < end)
    time = subs.credits_until[due]
    slots.boundary[np.searchsorted(users, subs.user[due])] = time
    subs.months[due] += 1
    subs.credits_until[due] = add_months(subs.anchor[due], subs.months[due])
    if has_usage:
        running = subs.state[due] != PAUSED
        given, time = due[running], time[running]
        credits = _monthly_credits(subs.take(given))
        number = billing.report_plan_grants(to, subs.take(given), time, credits)
        new = np.searchsorted(users, subs.user[given])
        slots.grant[new, 1], slots.balance[new, 1] = number, credits
    return slots


def _monthly_credits(subs: Subscriptions) -> np.ndarray:
    per_seat = [plan.credits_per_month / plan.seats for plan in plans()]
    return (np.array(per_seat)[subs.plan] * subs.seats).astype(np.int64)


def close(to: Reporter, subs: Subscriptions, slots: PlanSlots) -> None:
    """Expire the grants that ended in the week; keep the others' balance in `subs`."""
    ended = slots.boundary < NEVER
    rows = np.flatnonzero(ended & (slots.grant[:, 0] > 0) & (slots.balance[:, 0] > 0))
    usage_events.report_expiry(
        to,
        slots.user[rows],
        col.ids("p", slots.grant[rows, 0]),
        slots.balance[rows, 0],
        slots.boundary[rows],
    )
    place = np.searchsorted(slots.user, subs.user)
    side = ended[place].astype(np.int64)
    subs.balance[:] = slots.balance[place, side]
    subs.grant[:] = slots.grant[place, side]


def is_pro(subs: Subscriptions, slots: PlanSlots) -> np.ndarray:
    """Which of the slots' users hold a professional plan."""
    result = np.zeros(slots.user.size, bool)
    pro = segment_of_plan()[subs.plan] == 1
    result[np.searchsorted(slots.user, subs.user[pro])] = True
    return result


def expire(to: Reporter, week: int, wallet: Wallet, letter: str) -> None:
    """Take out bought grants that end in the week, with what is left of them."""
    end = week_start_us(week) + WEEK_US
    over = np.flatnonzero(wallet.expires < end)
    rest = over[wallet.balance[over] > 0]
    owner = wallet.owner[rest] + (API_ACCOUNT if letter == "j" else 0)
    usage_events.report_expiry(
        to,
        owner,
        col.ids(letter, wallet.number[rest]),
        wallet.balance[rest],
        wallet.expires[rest],
    )
    wallet.remove(over)
