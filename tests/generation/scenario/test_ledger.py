"""Credits: every grant's account balances and is never overdrawn."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from generation.scenario.calendar import DAY_US, week_start_us
from generation.scenario.ledger import NEVER, PlanSlots, charge
from generation.scenario.videos import FAILED, SUCCEEDED, Videos

NOON = week_start_us(79) + DAY_US // 2
SIGNS = {
    "granted": ("granted_credits", 1),
    "spent": ("spent_credits", -1),
    "refunded": ("refunded_credits", 1),
    "expired": ("expired_credits", -1),
}


@pytest.fixture(scope="module")
def entries(tiny_company: Path) -> pl.DataFrame:
    """All entries of all grants in the order of their times."""
    frames = [
        pl.read_parquet(tiny_company / "*" / f"credits_{verb}.parquet").select(
            "grant_id",
            "account_id",
            "occurred_at",
            pl.lit(verb).alias("verb"),
            (pl.col(column) * sign).alias("credits"),
        )
        for verb, (column, sign) in SIGNS.items()
    ]
    return pl.concat(frames).sort("grant_id", "occurred_at", "verb")


def test_a_grant_is_opened_once_before_anything_else(entries: pl.DataFrame) -> None:
    first = entries.group_by("grant_id", maintain_order=True).first()
    assert (first["verb"] == "granted").all()
    opened = entries.filter(pl.col("verb") == "granted")
    assert opened["grant_id"].is_unique().all()


def test_no_grant_is_ever_overdrawn(entries: pl.DataFrame) -> None:
    # Refunds come before spends of the same microsecond: the order is by time and verb.
    balance = pl.col("credits").cum_sum().over("grant_id")
    assert entries.select(balance.min()).item() >= 0


def test_an_expired_grant_is_empty(entries: pl.DataFrame) -> None:
    expired = entries.filter(pl.col("verb") == "expired")["grant_id"].implode()
    balance = (
        entries.filter(pl.col("grant_id").is_in(expired))
        .group_by("grant_id")
        .agg(pl.col("credits").sum())
    )
    assert (balance["credits"] == 0).all()


def test_a_grant_belongs_to_one_account(entries: pl.DataFrame) -> None:
    owners = entries.group_by("grant_id").agg(pl.col("account_id").n_unique())
    assert owners["account_id"].max() == 1


def test_what_a_generation_is_charged_is_what_its_grant_lost(
    tiny_company: Path, entries: pl.DataFrame
) -> None:
    finished = pl.read_parquet(tiny_company / "*" / "generation_finished.parquet")
    spent = pl.read_parquet(tiny_company / "*" / "credits_spent.parquet")
    back = pl.read_parquet(tiny_company / "*" / "credits_refunded.parquet")
    net = (
        spent.select("generation_id", "spent_credits")
        .join(
            back.select("generation_id", "refunded_credits"),
            on="generation_id",
            how="left",
        )
        .with_columns(pl.col("refunded_credits").fill_null(0))
        .join(finished, on="generation_id")
    )
    charged = net["spent_credits"] - net["refunded_credits"]
    assert (charged == net["charged_credits"]).all()
    failed = net.filter(pl.col("status") != "succeeded")
    assert failed.height > 0
    assert (failed["refunded_credits"] == failed["spent_credits"]).all()
    delivered = finished.filter(pl.col("status") == "succeeded")
    assert (delivered["charged_credits"] > 0).all()


def make_videos(**changes: list[int]) -> Videos:
    """Generations of user 5 on a Monday at noon: 10 s long, 20 credits, all failed."""
    size = len(changes["time"])
    plain = {
        "owner": 5,
        "session": 0,
        "is_paid": 1,
        "pack": -1,
        "mode": 0,
        "model": 0,
        "quality": 0,
        "seconds": 10,
        "has_audio": 0,
        "credits": 20,
        "queue_ms": 0,
        "run_ms": 10_000,
        "status": FAILED,
        "is_refused": False,
    }
    columns = {name: np.full(size, value) for name, value in plain.items()}
    return Videos(**columns | {name: np.array(v) for name, v in changes.items()})


def make_slots(*, boundary: int, balance: tuple[int, int]) -> PlanSlots:
    return PlanSlots(
        user=np.array([5]),
        boundary=np.array([boundary]),
        grant=np.array([[70, 71]]),
        balance=np.array([balance]),
    )


def test_a_refund_never_comes_after_the_end_of_its_grant() -> None:
    # The second generation is asked for before the boundary and ends after it.
    boundary = NOON + 15_000_000
    videos = make_videos(time=[NOON, NOON + 10_000_000])
    slots = make_slots(boundary=boundary, balance=(100, 660))
    charge(videos, slots, pack_number=np.array([-1, -1]), week_end=NOON + DAY_US)
    assert videos.status.tolist() == [FAILED, SUCCEEDED]
    assert slots.balance.tolist() == [[80, 660]]  # only the delivered one is charged


def test_a_refund_never_falls_into_the_next_week() -> None:
    videos = make_videos(time=[NOON, NOON + 10_000_000])
    slots = make_slots(boundary=NEVER, balance=(100, 0))
    charge(videos, slots, pack_number=np.array([-1, -1]), week_end=NOON + 15_000_000)
    assert videos.status.tolist() == [FAILED, SUCCEEDED]


def test_free_credits_pay_what_the_plan_cannot_and_come_in_whole_claims() -> None:
    # 50 plan credits pay two of five generations; 3 x 20 = 60 fit into one claim of 66.
    videos = make_videos(
        time=[NOON + i * 60_000_000 for i in range(5)], status=[SUCCEEDED] * 5
    )
    slots = make_slots(boundary=NEVER, balance=(50, 0))
    charges = charge(
        videos, slots, pack_number=np.full(5, -1), week_end=NOON + 5 * DAY_US
    )
    assert charges.kind.tolist() == [0, 0, 2, 2, 2]
    assert charges.number.tolist()[:2] == [70, 70]
    assert charges.claims.granted.tolist() == [66]
    assert charges.claims.left.tolist() == [6]
    assert slots.balance[0, 0] == 10


def test_a_failed_free_generation_gives_its_credits_back_to_the_claim() -> None:
    # The second of two fails a day later: its claim is over then, so it succeeds.
    late = [NOON, NOON + 60_000_000]
    videos = make_videos(time=late, run_ms=[10_000, 90_000_000])
    slots = make_slots(boundary=NEVER, balance=(0, 0))
    charges = charge(
        videos, slots, pack_number=np.full(2, -1), week_end=NOON + 5 * DAY_US
    )
    assert videos.status.tolist() == [FAILED, SUCCEEDED]
    assert charges.claims.left.tolist() == [66 - 20]
