"""Dirt comes at the stated rates, and the same dirt every time."""

import hashlib
import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from generation.scenario.dirt import DirtRates
from generation.scenario.simulate import simulate

EARLY = {"scale": 0.03, "start": date(2024, 8, 5), "dirt": DirtRates()}


@pytest.fixture(scope="module")
def early_company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two weeks of the young company, soiled."""
    out = tmp_path_factory.mktemp("early")
    simulate(out, weeks=2, workers=1, **EARLY)
    return out


def digests(out: Path) -> dict[str, str]:
    files = [path for path in sorted(out.rglob("*")) if path.is_file()]
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def test_the_number_of_writers_does_not_change_a_byte_of_dirt(
    early_company: Path, tmp_path: Path
) -> None:
    simulate(tmp_path, weeks=2, workers=2, **EARLY)
    assert digests(tmp_path) == digests(early_company)


def test_a_later_end_leaves_the_soiled_weeks_before_it_as_they_were(
    early_company: Path, tmp_path: Path
) -> None:
    """After the end lie only the rows that came in late; they grow with the window."""
    simulate(tmp_path, weeks=3, workers=1, **EARLY)
    longer, shorter = digests(tmp_path), digests(early_company)
    weeks = {name for name in shorter if "2024-06-03" <= name[:10] < "2024-08-19"}
    assert len(weeks) > 30
    assert {name: longer[name] for name in weeks} == {
        name: shorter[name] for name in weeks
    }


def test_a_clean_and_a_dirty_company_never_share_a_folder(early_company: Path) -> None:
    with pytest.raises(ValueError, match="dirty True, not False"):
        simulate(early_company, weeks=2, **EARLY | {"dirt": None})


def test_dirt_comes_at_the_stated_rates(early_company: Path) -> None:
    totals = json.loads((early_company / "truth.json").read_text())["dirt"]["totals"]
    rows = json.loads((early_company / "manifest.json").read_text())["events"]
    for kind, rate in (
        ("same_id", 0.006),
        ("same_key", 0.002),
        ("late_hour", 0.025),
        ("late_day", 0.0008),
        ("invalid_json", 0.0005),
    ):
        # Counts of rare rows spread like their square root; 4 of these is 1 in 16,000.
        assert totals[kind] == pytest.approx(rate * rows, abs=4 * (rate * rows) ** 0.5)


def test_the_weeks_of_the_truth_add_up_to_its_totals(early_company: Path) -> None:
    dirt = json.loads((early_company / "truth.json").read_text())["dirt"]
    by_kind = pl.DataFrame(dirt["weeks"]).group_by("kind").agg(pl.col("rows").sum())
    assert dict(by_kind.rows()) == dirt["totals"]
    assert max(row["week_start"] for row in dirt["weeks"]) == "2024-08-12"


def test_bots_and_wrong_clocks_come_at_the_stated_rates(early_company: Path) -> None:
    """Bots are few accounts and many events; both shares are of the window."""
    totals = json.loads((early_company / "truth.json").read_text())["dirt"]["totals"]
    folders = [early_company / "2024-08-05", early_company / "2024-08-12"]
    registered = pl.concat(
        pl.read_parquet(f / "user_registered.parquet") for f in folders
    )
    people = registered.filter(pl.col("user_id") < "u8")["user_id"].n_unique()
    assert totals["bots"] == pytest.approx(0.012 * people, abs=4 * people**0.5)
    clients = pl.concat(pl.read_parquet(f / "session_started.parquet") for f in folders)
    clients = clients.filter(pl.col("user_id") < "u8")
    off = (clients["received_at"] - clients["sent_at"]).dt.total_seconds().abs()
    # Only the accounts are drawn; each has a handful of sessions.
    share = (off > 60).sum() / off.len()
    assert share == pytest.approx(0.016, abs=0.004)


def test_the_command_leaves_dirt_out_when_asked(reel, tmp_path: Path) -> None:
    """Whoever asks for a clean company must not find a defect of its making."""
    window = ["--scale", "0.001", "--start", "2024-08-05", "--weeks", "1"]
    for name, option in (("clean", ["--clean"]), ("dirty", [])):
        finished = reel(tmp_path / name, "simulate", *window, *option)
        assert finished.returncode == 0, finished.stderr
    company = Path("landing") / "company" / "truth.json"
    assert "dirt" not in json.loads((tmp_path / "clean" / company).read_text())
    dirty = json.loads((tmp_path / "dirty" / company).read_text())
    assert dirty["dirt"]["totals"]["same_id"] > 0
