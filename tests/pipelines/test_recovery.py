"""What ingestion makes of a dirty company is the clean company, row for row."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from generation.events import EVENT_TYPES
from generation.scenario.dirt import DirtRates
from generation.scenario.simulate import Manifest, simulate
from pipelines import lake, load

# The launch, the outage of 30 December and all forms of drift, the last of 5 February.
WINDOW = {"scale": 0.0002, "start": date(2025, 12, 15), "weeks": 8}
# More of the rare kinds, so that a tiny company has each of them.
RATES = DirtRates(
    malformed=0.002,
    wrong=0.002,
    contradicted=0.001,
    test_accounts=0.01,
    unset_clocks=0.005,
)
REASONS = {
    "conflicting_duplicate",
    "bad_format",
    "bad_timestamp",
    "invalid_json",
    "missing_field",
    "unknown_event_type",
    "unknown_value",
    "unknown_version",
    "wrong_type",
}


@dataclass(frozen=True)
class Soiled:
    """A home with a dirty company, loaded as its weeks landed.

    Attributes:
        home: The data folder.
        manifest: What the simulation says it wrote.
        totals: The truth: rows of each kind of dirt.
        reports: What each load says it did.
    """

    home: Path
    manifest: Manifest
    totals: Mapping[str, int]
    reports: list[load.IngestReport]

    @property
    def landing(self) -> Path:
        return self.home / "landing" / "company"


@pytest.fixture(scope="module")
def clean_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("clean")
    simulate(home / "landing" / "company", **WINDOW)
    load.ingest(home)
    return home


@pytest.fixture(scope="module")
def soiled(tmp_path_factory: pytest.TempPathFactory) -> Soiled:
    home = tmp_path_factory.mktemp("soiled")
    landing = home / "landing" / "company"
    manifest = simulate(landing, dirt=RATES, **WINDOW)
    folders = sorted(path for path in landing.iterdir() if path.is_dir())
    before = [folder for folder in folders if folder.name < "2025-12-15"]
    reports = [load.ingest(home, before)]
    reports += [load.ingest(home, [week]) for week in folders[len(before) :]]
    truth = json.loads((landing / "truth.json").read_text())
    return Soiled(home, manifest, truth["dirt"]["totals"], reports)


def rows(home: Path, event_type: str) -> pl.DataFrame:
    """All rows of the lake, in the order of their ids."""
    files = lake.pinned_files(home).get(event_type, [])
    return pl.read_parquet(files).sort("source", "event_id")


def every(home: Path, *columns: str) -> pl.DataFrame:
    """Columns of the envelope, of all events in the lake."""
    kinds = lake.pinned_files(home)
    return pl.concat([rows(home, kind).select(columns) for kind in kinds])


def test_every_row_put_in_is_found_and_no_other(soiled: Soiled) -> None:
    """A dropped event is lost money; a counted re-send is invented money."""
    summary = pl.DataFrame(lake.quarantine_summary(soiled.home))
    by_reason = dict(summary.group_by("reason").agg(pl.col("count").sum()).rows())
    assert by_reason == {reason: soiled.totals[reason] for reason in REASONS}
    kinds = lake.duplicates_by_kind(soiled.home)
    assert kinds == {kind: soiled.totals[kind] for kind in ("same_id", "same_key")}
    assert min(kinds.values()) > 100
    received = sum(report.received for report in soiled.reports)
    assert received == soiled.manifest.events


def test_what_was_corrected_is_what_was_wrong(soiled: Soiled) -> None:
    """A form guessed at or a clock believed would change what a client did."""
    totals = soiled.totals
    assert min(totals["unset_clock"], totals["form_text"]) > 10
    assert lake.amendments(soiled.home) == {
        "clock": totals["skewed_clock"] + totals["unset_clock"],
        "duration_ms": totals["form_milliseconds"],
        "hyphenated_mode": totals["form_milliseconds"],
        "text_credits": totals["form_text"],
    }


def test_without_the_testers_and_bots_the_rows_are_those_of_the_clean_company(
    clean_home: Path, soiled: Soiled
) -> None:
    testers = bots = 0
    assert lake.pinned_files(clean_home).keys() == lake.pinned_files(soiled.home).keys()
    for event_type in lake.pinned_files(clean_home):
        dirty = rows(soiled.home, event_type)
        people = dirty.filter(~is_bot())
        real = people.filter(~pl.col("is_test"))
        aside = ["occurred_at", "received_at", "extra"]
        aside += ["sent_at", "client_occurred_at", "upcast"]
        clean = rows(clean_home, event_type)
        assert_frame_equal(real.drop(aside), clean.drop(aside))
        late = real["occurred_at"] - clean["occurred_at"]
        assert late.is_between(timedelta(0), timedelta(seconds=0.9)).all()
        assert late.filter(real["client_occurred_at"].is_null()).max() == timedelta(0)
        days = real["occurred_at"].dt.date() == clean["occurred_at"].dt.date()
        assert days.all()
        testers += dirty["is_test"].sum()
        bots += dirty.height - people.height
    assert testers == soiled.totals["test_events"] > 100
    assert bots == soiled.totals["bot_events"] > 100


def is_bot() -> pl.Expr:
    """Whether a row is one of a bot's, told by the numbers that bots have."""
    return pl.col("account_id").str.starts_with("a8")


