"""Counts again who pays, and what accounts bring and cost over time.

Reads the books it is given. Writes nothing.
"""

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from generation.scenario.truth_books import Books
from generation.scenario.truth_credits import months_between
from generation.scenario.truth_rows import DAY, Rows, closings, each, ratio, series
from generation.scenario.truth_signups import first_payments
from generation.scenario.truth_subscriptions import levels
from generation.scenario.truth_terms import on_days

ACCOUNTS = pl.col("account_id").n_unique()
GRAINS = ("day", "week", "month")
USD = pl.col("usd").sum()
IS_SALE = pl.col("kind") != "subscription"
REGION = ("region",)
THIRTY, NINETY = timedelta(days=30), timedelta(days=90)


def count_accounts(books: Books) -> Iterator[pl.DataFrame]:
    """Every metric of payers and of what they are worth."""
    paying = _paying_days(books)
    yield from levels("paying_users", paying, ACCOUNTS, grains=("day",))
    by = ("region", "segment")
    yield from each("paying_users", paying, ACCOUNTS, grains=("month",), by=by)
    yield from _paid_share(books.rows, paying)
    first = first_payments(books.rows)
    first = first.with_columns(pl.col("paid").dt.date().alias("day"))
    places = books.rows.accounts.select("account_id", "region", "channel")
    by = ("region", "channel")
    new = first.join(places, on="account_id")
    yield from each("new_paying_users", new, pl.len(), grains=GRAINS, by=by)
    settled = books.payments.filter(pl.col("amount") > 0)
    by = ("region", "kind")
    yield from each("settled_payers", settled, ACCOUNTS, grains=GRAINS, by=by)
    yield from _spending(books)
    yield from _payer_value(books, new)
    yield from _subsidy(books, new)
    yield from _revenue_cohorts(books, new)


def _paying_days(books: Books) -> pl.DataFrame:
    """Days on which an account has MRR, or bought something in the last thirty."""
    columns = ("account_id", "region", "segment")
    held = books.terms.held.select(*columns, "day")
    sales = books.payments.filter(IS_SALE & (pl.col("amount") > 0))
    bought = sales.select(
        *columns, DAY.alias("started_on"), (DAY + THIRTY).alias("ended_on")
    )
    recent = on_days(bought, books.rows).select(*columns, "day")
    return pl.concat([held, recent]).unique()


