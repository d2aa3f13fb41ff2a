"""Invoices, tax, fees and disputes of the launch company's payments."""

import csv
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from generation.scenario.measures import disputed_share
from generation.scenario.regions import REGIONS

REFERENCE = Path(__file__).parents[3] / "data" / "reference"
Reader = Callable[[str], pl.LazyFrame]


@pytest.fixture(scope="module")
def payments(launch_events: Reader) -> pl.DataFrame:
    return launch_events("payment_succeeded").collect()


def test_every_payment_settles_one_invoice_of_the_same_amount(
    launch_events: Reader, payments: pl.DataFrame
) -> None:
    invoices = launch_events("invoice_issued").collect()
    assert invoices["invoice_id"].is_unique().all()
    same = ["invoice_id", "account_id", "kind", "amount_minor", "tax_minor", "currency"]
    settled = payments.join(invoices, on=same, suffix="_invoiced")
    assert settled.height == payments.height
    assert (settled["occurred_at"] >= settled["due_at"]).all()
    # What is not paid is a renewal whose charge is still being tried.
    owed = invoices.join(payments, on="invoice_id", how="anti")
    assert owed.height <= 20
    assert set(owed["kind"]) <= {"subscription"}


def test_tax_is_the_rate_of_the_payers_country(payments: pl.DataFrame) -> None:
    with (REFERENCE / "tax_rates.csv").open(newline="") as file:
        rates = {row["country"]: float(row["rate"]) for row in csv.DictReader(file)}
    business_abroad = (pl.col("store") == "invoice") & (pl.col("country") != "CN")
    rate = (
        pl.when(business_abroad)
        .then(0.0)
        .otherwise(pl.col("country").replace_strict(rates))
    )
    expected = pl.col("amount_minor") * rate
    error = payments.select((pl.col("tax_minor") - expected).abs().max()).item()
    assert error <= 0.5 + 1e-6
    people = payments.filter(pl.col("store") != "invoice")
    assert people.filter(pl.col("country") == "DE")["tax_minor"].min() > 0


def test_stores_and_payment_providers_take_their_fees_apart(
    payments: pl.DataFrame,
) -> None:
    both = pl.col("store_fee_minor") + pl.col("psp_fee_minor")
    assert payments.select((both == pl.col("fee_minor")).all()).item()
    rate = payments.group_by("store").agg(
        pl.col("store_fee_minor").sum() / pl.col("amount_minor").sum(),
        pl.col("psp_fee_minor").sum() / pl.col("amount_minor").sum(),
    )
    by_store = {store: (app, card) for store, app, card in rate.iter_rows()}
    assert by_store["web"] == pytest.approx((0, 0.029), abs=0.001)
    assert by_store["app_store"] == pytest.approx((0.15, 0), abs=0.001)
    assert by_store["invoice"] == (0, 0)


def test_a_dispute_is_of_a_card_payment_on_the_web_that_was_not_refunded(
    launch_events: Reader, payments: pl.DataFrame
) -> None:
    opened = launch_events("chargeback_opened").collect()
    keys = ["payment_id", "account_id", "amount_minor", "currency"]
    disputed = opened.join(payments, on=keys, suffix="_paid")
    assert disputed.height == opened.height
    assert set(disputed["store"]) == {"web"}
    assert (disputed["occurred_at"] > disputed["occurred_at_paid"]).all()
    refunds = launch_events("payment_refunded").collect()
    assert opened.join(refunds, on="payment_id", how="semi").is_empty()
    assert opened["payment_id"].is_unique().all()


def test_eight_in_a_thousand_card_payments_are_disputed(
    launch_events: Reader, payments: pl.DataFrame
) -> None:
    # Payments of the last 45 days may be disputed after the window.
    end = payments["occurred_at"].max()
    settled = (pl.col("store") == "web") & (
        pl.col("occurred_at") < pl.lit(end).dt.offset_by("-45d")
    )
    web = payments.filter(settled)
    opened = launch_events("chargeback_opened").collect()
    count = opened.join(web, on="payment_id", how="semi").height
    assert count / web.height == pytest.approx(0.008, rel=0.25)  # about 100 disputes


def test_a_dispute_is_won_or_lost_once(launch_events: Reader) -> None:
    opened = launch_events("chargeback_opened").collect()
    decided = pl.concat(
        [
            launch_events(f"chargeback_{end}").select(
                "chargeback_id", "occurred_at", pl.lit(end).alias("end")
            )
            for end in ("won", "lost")
        ]
    ).collect()
    assert decided["chargeback_id"].is_unique().all()
    both = decided.join(opened, on="chargeback_id", suffix="_opened")
    assert both.height == decided.height
    assert (both["occurred_at"] > both["occurred_at_opened"]).all()
    assert (decided["end"] == "lost").mean() == pytest.approx(0.65, abs=0.1)


def test_the_expected_books_lose_what_banks_give_back() -> None:
    # The United States: .8 % disputed, 65 % of them lost, 85 % paid on the web.
    codes = [region.code for region in REGIONS]
    share = disputed_share()[codes.index("US")]
    assert share == pytest.approx(0.008 * 0.65 * 0.85)
