"""The command as a person or a script meets it: output, messages, exit codes."""

import gzip
import json
import math
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

REEL = str(Path(sys.executable).with_name("reel"))


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
        *("grain", "period_start", "region", "platform", "plan"),
        *("value", "numerator", "denominator", "state"),
    ]
    assert rows[0]["period_start"] == "2025-12-08"
    assert {rows[0][name] for name in ("region", "platform", "plan")} == {"all"}


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


def test_redelivered_files_bring_nothing_new(
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
    refused = after["loaded"]["quarantined"] - before["loaded"]["quarantined"]
    assert 0 < refused < 0.01 * again  # what was bad is bad again
    repeated = after["loaded"]["duplicate"] - before["loaded"]["duplicate"]
    assert repeated == again - refused
    assert after["loaded"]["accepted"] == before["loaded"]["accepted"]
    for state in (before, after):
        del state["loaded"], state["home"], state["lake_version"], state["published"]
        del state["duplicates"], state["quarantine"]
    assert after == before


def test_what_cannot_be_read_is_quarantined_with_its_reason_and_the_rest_loads(
    tmp_path: Path, reel
) -> None:
    """A truncated file, a file of garbage and a wrong type, among good events."""
    folder = tmp_path / "landing" / "partner"
    folder.mkdir(parents=True)
    event = {
        "event_type": "session_started",
        "source": "partner",
        "occurred_at": "2026-01-05T10:00:00Z",
        "user_id": "ann",
    }
    lines = [
        json.dumps(event | {"event_id": f"e{number}", "session_id": f"s{number}"})
        for number in range(500)
    ]
    (folder / "good.ndjson").write_text("\n".join(lines[:3]))
    packed = gzip.compress("\n".join(lines[3:]).encode())
    (folder / "cut.ndjson.gz").write_bytes(packed[: len(packed) // 2])
    (folder / "noise.parquet").write_bytes(b"\x00garbage" * 100)
    wrong = event | {"event_id": "wrong", "session_id": "s", "user_id": 5}
    (folder / "wrong.ndjson").write_text(json.dumps(wrong))
    finished = reel(tmp_path, "ingest")
    assert finished.returncode == 0, finished.stderr
    state = json.loads(reel(tmp_path, "status", "--format", "json").stdout)
    reasons = {row["reason"]: row["count"] for row in state["quarantine"]}
    assert reasons == {"truncated_file": 1, "unreadable_file": 1, "wrong_type": 1}
    loaded = state["loaded"]
    assert 3 < loaded["accepted"] < 500
    assert loaded["received"] == loaded["accepted"] + 3


def test_a_clip_is_made_and_its_events_reach_the_metrics(tmp_path: Path, reel) -> None:
    finished = reel(tmp_path, "generate", "a red star moving left to right over lava")
    assert finished.returncode == 0, finished.stderr
    clip = Path(finished.stdout.strip())
    assert clip.suffix == ".mp4"
    assert clip.stat().st_size > 1000
    assert "words not understood: lava" in finished.stderr
    finished = reel(tmp_path, "generate", "a nude star")
    assert finished.returncode == 1
    assert "the prompt was refused: sexual" in finished.stderr

    assert reel(tmp_path, "run").returncode == 0
    finished = reel(
        *(tmp_path, "metrics", "delivered_videos", "--by", "model"),
        *("--grain", "day", "--format", "json"),
    )
    (row,) = json.loads(finished.stdout)
    assert (row["model"], row["value"]) == ("sprite-2", 1)
    check_books(tmp_path, reel)


def check_books(home: Path, reel) -> None:
    """What the engine's store says of money and time is what the metrics say."""
    with sqlite3.connect(home / "engine" / "jobs.db") as database:
        (taken,) = database.execute(
            "select sum(granted - balance) from grants"
        ).fetchone()
        bodies = database.execute("select body from outbox").fetchall()
    events = [json.loads(body) for (body,) in bodies]
    ended = [event for event in events if event["event_type"] == "generation_finished"]
    assert [event["status"] for event in ended] == ["succeeded", "moderated"]
    assert taken == sum(event["charged_credits"] for event in ended) == 2

    def total(column: str) -> int:
        return sum(event.get(column, 0) for event in events)

    assert taken == total("spent_credits") - total("refunded_credits") == 2 * 2 - 2
    assert total("cost_micros") == math.ceil(total("busy_ms") * 0.1)  # .36 USD an hour
    command = ("metrics", "gpu_cost_per_second", "--grain", "week", "--format", "json")
    (cost,) = json.loads(reel(home, *command).stdout)
    assert cost["numerator"] == pytest.approx(total("cost_micros") / 1e6)
    assert cost["denominator"] == total("video_seconds") - 2 - 2 == 2  # submitted: two
    query = "select sum(gpu_seconds) as gpu, sum(cost_micros) as cost"
    query += " from raw.generation_finished"
    (stored,) = json.loads(reel(home, "sql", query, "--format", "json").stdout)
    assert stored == {"gpu": total("gpu_seconds"), "cost": total("cost_micros")}


def test_a_picture_that_cannot_be_read_is_named(tmp_path: Path, reel) -> None:
    picture = tmp_path / "picture.png"
    picture.write_text("no picture")
    finished = reel(tmp_path, "generate", "a red star", "--image", str(picture))
    assert finished.returncode == 1
    assert "picture.png is no picture" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_a_stopped_command_can_be_run_again(company_home: Path, tmp_path: Path) -> None:
    """A termination while dbt runs leaves no half-built file and no running dbt."""
    home = Path(shutil.copytree(company_home, tmp_path / "home"))
    before = (home / "warehouse" / "current").read_text()
    process = subprocess.Popen(
        [REEL, "build", "--full-refresh"],
        env=os.environ | {"REEL_HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not list((home / "warehouse").glob("building*")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.terminate()
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "run the same command again" in said
    assert not list((home / "warehouse").glob("building*"))
    assert (home / "warehouse" / "current").read_text() == before
