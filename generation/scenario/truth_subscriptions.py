"""Counts again what subscriptions bring: MRR and how it moves.

Reads the rows and terms it is given. Writes nothing.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta

import polars as pl

from generation.scenario.truth_rows import (
    DAY,
    Rows,
    closings,
    each,
    label,
    period,
    ratio,
    series,
    sliced,
)
from generation.scenario.truth_terms import Terms, contracted

USD = pl.col("usd").sum()
PLACES = ("region", "segment", "plan")
LENGTHS = {"day": "1d", "week": "1w", "month": "1mo"}
PAUSE = timedelta(days=7)


def count_subscriptions(rows: Rows, terms: Terms) -> Iterator[pl.DataFrame]:
    """Every metric of MRR and of its movements."""
    held = terms.held
    yield from levels("mrr", held, USD, by=PLACES)
    yield from levels("arr_subscription", held, 12 * USD, by=PLACES)
    agreed = contracted(terms, rows)
    yield from levels("arr_contracted", agreed, 12 * USD, by=PLACES)
    owed = held.join(terms.debts, on="subscription_id").filter(
        (pl.col("owed_on") <= DAY)
        & (pl.min_horizontal("recovered_on", "grace_ends_on") > DAY)
    )
    owed = owed.unique(["subscription_id", "day"])
    yield from levels("at_risk_mrr", owed, USD, by=PLACES)
    offered = held.filter(pl.col("discount").is_not_null())
    yield from levels("discounted_mrr", offered, USD, by=("discount", *PLACES))
    accounts = pl.col("account_id").n_unique()
    grains = ("week", "month")
    yield from levels(
        "subscribed_users", held, accounts, grains=grains, by=("region", "plan")
    )
    yield from levels("arpa", held, USD / accounts, grains=("month",), by=("region",))
    for grain in LENGTHS:
        moved = movements(terms, rows, grain)
        yield from _movements(moved, grain)
    yield from _changes(held, rows)
    yield from _rates_of_loss(moved)
    yield from _effects(terms, moved)


def levels(
    metric: str,
    held: pl.DataFrame,
    value: pl.Expr,
    *,
    grains: Iterable[str] = ("day", "month"),
    by: Iterable[str] = (),
) -> Iterator[pl.DataFrame]:
    """A level of every day, and of months by each dimension, read at the close."""
    total = held.group_by("day").agg(value.alias("value"))
    yield from closings(metric, total, grains=grains)
    for dimension in by:
        parts = held.group_by("day", dimension).agg(value.alias("value"))
        yield from closings(metric, parts, grains=("month",), by=dimension)


def closes(held: pl.DataFrame, grain: str) -> pl.DataFrame:
    """What is held on the last day of each period that is over."""
    ends = {"day": DAY, "week": DAY.dt.truncate("1w") + timedelta(days=6)}
    ends |= {"month": DAY.dt.month_end()}
    return held.filter(ends[grain] == DAY).with_columns(
        period(grain).alias("period_start")
    )


def movements(terms: Terms, rows: Rows, grain: str) -> pl.DataFrame:
    """What every account had before and after each period, and why it changed."""
    keys = ["account_id", "period_start"]
    closing = closes(terms.held, grain).group_by(keys).agg(USD.alias("closing"))
    opening = closing.select(
        "account_id",
        pl.col("period_start").dt.offset_by(LENGTHS[grain]),
        pl.col("closing").alias("opening"),
    )
    drift = terms.intervals.with_columns(
        pl.col("started_on").dt.truncate(LENGTHS[grain]).alias("period_start")
    )
    moved = closing.join(opening, on=keys, how="full", coalesce=True)
    moved = moved.join(
        drift.group_by(keys).agg(pl.col("fx").sum()), on=keys, how="left"
    ).with_columns(pl.col("opening", "closing", "fx").fill_null(0))
    over = pl.col("period_start").dt.offset_by(LENGTHS[grain]) <= rows.last + timedelta(
        days=1
    )
    moved = _with_gaps(moved.filter(over), terms, grain)
    change = pl.col("closing") - pl.col("opening")
    stays = (pl.col("opening") > 0) & (pl.col("closing") > 0)
    fx = pl.when(stays).then(pl.col("fx")).otherwise(0.0)
    kinds = {
        "expansion": stays & (change - fx > 0),
        "contraction": stays,
        "pause": (pl.col("opening") > 0) & pl.col("is_pause"),
        "churn": pl.col("opening") > 0,
        "new": pl.col("had_before").is_null(),
        "resume": pl.col("is_resume"),
    }
    return moved.with_columns(
        label(kinds, "reactivation").alias("movement"),
        fx.alias("fx"),
        (change - fx).alias("value"),
    ).join(rows.accounts.select("account_id", "region"), on="account_id")


def _with_gaps(moved: pl.DataFrame, terms: Terms, grain: str) -> pl.DataFrame:
    """Whether who left is gone for good, and who came had been here before."""
    gaps = _gaps(terms)
    end = pl.col("period_start").dt.offset_by(LENGTHS[grain]).alias("end")
    left = (
        moved.with_columns(end)
        .sort("end")
        .join_asof(
            gaps.select("account_id", "gone_on", "is_pause"),
            left_on="end",
            right_on="gone_on",
            by="account_id",
            check_sortedness=False,
        )
    )
    before = gaps.select(
        "account_id",
        pl.col("gone_on").alias("had_before"),
        pl.col("is_pause").alias("is_resume"),
    )
    return left.sort("period_start").join_asof(
        before,
        left_on="period_start",
        right_on="had_before",
        by="account_id",
        check_sortedness=False,
    )


def _gaps(terms: Terms) -> pl.DataFrame:
    """Times without any subscription, from the first day to the next one with one.

    A pause was announced, or was a lapse of a few days; the company sells nothing to
    enterprises by subscription, whose lapses may be longer.
    """
    days = terms.held.select("account_id", "day").unique().sort("day")
    gaps = days.with_columns(
        (DAY + timedelta(days=1)).alias("gone_on"),
        DAY.shift(-1).over("account_id").alias("back_on"),
    ).filter((pl.col("back_on") != pl.col("gone_on")).fill_null(True))
    paused = terms.intervals.filter(pl.col("then") == "pause").select(
        "account_id", pl.col("ended_on").alias("gone_on"), announced=True
    )
    is_short = pl.col("back_on") - pl.col("gone_on") <= PAUSE
    is_pause = pl.col("announced").fill_null(False) | is_short.fill_null(False)
    keys = ["account_id", "gone_on"]
    return (
        gaps.join(paused.unique(), on=keys, how="left")
        .with_columns(is_pause.alias("is_pause"))
        .sort("gone_on")
    )


def _movements(moved: pl.DataFrame, grain: str) -> Iterator[pl.DataFrame]:
    """Each kind, what rates made apart, and all together."""
    kinds = moved.select("period_start", "movement", "value")
    drift = moved.select(
        "period_start",
        pl.lit("fx").alias("movement"),
        pl.col("fx").alias("value"),
    )
    parts = pl.concat([kinds, drift])
    value = pl.col("value").sum()
    sums = parts.group_by("period_start", "movement").agg(value)
    yield series("mrr_movements", grain, sums, "movement")
    total = parts.group_by("period_start").agg(value)
    yield series("mrr_movements", grain, total)


def _changes(held: pl.DataFrame, rows: Rows) -> Iterator[pl.DataFrame]:
    """Movements of all kinds add up to what a slice has more than the month before."""
    now = closes(held, "month").select("period_start", *PLACES, "usd")
    start = pl.col("period_start").dt.offset_by("1mo")
    before = now.with_columns(start, -pl.col("usd"))
    both = pl.concat([now, before]).rename({"period_start": "day"})
    both = both.filter(DAY.dt.month_end() <= rows.last)
    yield from sliced("mrr_movements", both, USD, "month", PLACES)


def _rates_of_loss(moved: pl.DataFrame) -> Iterator[pl.DataFrame]:
    moved = moved.rename({"period_start": "day"})
    kind, value = pl.col("movement"), pl.col("value")
    lost = -value.filter(kind.is_in(["churn", "contraction"])).sum()
    won = value.filter(kind.is_in(["new", "expansion", "reactivation"])).sum()
    opening = pl.col("opening").sum()
    left = (kind == "churn").sum()
    had = (pl.col("opening") > 0).sum()
    for metric, value in (
        ("quick_ratio", ratio(won, lost)),
        ("revenue_churn", ratio(lost, opening)),
        ("logo_churn", ratio(left, had)),
    ):
        yield from each(metric, moved, value, grains=("month",), by=("region",))


def _effects(terms: Terms, moved: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """How much of a month's change more subscriptions, another mix or price made."""
    keys = ["period_start", "region", "plan"]
    now = (
        closes(terms.held, "month")
        .group_by(keys)
        .agg(pl.len().cast(pl.Int64).alias("n"), USD)
    )
    before = now.with_columns(pl.col("period_start").dt.offset_by("1mo"))
    cells = now.join(before, on=keys, how="full", coalesce=True, suffix="_0")
    known = moved["period_start"].unique().implode()
    cells = cells.filter(pl.col("period_start").is_in(known)).fill_null(0)
    stays = moved.filter((pl.col("opening") > 0) & (pl.col("closing") > 0))
    steady = stays.select("account_id", "period_start")
    drift = terms.intervals.with_columns(
        pl.col("started_on").dt.truncate("1mo").alias("period_start")
    ).join(steady, on=["account_id", "period_start"])
    fx = drift.group_by(keys).agg(pl.col("fx").sum())
    cells = cells.join(fx, on=keys, how="left").with_columns(pl.col("fx").fill_null(0))
    old = pl.col("usd_0") / pl.col("n_0") * (pl.col("n") - pl.col("n_0"))
    came = pl.col("usd") - pl.col("fx")
    quantity = pl.when(pl.col("n_0") > 0).then(old).otherwise(came)
    cells = cells.with_columns(quantity.alias("quantity")).drop("region", "plan")
    sums = cells.group_by("period_start").sum()
    mean = pl.col("usd_0") / pl.col("n_0") * (pl.col("n") - pl.col("n_0"))
    volume = pl.when(pl.col("n_0") > 0).then(mean).otherwise(pl.col("quantity"))
    change = pl.col("usd") - pl.col("usd_0")
    effects = {
        "volume": volume,
        "mix": pl.col("quantity") - volume,
        "price": change - pl.col("fx") - pl.col("quantity"),
        "fx": pl.col("fx"),
    }
    for name, value in effects.items():
        part = sums.with_columns(value.alias("value"), pl.lit(name).alias("effect"))
        yield series("mrr_change_effects", "month", part, "effect")
    total = sums.with_columns(change.alias("value"))
    yield series("mrr_change_effects", "month", total)
