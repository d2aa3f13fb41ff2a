"""Devices, sessions, generations, contracts, votes and departures of the company."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from generation.credits import cost_usd, price_credits
from generation.scenario import arena
from generation.scenario.load import MOST, USUAL, queue_factor
from generation.scenario.videos import MODELS

Reader = Callable[[str], pl.LazyFrame]
FEBRUARY = date(2026, 2, 1)


@pytest.fixture(scope="module")
def finished(launch_events: Reader) -> pl.DataFrame:
    asked = launch_events("generation_submitted").select(
        "generation_id",
        "user_id",
        "motion_reference_seconds",
        "priority",
        "api_key_id",
        pl.col("video_seconds").alias("seconds"),
        "reserved_credits",
        pl.col("occurred_at").alias("asked_at"),
    )
    ended = launch_events("generation_finished").drop("user_id")
    return asked.join(ended, on="generation_id").collect()


def test_every_session_ends_once_and_after_its_last_generation(
    launch_events: Reader,
) -> None:
    started = launch_events("session_started").collect()
    ended = launch_events("session_ended").collect()
    both = started.join(ended, on=["session_id", "user_id"], suffix="_ended")
    assert both.height == ended.height
    open_ended = started.join(ended, on="session_id", how="anti")
    assert (open_ended["occurred_at"].dt.date() == FEBRUARY).all()
    assert open_ended.height < 0.01 * started.height
    lasted = (both["occurred_at_ended"] - both["occurred_at"]).dt.total_milliseconds()
    assert (lasted == both["duration_ms"]).all()
    asked = launch_events("generation_submitted").collect()
    inside = asked.join(ended, on="session_id", suffix="_ended")
    assert (inside["occurred_at"] < inside["occurred_at_ended"]).all()


def test_every_user_comes_with_a_device_whose_system_fits_its_platform(
    launch_events: Reader,
) -> None:
    devices = launch_events("device_seen").collect()
    users = launch_events("user_registered").filter(pl.col("platform") != "api")
    late = users.collect().join(devices, on="user_id", how="anti")
    assert late.height <= 1  # registered in the last second
    assert devices["user_id"].is_unique().all()
    systems = devices.group_by("platform").agg(pl.col("os").unique().sort())
    assert dict(systems.iter_rows()) == {
        "web": ["linux", "macos", "windows"],
        "ios": ["ios"],
        "android": ["android"],
    }
    assert devices.filter(pl.col("platform") == "web")["app_version"].is_null().all()


def test_credits_of_a_generation_are_those_of_the_price_card(
    finished: pl.DataFrame,
) -> None:
    kinds = ["model_id", "mode", "resolution", "seconds", "has_audio"]
    cells = finished.group_by(kinds).agg(pl.col("reserved_credits").unique())
    assert cells.height > 50
    for model, mode, resolution, seconds, has_audio, credits in cells.iter_rows():
        expected = price_credits(
            model,
            mode,
            resolution=resolution,
            seconds=seconds,
            on=FEBRUARY,
            has_audio=has_audio,
        )
        assert credits == [expected], (model, mode, resolution, has_audio)


def test_computing_costs_what_the_device_card_says(finished: pl.DataFrame) -> None:
    second = float(cost_usd("h100-sxm", busy_seconds=1, on=FEBRUARY)) * 1e6
    error = finished.select(
        (pl.col("cost_micros") - pl.col("gpu_seconds") * second).abs().max()
    ).item()
    assert error < 2  # rounded up, of seconds rounded to the millisecond


def test_a_refused_request_costs_nothing_and_never_starts(
    finished: pl.DataFrame,
) -> None:
    refused = finished.filter(pl.col("error_code") == "request_refused")
    assert refused.height > 100
    assert set(refused["status"]) == {"moderated"}
    assert (
        refused.select("run_ms", "cost_micros", "gpu_seconds").sum().row(0) == (0,) * 3
    )
    assert refused["started_at"].is_null().all()
    others = finished.filter(pl.col("error_code") != "request_refused")
    assert others["started_at"].null_count() == 0
    rest = finished.filter(pl.col("started_at").is_not_null())
    waited = (rest["started_at"] - rest["asked_at"]).dt.total_milliseconds()
    assert (waited == rest["queue_ms"]).all()
    moderated = finished.filter(pl.col("status") == "moderated")
    assert refused.height / moderated.height == pytest.approx(0.5, abs=0.02)


def test_only_motion_control_follows_a_clip_and_only_programs_use_keys(
    launch_events: Reader, finished: pl.DataFrame
) -> None:
    is_motion = pl.col("mode") == "motion_control"
    follows = pl.col("motion_reference_seconds").is_not_null()
    assert finished.select((is_motion == follows).all()).item()
    clip = finished.filter(is_motion)["motion_reference_seconds"]
    assert 3 <= clip.min() < clip.max() <= 30
    by_program = pl.col("api_key_id").is_not_null()
    assert finished.select((by_program == pl.col("user_id").is_null()).all()).item()
    keys = launch_events("api_key_created").collect()
    used = finished.filter(by_program).join(keys, on=["api_key_id", "account_id"])
    assert used.height == finished.filter(by_program).height
    assert (used["asked_at"] > used["occurred_at_right"]).all()


def test_queues_grow_in_the_weeks_of_the_wave_and_for_those_who_do_not_pay(
    finished: pl.DataFrame,
) -> None:
    ran = finished.filter(pl.col("started_at").is_not_null())
    day = pl.col("asked_at").dt.date()
    mean = {
        (priority, wave): ran.filter(
            (pl.col("priority") == priority)
            & day.is_between(first, first + timedelta(days=6))
        )["queue_ms"].mean()
        for priority in ("standard", "high")
        for wave, first in enumerate([date(2025, 12, 8), date(2026, 1, 5)])
    }
    assert mean["standard", 1] > 1.5 * mean["standard", 0]
    assert mean["standard", 0] > 5 * mean["high", 0]
    # A queue grows as load squared over what is free, and is one at the usual load.
    assert queue_factor(np.array([USUAL])) == pytest.approx([1])
    assert queue_factor(np.array([MOST])) == pytest.approx(
        [MOST**2 / 0.08 / (USUAL**2 / (1 - USUAL))]
    )


def test_compensation_follows_a_payers_failure(
    launch_events: Reader, finished: pl.DataFrame
) -> None:
    grants = launch_events("credits_granted").filter(
        pl.col("grant_type") == "compensation"
    )
    given = grants.collect()
    failed = finished.filter(
        (pl.col("status") == "failed") & (pl.col("priority") == "high")
    ).select(
        "account_id", pl.col("occurred_at").dt.offset_by("1m").alias("occurred_at")
    )
    assert given["consideration_minor"].sum() == 0
    matched = given.join(failed.unique(), on=["account_id", "occurred_at"], how="semi")
    assert matched.height == given.height
    people = failed.filter(pl.col("account_id") < "a900")  # the others are programs'
    assert given.height / people.height == pytest.approx(0.1, abs=0.02)
    spent = launch_events("credits_spent").collect()
    assert spent.join(given, on="grant_id", how="semi").height > 0


def test_large_enterprise_accounts_sign_for_a_year_at_a_time(
    launch_events: Reader,
) -> None:
    contracts = launch_events("contract_signed").collect()
    accounts = launch_events("user_registered").filter(pl.col("platform") == "api")
    signed = contracts.join(accounts.collect(), on="account_id", suffix="_account")
    assert signed.height == contracts.height > 10
    assert (contracts["ends_at"] - contracts["starts_at"] == timedelta(days=365)).all()
    first = signed.sort("starts_at").unique("account_id", keep="first")
    after = first["starts_at"] - first["occurred_at_account"]
    assert (after == timedelta(seconds=1)).all()
    following = pl.col("starts_at").shift(-1).over("account_id")
    renewals = contracts.sort("starts_at").filter(following.is_not_null())
    assert renewals.height > 0
    ends = contracts.sort("starts_at").select(
        (pl.col("ends_at") == following).filter(following.is_not_null()).all()
    )
    assert ends.item()
    sold = pl.col("reseller").is_not_null()
    is_reseller = pl.col("channel") == "reseller"
    assert signed.select((sold == is_reseller).all()).item()
    workspaces = launch_events("workspace_created").collect()
    assert contracts.join(workspaces, on="workspace_id").height == contracts.height


def test_votes_tell_the_planted_strengths(launch_events: Reader) -> None:
    votes = launch_events("vote_cast").filter(pl.col("winner") != "tie").collect()
    strength = dict(zip(MODELS, arena.STRENGTHS.tolist(), strict=False))
    gap = pl.col("left_model_id").replace_strict(strength) - pl.col(
        "right_model_id"
    ).replace_strict(strength)
    scored = votes.select(
        (pl.col("winner") == "left").cast(pl.Float64).alias("won"),
        (1 / (1 + (-gap / arena.POINTS).exp())).alias("chance"),
    )
    strong = scored.filter(pl.col("chance") > 0.65)
    error = 2.6 * (0.25 / strong.height) ** 0.5  # 99 % of the draws
    assert strong["won"].mean() == pytest.approx(strong["chance"].mean(), abs=error)
    assert (votes["left_model_id"] != votes["right_model_id"]).all()


def test_nothing_follows_of_users_who_left(launch_events: Reader) -> None:
    erased = launch_events("user_deleted").select(
        "account_id", pl.col("occurred_at").alias("left_at")
    )
    merged = launch_events("account_merged").select(
        pl.col("merged_account_id").alias("account_id"),
        pl.col("occurred_at").alias("left_at"),
    )
    left = pl.concat([erased, merged]).collect()
    assert left["account_id"].is_unique().all()
    for event_type in (
        "session_started",
        "generation_finished",
        "credits_expired",
        "video_downloaded",
        "payment_succeeded",
        "trial_started",
    ):
        events = launch_events(event_type).select("account_id", "occurred_at")
        later = events.collect().join(left, on="account_id")
        assert (later["occurred_at"] < later["left_at"]).all(), event_type
    registered = launch_events("user_registered").select("account_id").collect()
    assert left.join(registered, on="account_id").height == left.height
    # One user in a thousand a month asks for erasure; here two months of them.
    share = erased.collect().height / registered.height
    assert share == pytest.approx(0.001 * 2 * 0.85, rel=0.25)


def test_a_merged_account_lives_on_in_another_one_of_its_region(
    launch_events: Reader,
) -> None:
    merges = launch_events("account_merged").collect()
    gone = launch_events("user_deleted").select("account_id").collect()
    assert merges.height > 20
    assert (merges["account_id"] != merges["merged_account_id"]).all()
    ended = {*merges["merged_account_id"], *gone["account_id"]}
    earlier = merges.filter(pl.col("account_id").is_in(list(ended)))
    assert earlier.height <= 0.02 * merges.height  # the survivor may leave later
