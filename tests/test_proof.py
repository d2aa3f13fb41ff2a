"""The generated company's metrics against its planted truth and its own books."""

import json
from pathlib import Path

import duckdb

from pipelines import warehouse


def test_the_proof_compares_every_figure_that_a_metric_can_say(
    company_home: Path, reel
) -> None:
    printed = reel(company_home, "proof", "--format", "json").stdout
    scores = {row["figure"]: row for row in json.loads(printed)}
    assert len(scores) == 22
    # A sample of 1:1000 rounds weekly actives by region, 14 users of 3,000 at most.
    for figure in ("wau_before_launch", "wau_december_mean", "wau_january_peak"):
        assert scores[figure]["holds"], scores[figure]
    assert scores["wau_before_launch"]["published"] == 3e6


def test_the_proof_fails_where_a_metric_is_not_what_was_planted(
    company_home: Path, reel, tmp_path: Path
) -> None:
    truth = json.loads((company_home / "landing/company/truth.json").read_text())
    truth["figures"]["wau_january_peak"] *= 1.02
    other = tmp_path / "truth.json"
    other.write_text(json.dumps(truth))
    finished = reel(company_home, "proof", str(other))
    assert finished.returncode == 1
    assert "wau_january_peak" in finished.stderr.splitlines()[-1]


def test_a_file_without_a_truth_is_named(company_home: Path, reel) -> None:
    manifest = company_home / "landing" / "company" / "manifest.json"
    finished = reel(company_home, "proof", str(manifest))
    assert finished.returncode == 1
    assert "holds no planted truth" in finished.stderr
    missing = reel(company_home, "proof", "nowhere.json")
    assert missing.returncode == 1
    assert "no nowhere.json" in missing.stderr


def test_no_revenue_is_recognised_before_somebody_has_paid(company_home: Path) -> None:
    build_id = warehouse.current_build_id(company_home)
    path = warehouse.folder(company_home) / f"{build_id}.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        days = connection.execute(
            """
            with flows as (
                select earned_on as day, revenue_micros as recognised, 0 as cash
                from marts.fct_revenue_daily
                union all
                select moved_on, 0, cash_micros from marts.fct_cash_daily
                where line in ('charged', 'refund')
            )
            select
                day,
                sum(sum(cash)) over (order by day),
                sum(sum(recognised)) over (order by day)
            from flows group by day order by day
            """
        ).fetchall()
    assert len(days) > 600
    assert all(recognised <= cash for _, cash, recognised in days)
    assert days[-1][2] > 0
