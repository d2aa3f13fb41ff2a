"""Counts again the money: what came in and what was earned.

Reads the rows it is given. Writes nothing.
"""

from collections.abc import Iterator
from datetime import date

import polars as pl

from generation.scenario.truth_books import IS_SERVICE, PLACES, Books
from generation.scenario.truth_rows import (
    DAY,
    balances,
    closings,
    each,
    every_day,
    rates,
    ratio,
    series,
    sliced,
)

GRAINS = ("day", "month")
USD = pl.col("usd").sum()
REFERENCE = date(2025, 12, 1)


def count_money(books: Books) -> Iterator[pl.DataFrame]:
    """Every metric of cash and revenue."""
    yield from each("revenue", books.earned, USD, grains=GRAINS, by=PLACES)
    yield from _annual_revenue(books)
    yield from _fx_views(books)
    yield from _cash(books)
    yield from _deferred(books)
    yield from _run_rate(books)
    yield from _bridge(books)


def _annual_revenue(books: Books) -> Iterator[pl.DataFrame]:
    daily = books.earned.group_by("day").agg(USD)
    days = every_day(daily["day"], books.rows.last)
    every = pl.DataFrame({"day": days}).join(daily, on="day", how="left").sort("day")
    mean = pl.col("usd").fill_null(0).rolling_sum(30) / 30
    window = every.select("day", (365 * mean).alias("value")).drop_nulls()
    yield from closings("arr_recognised", window, grains=GRAINS)


def _fx_views(books: Books) -> Iterator[pl.DataFrame]:
    """The same revenue at the rates of the month's end and of one day."""
    local = pl.col("usd") * pl.col("per_usd")
    table = rates()
    fixed = table.filter(pl.col("booked_on") == REFERENCE).select(
        "currency", pl.col("per_usd").alias("reference")
    )
    ends = table.rename({"per_usd": "closing"})
    valued = books.earned.with_columns(DAY.dt.month_end().alias("booked_on"))
    valued = valued.join(fixed, on="currency").join(ends, on=["currency", "booked_on"])
    views = {
        "booked": pl.col("usd"),
        "period_end": local / pl.col("closing"),
        "constant": local / pl.col("reference"),
    }
    views["fx"] = views["booked"] - views["constant"]
    name = "revenue_by_fx_view"
    for view, value in views.items():
        sums = valued.group_by(DAY.dt.truncate("1mo").alias("period_start")).agg(
            value.sum().alias("value")
        )
        part = sums.with_columns(pl.lit(view).alias("view"))
        yield series(name, "month", part, "view")
        if view == "booked":
            yield series(name, "month", part)
            yield from sliced(name, valued, USD, "month", PLACES)


def cash_lines(books: Books) -> pl.DataFrame:
    """The statement of cash, line by line."""
    payments, refunds = books.payments, books.refunds
    lines = {
        "charged": (payments, pl.col("amount")),
        "tax": (payments, pl.col("tax")),
        "store_fee": (payments, -pl.col("store_fee")),
        "payment_fee": (payments, pl.col("store_fee") - pl.col("fee")),
        "refund": (refunds, -pl.col("usd")),
        "dispute_fee": (refunds, -pl.col("fee")),
    }
    return pl.concat(
        frame.select(
            "account_id", "day", *PLACES, value.alias("usd"), pl.lit(line).alias("line")
        )
        for line, (frame, value) in lines.items()
    )


def _cash(books: Books) -> Iterator[pl.DataFrame]:
    by = ("line", "region", "segment", "plan")
    yield from each("cash_receipts", cash_lines(books), USD, grains=GRAINS, by=by)


def _billed(books: Books) -> pl.DataFrame:
    """Services when they are paid, credits when they are granted."""
    services = books.payments.filter(IS_SERVICE)
    granted = books.grants.select(
        pl.col("granted_on").alias("day"),
        "region",
        "plan",
        pl.col("consideration").alias("usd"),
    )
    return pl.concat([services.select("day", "region", "plan", "usd"), granted])


