"""Simulated rows keep the contract and are reproducible, byte for byte."""

import hashlib
import json
from datetime import date
from pathlib import Path

import msgspec
import polars as pl
import pytest

from generation.events import EVENT_TYPES
from generation.scenario import checkpoint, landing
from generation.scenario.calendar import week_of
from generation.scenario.company import Company
from generation.scenario.simulate import Manifest, simulate

# In the tiny company there may be none of these.
RARE = {"chargeback_won", "contract_signed"}
SEATS = {"seat_added", "seat_removed"}  # too few teams here: see test_subscriptions
EARLY = {"scale": 0.0005, "start": date(2024, 10, 7)}


@pytest.fixture(scope="module")
def early_company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three weeks of the young company: quick to make again."""
    out = tmp_path_factory.mktemp("early")
    simulate(out, weeks=3, workers=1, **EARLY)
    return out


def digests(out: Path) -> dict[str, str]:
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*.parquet"))
    }


def test_the_number_of_writers_does_not_change_a_byte(
    early_company: Path, tmp_path: Path
) -> None:
    simulate(tmp_path, weeks=3, workers=2, **EARLY)
    assert digests(tmp_path) == digests(early_company)


def test_a_later_end_only_adds_weeks(early_company: Path, tmp_path: Path) -> None:
    simulate(tmp_path, weeks=5, workers=1, **EARLY)
    longer, shorter = digests(tmp_path), digests(early_company)
    assert {name: longer[name] for name in shorter} == shorter
    assert {name[:10] for name in longer.keys() - shorter.keys()} == {
        "2024-10-28",
        "2024-11-04",
    }


def test_another_seed_gives_another_company(
    early_company: Path, tmp_path: Path
) -> None:
    simulate(tmp_path, weeks=3, seed=7, workers=1, **EARLY)
    same = digests(tmp_path).items() & digests(early_company).items()
    assert not same


def test_a_rerun_leaves_files_that_readers_have_seen_untouched(
    early_company: Path,
) -> None:
    before = {
        path: path.stat().st_mtime_ns for path in early_company.rglob("*.parquet")
    }
    simulate(early_company, weeks=3, workers=1, **EARLY)
    after = {path: path.stat().st_mtime_ns for path in early_company.rglob("*.parquet")}
    assert after == before


@pytest.mark.parametrize("event_type", sorted(EVENT_TYPES.keys() - SEATS))
def test_every_row_decodes_as_its_event(
    event_type: str, launch: tuple[Path, Manifest]
) -> None:
    struct = EVENT_TYPES[event_type]
    rows = 0
    for path in launch[0].rglob(f"{event_type}.parquet"):
        frame = pl.read_parquet(path, n_rows=200)
        assert frame.columns == list(dict.fromkeys(frame.columns))
        assert set(frame.columns) <= set(struct.__struct_fields__)
        for row in frame.iter_rows(named=True):
            msgspec.convert(row | {"event_type": event_type}, struct)
            rows += 1
    assert rows > 0


def test_event_ids_are_unique_within_a_source(tiny_company: Path) -> None:
    ids = pl.concat(
        [
            pl.read_parquet(path, columns=["source", "event_id"])
            for path in tiny_company.rglob("*.parquet")
        ]
    )
    assert ids.is_duplicated().sum() == 0
    assert ids["event_id"].str.len_bytes().max() == 12


def test_events_lie_in_the_folder_of_their_own_week(tiny_company: Path) -> None:
    for path in tiny_company.rglob("*.parquet"):
        days = pl.read_parquet(path, columns=["occurred_at"])["occurred_at"].dt.date()
        mondays = days.dt.truncate("1w").unique().to_list()
        assert mondays == [date.fromisoformat(path.parent.name)]


def test_nobody_acts_or_pays_before_registering(tiny_company: Path) -> None:
    registered = pl.read_parquet(tiny_company / "*" / "user_registered.parquet").select(
        "account_id", pl.col("occurred_at").alias("registered_at")
    )
    for event_type in ("session_started", "payment_succeeded", "generation_submitted"):
        events = pl.read_parquet(tiny_company / "*" / f"{event_type}.parquet")
        joined = events.join(registered, on="account_id", how="left")
        assert joined["registered_at"].null_count() == 0
        assert (joined["occurred_at"] >= joined["registered_at"]).all()


def test_the_manifest_states_the_sample_and_the_truth_both_worlds(
    tiny_company: Path,
) -> None:
    manifest = json.loads((tiny_company / "manifest.json").read_text())
    truth = json.loads((tiny_company / "truth.json").read_text())
    assert manifest["sample_weight"] == 10_000
    assert (manifest["start"], manifest["end"]) == ("2025-12-15", "2026-01-04")
    assert len(truth["weeks"]) == 3 * 14
    korea = [row for row in truth["weeks"] if row["region"] == "KR"][-1]
    assert korea["wau"] > 2 * korea["wau_without_motion_control"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scale": 0.0}, "scale must be above 0 and at most 1, got 0.0; try 0.01"),
        ({"scale": 1.5}, "got 1.5"),
        ({"scale": 0.001, "weeks": 0}, "weeks must be from 1 to 100 .* got 0; try 65"),
        ({"scale": 0.001, "start": date(2024, 12, 31)}, "try 2024-12-30"),
        ({"scale": 0.001, "start": date(2024, 5, 6)}, "not be before 2024-06-03"),
        ({"scale": 0.001, "preset": "exact"}, "literal, consistent, got 'exact'"),
    ],
)
def test_a_bad_argument_is_named_with_its_fix(
    arguments: dict, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message):
        simulate(tmp_path, **arguments)
    assert not list(tmp_path.iterdir())


def test_two_simulations_do_not_mix_in_one_folder(tiny_company: Path) -> None:
    with pytest.raises(ValueError, match=r"scale 0\.0001, not 0\.0002; remove"):
        simulate(tiny_company, scale=0.0002, start=date(2025, 12, 15), weeks=3)


def test_a_stopped_simulation_goes_on_where_it_was(
    early_company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "EVERY_S", 0)
    monday = week_of(EARLY["start"])
    run_week, done = Company.run_week, []

    def stop_in_the_second_week(self: Company, week: int, writer) -> None:
        done.append(week)
        if done.count(monday + 1) == 1 and week == monday + 1:
            raise KeyboardInterrupt
        run_week(self, week, writer)

    monkeypatch.setattr(Company, "run_week", stop_in_the_second_week)
    with pytest.raises(KeyboardInterrupt):
        simulate(tmp_path, weeks=3, workers=1, **EARLY)
    assert not (tmp_path / "manifest.json").exists()
    before = len(done)
    simulate(tmp_path, weeks=3, workers=1, **EARLY)
    assert done[before:] == [monday + 1, monday + 2]  # the first weeks are not redone
    assert digests(tmp_path) == digests(early_company)
    assert json.loads((tmp_path / "manifest.json").read_text()) == json.loads(
        (early_company / "manifest.json").read_text()
    )
    assert not (tmp_path / ".checkpoint").exists()


def test_a_large_week_goes_on_in_further_files(
    early_company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing, "PART_ROWS", 1)
    simulate(tmp_path, weeks=3, workers=2, **EARLY)
    parts = {path.name for path in tmp_path.glob("2024-10-21/credits_granted*.parquet")}
    assert parts >= {"credits_granted.parquet", "credits_granted.2.parquet"}
    for name in ("credits_granted", "generation_finished"):
        whole = pl.read_parquet(early_company / "*" / f"{name}.parquet")
        split = pl.read_parquet(tmp_path / "*" / f"{name}*.parquet")
        assert split.sort("event_id").equals(whole.sort("event_id"))
