"""Rows of money: subscriptions, payments, refunds and the credits that they buy.

Reads nothing. Writes nothing itself: it hands columns to the landing writer.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from generation.scenario import columns as col
from generation.scenario.calendar import DAY_US, week_start_us
from generation.scenario.measures import FIRST_PAYMENT_REFUNDS
from generation.scenario.prices import currency_of, plans
from generation.scenario.purchases import Sales
from generation.scenario.regions import CURRENCIES
from generation.scenario.subscriptions import (
    Renewals,
    Subscriptions,
    late_by,
    period_months,
    price_minor,
)
from generation.scenario.usage_events import API_ACCOUNT, Reporter

STORES = ("web", "app_store", "google_play", "invoice")
STORE_FEES = np.array(
    [0.029, 0.15, 0.15, 0.0]
)  # small-business rates of the app stores
INTERVALS = ("month", "year")
PLAN_IDS = tuple(plan.plan_id for plan in plans())
GRANT_LETTER = {"credit_pack": "k", "api_package": "j"}


@dataclass(frozen=True)
class _Payment:
    """What payments have in common."""

    owner: np.ndarray
    region: np.ndarray
    time: np.ndarray
    amount_minor: np.ndarray


def _terms(subs: Subscriptions, price: np.ndarray) -> dict[str, pa.Array]:
    seats = np.array([plan.seats for plan in plans()])[subs.plan]
    is_year = (period_months()[subs.product] == 12).astype(np.int8)
    return {
        "account_id": col.ids("a", subs.user),
        "user_id": col.ids("u", subs.user),
        "subscription_id": col.ids("w", subs.number),
        "plan_id": col.coded(subs.plan, PLAN_IDS),
        "interval": col.coded(is_year, INTERVALS),
        "price_minor": col.integers(price),
        "currency": col.coded(currency_of(subs.region), CURRENCIES),
        "period_start": col.times(subs.period_start),
        "period_end": col.times(subs.period_end),
        "seats": col.integers(seats),
    }


def report_starts(
    to: Reporter, subs: Subscriptions, stream: np.random.Generator
) -> None:
    """New subscriptions, their first payments, and the refunds of monthly ones."""
    price = price_minor(subs)
    columns = _terms(subs, price)
    to.send(
        "subscription_started", "o", "billing", subs.period_start, subs.user, columns
    )
    payment = _Payment(subs.user, subs.region, subs.period_start, price)
    number = _report_payment(to, payment, "subscription", _service(subs))
    monthly = (period_months()[subs.product] == 1).astype(float)
    _report_refunds(to, payment, number, monthly, stream)


def report_renewals(
    to: Reporter, outcome: Renewals, stream: np.random.Generator
) -> None:
    """Renewals, upgrades, declined charges and cancellations of a week."""
    subs, price = outcome.renewed, outcome.price_minor
    columns = _terms(subs, price)
    wait = np.where(outcome.is_late, late_by(subs.user.size, stream), 0)
    paid = subs.period_start + wait
    for event_type, letter, rows in (
        ("subscription_renewed", "i", np.flatnonzero(~outcome.is_changed)),
        ("subscription_changed", "l", np.flatnonzero(outcome.is_changed)),
    ):
        part = {name: array.take(pa.array(rows)) for name, array in columns.items()}
        to.send(event_type, letter, "billing", paid[rows], subs.user[rows], part)
    payment = _Payment(subs.user, subs.region, paid, price)
    _report_payment(to, payment, "subscription", _service(subs))
    late = np.flatnonzero(outcome.is_late)
    _report_failures(to, subs.take(late), price[late], subs.period_start[late])
    _report_cancellations(to, outcome, stream)


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
    """Subscriptions end with their paid period; most were cancelled days before."""
    subs, voluntary = outcome.lapsed, outcome.lapsed_voluntarily
    early = np.maximum(subs.period_start, week_start_us(to.numbers.week))
    share = stream.random(subs.user.size)
    before = early + (share * (subs.period_end - early)).astype(np.int64)
    after = subs.period_end + late_by(subs.user.size, stream)
    columns = {
        "account_id": col.ids("a", subs.user),
        "user_id": col.ids("u", subs.user),
        "subscription_id": col.ids("w", subs.number),
        "ends_at": col.times(subs.period_end),
        "reason": col.coded(voluntary.astype(np.int8), ("payment_failed", "user")),
        "is_voluntary": col.flags(voluntary),
    }
    time = np.where(voluntary, before, after)
    to.send("subscription_cancelled", "t", "billing", time, subs.user, columns)
    lost = np.flatnonzero(~voluntary)
    failed = subs.take(lost)
    _report_failures(to, failed, price_minor(failed), failed.period_end)


def _report_failures(
    to: Reporter, subs: Subscriptions, price: np.ndarray, time: np.ndarray
) -> None:
    columns = {
        "account_id": col.ids("a", subs.user),
        "user_id": col.ids("u", subs.user),
        "payment_id": col.ids("y", to.numbers.take("y", subs.user.size)),
        "kind": col.same("subscription", subs.user.size),
        "amount_minor": col.integers(price),
        "currency": col.coded(currency_of(subs.region), CURRENCIES),
        "subscription_id": col.ids("w", subs.number),
        "reason": col.same("card_declined", subs.user.size),
    }
    to.send("payment_failed", "j", "billing", time, subs.user, columns)


def report_sales(
    to: Reporter,
    sales: Sales,
    kind: str,
    *,
    valid_days: int,
    refund_stream: np.random.Generator | None = None,
) -> np.ndarray:
    """Packs or packages sold and the grants that they open; returns grant numbers.

    With a stream, 4.2 % of the payments are given back: first payments.
    """
    letter = GRANT_LETTER[kind]
    number = to.numbers.take(letter, sales.owner.size)
    grant = col.ids(letter, number)
    expires = sales.time + valid_days * DAY_US
    payment = _Payment(sales.owner, sales.region, sales.time, sales.amount_minor)
    paid = _report_payment(to, payment, kind, {"grant_id": grant})
    if refund_stream is not None:
        everyone = np.ones(sales.owner.size)
        _report_refunds(to, payment, paid, everyone, refund_stream)
    is_pack = kind == "credit_pack"
    columns = {
        "account_id": col.ids("a", sales.owner),
        "grant_id": grant,
        "grant_type": col.same("pack" if is_pack else kind, sales.owner.size),
        "granted_credits": col.integers(sales.credits),
        "consideration_minor": col.integers(sales.amount_minor),
        "currency": col.coded(currency_of(sales.region), CURRENCIES),
        "expires_at": col.times(expires),
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


def _report_payment(
    to: Reporter, payment: _Payment, kind: str, columns: dict[str, pa.Array]
) -> np.ndarray:
    count = payment.owner.size
    is_api = payment.owner >= API_ACCOUNT
    platform = to.people.platform[np.where(is_api, 0, payment.owner)]
    store = np.where(is_api, STORES.index("invoice"), platform)
    number = to.numbers.take("y", count)
    shared = {
        "account_id": col.ids("a", payment.owner),
        "payment_id": col.ids("y", number),
        "kind": col.same(kind, count),
        "amount_minor": col.integers(payment.amount_minor),
        "currency": col.coded(currency_of(payment.region), CURRENCIES),
        "store": col.coded(store, STORES),
        "fee_minor": col.integers(np.round(payment.amount_minor * STORE_FEES[store])),
    }
    to.send(
        "payment_succeeded",
        "a",
        "billing",
        payment.time,
        payment.owner,
        shared | columns,
    )
    return number


def _report_refunds(
    to: Reporter,
    payment: _Payment,
    number: np.ndarray,
    weight: np.ndarray,
    stream: np.random.Generator,
) -> None:
    """Give 4.2 % of first payments back within ten days; stratified."""
    taken = np.floor(np.cumsum(FIRST_PAYMENT_REFUNDS * weight) + stream.random())
    rows = np.flatnonzero(np.diff(taken, prepend=0) > 0)
    wait = (stream.uniform(0.5, 10, rows.size) * DAY_US).astype(np.int64)
    owner = payment.owner[rows]
    columns = {
        "account_id": col.ids("a", owner),
        "payment_id": col.ids("y", number[rows]),
        "refund_id": col.ids("r", to.numbers.take("r", rows.size)),
        "amount_minor": col.integers(payment.amount_minor[rows]),
        "currency": col.coded(currency_of(payment.region[rows]), CURRENCIES),
        "reason": col.same("requested_by_customer", rows.size),
    }
    to.send(
        "payment_refunded", "k", "billing", payment.time[rows] + wait, owner, columns
    )
