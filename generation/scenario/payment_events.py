"""Rows of payments: invoices, charges, tax and fees, refunds and disputes.

Reads data/reference/tax_rates.csv through prices. Writes nothing itself: it hands
columns to the landing writer.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from generation.scenario import columns as col
from generation.scenario.calendar import DAY_US
from generation.scenario.measures import (
    CHARGEBACKS,
    CHARGEBACKS_LOST,
    FIRST_PAYMENT_REFUNDS,
)
from generation.scenario.prices import currency_of, tax_rates
from generation.scenario.regions import COUNTRIES, CURRENCIES
from generation.scenario.streams import choose_evenly
from generation.scenario.usage_events import API_ACCOUNT, Reporter

STORES = ("web", "app_store", "google_play", "invoice")
STORE_FEES = np.array([0, 0.15, 0.15, 0])  # small-business rates of the app stores
PROVIDER_FEES = np.array([0.029, 0, 0, 0])  # cards; stores and transfers have none
DISPUTE_REASONS = ("fraudulent", "product_not_received", "unrecognised")
DISPUTE_FEE = 0.25  # of the amount, assumed
HOME = COUNTRIES.index("CN")


@dataclass(frozen=True)
class Payments:
    """Charges of one kind, one entry each; `time` is when they were paid."""

    owner: np.ndarray
    region: np.ndarray
    time: np.ndarray
    amount_minor: np.ndarray

    def take(self, rows: np.ndarray) -> "Payments":
        """Some of them."""
        return Payments(
            self.owner[rows],
            self.region[rows],
            self.time[rows],
            self.amount_minor[rows],
        )

    @property
    def currency(self) -> pa.Array:
        """Currency codes."""
        return col.coded(currency_of(self.region), CURRENCIES)


def report_payments(
    to: Reporter,
    payments: Payments,
    kind: str,
    columns: dict[str, pa.Array],
    *,
    due: np.ndarray,
) -> np.ndarray:
    """Invoices and the payments that settle them; returns the payments' numbers.

    `columns` say what is paid for; `due` is when each was asked for.
    """
    count = payments.owner.size
    number = to.numbers.take("y", count)
    amount = payments.amount_minor
    shared = {
        "account_id": col.ids("a", payments.owner),
        "kind": col.same(kind, count),
        "amount_minor": col.integers(amount),
        "currency": payments.currency,
        "tax_minor": col.integers(_tax(to, payments)),
        "invoice_id": col.ids("I", number),
    }
    asked = {name: values for name, values in columns.items() if name != "grant_id"}
    asked |= {"due_at": col.times(due)}
    to.send("invoice_issued", "I", "billing", due, payments.owner, shared | asked)
    store = _stores(to, payments.owner)
    store_fee = np.round(amount * STORE_FEES[store])
    provider_fee = np.round(amount * PROVIDER_FEES[store])
    paid = {
        "payment_id": col.ids("y", number),
        "store": col.coded(store, STORES),
        "fee_minor": col.integers(store_fee + provider_fee),
        "store_fee_minor": col.integers(store_fee),
        "psp_fee_minor": col.integers(provider_fee),
    }
    to.send(
        "payment_succeeded",
        "a",
        "billing",
        payments.time,
        payments.owner,
        shared | paid | columns,
    )
    return number


def report_failures(
    to: Reporter,
    payments: Payments,
    number: np.ndarray,
    *,
    attempts: np.ndarray,
    attempt_days: np.ndarray,
    is_lost: bool,
    columns: dict[str, pa.Array],
) -> None:
    """Declined charges: the first `attempts` of each, at their days from `time` on."""
    for attempt in range(1, int(attempts.max(initial=0)) + 1):
        rows = np.flatnonzero(attempts >= attempt)
        part = payments.take(rows)
        wait = attempt_days[attempt - 1] * DAY_US
        following = attempt_days[min(attempt, attempt_days.size - 1)] * DAY_US
        is_tried_again = np.full(rows.size, not is_lost or attempt < attempt_days.size)
        failed = {
            "account_id": col.ids("a", part.owner),
            "payment_id": col.ids("y", number[rows]),
            "invoice_id": col.ids("I", number[rows]),
            "kind": col.same("subscription", rows.size),
            "amount_minor": col.integers(part.amount_minor),
            "currency": part.currency,
            "attempt": col.same(attempt, rows.size),
            "reason": col.same("card_declined", rows.size),
            "next_attempt_at": col.times(part.time + following, is_tried_again),
        }
        named = {name: array.take(pa.array(rows)) for name, array in columns.items()}
        time = part.time + wait
        to.send("payment_failed", "j", "billing", time, part.owner, failed | named)


def report_returns(
    to: Reporter,
    payments: Payments,
    number: np.ndarray,
    *,
    may_refund: np.ndarray,
    stream: np.random.Generator,
) -> None:
    """Refunds of 4.2 % of first payments; disputes of other card payments."""
    is_refunded = choose_evenly(FIRST_PAYMENT_REFUNDS * may_refund, stream)
    rows = np.flatnonzero(is_refunded)
    refunded = payments.take(rows)
    wait = (stream.uniform(0.5, 10, rows.size) * DAY_US).astype(np.int64)
    columns = {
        "account_id": col.ids("a", refunded.owner),
        "payment_id": col.ids("y", number[rows]),
        "refund_id": col.ids("r", to.numbers.take("r", rows.size)),
        "amount_minor": col.integers(refunded.amount_minor),
        "currency": refunded.currency,
        "reason": col.same("requested_by_customer", rows.size),
    }
    time = refunded.time + wait
    to.send("payment_refunded", "k", "billing", time, refunded.owner, columns)
    is_web = _stores(to, payments.owner) == STORES.index("web")
    disputed = choose_evenly(CHARGEBACKS * (is_web & ~is_refunded), stream)
    rows = np.flatnonzero(disputed)
    _report_disputes(to, payments.take(rows), number[rows], stream)


def _report_disputes(
    to: Reporter,
    payments: Payments,
    number: np.ndarray,
    stream: np.random.Generator,
) -> None:
    """A dispute opens within weeks of the payment; the bank decides weeks later."""
    count = payments.owner.size
    opened = payments.time + (stream.uniform(5, 45, count) * DAY_US).astype(np.int64)
    decided = opened + (stream.uniform(20, 60, count) * DAY_US).astype(np.int64)
    reason = stream.integers(0, len(DISPUTE_REASONS), count)
    is_lost = choose_evenly(np.full(count, CHARGEBACKS_LOST), stream)
    shared = {
        "account_id": col.ids("a", payments.owner),
        "payment_id": col.ids("y", number),
        "chargeback_id": col.ids("C", number),
        "amount_minor": col.integers(payments.amount_minor),
        "currency": payments.currency,
    }
    opening = shared | {"reason": col.coded(reason, DISPUTE_REASONS)}
    to.send("chargeback_opened", "C", "billing", opened, payments.owner, opening)
    fee = col.integers(np.ceil(payments.amount_minor * DISPUTE_FEE))
    for event_type, which, columns in (
        ("chargeback_won", ~is_lost, shared),
        ("chargeback_lost", is_lost, shared | {"fee_minor": fee}),
    ):
        rows = np.flatnonzero(which)
        part = {name: array.take(pa.array(rows)) for name, array in columns.items()}
        owner = payments.owner[rows]
        to.send(event_type, "C", "billing", decided[rows], owner, part)


def _stores(to: Reporter, owner: np.ndarray) -> np.ndarray:
    """Where users pay follows their platform; API accounts pay by transfer."""
    is_api = owner >= API_ACCOUNT
    platform = to.people.platform[np.where(is_api, 0, owner)]
    return np.where(is_api, STORES.index("invoice"), platform)


def _tax(to: Reporter, payments: Payments) -> np.ndarray:
    """Tax of the payer's country; businesses abroad account for it themselves."""
    _, country = to.places(payments.owner)
    taxed = (payments.owner < API_ACCOUNT) | (country == HOME)
    return np.round(payments.amount_minor * tax_rates()[country] * taxed)
