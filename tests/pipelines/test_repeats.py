"""An event told twice under two ids counts once; one that contradicts is kept apart."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from generation.events import EVENT_TYPES, NATURAL_KEYS
from pipelines import known_files, lake, repeats
from pipelines.load import ingest
from pipelines.quarantine import Reason

PAID = {
    "event_type": "payment_succeeded",
    "event_id": "e1",
    "source": "billing",
    "occurred_at": "2025-01-01T10:00:00Z",
    "received_at": "2025-01-01T10:00:01Z",
    "account_id": "a1",
    "payment_id": "p1",
    "kind": "credit_pack",
    "amount_minor": 500,
    "currency": "USD",
}
AGAIN = PAID | {"event_id": "e2", "received_at": "2025-06-01T10:00:01Z"}


def load(home: Path, name: str, *events: dict) -> tuple[int, int, int, int]:
    """Land events and load them; accepted, same id, same key, quarantined."""
    path = home / "landing" / f"{name}.ndjson"
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(event) + "\n" for event in events))
    report = ingest(home)
    same_id = report.duplicate - report.same_key
    return report.accepted, same_id, report.same_key, report.quarantined


def payments(home: Path) -> list[tuple[str, int]]:
    files = lake.pinned_files(home)["payment_succeeded"]
    return pl.read_parquet(files).select("event_id", "amount_minor").sort("*").rows()


@pytest.mark.parametrize("separately", [False, True])
def test_a_payment_told_under_two_ids_is_booked_once(tmp_path, separately):
    """However much later: five months are beyond the window of the ids."""
    if separately:
        assert load(tmp_path, "1", PAID) == (1, 0, 0, 0)
        assert load(tmp_path, "2", AGAIN) == (0, 0, 1, 0)
    else:
        assert load(tmp_path, "1", AGAIN, PAID, PAID) == (1, 1, 1, 0)
    assert payments(tmp_path) == [("e1", 500)]
    same_id = 0 if separately else 1
    assert lake.duplicates_by_kind(tmp_path) == {"same_id": same_id, "same_key": 1}


@pytest.mark.parametrize("separately", [False, True])
@pytest.mark.parametrize("repeated", [PAID, AGAIN])
def test_a_repeat_that_states_another_amount_is_no_duplicate(
    tmp_path, repeated, separately
):
    """Dropped silently, it would hide that one of the two amounts is wrong."""
    other = repeated | {"amount_minor": 900, "received_at": "2025-01-02T00:00:00Z"}
    batches = [[PAID], [other]] if separately else [[PAID, other]]
    for number, events in enumerate(batches):
        load(tmp_path, str(number), *events)
    assert payments(tmp_path) == [("e1", 500)]
    (refused,) = lake.quarantine_summary(tmp_path)
    assert refused["reason"] == Reason.CONFLICTING_DUPLICATE
    assert (refused["event_type"], refused["count"]) == ("payment_succeeded", 1)


def test_an_id_used_for_another_payment_is_a_conflict(tmp_path):
    assert load(tmp_path, "1", PAID, PAID | {"payment_id": "p2"}) == (1, 0, 0, 1)


def test_what_can_happen_again_is_told_apart_by_its_time(tmp_path):
    saved = {
        "event_type": "video_downloaded",
        "event_id": "d1",
        "source": "app",
        "occurred_at": "2025-01-01T10:00:00Z",
        "user_id": "u",
        "generation_id": "g",
    }
    later = saved | {"event_id": "d2", "occurred_at": "2025-01-01T10:00:01Z"}
    assert load(tmp_path, "1", saved, later, later | {"event_id": "d3"}) == (2, 0, 1, 0)


def test_a_key_file_of_another_hash_function_is_made_again(tmp_path):
    load(tmp_path, "1", PAID)
    (path,) = (tmp_path / "lake" / lake.KEYS).iterdir()
    whole = path.read_bytes()
    foreign = np.frombuffer(whole, "<u8") + np.uint64(1)
    path.write_bytes(foreign.tobytes())
    assert load(tmp_path, "2", AGAIN) == (0, 0, 1, 0)
    assert path.read_bytes() == whole


def test_hashes_only_point_to_suspects(tmp_path, monkeypatch):
    """With one hash for all keys, all is settled by the rows themselves."""
    monkeypatch.setattr(
        repeats, "hash_keys", lambda rows, _: np.zeros(rows.height, np.uint64)
    )
    third = PAID | {"event_id": "e3", "payment_id": "p3"}
    assert load(tmp_path, "1", PAID, third) == (2, 0, 0, 0)
    fourth = PAID | {"event_id": "e4", "payment_id": "p4"}
    assert load(tmp_path, "2", AGAIN, fourth) == (1, 0, 1, 0)


def test_every_event_type_says_what_it_is_about():
    assert NATURAL_KEYS.keys() == EVENT_TYPES.keys()
    for event_type, keys in NATURAL_KEYS.items():
        assert set(keys) <= set(EVENT_TYPES[event_type].__struct_fields__)


def test_runs_lost_and_found_count_the_same(tmp_path):
    load(tmp_path, "1", PAID)
    for path in (tmp_path / "lake" / lake.KEYS).iterdir():
        path.unlink()
    assert known_files.rebuild_runs(tmp_path) == 1
    assert load(tmp_path, "2", AGAIN) == (0, 0, 1, 0)
