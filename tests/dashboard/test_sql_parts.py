"""What the SQL page is made of: jobs, answers as files, charts, the query book."""

import io
import json
import os
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from dashboard import answer_files, query_book, quick_chart, sandbox, sql_panels
from dashboard.sandbox import Job, Limits

BOMB = "select count(*) from range(1000000) a, range(1000000) b"


@pytest.fixture
def file(home: Path, story) -> Path:
    build_id = story.publish(home).stem
    return home / "warehouse" / "analysts" / f"{build_id}.duckdb"


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_cancel_ends_the_process_at_once(file: Path) -> None:
    job = Job(file, BOMB, Limits(wall_seconds=30))
    while job.pid is None:
        time.sleep(0.01)
    time.sleep(0.5)
    assert is_running(job.pid)
    asked = time.monotonic()
    job.cancel()
    answer = job.wait(5)
    assert time.monotonic() - asked < 1
    assert answer is not None
    assert answer.kind == "Cancelled"
    assert not is_running(job.pid)


def test_a_third_statement_waits_for_its_turn(file: Path) -> None:
    """Else ten analysts take every core from the readers of the dashboard."""
    first, second = (Job(file, BOMB, Limits(wall_seconds=30)) for _ in range(2))
    while None in (first.pid, second.pid):
        time.sleep(0.01)
    busy = Job(file, "select 1", Limits(queue_seconds=0.3)).wait(10)
    waiting = Job(file, "select 1 as x", Limits(queue_seconds=20))
    assert busy is not None
    assert busy.kind == "Busy"
    assert waiting.wait(0.2) is None
    first.cancel()
    answer = waiting.wait(20)
    second.cancel()
    assert answer is not None
    assert answer.kind == "Answered"
    assert second.wait(5) is not None


def test_one_who_waits_can_cancel_too(file: Path) -> None:
    for _ in range(2):
        sandbox.SLOTS.acquire()
    try:
        job = Job(file, "select 1", Limits(queue_seconds=30))
        job.cancel()
        answer = job.wait(2)
    finally:
        for _ in range(2):
            sandbox.SLOTS.release()
    assert answer is not None
    assert answer.kind == "Cancelled"
    assert job.pid is None


def test_a_worker_that_says_nonsense_is_an_error_not_a_silence(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nonsense = tmp_path / "nonsense.py"
    nonsense.write_text("print('no json')")
    monkeypatch.setattr(sandbox, "WORKER", nonsense)
    answer = Job(file, "select 1", Limits()).wait(20)
    assert answer is not None
    assert answer.kind == "Not answered"


@pytest.mark.parametrize(
    ("sql", "position", "place"),
    [
        ("select nope", 7, (1, 8)),
        ("select 'é', nope", 13, (1, 13)),  # a byte more than letters
        ("select 1,\nnope", 10, (2, 1)),
        ("select 1", None, None),
        ("select 1\n", 9, None),  # behind the end
    ],
)
def test_a_byte_is_found_in_its_line(sql: str, position, place) -> None:
    assert sql_panels.locate(sql, position) == place


TABLE = pa.table(
    {
        "day": [date(2025, 12, 1), date(2025, 12, 2)],
        "usd": pa.array([Decimal("0.10"), None], pa.decimal128(20, 2)),
        "name": ["a,b", "é"],
        "list": [[1, 2], []],
    }
)


def test_an_answer_is_the_same_in_each_file() -> None:
    csv = answer_files.to_csv(TABLE).decode().splitlines()
    assert csv == [
        "day,usd,name,list",
        '2025-12-01,0.10,"a,b",[1 2]',
        "2025-12-02,,é,[]",
    ]
    rows = json.loads(answer_files.to_json(TABLE))
    assert rows[0] == {"day": "2025-12-01", "usd": 0.1, "name": "a,b", "list": [1, 2]}
    assert rows[1] == {"day": "2025-12-02", "usd": None, "name": "é", "list": []}
    read = pd.read_parquet(io.BytesIO(answer_files.to_parquet(TABLE)))
    assert read["usd"][0] == Decimal("0.10")


def test_columns_of_one_name_are_told_apart() -> None:
    table = pa.table([[1], [2], [3]], names=["a", "a_2", "a"])
    assert answer_files.settle(table).column_names == ["a", "a_2", "a_3"]


def test_a_sum_beyond_64_bits_is_still_a_number() -> None:
    huge = pa.table({"x": pa.array([Decimal(10**30)], pa.decimal128(38, 0))})
    assert answer_files.to_frame(huge)["x"].tolist() == [1e30]
    small = pa.table({"x": pa.array([Decimal(10**6)], pa.decimal128(38, 0))})
    assert answer_files.to_frame(small)["x"].tolist() == [1_000_000]


def test_a_chart_draws_a_line_for_each_kind_over_time() -> None:
    frame = pd.DataFrame(
        {
            "day": [date(2025, 12, 2), date(2025, 12, 1)] * 2,
            "region": ["US", "US", "CN", "CN"],
            "users": [4, 3, 2, 1],
        }
    )
    assert quick_chart.axes(frame) == (["day", "region"], ["users"], ["region"])
    figure = quick_chart.draw(
        frame, across="day", up="users", group="region", ink="#000000"
    )
    assert [line.name for line in figure.data] == ["CN", "US"]
    assert list(figure.data[0].y) == [1, 2]  # in the order of days


def test_words_are_drawn_as_bars() -> None:
    frame = pd.DataFrame({"region": ["US", "CN"], "users": [4, 3]})
    figure = quick_chart.draw(
        frame, across="region", up="users", group=None, ink="#000000"
    )
    assert [bar.type for bar in figure.data] == ["bar"]


def record(home: Path, user: str, sql: str) -> None:
    query_book.record(
        home, user, sql=sql, outcome="Answered", row_count=1, milliseconds=5
    )


def test_each_user_has_a_book_of_their_own(tmp_path: Path) -> None:
    record(tmp_path, "ann@example.com", "select 1")
    query_book.save(tmp_path, "ann@example.com", "-- Mine\nselect 1")
    assert query_book.history(tmp_path, "bob@example.com") == []
    assert query_book.saved(tmp_path, "bob@example.com") == []
    query_book.forget(tmp_path, "bob@example.com", "Mine")
    assert query_book.saved(tmp_path, "ann@example.com") == [
        ("Mine", "-- Mine\nselect 1")
    ]


def test_the_history_keeps_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query_book, "KEPT", 2)
    for number in range(4):
        record(tmp_path, "ann", f"select {number}")
    record(tmp_path, "bob", "select 'bob'")
    asked = [past.sql for past in query_book.history(tmp_path, "ann")]
    assert asked == ["select 3", "select 2"]


def test_a_saved_statement_of_the_same_name_is_replaced(tmp_path: Path) -> None:
    for sql in ("-- Mine\nselect 1", "-- Mine\nselect 2"):
        query_book.save(tmp_path, "ann", sql)
    assert query_book.saved(tmp_path, "ann") == [("Mine", "-- Mine\nselect 2")]
    query_book.forget(tmp_path, "ann", "Mine")
    assert query_book.saved(tmp_path, "ann") == []
