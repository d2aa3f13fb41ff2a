"""Counts again what contracts commit, and what is used of it and beyond it.

Reads the books it is given. Writes nothing.
"""

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from generation.scenario.truth_books import Books
from generation.scenario.truth_rows import DAY, each, ratio
from generation.scenario.truth_terms import contracts, in_place, on_days

MONTH = ("month",)
REGION = ("region",)
KINDS = ("api_package", "usage")
SOON = timedelta(days=90)


def count_contracts(books: Books) -> Iterator[pl.DataFrame]:
    """Every metric of commitments."""
    signed = in_place(contracts(books.rows), books.rows)
    days = on_days(signed, books.rows)
    closes = days.filter(DAY.dt.month_end() == DAY)
    latest = closes.sort("started_on", "contract_id").unique(
        ["account_id", "day"], keep="last"
    )
    yield from _renewals(latest, signed)
    yield from _burn(books, latest)
    yield from _usage(books, days)


def _renewals(latest: pl.DataFrame, signed: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Accounts whose contract ends soon and is the last that they have agreed to."""
    keys = ("account_id", "region", "day", "ended_on")
    others = signed.select("account_id", "agreed_on", pl.col("ended_on").alias("end"))
    known = latest.select(keys).join(others, on="account_id")
    known = known.filter(pl.col("agreed_on") <= DAY)
    last = known.group_by(keys).agg(pl.col("end").max())
    ends_on = pl.col("ended_on")
    soon = last.filter((ends_on <= DAY + SOON) & (ends_on == pl.col("end")))
    metric = "accounts_up_for_renewal"
    yield from each(metric, soon, pl.len(), grains=MONTH, by=REGION)


def _burn(books: Books, latest: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """What accounts have paid since the start, up to what they committed."""
    moves = pl.concat(
        [
            books.payments.select("account_id", DAY.alias("on"), "usd"),
            books.refunds.select("account_id", DAY.alias("on"), -pl.col("usd")),
        ]
    )
    keys = ["account_id", "day"]
    paid = latest.drop("usd").join(moves, on="account_id")
    paid = paid.filter(pl.col("on").is_between("started_on", "day"))
    sums = paid.group_by(keys).agg(pl.col("usd").sum().alias("paid"))
    both = latest.join(sums, on=keys, how="left")
    used = pl.min_horizontal(pl.col("paid").fill_null(0).clip(0), "committed").sum()
    share = ratio(used, pl.col("committed").sum())
    yield from each("commitment_burn", both, share, grains=MONTH, by=REGION)


def _usage(books: Books, days: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """A month's sales beyond the account's commitments; packages meet them first."""
    month = DAY.dt.truncate("1mo")
    kind, usd = pl.col("kind"), pl.col("usd")
    sold = (
        books.payments.filter(kind.is_in(KINDS))
        .group_by("account_id", month, "region")
        .agg(usd.filter(kind == name).sum().alias(name) for name in KINDS)
    )
    part = (usd / DAY.dt.days_in_month()).sum().alias("due")
    due = days.group_by("account_id", month).agg(part)
    both = sold.join(due, on=["account_id", "day"], how="left").with_columns(
        pl.col("due").fill_null(0)
    )
    left = {
        "api_package": pl.col("due"),
        "usage": (pl.col("due") - pl.col("api_package")).clip(0),
    }
    beyond = pl.concat(
        both.select(
            "day",
            "region",
            pl.lit(name).alias("plan"),
            (pl.col(name) - left[name]).clip(0).alias("usd"),
        )
        for name in KINDS
    )
    by = ("region", "plan")
    yield from each("arr_usage", beyond, 12 * usd.sum(), grains=MONTH, by=by)
