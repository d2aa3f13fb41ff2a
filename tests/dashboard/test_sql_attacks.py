"""What somebody may try on the SQL page, and what comes of it.

Each attack runs in the real sandbox on a real file. Nothing may be read but the tables,
nothing may be written, and a bomb ends within a second of its limit.
"""

import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dashboard import sandbox, sql_worker
from dashboard.sandbox import Answer, Job, Limits

SECRET = "the-secret-of-the-host"
# Starting a process may take a second on a busy machine; a bomb needs little more.
CALM = Limits(wall_seconds=20, cpu_seconds=10, memory_bytes=512 << 20)
BOMB = Limits(wall_seconds=1.2, cpu_seconds=5, memory_bytes=320 << 20)

ATTACKS = tomllib.loads(Path(__file__).with_name("sql_attacks.toml").read_text())
BOMBS, HUGE, HARMLESS = ATTACKS["bombs"], ATTACKS["huge"], ATTACKS["harmless"]
HUGE["many_columns"] = f"select {', '.join(['range'] * 900)} from range(1000000)"
DEEP = {
    "deep_brackets": f"select {'(' * 9000}1{')' * 9000}",
    "deep_lists": f"select {'[' * 9000}1{']' * 9000}",
    "deep_sums": f"select {'1+' * 9000}1",
    "deep_queries": f"{'select * from (' * 1200}select 1{')' * 1200}",
}
CLASSES = ("files", "writes", "doors", "settings", "disguises")
REFUSED = {name: sql for kind in CLASSES for name, sql in ATTACKS[kind].items()} | DEEP


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, story) -> dict[str, str]:
    """The analysts' file of the story, and what lies about on the host beside it."""
    folder = tmp_path_factory.mktemp("host")
    home = folder / "home"
    published = story.publish(home)
    (folder / "secret.txt").write_text(SECRET)
    with duckdb.connect(str(folder / "other.duckdb")) as other:
        other.execute(f"create table x as select '{SECRET}' as s")
        other.execute(f"copy x to '{folder / 'x.parquet'}'")
    return {
        "folder": str(folder),
        "secret": str(folder / "secret.txt"),
        "parquet": str(folder / "x.parquet"),
        "other": str(folder / "other.duckdb"),
        "out": str(folder / "written"),
        "file": str(home / "warehouse" / "analysts" / published.name),
    }


def fill(sql: str, ground: dict[str, str]) -> str:
    for name, value in ground.items():
        sql = sql.replace("{" + name + "}", value)
    return sql


def ask(sql: str, ground: dict[str, str], limits: Limits) -> tuple[Answer, float]:
    """Ask the sandbox as the page does; gives the answer and how long it took."""
    started = time.monotonic()
    answer = Job(Path(ground["file"]), fill(sql, ground), limits).wait(60)
    assert answer is not None, "nobody ended it"
    return answer, time.monotonic() - started


@pytest.fixture
def untouched(ground: dict[str, str]) -> Iterator[None]:
    """Nothing on the host may have changed after an attack."""
    file = Path(ground["file"])
    before = file.stat().st_mtime_ns
    yield
    assert not Path(ground["out"]).exists()
    assert file.stat().st_mtime_ns == before
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("sql", REFUSED.values(), ids=REFUSED.keys())
def test_an_attack_is_refused(sql: str, ground, untouched) -> None:
    """Here the worker runs in this process, where there is more to be stolen."""
    job = vars(CALM) | {"path": ground["file"], "sql": fill(sql, ground)}
    with pytest.raises((sql_worker.Refused, duckdb.Error)) as refusal:
        sql_worker.answer(job)
    said = str(refusal.value)
    assert SECRET not in said
    assert ground["file"] not in said or "{file}" in sql


@pytest.mark.parametrize("name", list(REFUSED)[::6])
def test_the_page_would_say_that_it_is_refused(name: str, ground, untouched) -> None:
    answer, _ = ask(REFUSED[name], ground, CALM)
    assert answer.table is None
    assert answer.kind == "Refused" or answer.kind.endswith("error"), answer
    assert answer.message


@pytest.mark.parametrize("sql", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_stopped_within_a_second_of_its_limit(sql: str, ground) -> None:
    answer, seconds = ask(sql, ground, BOMB)
    assert answer.table is None
    assert answer.kind.startswith("Stopped"), answer
    assert seconds <= BOMB.wall_seconds + 1


@pytest.mark.parametrize("sql", HUGE.values(), ids=HUGE.keys())
def test_a_huge_answer_is_cut(sql: str, ground) -> None:
    answer, _ = ask(sql, ground, CALM)
    assert answer.table is not None, answer
    assert answer.cut in {"rows", "bytes"}
    assert 0 < answer.table.num_rows <= CALM.rows
    assert answer.table.nbytes <= CALM.bytes


@pytest.mark.parametrize("sql", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_only_looks_like_an_attack_is_answered(sql: str, ground) -> None:
    answer, _ = ask(sql, ground, CALM)
    assert answer.table is not None, answer
    assert answer.table.num_rows == 1


def test_a_statement_longer_than_a_page_is_refused(ground) -> None:
    answer, _ = ask(f"select '{'x' * 30_000}'", ground, CALM)
    assert answer.kind == "Refused"
    assert "20,000 characters; this has 30,009" in answer.message


def test_one_value_larger_than_an_answer_is_refused(ground) -> None:
    answer, _ = ask("select repeat('x', 20000000)", ground, CALM)
    assert answer.kind == "Refused"
    assert "One row" in answer.message


def test_there_are_enough_attacks() -> None:
    assert len(REFUSED) + len(BOMBS) + len(HUGE) >= 80


def test_a_bomb_of_computing_is_stopped_by_the_kernel(ground) -> None:
    """The limit of a server that waits for nothing is the processor's time."""
    limits = Limits(wall_seconds=30, cpu_seconds=1)
    answer, seconds = ask(BOMBS["hashes"], ground, limits)
    assert answer.kind == "Stopped after 1 s of computing"
    assert seconds < 10


@pytest.mark.parametrize(
    "name", ["long_list", "list_under_the_limit_of_addresses", "list_of_all"]
)
def test_a_bomb_of_memory_does_not_get_it(name: str, ground) -> None:
    """DuckDB's own limit holds neither long lists nor long texts."""
    limits = Limits(wall_seconds=30, cpu_seconds=20, memory_bytes=320 << 20)
    answer, seconds = ask(BOMBS[name], ground, limits)
    assert answer.kind == "Stopped: too much memory"
    assert seconds < 10


def test_after_all_attacks_the_sandbox_still_answers(ground) -> None:
    assert sandbox.SLOTS.acquire(timeout=1)  # every turn was given back
    assert sandbox.SLOTS.acquire(timeout=1)
    sandbox.SLOTS.release()
    sandbox.SLOTS.release()
    answer, _ = ask("select 6 * 7 as x", ground, CALM)
    assert answer.table is not None
    assert answer.table.to_pylist() == [{"x": 42}]


def test_the_memory_of_the_server_is_not_the_querys(ground) -> None:
    server = bytearray(CALM.memory_bytes + (64 << 20))
    server[:: 1 << 12] = b"\1" * len(server[:: 1 << 12])  # every page of it is filled
    answer, _ = ask("select 6 * 7 as x", ground, CALM)
    assert answer.table is not None, answer
    del server
