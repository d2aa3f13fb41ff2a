"""Counts again what is left of revenue, and by what the videos were made with.

Reads the books it is given. Writes nothing.
"""

from collections.abc import Iterator

import polars as pl

from generation.scenario.truth_books import Books
from generation.scenario.truth_money import cash_lines
from generation.scenario.truth_rows import DAY, MICROS, each, ratio, sliced

USD, COST, FEE = (pl.col(name).sum() for name in ("usd", "cost", "fee"))
MONTH = ("month",)
REGION = ("region",)


def count_margins(books: Books) -> Iterator[pl.DataFrame]:
    """Revenue less computing, and less what stores, providers and banks keep."""
    fees = cash_lines(books).filter(pl.col("line").str.ends_with("fee"))
    columns = ("account_id", "region", "segment", "plan", "day")
    parts = [
        books.earned.select(*columns, "usd"),
        fees.select(*columns, (-pl.col("usd")).alias("fee")),
        books.costs.select(*columns, "cost"),
    ]
    opened = pl.col("opened_on").dt.truncate("1mo").cast(pl.String).alias("cohort")
    cohorts = books.rows.accounts.select("account_id", opened)
    flows = pl.concat(parts, how="diagonal").with_columns(
        pl.col("usd", "fee", "cost").fill_null(0)
    )
    flows = flows.join(cohorts, on="account_id", how="left")
    grains = ("day", "month")
    by: tuple[str, ...] = ("region", "segment")
    yield from each("net_revenue", flows, USD - FEE, grains=grains, by=by)
    by_feature = _by_feature(books, flows)
    by = (*by, "plan", "cohort")
    for metric, cost in (
        ("gross_margin", COST),
        ("gross_margin_after_fees", COST + FEE),
    ):
        # Over no revenue, or over more refunds than revenue, there is no margin.
        share = pl.when(USD > 0).then((USD - cost) / USD)
        yield from each(metric, flows, share, grains=MONTH, by=by)
        yield from sliced(metric, by_feature, share, "month", ("feature",))
    yield from _per_second(books)


def _by_feature(books: Books, flows: pl.DataFrame) -> pl.DataFrame:
    """Money goes where the account's credits of the month went, cost where it arose."""
    month = DAY.dt.truncate("1mo")
    keys = ["account_id", "day"]
    jobs = books.rows.jobs.rename({"mode": "feature"})
    charged = jobs.group_by("account_id", month, "feature").agg(
        pl.col("charged_credits").sum().alias("credits")
    )
    credits = pl.col("credits")
    shares = charged.filter(credits > 0).with_columns(
        (credits / credits.sum().over(keys)).alias("share")
    )
    money = flows.group_by("account_id", month).agg(USD, FEE)
    dealt = money.join(shares, on=keys, how="left").select(
        "day",
        pl.col("feature").fill_null("none"),
        pl.col("usd", "fee") * pl.col("share").fill_null(1),
    )
    cost = (pl.col("cost_micros") / MICROS).alias("cost")
    parts = [dealt, jobs.select("day", "feature", cost)]
    return pl.concat(parts, how="diagonal").fill_null(0)


def _per_second(books: Books) -> Iterator[pl.DataFrame]:
    """Revenue over the seconds delivered, those of free videos and programs too."""
    made = books.rows.jobs.filter(pl.col("status") == "succeeded")
    seconds = made.select("day", "region", pl.col("video_seconds").alias("seconds"))
    parts = [books.earned.select("day", "region", "usd"), seconds]
    both = pl.concat(parts, how="diagonal").fill_null(0)
    price = ratio(USD, pl.col("seconds").sum())
    yield from each("revenue_per_second", both, price, grains=MONTH, by=REGION)
