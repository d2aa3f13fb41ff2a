"""Rows of subscriptions and sales: terms, payments and the credits that they buy.

Reads nothing. Writes nothing itself: it hands columns to the landing writer.
"""

import numpy as np
import pyarrow as pa

from generation.scenario import columns as col
from generation.scenario import payment_events as payments
from generation.scenario import team_events
from generation.scenario.calendar import DAY_US, week_start_us
from generation.scenario.payment_events import Payments
from generation.scenario.prices import currency_of, plans
from generation.scenario.products import COUPONS
from generation.scenario.purchases import Sales
from generation.scenario.regions import CURRENCIES
from generation.scenario.renewals import ATTEMPT_DAYS, Renewals
from generation.scenario.retention import GRACE_DAYS
from generation.scenario.subscriptions import (
    FREE,
    PAID,
    PAUSED,
    Subscriptions,
    coupon_in_force,
    list_price_minor,
    period_months,
    price_minor,
)
from generation.scenario.usage_events import Reporter

INTERVALS = ("month", "quarter", "year")
INTERVAL_OF_MONTHS = {1: 0, 3: 1, 12: 2}
PLAN_IDS = tuple(plan.plan_id for plan in plans())
COUPON_NAMES = tuple(coupon.name for coupon in COUPONS)
COUPON_LASTS = np.array([int(coupon.periods is None) for coupon in COUPONS] + [-1])
GRANT_LETTER = {"credit_pack": "k", "api_package": "j"}


def _terms(subs: Subscriptions) -> dict[str, pa.Array]:
    months = period_months()[subs.product]
    interval = np.array([INTERVAL_OF_MONTHS[month] for month in months.tolist()])
    coupon = coupon_in_force(subs)
    return {
        "account_id": col.ids("a", subs.user),
        "user_id": col.ids("u", subs.user),
        "subscription_id": col.ids("w", subs.number),
        "plan_id": col.coded(subs.plan, PLAN_IDS),
        "interval": col.coded(interval, INTERVALS),
        "price_minor": col.integers(price_minor(subs)),
        "currency": col.coded(currency_of(subs.region), CURRENCIES),
        "period_start": col.times(subs.period_start),
        "period_end": col.times(subs.period_end),
        "seats": col.integers(subs.seats),
        "list_price_minor": col.integers(list_price_minor(subs)),
        "coupon": col.coded(np.where(coupon < len(COUPONS), coupon, -1), COUPON_NAMES),
        "coupon_duration": col.coded(COUPON_LASTS[coupon], ("finite", "forever")),
        "offer": col.coded(np.where(subs.state == FREE, 0, -1), ("retention_offer",)),
    }


def report_starts(
    to: Reporter, subs: Subscriptions, stream: np.random.Generator
) -> None:
    """New subscriptions, their first payments, and what of them is given back."""
    time = subs.period_start
    to.send("subscription_started", "o", "billing", time, subs.user, _terms(subs))
    team_events.report_workspaces(to, subs)
    charged = Payments(subs.user, subs.region, time, price_minor(subs))
    number = payments.report_payments(
        to, charged, "subscription", _service(subs), due=time
    )
    monthly = period_months()[subs.product] == 1
    payments.report_returns(to, charged, number, may_refund=monthly, stream=stream)


def report_trials(to: Reporter, subs: Subscriptions, ends: np.ndarray) -> None:
    """Trials; `subs` are the subscriptions that start if they are kept."""
    stated = ("account_id", "user_id", "subscription_id", "plan_id", "interval")
    names = (*stated, "price_minor", "currency")
    columns = {name: array for name, array in _terms(subs).items() if name in names}
    columns["trial_ends_at"] = col.times(ends)
    to.send("trial_started", "T", "billing", subs.period_start, subs.user, columns)


def report_renewals(
    to: Reporter, outcome: Renewals, stream: np.random.Generator
) -> None:
    """Renewals, changes, pauses, declined charges and cancellations of a week."""
    _report_terms(to, outcome)
    rows = np.flatnonzero(outcome.renewed.state == PAID)
    subs, attempts = outcome.renewed.take(rows), outcome.attempts[rows]
    charged = Payments(subs.user, subs.region, outcome.paid_at[rows], price_minor(subs))
    service = _service(subs)
    number = payments.report_payments(
        to, charged, "subscription", service, due=subs.period_start
    )
    never = np.zeros(rows.size, bool)
    payments.report_returns(to, charged, number, may_refund=never, stream=stream)
    first_tried = Payments(
        subs.user, subs.region, subs.period_start, charged.amount_minor
    )
    payments.report_failures(
        to,
        first_tried,
        number,
        attempts=attempts - 1,
        attempt_days=ATTEMPT_DAYS,
        is_lost=False,
        columns={"subscription_id": service["subscription_id"]},
    )
    _report_cancellations(to, outcome, stream)


