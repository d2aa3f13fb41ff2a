"""Subscriptions of the launch company: what is stated, charged, paused and lost."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from generation.scenario import teams
from generation.scenario.simulate import Manifest
from generation.scenario.subscriptions import start_subscriptions

Reader = Callable[[str], pl.LazyFrame]
STATED = ("started", "renewed", "changed", "resumed")
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def statements(launch_events: Reader) -> pl.DataFrame:
    """Every event that states terms, in the order of its periods."""
    return (
        pl.concat(
            [
                launch_events(f"subscription_{verb}").with_columns(
                    pl.lit(verb).alias("verb")
                )
                for verb in STATED
            ]
        )
        .collect()
        .sort("subscription_id", "period_start")
    )


@pytest.fixture(scope="module")
def charges(launch_events: Reader) -> pl.DataFrame:
    paid = launch_events("payment_succeeded").filter(pl.col("kind") == "subscription")
    return paid.collect()


@pytest.fixture(scope="module")
def pauses(launch_events: Reader) -> pl.DataFrame:
    return launch_events("subscription_paused").collect()


def test_a_renewal_follows_the_calendar_month(statements: pl.DataFrame) -> None:
    monthly = statements.filter(pl.col("interval") == "month")
    first = pl.col("period_start").first().over("subscription_id")
    start, end = monthly.select(
        first.alias("start"), pl.col("period_start").alias("end")
    )
    months = (end.dt.year() - start.dt.year()) * 12 + end.dt.month() - start.dt.month()
    expected = (
        start.to_frame()
        .with_columns(months.alias("months"))
        .select(pl.col("start").dt.offset_by(pl.format("{}mo", "months")))
    )
    assert months.max() > 6
    assert (expected.to_series() == end).all()


def test_a_paused_month_is_neither_charged_nor_stated(
    pauses: pl.DataFrame, charges: pl.DataFrame, statements: pl.DataFrame
) -> None:
    assert pauses.height > 10
    rest = pauses.select("subscription_id", pl.col("paused_from").alias("period_start"))
    keys = ["subscription_id", "period_start"]
    assert charges.join(rest, on=keys, how="semi").is_empty()
    assert statements.join(rest, on=keys, how="semi").is_empty()


def test_a_subscription_resumes_where_its_pause_ends(
    pauses: pl.DataFrame, statements: pl.DataFrame
) -> None:
    resumed = statements.filter(pl.col("verb") == "resumed")
    ends = pauses.select("subscription_id", pl.col("resumes_at").alias("period_start"))
    assert 0 < resumed.height <= pauses.height
    keys = ["subscription_id", "period_start"]
    assert resumed.join(ends, on=keys, how="anti").is_empty()


def test_a_month_given_for_nothing_keeps_its_price_and_has_no_payment(
    statements: pl.DataFrame, charges: pl.DataFrame
) -> None:
    free = statements.filter(pl.col("offer") == "retention_offer")
    assert free.height > 20
    assert (free["price_minor"] > 0).all()
    keys = ["subscription_id", "period_start"]
    assert free.join(charges, on=keys, how="semi").is_empty()
    # Everything else that is stated is paid, at the price stated.
    owed = statements.filter(pl.col("offer").is_null())
    both = owed.join(charges, on=keys, how="left")
    assert (both["amount_minor"] == both["price_minor"]).all()
    assert both["amount_minor"].null_count() == 0


def test_coupons_lower_the_list_price_as_long_as_they_last(
    statements: pl.DataFrame,
) -> None:
    off = {"WELCOME25": 0.25, "CREATOR10": 0.10}
    with_coupon = statements.filter(pl.col("coupon").is_not_null())
    discount = pl.col("coupon").replace_strict(off)
    expected = (pl.col("list_price_minor") * (1 - discount)).round(mode="half_to_even")
    assert with_coupon["coupon"].unique().sort().to_list() == ["CREATOR10", "WELCOME25"]
    assert with_coupon.select((expected == pl.col("price_minor")).all()).item()
    others = statements.filter(pl.col("coupon").is_null())
    assert (others["list_price_minor"] == others["price_minor"]).all()
    uses = with_coupon.group_by("subscription_id", "coupon_duration").len()
    most = dict(uses.group_by("coupon_duration").agg(pl.col("len").max()).iter_rows())
    assert most["finite"] == 2  # the first two months
    assert most["forever"] > 4


def test_plans_move_up_and_down(statements: pl.DataFrame) -> None:
    before = pl.col("plan_id").shift(1).over("subscription_id")
    moved = statements.with_columns(before.alias("before")).filter(
        pl.col("plan_id") != pl.col("before")
    )
    moves = {*moved.select("before", "plan_id").iter_rows()}
    assert {("standard", "pro"), ("pro", "premier"), ("pro", "standard")} <= moves
    assert set(moved["verb"]) <= {"changed", "resumed"}


def test_all_intervals_are_sold(statements: pl.DataFrame) -> None:
    started = statements.filter(pl.col("verb") == "started")
    count = dict(started.group_by("interval").len().iter_rows())
    assert count["quarter"] / started.height == pytest.approx(0.033, abs=0.012)
    assert count["year"] > count["quarter"]


def test_a_declined_charge_is_tried_four_times_and_then_lost(
    launch_events: Reader, charges: pl.DataFrame
) -> None:
    tries = launch_events("payment_failed").collect().sort("payment_id", "attempt")
    last = tries.group_by("payment_id", maintain_order=True).agg(
        pl.col("attempt"),
        pl.col("next_attempt_at").last(),
        pl.col("subscription_id").last(),
        pl.col("occurred_at").first().alias("first_tried_at"),
    )
    assert all(row == list(range(1, len(row) + 1)) for row in last["attempt"].to_list())
    lost = last.filter(pl.col("next_attempt_at").is_null())
    ends = launch_events("subscription_cancelled").filter(~pl.col("is_voluntary"))
    ends = ends.collect().join(lost, on="subscription_id")
    assert (lost["attempt"].list.len() == 4).all()
    grace = ends["ends_at"] - ends["first_tried_at"]
    assert ends.height > 50
    assert (grace == 14 * DAY).all()
    assert lost.join(charges, on="payment_id", how="semi").is_empty()
    recovered = last.join(charges, on="payment_id", how="semi")
    unsettled = last.join(recovered, on="payment_id", how="anti").join(
        lost, on="payment_id", how="anti"
    )
    latest = charges["occurred_at"].max() - 7 * DAY
    assert (unsettled["first_tried_at"] > latest).all()
    renewals = charges.height - launch_events("subscription_started").collect().height
    assert recovered.height / renewals == pytest.approx(0.036, abs=0.007)


def test_teams_have_a_workspace_of_three_to_fifteen_seats(
    launch: tuple[Path, Manifest], launch_events: Reader, statements: pl.DataFrame
) -> None:
    stated = statements.filter(pl.col("plan_id") == "team")
    assert stated["seats"].min() >= 3
    assert stated["seats"].max() <= 15
    opened = launch_events("workspace_created").filter(pl.col("tier") == "team")
    created = opened.collect()
    started = stated.filter(pl.col("verb") == "started")
    assert created["account_id"].sort().equals(started["account_id"].sort())
    assert created["seats"].mean() == pytest.approx(4, abs=0.4)
    before = pl.col("seats").shift(1).over("subscription_id")
    changes = stated.with_columns((pl.col("seats") - before).alias("change"))
    for event_type, which in (("seat_added", 1), ("seat_removed", -1)):
        files = launch[0].glob(f"*/{event_type}.parquet")  # few teams: perhaps none
        told = sum(pl.read_parquet(file).height for file in files)
        assert told == changes.filter(pl.col("change").sign() == which).height


def test_team_sizes_keep_their_shares_while_teams_grow_and_shrink() -> None:
    size = 200_000
    stream = np.random.default_rng(3)
    zero = np.zeros(size, np.int64)
    begun = start_subscriptions(
        np.arange(size), zero, zero, numbers=zero, stream=stream
    )
    begun.plan[:] = teams.TEAM
    assert teams.seat_new_teams(begun, 0) == size
    assert begun.seats.mean() == pytest.approx(4, abs=0.001)
    first = begun.seats.copy()
    for _ in range(40):
        teams.change_seats(begun, stream)
    assert (begun.seats != first).mean() > 0.3
    assert begun.seats.mean() == pytest.approx(4, abs=0.02)
    shares = np.array([(begun.seats == seats).mean() for seats in teams.SIZES])
    assert shares == pytest.approx(teams.SIZE_SHARES, abs=0.005)


def test_others_than_teams_have_one_seat(statements: pl.DataFrame) -> None:
    assert (statements.filter(pl.col("plan_id") != "team")["seats"] == 1).all()


def test_a_trial_is_paid_after_seven_days_or_ends(
    launch_events: Reader, statements: pl.DataFrame, charges: pl.DataFrame
) -> None:
    trials = launch_events("trial_started").collect()
    key = "subscription_id"
    assert trials[key].is_unique().all()
    assert (trials["trial_ends_at"] - trials["occurred_at"] == 7 * DAY).all()
    both = trials.select(key, "trial_ends_at").join(charges, on=key)
    assert (both["occurred_at"] >= both["trial_ends_at"]).all()
    started = statements.filter(pl.col("verb") == "started")
    kept = started.join(trials, on=key)
    assert (kept["period_start"] == kept["trial_ends_at"]).all()
    ends = launch_events("subscription_cancelled").collect()
    dropped = trials.join(kept, on=key, how="anti")
    over = dropped.join(ends, on=key, how="left")
    is_running = over["trial_ends_at"] >= charges["occurred_at"].max() - 7 * DAY
    assert ((over["ends_at"] == over["trial_ends_at"]) | is_running).all()
    # Before motion control's packs brought others to the cheapest plan.
    early = pl.col("period_start").dt.date() < date(2025, 12, 29)
    cheapest = (pl.col("plan_id") == "standard") & (pl.col("interval") == "month")
    share = kept.filter(early).height / started.filter(early & cheapest).height
    assert share == pytest.approx(0.1, abs=0.02)
    assert kept.height / trials.height == pytest.approx(0.4, abs=0.06)


def test_nobody_is_on_two_subscriptions_at_once(statements: pl.DataFrame) -> None:
    spans = statements.group_by("account_id", "subscription_id").agg(
        pl.col("period_start").min(), pl.col("period_end").max()
    )
    following = pl.col("period_start").shift(-1).over("account_id")
    overlap = spans.sort("period_start").filter(pl.col("period_end") > following)
    assert overlap.is_empty()
