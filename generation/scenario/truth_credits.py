"""Counts again what became of credits: where they went and what they earned.

Reads the rows it is given. Writes nothing.
"""

from collections.abc import Iterator
from datetime import datetime

import polars as pl

from generation.scenario.truth_rows import (
    DAY,
    Rows,
    balances,
    closings,
    each,
    every_day,
    rates,
    ratio,
    running,
    series,
)

AT = pl.col("occurred_at")
GRAINS = ("day", "month")
SOLD = {"pack": "credit_pack", "api_package": "api_package"}
AGES = {"0-30": 30, "31-90": 90, "91-180": 180, "181-365": 365}


def count_credits(rows: Rows, grants: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Every metric of credits; `grants` are those sold (see `sold_grants`)."""
    yield from _flows(rows)
    priced = grants.with_columns(pl.col("granted_on").alias("day"))
    price = pl.col("consideration").sum() / pl.col("granted_credits").sum()
    by = ("region", "plan")
    yield from each("credit_price", priced, price, grains=("month",), by=by)
    earned = earnings(rows, grants)
    broken = (pl.col("earned") - pl.col("burnt")).sum()
    yield from each("credit_breakage", earned, broken, grains=GRAINS, by=by)
    yield from _liability(rows, grants, earned)
    yield from _order(rows)


def _flows(rows: Rows) -> Iterator[pl.DataFrame]:
    granted = rows.of("credits_granted", "grant_id", "grant_type", "granted_credits")
    types = granted.select("grant_id", "grant_type")
    parts = [granted.select("day", "grant_type", _credits("granted", 1))]
    for kind, sign in (("refunded", 1), ("spent", -1), ("expired", -1)):
        moved = rows.of(f"credits_{kind}", "grant_id", f"{kind}_credits")
        dated = moved.join(types, on="grant_id")
        parts.append(dated.select("day", "grant_type", _credits(kind, sign)))
    kinds = ("granted", "refunded", "spent", "expired")
    named = [
        part.with_columns(pl.lit(kind).alias("kind"))
        for kind, part in zip(kinds, parts, strict=True)
    ]
    flows, total = pl.concat(named), pl.col("amount").sum()
    by = ("kind", "grant_type")
    yield from each("credit_flows", flows, total, grains=GRAINS, by=by)
    days = every_day(flows["day"], rows.last)
    everybody = running(flows, days)
    yield from closings("credits_outstanding", everybody, grains=GRAINS)
    yield from balances("credits_outstanding", flows, days, ("grant_type",))


def _credits(kind: str, sign: int) -> pl.Expr:
    return (sign * pl.col(f"{kind}_credits")).alias("amount")


def sold_grants(rows: Rows) -> pl.DataFrame:
    """Packs and packages with the dollars they were sold for."""
    columns = ["account_id", "grant_id", "grant_type", "granted_credits"]
    columns += ["consideration_minor", "currency", "expires_at"]
    granted = rows.of("credits_granted", *columns)
    sold = granted.filter(
        pl.col("grant_type").is_in(list(SOLD)) & (pl.col("consideration_minor") > 0)
    ).with_columns(DAY.alias("booked_on"))
    priced = sold.join(rates(), on=["currency", "booked_on"])
    return priced.join(rows.accounts, on="account_id").select(
        "account_id",
        "grant_id",
        "region",
        "channel",
        "granted_credits",
        "currency",
        "per_usd",
        DAY.alias("granted_on"),
        pl.col("expires_at").dt.date().alias("expires_on"),
        pl.col("grant_type").replace_strict(SOLD).alias("plan"),
        (pl.col("consideration_minor") / pl.col("per_usd")).alias("consideration"),
    )


def earnings(rows: Rows, grants: pl.DataFrame) -> pl.DataFrame:
    """What each use or the end of a sold grant earned, by day."""
    daily = _uses(rows, grants).group_by("grant_id", "day")
    running = (
        daily.agg(pl.col("used", "lost").sum())
        .sort("grant_id", "day")
        .with_columns(pl.col("used", "lost").cum_sum().over("grant_id"))
    )
    whole = pl.col("granted_credits")
    shares = {
        "earned": pl.min_horizontal(pl.col("used") + pl.col("lost"), whole),
        "burnt": pl.min_horizontal(pl.col("used"), whole),
    }
    total = running.join(grants, on="grant_id").with_columns(
        (share.clip(lower_bound=0) / whole * pl.col("consideration")).alias(name)
        for name, share in shares.items()
    )
    before = pl.col("earned", "burnt").shift(1).over("grant_id").fill_null(0)
    return total.sort("grant_id", "day").with_columns(
        pl.col("earned", "burnt") - before
    )


def _uses(rows: Rows, grants: pl.DataFrame) -> pl.DataFrame:
    """Credits of sold grants that were used, given back or lost at their end."""
    spent = rows.of("credits_spent", "grant_id", "spent_credits")
    back = rows.of("credits_refunded", "grant_id", "refunded_credits")
    ends = grants.filter(pl.col("expires_on") <= rows.last)
    parts = (
        (spent, DAY, pl.col("spent_credits"), pl.lit(0)),
        (back, DAY, -pl.col("refunded_credits"), pl.lit(0)),
        (ends, pl.col("expires_on"), pl.lit(0), pl.col("granted_credits")),
    )
    uses = pl.concat(
        part.select(
            "grant_id",
            day.alias("day"),
            used.cast(pl.Int64).alias("used"),
            lost.cast(pl.Int64).alias("lost"),
        )
        for part, day, used, lost in parts
    )
    return uses.join(grants.select("grant_id"), on="grant_id", how="semi")


def _liability(
    rows: Rows, grants: pl.DataFrame, earned: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    """What is owed for credits sold, on every day and by how long ago."""
    places = ("region", "segment", "plan", "granted_on")
    moves = pl.concat(
        [
            grants.select(
                *places,
                pl.col("granted_on").alias("started_on"),
                pl.col("consideration").alias("usd"),
            ),
            earned.select(
                *places, DAY.alias("started_on"), (-pl.col("earned")).alias("usd")
            ),
        ]
    )
    moves = moves.group_by(*places, "started_on").agg(pl.col("usd").sum())
    usd = pl.col("usd")
    days = every_day(moves["started_on"], rows.last)
    daily = moves.select(pl.col("started_on").alias("day"), usd.alias("amount"))
    yield from closings("credit_liability", running(daily, days), grains=GRAINS)
    months = days.filter(days.dt.month_end() == days).to_frame("day")
    ends = months.join_where(moves, pl.col("started_on") <= DAY)
    age = (DAY - pl.col("granted_on")).dt.total_days()
    ends = ends.with_columns(
        age.cut(list(AGES.values()), labels=[*AGES, "over 365"]).alias("age"),
        DAY.dt.truncate("1mo").alias("period_start"),
    )
    for metric, by in (
        ("credit_liability", ("region", "segment", "plan")),
        ("credit_liability_by_age", ("", "age", "region", "plan")),
    ):
        for dimension in by:
            keys = ["period_start", dimension] if dimension else ["period_start"]
            sums = ends.group_by(keys).agg(usd.sum().alias("value"))
            yield series(metric, "month", sums, dimension)


def used_up(rows: Rows) -> pl.DataFrame:
    """The last use of grants whose rest could not pay their dearest job again."""
    granted = rows.of("credits_granted", "account_id", "grant_id", "granted_credits")
    spent = rows.of("credits_spent", "grant_id", "spent_credits")
    back = rows.of("credits_refunded", "grant_id", "refunded_credits")
    uses = spent.group_by("grant_id").agg(
        pl.col("spent_credits").sum().alias("spent"),
        pl.col("spent_credits").max().alias("dearest"),
        AT.max(),
    )
    refunds = back.group_by("grant_id").agg(pl.col("refunded_credits").sum())
    grants = granted.drop("occurred_at").join(uses, on="grant_id")
    grants = grants.join(refunds, on="grant_id", how="left").with_columns(
        pl.col("refunded_credits").fill_null(0)
    )
    rest = pl.col("granted_credits") - pl.col("spent") + pl.col("refunded_credits")
    return grants.filter(rest < pl.col("dearest"))


def _order(rows: Rows) -> Iterator[pl.DataFrame]:
    """Grants first used while another that ends sooner could still pay."""
    columns = ("account_id", "grant_id", "grant_type", "expires_at")
    never = pl.lit(datetime.max, pl.Datetime("us", "UTC"))
    granted = rows.of("credits_granted", *columns).with_columns(
        pl.col("expires_at").fill_null(never)
    )
    over = used_up(rows).select("grant_id", AT.alias("over_at"))
    others = granted.join(over, on="grant_id", how="left").select(
        "account_id",
        pl.col("occurred_at", "expires_at").name.prefix("other_"),
        pl.min_horizontal("over_at", "expires_at").alias("over_at"),
    )
    spent = rows.of("credits_spent", "grant_id").group_by("grant_id")
    begun = spent.agg(AT.min(), DAY.min())
    begun = begun.join(granted.select(columns), on="grant_id")
    passed = begun.join(others, on="account_id").filter(
        AT.is_between("other_occurred_at", "over_at", closed="left")
        & (pl.col("other_expires_at") < pl.col("expires_at"))
    )
    is_passed = pl.col("grant_id").is_in(passed["grant_id"].implode())
    metric, by = "grants_out_of_order", ("grant_type",)
    yield from each(metric, begun, is_passed.mean(), grains=("month",), by=by)


def count_credit_cohorts(rows: Rows) -> Iterator[pl.DataFrame]:
    """What the accounts opened in a month use in each later one."""
    month = pl.col("opened_on").dt.truncate("1mo").alias("period_start")
    opened = rows.accounts.select("account_id", month)
    sizes = opened.group_by("period_start").agg(pl.len().alias("size"))
    spent = rows.of("credits_spent", "account_id", "spent_credits")
    uses = spent.join(opened, on="account_id").with_columns(
        months_between("period_start", "day").alias("months_since")
    )
    used = uses.group_by("period_start", "months_since").agg(
        pl.col("account_id").n_unique().alias("cohort_credit_retention"),
        pl.col("spent_credits").sum().alias("cohort_credits_per_signup"),
    )
    shares = used.join(sizes, on="period_start")
    for metric in ("cohort_credit_retention", "cohort_credits_per_signup"):
        value = ratio(pl.col(metric), pl.col("size")).alias("value")
        yield series(metric, "month", shares.with_columns(value), "months_since")


def months_between(first: str, last: str) -> pl.Expr:
    """Calendar months from one day to another."""
    years = pl.col(last).dt.year() - pl.col(first).dt.year()
    months = pl.col(last).dt.month().cast(pl.Int32) - pl.col(first).dt.month()
    return years * 12 + months
