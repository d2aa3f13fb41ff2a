"""Counts again which subscribers stay, and on what plan.

Reads the terms it is given. Writes nothing.
"""

from collections.abc import Iterator

import polars as pl

from generation.scenario.truth_rows import DAY, each, rates
from generation.scenario.truth_subscriptions import USD, closes
from generation.scenario.truth_terms import Terms


def count_retention(terms: Terms) -> Iterator[pl.DataFrame]:
    """Every metric of subscribers at one close and a later one."""
    yield from _transitions(terms.held)
    yield from _retention(terms)


def _transitions(held: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Accounts by the plan that they pay most for at one close and the next."""
    keys = ["account_id", "period_start"]
    plans = closes(held, "month").group_by(*keys, "plan").agg(USD)
    main = plans.sort("usd", "plan", descending=[True, False])
    now = main.unique(keys, keep="first", maintain_order=True).drop("usd")
    before = now.with_columns(pl.col("period_start").dt.offset_by("1mo"))
    both = now.join(before, on=keys, how="full", coalesce=True, suffix="_0")
    months = now["period_start"].unique().implode()
    both = both.filter(pl.col("period_start").is_in(months)).select(
        pl.col("period_start").alias("day"),
        pl.col("plan_0").fill_null("none").alias("from_plan"),
        pl.col("plan").fill_null("none").alias("to_plan"),
    )
    by = ("from_plan", "to_plan")
    yield from each("plan_transitions", both, pl.len(), grains=("month",), by=by)


def _retention(terms: Terms) -> Iterator[pl.DataFrame]:
    """What those who paid a year ago pay now: at rates of then, and as booked."""
    keys, name = ["account_id", "period_start"], "revenue_retention"
    ends = closes(terms.held, "month").drop("booked_on", "per_usd")
    then = pl.col("period_start").dt.offset_by("12mo")
    base = ends.with_columns(DAY.alias("booked_on"), then.alias("period_start"))
    now = ends.with_columns(
        pl.col("period_start").dt.offset_by("-12mo").dt.month_end().alias("booked_on")
    )
    usd = {"": pl.col("local") / pl.col("per_usd"), "_booked": pl.col("usd")}
    for suffix, value in usd.items():
        sums = [
            frame.join(rates(), on=["currency", "booked_on"])
            .group_by(keys)
            .agg(value.sum().alias("usd"), pl.col("region").first())
            for frame in (base, now)
        ]
        both = (
            sums[0]
            .join(sums[1], on=keys, how="left", suffix="_now")
            .with_columns(pl.col("usd_now").fill_null(0))
        )
        months = ends["period_start"].unique().implode()
        both = both.filter(pl.col("period_start").is_in(months))
        both = both.rename({"period_start": "day"})
        kept = pl.min_horizontal("usd", "usd_now")
        for kind, left in (("net", pl.col("usd_now")), ("gross", kept)):
            share = left.sum() / USD
            metric, by = f"{kind}_{name}{suffix}", ("region",)
            yield from each(metric, both, share, grains=("month",), by=by)