def _report_terms(to: Reporter, outcome: Renewals) -> None:
    """What each subscription that goes on states: one event for each."""
    subs, before, time = outcome.renewed, outcome.before, outcome.paid_at
    is_changed = (subs.plan != before.plan) | (subs.seats != before.seats)
    is_paused, was_paused = subs.state == PAUSED, before.state == PAUSED
    columns = _terms(subs)
    for event_type, letter, which in (
        ("subscription_renewed", "i", ~is_paused & ~was_paused & ~is_changed),
        ("subscription_changed", "l", ~is_paused & ~was_paused & is_changed),
        ("subscription_resumed", "R", ~is_paused & was_paused),
    ):
        rows = np.flatnonzero(which)
        part = {name: array.take(pa.array(rows)) for name, array in columns.items()}
        to.send(event_type, letter, "billing", time[rows], subs.user[rows], part)
    team_events.report_seat_changes(to, before, subs, time)
    paused = subs.take(np.flatnonzero(is_paused))
    rests = {
        name: values
        for name, values in _terms(paused).items()
        if name in ("account_id", "user_id", "subscription_id")
    }
    rests |= {
        "paused_from": col.times(paused.period_start),
        "resumes_at": col.times(paused.period_end),
    }
    at = paused.period_start
    to.send("subscription_paused", "P", "billing", at, paused.user, rests)


def _service(subs: Subscriptions) -> dict[str, pa.Array]:
    return {
        "user_id": col.ids("u", subs.user),
        "subscription_id": col.ids("w", subs.number),
        "period_start": col.times(subs.period_start),
        "period_end": col.times(subs.period_end),
    }


def _report_cancellations(
    to: Reporter, outcome: Renewals, stream: np.random.Generator
) -> None:
    """Most ends were chosen days before; what was not paid ends after its grace."""
    subs, lost = outcome.lapsed, outcome.is_lost
    early = np.maximum(subs.period_start, week_start_us(to.numbers.week))
    share = stream.random(subs.user.size)
    before = early + (share * (subs.period_end - early)).astype(np.int64)
    ends = subs.period_end + np.where(lost, GRACE_DAYS * DAY_US, 0)
    time = np.where(lost, ends, before)
    report_ends(to, subs, ends, time=time, is_lost=lost)
    unpaid = subs.take(np.flatnonzero(lost))
    due = unpaid.period_end
    unpaid.period += 1
    payments.report_failures(
        to,
        Payments(unpaid.user, unpaid.region, due, price_minor(unpaid)),
        to.numbers.take("y", unpaid.user.size),
        attempts=np.full(unpaid.user.size, ATTEMPT_DAYS.size),
        attempt_days=ATTEMPT_DAYS,
        is_lost=True,
        columns={"subscription_id": col.ids("w", unpaid.number)},
    )


def report_ends(
    to: Reporter,
    subs: Subscriptions,
    ends: np.ndarray,
    *,
    time: np.ndarray,
    is_lost: np.ndarray,
) -> None:
    """Cancellations stated at `time`, taking effect at `ends`."""
    columns = {
        "account_id": col.ids("a", subs.user),
        "user_id": col.ids("u", subs.user),
        "subscription_id": col.ids("w", subs.number),
        "ends_at": col.times(ends),
        "reason": col.coded(is_lost.astype(np.int8), ("user", "payment_failed")),
        "is_voluntary": col.flags(~is_lost),
    }
    to.send("subscription_cancelled", "t", "billing", time, subs.user, columns)


def report_sales(
    to: Reporter,
    sales: Sales,
    kind: str,
    *,
    valid_days: int,
    stream: np.random.Generator,
    is_first: bool = False,
) -> np.ndarray:
    """Packs or packages sold and the grants that they open; returns grant numbers.

    Of first payments 4.2 % are given back; card payments may be disputed.
    """
    letter = GRANT_LETTER[kind]
    number = to.numbers.take(letter, sales.owner.size)
    grant = col.ids(letter, number)
    charged = Payments(sales.owner, sales.region, sales.time, sales.amount_minor)
    paid = payments.report_payments(
        to, charged, kind, {"grant_id": grant}, due=sales.time
    )
    may_refund = np.full(sales.owner.size, is_first)
    payments.report_returns(to, charged, paid, may_refund=may_refund, stream=stream)
    is_pack = kind == "credit_pack"
    columns = {
        "account_id": col.ids("a", sales.owner),
        "grant_id": grant,
        "grant_type": col.same("pack" if is_pack else kind, sales.owner.size),
        "granted_credits": col.integers(sales.credits),
        "consideration_minor": col.integers(sales.amount_minor),
        "currency": charged.currency,
        "expires_at": col.times(sales.time + valid_days * DAY_US),
    }
    to.send("credits_granted", "c", "ledger", sales.time, sales.owner, columns)
    return number


def report_plan_grants(
    to: Reporter, subs: Subscriptions, time: np.ndarray, credits: np.ndarray
) -> np.ndarray:
    """A month's plan credits of each subscription; returns grant numbers."""
    number = to.numbers.take("p", subs.user.size)
    columns = {
        "account_id": col.ids("a", subs.user),
        "user_id": col.ids("u", subs.user),
        "grant_id": col.ids("p", number),
        "grant_type": col.same("plan", subs.user.size),
        "granted_credits": col.integers(credits),
        "expires_at": col.times(subs.credits_until),
    }
    to.send("credits_granted", "c", "ledger", time, subs.user, columns)
    return number
