"""Deduplication is exact: the same answer as a join over everything accepted."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import lake
from pipelines.dedupe import Keys, KnownKeys, describe_run, select_new
from pipelines.known_files import rebuild_runs
from pipelines.load import ingest

DAY = 86_400_000_000


def land(home: Path, name: str, rows: list[tuple[str, str, int]]) -> None:
    """Rows of (source, event id, day of receipt counted from 2025-01-01).

    Each is a session of its own, so that a row under a known id contradicts the first.
    """
    first = datetime(2025, 1, 1, tzinfo=UTC)
    received = [first + timedelta(days=day) for _, _, day in rows]
    frame = pl.DataFrame(
        {
            "event_id": [event_id for _, event_id, _ in rows],
            "source": [source for source, _, _ in rows],
            "occurred_at": received,
            "received_at": received,
            "user_id": ["u"] * len(rows),
            "session_id": [f"{name}/{i}" for i in range(len(rows))],
        }
    )
    path = home / "landing" / name / "session_started.parquet"
    path.parent.mkdir(parents=True)
    frame.write_parquet(path)


def sessions(home: Path) -> list[str]:
    files = lake.pinned_files(home)["session_started"]
    return sorted(pl.read_parquet(files)["session_id"])


@pytest.mark.parametrize("separately", [False, True])
def test_35_days_are_the_same_event_and_36_are_not(tmp_path, separately):
    # a: 0 accepted, 35 = 0 + 35 repeats it, 36 is beyond; 71 = 36 + 35 repeats that.
    days = [0, 35, 36, 71]
    if separately:
        for day in days:
            land(tmp_path, f"{day:02}", [("s", "a", day)])
            ingest(tmp_path)
        assert sessions(tmp_path) == ["00/0", "36/0"]
    else:
        land(tmp_path, "all", [("s", "a", day) for day in days])
        ingest(tmp_path)
        assert sessions(tmp_path) == ["all/0", "all/2"]


def test_the_earliest_received_wins_then_the_order_of_files(tmp_path):
    land(tmp_path, "1", [("s", "a", 5), ("s", "b", 1), ("s", "b", 1)])
    land(tmp_path, "2", [("s", "a", 3), ("s", "b", 1)])
    assert ingest(tmp_path).quarantined == 3
    assert sessions(tmp_path) == ["1/1", "2/0"]


def test_history_that_comes_late_meets_what_was_accepted_before_it(tmp_path):
    land(tmp_path, "new", [("s", "a", 100)])
    ingest(tmp_path)
    land(tmp_path, "old", [("s", "a", 80), ("s", "a", 10)])
    assert ingest(tmp_path).quarantined == 1
    assert sessions(tmp_path) == ["new/0", "old/1"]


def test_equal_ids_of_two_sources_are_two_events(tmp_path):
    # "1:a" + "b" and "2:ab" + "": the pair must not be glued into one text.
    land(tmp_path, "x", [("a", "bc", 0), ("ab", "c", 0), ("a", "c", 0)])
    assert ingest(tmp_path).accepted == 3


def test_runs_can_be_made_again_from_the_lake(tmp_path):
    rows = [("s", f"e{i % 900}", i % 3) for i in range(1_000)]
    land(tmp_path, "1", rows[:500])
    ingest(tmp_path)
    land(tmp_path, "2", rows[500:])
    ingest(tmp_path)
    runs = {p: p.read_bytes() for p in (tmp_path / "lake" / "_runs").iterdir()}
    for path in runs:
        path.write_bytes(b"damaged")
    assert rebuild_runs(tmp_path) == len(runs) == 2
    assert {path: path.read_bytes() for path in runs} == runs


def test_a_lost_run_is_made_again_before_the_next_load(tmp_path):
    land(tmp_path, "1", [("s", "a", 0)])
    ingest(tmp_path)
    for path in (tmp_path / "lake" / "_runs").iterdir():
        path.unlink()
    land(tmp_path, "2", [("s", "a", 1)])
    assert ingest(tmp_path).quarantined == 1


def test_halves_that_agree_do_not_make_two_keys_equal():
    high = np.array([7, 7, 7], np.uint64)
    low = np.array([1, 2, 1], np.uint64)
    keys = Keys(high, low, np.zeros(3, np.uint16))
    keep, _ = select_new(keys, np.arange(3), KnownKeys([]))
    assert keep.tolist() == [True, True, False]


# Few halves, so that keys collide in one half and in both; days around the window.
batches = st.lists(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 90)),
        min_size=1,
        max_size=30,
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=150, deadline=None)
@given(batches, st.booleans())
def test_many_batches_give_what_one_list_of_accepted_events_gives(rows, reopened):
    with_runs(rows, reopened=reopened)


def with_runs(rows: list[list[tuple[int, int, int]]], *, reopened: bool) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        known, runs, accepted = KnownKeys([]), [], []
        for number, batch in enumerate(rows):
            high, low, day = (np.array(part) for part in zip(*batch, strict=True))
            # Spread over the range of hashes as real ones are.
            scaled = high.astype(np.uint64) << np.uint64(62)
            keys = Keys(scaled, low.astype(np.uint64), day.astype(np.uint16))
            keep, order = select_new(keys, day * DAY, known)
            new = keys.take(order)
            assert keep.tolist() == expected(batch, accepted)
            if keep.any():
                path = Path(folder) / f"{number}.run"
                path.write_bytes(b"".join(part.tobytes() for part in new))
                runs.append(describe_run(path, new))
                known.add(runs[-1])
            if reopened:
                known = KnownKeys(runs)


def expected(batch: list[tuple], accepted: list[tuple]) -> list[bool]:
    """The rule, row by row: against earlier batches first, then in order of receipt."""
    open_rows = [i for i, row in enumerate(batch) if not is_near(row, accepted)]
    taken: list[int] = []
    for i in sorted(open_rows, key=lambda i: (batch[i][2], i)):
        if not is_near(batch[i], [batch[j] for j in taken]):
            taken.append(i)
    accepted += [batch[i] for i in taken]
    return [i in taken for i in range(len(batch))]


def is_near(row: tuple, others: list[tuple]) -> bool:
    return any(row[:2] == o[:2] and abs(row[2] - o[2]) <= 35 for o in others)


def test_a_lake_of_random_loads_equals_a_polars_join(tmp_path):
    rng = np.random.default_rng(5)
    accepted = pl.DataFrame(schema={"source": pl.String, "event_id": pl.String})
    for number in range(6):
        ids = rng.integers(0, 40_000, 10_000)
        rows = [(f"s{i % 3}", f"e{i // 3}", number) for i in ids.tolist()]
        land(tmp_path, str(number), rows)
        report = ingest(tmp_path)
        batch = pl.DataFrame(rows, schema=["source", "event_id", "day"], orient="row")
        batch = batch.drop("day").unique()
        new = batch.join(accepted, on=["source", "event_id"], how="anti")
        assert report.accepted == new.height
        accepted = pl.concat([accepted, new])
    files = lake.pinned_files(tmp_path)["session_started"]
    stored = pl.read_parquet(files).select("source", "event_id")
    assert stored.sort(pl.all()).equals(accepted.sort(pl.all()))


def test_ids_are_compared_as_text_not_as_json(tmp_path):
    row = {
        "event_type": "session_started",
        "event_id": "\u00e9",
        "source": "s",
        "occurred_at": "2025-01-01T00:00:00Z",
        "user_id": "u",
        "session_id": "x",
    }
    path = tmp_path / "landing" / "x.ndjson"
    path.parent.mkdir()
    lines = [json.dumps(row, ensure_ascii=flag) for flag in (True, False)]
    path.write_text("\n".join(lines), "utf-8")
    assert ingest(tmp_path).duplicate == 1
