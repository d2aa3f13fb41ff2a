"""Scores the published metrics against the planted truth of the reference company.

Reads a simulation's truth.json, the published warehouse and the rates of
data/reference/fx_rates.csv. Writes nothing.
"""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from pipelines.proof_metrics import LIMIT, Score, compare, not_counted
from pipelines.settings import ROOT
from pipelines.warehouse import Warehouse

DECEMBER, JANUARY = "2025-12-01", "2026-01-01"
PAYERS_LIMIT = 0.03  # of the planted figure; sampled payers are few
RATES = ROOT / "data" / "reference" / "fx_rates.csv"


class _NotThere(LookupError):
    """The build does not hold a period, or not all of it."""


@dataclass(frozen=True)
class _Reader:
    """Reads single figures of a build, at company level."""

    build: Warehouse

    def at(
        self, name: str, period: str, *, grain: str = "month", **slice: str
    ) -> float:
        """A metric in the period that starts on a day; its total, or one slice."""
        day = date.fromisoformat(period)
        by = next(iter(slice), None)
        rows = self.build.metric(name, grain=grain, by=by, since=day, until=day)
        if by is not None:
            rows = rows[rows[by] == slice[by]]
        if len(rows) != 1 or rows["state"].iloc[0] != "closed":
            raise _NotThere(f"{name} has no closed {grain} from {period}")
        return float(rows["value"].iloc[0])

    def several(
        self, name: str, first: str, last: str, *, grain: str, count: int
    ) -> pd.Series:
        """A metric in the `count` periods that start from one day to another."""
        since, until = date.fromisoformat(first), date.fromisoformat(last)
        rows = self.build.metric(name, grain=grain, since=since, until=until)
        if list(rows["state"]) != ["closed"] * count:
            raise _NotThere(f"{name} lacks closed periods from {first} to {last}")
        return rows["value"]

    def share(self, dimension: str, value: str) -> float:
        """A slice's share of December's run-rate."""
        part = self.at("run_rate_revenue", DECEMBER, **{dimension: value})
        return part / self.at("run_rate_revenue", DECEMBER)

    def quarter_rmb(self, months: list[str]) -> float:
        """Recognised revenue of months in renminbi, at each month's rate."""
        rates = _renminbi_per_dollar()
        return sum(self.at("revenue", month) * rates[month] for month in months)


_MEASURES: dict[str, Callable[[_Reader], float]] = {
    "wau_before_launch": lambda m: m.at(
        "weekly_active_users", "2025-12-08", grain="week"
    ),
    "wau_december_mean": lambda m: m.several(
        "weekly_active_users", DECEMBER, "2025-12-22", grain="week", count=4
    ).mean(),
    "wau_january_peak": lambda m: m.several(
        "weekly_active_users", JANUARY, "2026-01-31", grain="week", count=4
    ).max(),
    "payers_december": lambda m: m.at("paying_users", DECEMBER),
    "payers_january": lambda m: m.at("paying_users", JANUARY),
    "payers_ratio": lambda m: (
        m.at("paying_users", JANUARY) / m.at("paying_users", DECEMBER)
    ),
    "new_payers_ratio": lambda m: (
        m.at("new_paying_users", JANUARY) / m.at("new_paying_users", DECEMBER)
    ),
    "run_rate_march": lambda m: m.at("run_rate_revenue", "2025-03-01"),
    "run_rate_december": lambda m: m.at("run_rate_revenue", DECEMBER),
    "run_rate_january": lambda m: m.at("run_rate_revenue", JANUARY),
    "consumer_december": lambda m: m.at(
        "run_rate_revenue", DECEMBER, segment="consumer"
    ),
    "pro_december": lambda m: m.at("run_rate_revenue", DECEMBER, segment="pro"),
    "enterprise_december": lambda m: m.at(
        "run_rate_revenue", DECEMBER, segment="enterprise"
    ),
    "share_us": lambda m: m.share("region", "US"),
    "share_cn": lambda m: m.share("region", "CN"),
    "recognised_2025Q1": lambda m: m.quarter_rmb(_months(2025, 1)),
    "recognised_2025Q2": lambda m: m.quarter_rmb(_months(2025, 4)),
    "recognised_2025Q3": lambda m: m.quarter_rmb(_months(2025, 7)),
    "recognised_2025Q4": lambda m: m.quarter_rmb(_months(2025, 10)),
    "registered_april": lambda m: m.at("registered_users", "2025-04-14", grain="day"),
    "registered_december": lambda m: m.at(
        "registered_users", "2025-12-14", grain="day"
    ),
    "videos_april_to_december": lambda m: m.several(
        "delivered_videos", "2025-04-15", "2025-12-14", grain="day", count=244
    ).sum(),
}


def score(build: Warehouse, truth_file: Path) -> list[Score]:
    """Compare every planted figure, and every metric that was counted by other ways.

    Figures of times that the build does not hold, or not yet in full, are left out.

    Raises:
        ValueError: the file holds no truth of a simulated company, or one of another
            catalog of metrics.
    """
    truth = json.loads(truth_file.read_text())
    if "figures" not in truth:
        raise ValueError(
            f"{truth_file} holds no planted truth; name the truth.json that"
            " `reel simulate` wrote"
        )
    counted = truth.get("metrics", [])
    forgotten = not_counted(build, counted) if counted else set()
    if forgotten:
        raise ValueError(
            f"{truth_file} lacks the metrics {', '.join(sorted(forgotten))}; simulate"
            " again, or say in NOT_COUNTED why nobody can count them"
        )
    readings = compare(build, [*truth.get("books", []), *counted])
    return [*_planted(_Reader(build), truth), *readings]


def _planted(reader: _Reader, truth: dict[str, dict[str, float]]) -> Iterator[Score]:
    """The figures that the company was made after."""
    for name, planted in truth["figures"].items():
        if name not in _MEASURES:
            continue
        try:
            measured = float(_MEASURES[name](reader))
        except _NotThere:
            continue
        error = measured / planted - 1
        limit = PAYERS_LIMIT if "payers" in name else LIMIT
        published = truth["published"].get(name)
        holds = abs(error) <= limit
        yield Score(name, "", 1, published, planted, measured, error, holds)


def _months(year: int, first: int) -> list[str]:
    """The three months of a quarter."""
    return [date(year, first + index, 1).isoformat() for index in range(3)]


def _renminbi_per_dollar() -> dict[str, float]:
    with RATES.open(newline="") as file:
        return {
            row["valid_from"]: float(row["units_per_usd"])
            for row in csv.DictReader(file)
            if row["currency"] == "CNY"
        }