def _paid_share(rows: Rows, paying: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Of the people of the last seven days, those whose account pays on the day."""
    accounts = rows.users.select("user_id", "account_id")
    days = rows.user_days.join(accounts, on="user_id").sort("day")
    share = pl.col("pays").mean().alias("value")
    found, by_region = [], []
    for last in pl.date_range(rows.first, rows.last, eager=True)[6:]:
        people = days.filter(DAY.is_between(last - timedelta(days=6), last))
        payers = paying.filter(last == DAY)["account_id"].implode()
        here = people.unique("user_id").select(
            "region",
            pl.lit(last).alias("day"),
            pl.col("account_id").is_in(payers).alias("pays"),
        )
        found.append(here.group_by("day").agg(share))
        by_region.append(here.group_by("day", "region").agg(share))
    yield from closings("paid_share", pl.concat(found), grains=GRAINS)
    parts = pl.concat(by_region)
    yield from closings("paid_share", parts, grains=("month",), by="region")


def _spending(books: Books) -> Iterator[pl.DataFrame]:
    """MRR at the close and sales of the month by account: means and concentration."""
    ends = books.terms.held.filter(DAY.dt.month_end() == DAY)
    sales = books.payments.filter(IS_SALE)
    columns = ("account_id", "region", "day", "usd")
    both = pl.concat([ends.select(columns), sales.select(columns)])
    month = DAY.dt.truncate("1mo").alias("day")
    spent = both.group_by("account_id", "region", month).agg(USD)
    spent = spent.filter(pl.col("usd") > 0)
    mean = USD / pl.len()
    yield from each("arppu", spent, mean, grains=("month",), by=REGION)
    usd = pl.col("usd")
    top = usd.top_k(10).sum() / usd.sum()
    yield from each("top_10_share", spent, top, grains=("month",))
    hhi = (usd / usd.sum()).pow(2).sum()
    yield from each("customer_hhi", spent, hhi, grains=("month",))


def _payer_value(books: Books, new: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """What payers have left within months of their first payment."""
    payers = new.select("account_id", "region", DAY.alias("first_on"))
    cost = books.costs.select("account_id", "day", (-pl.col("cost")).alias("usd"))
    moves = pl.concat([books.earned.select("account_id", "day", "usd"), cost])
    dated = payers.join(moves, on="account_id").filter(pl.col("first_on") <= DAY)
    month = pl.col("first_on").dt.truncate("1mo").alias("period_start")

    def worth(months: int, *by: str) -> pl.DataFrame:
        horizon = pl.col("first_on").dt.offset_by(f"{months}mo")
        sums = dated.filter(horizon > DAY).group_by(month, *by).agg(USD)
        sizes = payers.group_by(month, *by).agg(pl.len().alias("payers"))
        value = (pl.col("usd") / pl.col("payers")).alias("value")
        named = sums.with_columns(pl.lit(str(months)).alias("months"))
        return named.join(sizes, on=["period_start", *by]).with_columns(value)

    for months in (3, 6, 12):
        yield series("payer_value", "month", worth(months), "months")
    yield series("payer_value", "month", worth(12))
    yield series("payer_value", "month", worth(12, "region"), "region")


def _subsidy(books: Books, new: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Cost of those who hold nothing paid, and for each who came to pay."""
    keys = ["account_id", "day"]
    free = books.costs.join(books.holdings, on=keys, how="anti")
    cost = pl.col("cost").sum()
    yield from each("free_tier_subsidy", free, cost, grains=GRAINS, by=REGION)
    opened = books.rows.accounts.select("account_id", "region", "opened_on")
    by_day = pl.col("opened_on").alias("day")
    early = free.join(opened.drop("region"), on="account_id").filter(
        pl.col("opened_on") + NINETY >= DAY
    )
    costs = early.select(by_day, "region", "cost")
    paid = new.join(opened.drop("region"), on="account_id").filter(
        pl.col("opened_on") + NINETY >= DAY
    )
    payers = paid.select(by_day, "region", payer=1)
    both = pl.concat([costs, payers], how="diagonal").fill_null(0)
    share = ratio(cost, pl.col("payer").sum())
    yield from each("subsidy_per_payer", both, share, grains=("month",), by=REGION)


def _revenue_cohorts(books: Books, new: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Money received of the accounts opened in a month, added up month by month."""
    month = pl.col("opened_on").dt.truncate("1mo").alias("period_start")
    opened = books.rows.accounts.select("account_id", month)
    sizes = opened.group_by("period_start").agg(pl.len().alias("size"))
    refunds = books.refunds.with_columns(-pl.col("usd"))
    columns = ("account_id", "day", "usd")
    moves = [books.payments.select(columns), refunds.select(columns)]
    flows = pl.concat(
        [*moves, new.select("account_id", "day", payer=1)], how="diagonal"
    )
    since = months_between("period_start", "day").alias("months_since")
    dated = flows.fill_null(0).join(opened, on="account_id")
    sums = dated.group_by("period_start", since).agg(USD, pl.col("payer").sum())
    months = pl.int_range(24, dtype=pl.Int32, eager=True).alias("months_since")
    grid = sizes.join(months.to_frame(), how="cross")
    grid = grid.join(sums, on=["period_start", "months_since"], how="left")
    so_far = pl.col("usd", "payer").fill_null(0).cum_sum().over("period_start")
    total = grid.sort("period_start", "months_since").with_columns(so_far)
    month = pl.format("{}mo", "months_since")
    total = total.filter(pl.col("period_start").dt.offset_by(month) <= books.rows.last)
    for whole, name in (("size", "signup"), ("payer", "payer")):
        value = ratio(pl.col("usd"), pl.col(whole)).alias("value")
        shares = total.with_columns(value)
        yield series(f"cohort_revenue_per_{name}", "month", shares, "months_since")
