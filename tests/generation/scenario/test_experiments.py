"""Arms are dealt once, by chance, and before they can do anything."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from generation.scenario.calendar import week_start
from generation.scenario.experiments import MOTION_CONTROL, NULL_TEST, PRICE_DISPLAY
from generation.scenario.simulate import simulate

Reader = Callable[[str], pl.LazyFrame]


@pytest.fixture(scope="module")
def assigned(launch_events: Reader) -> pl.DataFrame:
    return launch_events("experiment_assigned").collect()


@pytest.fixture(scope="module")
def autumn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company at 1:1000 while both user tests run."""
    out = tmp_path_factory.mktemp("autumn")
    start = week_start(PRICE_DISPLAY.first_week)
    simulate(out, scale=0.001, start=start, weeks=8, workers=1, effects=False)
    return out


def test_a_user_has_one_arm_of_the_launch_and_one_in_twenty_is_held_out(
    assigned: pl.DataFrame,
) -> None:
    assert assigned["experiment"].unique().to_list() == [MOTION_CONTROL.key]
    assert assigned["user_id"].is_unique().all()
    share = (assigned["arm"] == "holdout").mean()
    # 80,000 users: a standard error of 0.08 points.
    assert share == pytest.approx(0.05, abs=0.003)


def test_the_arm_is_dealt_before_the_feature_is_seen_and_is_the_one_seen(
    assigned: pl.DataFrame, launch_events: Reader
) -> None:
    seen = launch_events("feature_exposed").select(
        "user_id", "variant", pl.col("occurred_at").alias("seen_at")
    )
    joined = assigned.join(seen.collect(), on="user_id")
    assert joined.height > 30_000
    assert (joined["arm"] == joined["variant"]).all()
    assert (joined["occurred_at"] <= joined["seen_at"]).all()


def test_newcomers_are_dealt_their_arm_as_they_register_the_others_at_the_rollout(
    assigned: pl.DataFrame, launch_events: Reader
) -> None:
    registered = launch_events("user_registered").select(
        "user_id", pl.col("occurred_at").alias("registered_at")
    )
    joined = assigned.join(registered.collect(), on="user_id")
    assert joined.height == assigned.height
    wait = joined["occurred_at"] - joined["registered_at"]
    is_new = joined["eligibility"] == "newcomer"
    assert wait.min().total_seconds() > 0
    # A newcomer waits a second, or for the rollout later in the week of registration.
    assert wait.filter(is_new).max().days < 7
    midnight = joined["occurred_at"].dt.truncate("1d") == joined["occurred_at"]
    assert midnight.filter(~is_new).all()


def test_nobody_first_pays_before_being_dealt_an_arm(autumn: Path) -> None:
    dealt = pl.read_parquet(autumn / "*" / "experiment_assigned.parquet").filter(
        pl.col("experiment") == PRICE_DISPLAY.key
    )
    first = (
        pl.read_parquet(autumn / "*" / "payment_succeeded.parquet")
        .group_by("user_id")
        .agg(pl.col("occurred_at").min().alias("paid_at"))
    )
    start = week_start(PRICE_DISPLAY.first_week)
    joined = dealt.join(first, on="user_id").filter(
        pl.col("paid_at").dt.date() >= start
    )
    assert joined.height > 30
    assert (joined["occurred_at"] < joined["paid_at"]).all()


def test_the_arms_of_two_tests_do_not_know_each_other(autumn: Path) -> None:
    dealt = pl.read_parquet(autumn / "*" / "experiment_assigned.parquet")
    price, null = (
        dealt.filter(pl.col("experiment") == item.key).select(
            "user_id", (pl.col("arm") == item.arms[0]).alias("is_first")
        )
        for item in (PRICE_DISPLAY, NULL_TEST)
    )
    joined = price.join(null, on="user_id")
    both = (joined["is_first"] & joined["is_first_right"]).mean()
    # A quarter of some 15,000 users; standard error 0.35 points.
    assert both == pytest.approx(0.25, abs=0.014)