def _deferred(books: Books) -> Iterator[pl.DataFrame]:
    """From the opening balance by what was billed and recognised to the closing."""
    month = DAY.dt.truncate("1mo").alias("period_start")
    known = books.earned.filter(pl.col("source") != "refund")
    sums = [frame.group_by(month).agg(USD) for frame in (_billed(books), known)]
    both = sums[0].join(sums[1], on="period_start", how="full", coalesce=True)
    both = both.sort("period_start").fill_null(0)
    closing = (pl.col("usd") - pl.col("usd_right")).cum_sum()
    lines = {
        "opening": closing.shift(1),
        "billed": pl.col("usd"),
        "recognised": -pl.col("usd_right"),
    }
    name = "deferred_revenue"
    for line, value in lines.items():
        part = both.with_columns(value.alias("value"), pl.lit(line).alias("line"))
        yield series(name, "month", part.drop_nulls("value"), "line")
    yield series(name, "month", both.with_columns(closing.alias("value")))
    signs = ((_billed(books), 1), (known, -1))
    moves = pl.concat(
        frame.select("day", "region", "plan", (sign * pl.col("usd")).alias("amount"))
        for frame, sign in signs
    )
    days = every_day(moves["day"], books.rows.last)
    yield from balances(name, moves, days, ("region", "plan"))


def run_rate(books: Books) -> pl.DataFrame:
    """Mean daily MRR and one-off sales of each month, by where and what."""
    places = ("region", "segment", "plan")
    held = books.terms.held.with_columns(
        (pl.col("usd") / DAY.dt.days_in_month()).alias("usd"), pl.lit("mrr").alias("of")
    )
    sales = books.payments.filter(pl.col("kind") != "subscription")
    sold = sales.with_columns(pl.lit("sales").alias("of"))
    return pl.concat(part.select("day", *places, "usd", "of") for part in (held, sold))


def _run_rate(books: Books) -> Iterator[pl.DataFrame]:
    parts, by = run_rate(books), ("region", "segment", "plan")
    yield from each("run_rate_revenue", parts, USD, grains=("month",), by=by)
    yield from each("arr_runrate", parts, 12 * USD, grains=("month",), by=by)
    business = pl.col("usd").filter(pl.col("segment") != "consumer").sum()
    share = ratio(business, USD)
    yield from each("business_share", parts, share, grains=("month",))


def _bridge(books: Books) -> Iterator[pl.DataFrame]:
    """Cash and ARR and all steps between them."""
    month = DAY.dt.truncate("1mo").alias("period_start")
    of, line, source = pl.col("of"), pl.col("line"), pl.col("source")
    is_other = (source != "service") | (pl.col("plan") == "usage")
    frames = {
        "cash": cash_lines(books),
        "refunds_paid": cash_lines(books).filter(line == "refund"),
        "taxes": cash_lines(books).filter(line == "tax"),
        "fees": cash_lines(books).filter(line.str.ends_with("fee")),
        "billings": books.payments,
        "billed": _billed(books),
        "refunds": books.earned.filter(source == "refund"),
        "revenue": books.earned,
        "other_revenue": books.earned.filter(is_other),
        "mean_mrr": run_rate(books).filter(of == "mrr"),
        "one_off_sales": run_rate(books).filter(of == "sales"),
        "run_rate_revenue": run_rate(books),
    }
    months = books.earned.select(month).unique()
    for name, frame in frames.items():
        sums = frame.group_by(month).agg(USD.alias(name))
        months = months.join(sums, on="period_start", how="left")
    months = months.fill_null(0)
    column = pl.col
    steps = {name: column(name) for name in frames if name != "billed"}
    for name in ("refunds_paid", "taxes", "fees", "other_revenue"):
        steps[name] = -column(name)
    steps["unmatched_sales"] = column("billed") - column("billings")
    steps["deferral"] = column("revenue") - column("refunds") - column("billed")
    steps["timing"] = column("mean_mrr") - column("revenue") + column("other_revenue")
    steps["annualisation"] = 11 * column("run_rate_revenue")
    steps["arr_runrate"] = 12 * column("run_rate_revenue")
    for step, value in steps.items():
        part = months.with_columns(value.alias("value"), pl.lit(step).alias("step"))
        yield series("arr_bridge", "month", part, "step")
    total = months.with_columns((12 * column("run_rate_revenue")).alias("value"))
    yield series("arr_bridge", "month", total)
