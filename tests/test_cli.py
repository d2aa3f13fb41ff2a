"""The command as a person or a script meets it: output, messages, exit codes."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest


def test_json_is_alone_on_stdout_and_the_sample_is_named_on_stderr(
    company_home: Path, reel
) -> None:
    finished = reel(
        *(company_home, "metrics", "weekly_active_users"),
        *("--grain", "week", "--from", "2025-12-08", "--format", "json"),
    )
    rows = json.loads(finished.stdout)
    assert "1:1000 sample" in finished.stderr
    assert list(rows[0]) == [
        *("grain", "period_start", "region"),
        *("value", "numerator", "denominator", "state"),
    ]
    assert rows[0]["period_start"] == "2025-12-08"
    assert rows[0]["region"] == "all"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["metrics", "wau"], 1, "this build has"),
        (["metrics", "mrr", "--by", "planet"], 1, "can be split by"),
        (["sql", "drop table metrics.mrr"], 2, "one SELECT or EXPLAIN"),
        (["sql", "select 1; select 2"], 2, "one SELECT or EXPLAIN"),
        (["sql", "select * from nowhere"], 1, "nowhere"),
        (["sql", "select 1", "--format", "parquet"], 2, "add -o FILE"),
        (["simulate", "--scale", "0"], 2, "scale"),
        (["nonsense"], 2, "No such command"),
    ],
)
def test_bad_use_says_what_is_wrong(
    company_home: Path, reel, arguments: list[str], code: int, said: str
) -> None:
    finished = reel(company_home, *arguments)
    assert finished.returncode == code, finished.stderr
    assert said in finished.stderr
    assert finished.stdout == ""


def test_an_empty_installation_says_what_to_run(tmp_path: Path, reel) -> None:
    for command in (["metrics"], ["sql", "select 1"]):
        finished = reel(tmp_path, *command)
        assert finished.returncode == 1
        assert "reel run" in finished.stderr
    finished = reel(tmp_path, "build")
    assert finished.returncode == 1
    assert "reel ingest" in finished.stderr
    finished = reel(tmp_path, "status", "--format", "json")
    assert json.loads(finished.stdout)["published"] is None


def test_sql_answers_in_every_format(company_home: Path, reel, tmp_path: Path) -> None:
    query = "select 1 as one, date '2026-01-31' as day, null as nothing"
    finished = reel(company_home, "sql", query, "--format", "json")
    assert json.loads(finished.stdout) == [
        {"one": 1, "day": "2026-01-31", "nothing": None}
    ]
    finished = reel(company_home, "sql", query, "--format", "csv")
    assert finished.stdout == "one,day,nothing\n1,2026-01-31,\n"
    file = tmp_path / "answer.parquet"
    reel(company_home, "sql", query, "--format", "parquet", "-o", str(file))
    assert pd.read_parquet(file)["one"].tolist() == [1]


def test_an_analyst_can_follow_a_number_down_to_the_raw_events(
    company_home: Path, reel
) -> None:
    query = "select count(*) as rows from raw.user_registered"
    finished = reel(company_home, "sql", query, "--format", "json")
    assert json.loads(finished.stdout)[0]["rows"] > 0


def test_running_again_changes_nothing(company_home: Path, reel) -> None:
    before = reel(company_home, "status", "--format", "json").stdout
    finished = reel(company_home, "run")
    assert finished.returncode == 0
    assert "nothing to build" in finished.stderr
    assert reel(company_home, "status", "--format", "json").stdout == before


def test_redelivered_files_raise_the_duplicate_count_alone(
    company_home: Path, reel, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(company_home, home)
    before = json.loads(reel(home, "status", "--format", "json").stdout)
    week = home / "landing" / "company" / "2025-12-08"
    shutil.copytree(week, home / "landing" / "company" / "2025-12-08-again")
    assert reel(home, "run").returncode == 0
    after = json.loads(reel(home, "status", "--format", "json").stdout)
    again = after["loaded"]["received"] - before["loaded"]["received"]
    assert again > 0
    assert after["loaded"]["duplicate"] == before["loaded"]["duplicate"] + again
    assert after["loaded"]["accepted"] == before["loaded"]["accepted"]
    for state in (before, after):
        del state["loaded"], state["home"], state["lake_version"], state["published"]
    assert after == before
