"""The source story, read from the metrics of the company at 1:100."""

import json
import shutil
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, reel) -> Path:
    home = tmp_path_factory.mktemp("story")
    for command in (["simulate", "--scale", "0.01"], ["run"]):
        finished = reel(home, *command)
        assert finished.returncode == 0, finished.stderr[-3000:]
    return home


@pytest.fixture(scope="module")
def ask(home: Path, reel):
    """Read a metric at company level as {(period, slice): value}."""

    def read(name: str, *, grain: str, by: str | None = None) -> dict[str, float]:
        split = ["--by", by] if by else []
        arguments = ["metrics", name, "--grain", grain, *split, "--format", "json"]
        rows = json.loads(reel(home, *arguments).stdout)
        return {
            row["period_start"] + (f" {row[by]}" if by else ""): row["value"]
            for row in rows
        }

    return read


def test_weekly_actives_rise_from_three_to_nearly_eight_million(ask) -> None:
    weeks = ask("weekly_active_users", grain="week")
    january = [value for week, value in weeks.items() if week.startswith("2026-01")]
    assert weeks["2025-12-08"] == pytest.approx(3.0e6, rel=0.02)
    assert max(january) == pytest.approx(7.7e6, rel=0.02)


def test_the_run_rate_of_december_is_240_million_dollars(ask) -> None:
    assert ask("arr_runrate", grain="month")["2025-12-01"] == pytest.approx(
        240e6, rel=0.02
    )


def test_a_quarter_of_revenue_is_american_and_more_is_chinese(ask) -> None:
    total = ask("run_rate_revenue", grain="month")["2025-12-01"]
    regions = ask("run_rate_revenue", grain="month", by="region")
    assert regions["2025-12-01 US"] / total == pytest.approx(0.26, abs=0.01)
    assert regions["2025-12-01 CN"] / total == pytest.approx(0.29, abs=0.01)


def test_professionals_and_enterprises_bring_seventy_percent(ask) -> None:
    total = ask("run_rate_revenue", grain="month")["2025-12-01"]
    segments = ask("run_rate_revenue", grain="month", by="segment")
    both = segments["2025-12-01 pro"] + segments["2025-12-01 enterprise"]
    assert both / total == pytest.approx(0.70, abs=0.01)


def test_paying_users_grow_four_and_a_half_fold(ask) -> None:
    months = ask("paying_users", grain="month")
    growth = months["2026-01-01"] / months["2025-12-01"]
    assert growth == pytest.approx(4.5, rel=0.03)


def test_every_file_delivered_again_brings_nothing_new(home: Path, reel) -> None:
    def loaded() -> dict[str, int]:
        return json.loads(reel(home, "status", "--format", "json").stdout)["loaded"]

    before = loaded()
    landing = home / "landing"
    shutil.copytree(landing / "company", landing / "company-again")
    assert reel(home, "run").returncode == 0
    assert loaded() == before | {
        "received": 2 * before["received"],
        "duplicate": 2 * before["duplicate"] + before["accepted"],
        "quarantined": 2 * before["quarantined"],
    }
