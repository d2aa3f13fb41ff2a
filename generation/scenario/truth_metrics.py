"""Counts every metric again, from a clean company's own rows, and plants it as truth.

Reads <folder>/manifest.json and the rows of the week folders. Adds to
<folder>/truth.json. What a company is told to do is not what it does at random: these
are the figures of the very rows that were written, by other ways than the metrics'.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl

from generation.scenario.truth_accounts import count_accounts
from generation.scenario.truth_books import Books
from generation.scenario.truth_contracts import count_contracts
from generation.scenario.truth_credits import count_credit_cohorts, count_credits
from generation.scenario.truth_margins import count_margins
from generation.scenario.truth_money import count_money
from generation.scenario.truth_people import count_people
from generation.scenario.truth_retention import count_retention
from generation.scenario.truth_rows import Rows
from generation.scenario.truth_signups import count_signups
from generation.scenario.truth_subscriptions import count_subscriptions
from generation.scenario.truth_terms import read_terms
from generation.scenario.truth_videos import count_videos

LARGEST = 0.003  # 1 GiB is needed at 0.001, more in proportion
FEWEST_WEEKS = 13  # a shorter window holds no whole period of some metrics
KEYS = ("metric", "grain", "by", "slice")


def plant_metrics(folder: Path) -> None:
    """Count what the rows in a folder hold, and add it to the truth beside them.

    Raises:
        ValueError: the company is soiled: its rows are not what it did.
    """
    manifest = json.loads((folder / "manifest.json").read_text())
    if manifest["dirty"]:
        raise ValueError(f"{folder} is soiled; simulate the company with --clean")
    first, last = (date.fromisoformat(manifest[name]) for name in ("start", "end"))
    file = folder / "truth.json"
    truth = json.loads(file.read_text())
    truth["metrics"] = count_metrics(Rows(folder, first, last))
    temporary = file.with_suffix(".tmp")
    temporary.write_text(json.dumps(truth, indent=1) + "\n")
    temporary.replace(file)


def count_metrics(rows: Rows) -> list[dict[str, object]]:
    """The values of every metric and slice by the first day of the period.

    To twelve digits: the last ones depend on the order in which rows were added up.
    """
    counted = pl.concat(_count(rows)).drop_nulls("value").sort(*KEYS, "period_start")
    series = counted.group_by(KEYS, maintain_order=True).agg("period_start", "value")
    return [
        {name: row[name] for name in KEYS}
        | {
            "values": {
                day.isoformat(): float(f"{value:.12g}")
                for day, value in zip(row["period_start"], row["value"], strict=True)
            }
        }
        for row in series.iter_rows(named=True)
    ]


def _count(rows: Rows) -> Iterator[pl.DataFrame]:
    books = Books(rows, read_terms(rows))
    yield from count_people(rows)
    yield from count_signups(rows)
    yield from count_videos(books)
    yield from count_subscriptions(rows, books.terms)
    yield from count_retention(books.terms)
    yield from count_contracts(books)
    yield from count_money(books)
    yield from count_margins(books)
    yield from count_credits(rows, books.grants)
    yield from count_credit_cohorts(rows)
    yield from count_accounts(books)