def test_testers_are_accounts_of_their_own_from_registration_on(soiled: Soiled) -> None:
    registered = rows(soiled.home, "user_registered")
    testers = registered.filter("is_test")["account_id"]
    assert testers.n_unique() == soiled.totals["test_accounts"] > 5
    accounts = every(soiled.home, "account_id", "is_test")
    assert set(accounts.filter("is_test")["account_id"]) <= set(testers)
    assert not set(accounts.filter(~pl.col("is_test"))["account_id"]) & set(testers)


def test_late_rows_are_all_in(soiled: Soiled) -> None:
    times = every(soiled.home, "occurred_at", "received_at")
    wait = times["received_at"] - times["occurred_at"]
    assert (wait > timedelta(hours=1)).sum() == soiled.totals["late_hour"] > 500
    assert (wait > timedelta(hours=24)).sum() == soiled.totals["late_day"] > 10
    assert wait.max() <= timedelta(days=30, hours=8)  # the outage may come on top


def test_nothing_was_received_during_the_outage(soiled: Soiled) -> None:
    """Six hours of events wait for the back-fill of the two hours after."""
    received = every(soiled.home, "received_at")["received_at"].dt.replace_time_zone(
        None
    )
    down, up = datetime(2025, 12, 30, 10), datetime(2025, 12, 30, 16)
    assert received.is_between(down, up, closed="left").sum() == 0
    after = received.is_between(up, up + timedelta(hours=2)).sum()
    assert after > soiled.totals["outage"] > 100


def test_a_property_that_the_contract_does_not_know_is_kept(soiled: Soiled) -> None:
    submitted = rows(soiled.home, "generation_submitted")
    stated = submitted.filter(pl.col("extra").is_not_null())
    forms = ("form_audio", "form_reference", "form_milliseconds", "form_text")
    assert stated.height == sum(soiled.totals[form] for form in forms) > 100
    audio = stated["extra"].str.json_path_match("$.audio")
    assert (audio == stated["has_audio"].cast(pl.String)).all()
    length = stated["extra"].str.json_path_match("$.motion_ref_seconds")
    with_reference = stated.filter(length.is_not_null())
    assert (with_reference["mode"] == "motion_control").all()
    assert with_reference["video_seconds"].equals(length.drop_nulls().cast(pl.Float64))
    others = [kind for kind in EVENT_TYPES if kind != "generation_submitted"]
    landed = [kind for kind in others if kind in lake.pinned_files(soiled.home)]
    assert all(rows(soiled.home, kind)["extra"].is_null().all() for kind in landed)


def test_a_re_send_says_the_same_later_some_in_a_later_week(soiled: Soiled) -> None:
    files = sorted(soiled.landing.glob("*/session_started.parquet"))
    sent = pl.concat(
        pl.read_parquet(file).with_columns(pl.lit(file.parent.name).alias("week"))
        for file in files
    )
    sent = sent.filter(pl.col("country") != "AQ")  # which contradicts
    again = sent.filter(pl.col("event_id").is_duplicated())
    content = again.drop("received_at", "sent_at", "week").unique()
    assert content.height == again["event_id"].n_unique() == again.height // 2 > 50
    pair = again.group_by("event_id", maintain_order=True)
    first, second = pair.first().sort("event_id"), pair.last().sort("event_id")
    assert (second["received_at"] > first["received_at"]).all()
    assert (second["week"] == first["week"]).sum() > 30
    assert (second["week"] > first["week"]).sum() > 5
