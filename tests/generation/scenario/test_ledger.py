"""Credits: every grant's account balances and is never overdrawn."""

from pathlib import Path

import polars as pl
import pytest

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
