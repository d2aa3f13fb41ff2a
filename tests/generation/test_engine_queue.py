"""Whose turn it is, and that no job ends twice, hangs for ever or is charged twice."""

import sqlite3
from pathlib import Path

import pytest

from generation.engine import (
    GenerationCancelled,
    JobOvertaken,
    WorkerStopped,
    attend,
    generate,
    recover_jobs,
    run_next,
)
from generation.events import GenerationFinished
from generation.jobs import JobStore
from generation.ledger import Order
from generation.policy import PromptRefused
from generation.request import GenerationRequest
from generation.scheduling import MAX_ATTEMPTS, claim_next
from generation.submission import cancel, find_job, list_jobs, submit

REQUEST = GenerationRequest.create("a red ball rises", num_inference_steps=2)


def queue(home: Path, **order: str) -> str:
    return submit(REQUEST, home=home, order=Order(**order)).generation_id  # type: ignore[arg-type]


def claim_accounts(home: Path, count: int) -> list[str]:
    """The accounts of the next jobs, as workers would take them."""
    store = JobStore(home)
    accounts = []
    for _ in range(count):
        with store.transaction() as database:
            claim = claim_next(database, worker_id="w")
        assert claim is not None
        accounts.append(find_job(home, claim.job_id).account_id)
    return accounts


def ends(events_of, home: Path) -> list[GenerationFinished]:
    found = events_of(home).values()
    return [event for event in found if isinstance(event, GenerationFinished)]


def test_accounts_share_alike_however_many_jobs_one_of_them_brings(
    tmp_path: Path,
) -> None:
    for account in ("ann", "ann", "ann", "ann", "bob", "bob"):
        queue(tmp_path, account_id=account)
    # each claim is 2 steps: ann 2, bob 2, ann 4, bob 4, and then ann is alone
    assert claim_accounts(tmp_path, 6) == ["ann", "bob", "ann", "bob", "ann", "ann"]


def test_high_goes_first_until_a_standard_job_has_waited_long(tmp_path: Path) -> None:
    for name, priority in (("old", "standard"), ("new", "standard"), ("vip", "high")):
        queue(tmp_path, account_id=name, priority=priority)
    with JobStore(tmp_path).transaction() as database:
        database.execute(
            "update jobs set available_at = available_at - 301 where account_id = 'old'"
        )
    assert claim_accounts(tmp_path, 3) == ["old", "vip", "new"]


@pytest.mark.parametrize("lost_at", [1, 2])
def test_a_worker_that_was_overtaken_changes_nothing(
    tmp_path: Path, events_of, ask, lost_at: int
) -> None:
    job = queue(tmp_path)
    store = JobStore(tmp_path)
    steps: list[int] = []

    def lose(done: int, _steps: int) -> None:
        steps.append(done)
        if (
            done == lost_at
        ):  # as if it had hung: the lease is over, another one takes the job
            with store.transaction() as database:
                database.execute("update jobs set lease_until = 0")
            assert recover_jobs(store) == []
            with store.transaction() as database:
                assert claim_next(database, worker_id="other") is not None

    with attend(tmp_path) as name, pytest.raises(JobOvertaken):
        run_next(tmp_path, worker_id=name, on_step=lose)
    assert steps == list(range(1, lost_at + 1))  # it stops as soon as it can know
    state = find_job(tmp_path, job)
    assert (state.status, state.attempts) == ("running", 2)
    assert ends(events_of, tmp_path) == []
    assert not list(tmp_path.glob("videos/*"))

    assert recover_jobs(store) == []  # "other" never lived: back into the queue
    with attend(tmp_path) as name:
        assert run_next(tmp_path, worker_id=name) is not None
    (end,) = ends(events_of, tmp_path)
    assert (end.status, end.attempt, end.worker_id) == ("succeeded", 3, name)
    assert ask(tmp_path, "select sum(granted - balance) from grants") == [(2,)]


def test_an_error_that_may_pass_is_tried_again_but_not_for_ever(
    tmp_path: Path, events_of, ask
) -> None:
    job = queue(tmp_path)

    def break_down(_done: int, _steps: int) -> None:
        raise RuntimeError("out of luck")

    with attend(tmp_path) as name:
        for attempt in range(1, MAX_ATTEMPTS + 1):
            assert ends(events_of, tmp_path) == []
            with pytest.raises(RuntimeError):
                run_next(tmp_path, worker_id=name, on_step=break_down)
            assert find_job(tmp_path, job).attempts == attempt
            assert run_next(tmp_path, worker_id=name) is None  # it has to wait
            with JobStore(tmp_path).transaction() as database:
                database.execute("update jobs set available_at = 0")
    (end,) = ends(events_of, tmp_path)
    assert (end.status, end.error_class, end.attempt) == ("failed", "internal", 5)
    assert (end.charged_credits, end.is_retryable) == (0, True)
    assert end.busy_ms > end.run_ms > 0  # earlier attempts cost too
    assert ask(tmp_path, "select sum(granted - balance) from grants") == [(0,)]
    assert find_job(tmp_path, job).error == "out of luck"


def test_a_users_error_is_not_tried_again(tmp_path: Path, events_of) -> None:
    picture = tmp_path / "picture.png"
    picture.write_text("no picture")
    request = GenerationRequest.create("a red ball", image=picture)
    submit(request, home=tmp_path)
    with attend(tmp_path) as name, pytest.raises(ValueError, match="no picture"):
        run_next(tmp_path, worker_id=name)
    (end,) = ends(events_of, tmp_path)
    assert (end.status, end.error_class, end.attempt) == ("failed", "user_input", 1)
    assert end.is_retryable is False


def test_a_job_is_cancelled_at_once_or_within_a_step(
    tmp_path: Path, events_of, ask
) -> None:
    waiting, running = queue(tmp_path, account_id="b"), queue(tmp_path, priority="high")
    assert cancel(tmp_path, waiting)
    assert not cancel(tmp_path, waiting)
    steps: list[int] = []

    def stop(done: int, _steps: int) -> None:
        steps.append(done)
        assert find_job(tmp_path, running).steps_done == done
        assert cancel(tmp_path, running)

    with attend(tmp_path) as name, pytest.raises(GenerationCancelled):
        run_next(tmp_path, worker_id=name, on_step=stop)
    assert steps == [1]
    assert {end.generation_id: end.status for end in ends(events_of, tmp_path)} == {
        waiting: "cancelled",
        running: "cancelled",
    }
    assert ask(tmp_path, "select sum(granted - balance) from grants") == [(0,)]


def test_a_worker_that_is_asked_to_stop_gives_its_job_back_unharmed(
    tmp_path: Path, events_of
) -> None:
    job = queue(tmp_path)

    def stop(_done: int, _steps: int) -> None:
        raise WorkerStopped

    with attend(tmp_path) as name, pytest.raises(WorkerStopped):
        run_next(tmp_path, worker_id=name, on_step=stop)
    state = find_job(tmp_path, job)
    assert (state.status, state.attempts) == ("queued", 0)
    assert ends(events_of, tmp_path) == []


def test_a_command_makes_its_own_clips_and_leaves_the_queue_alone(
    tmp_path: Path,
) -> None:
    job = queue(tmp_path)
    generate(REQUEST, home=tmp_path, out=tmp_path / "clip.png")
    assert find_job(tmp_path, job).status == "queued"
    assert [state.status for state in list_jobs(tmp_path)] == ["queued", "succeeded"]


def test_a_known_key_is_not_charged_again(tmp_path: Path, ask) -> None:
    first = submit(REQUEST, home=tmp_path, order=Order(idempotency_key="k"))
    again = submit(REQUEST, home=tmp_path, order=Order(idempotency_key="k"))
    other = submit(REQUEST, home=tmp_path, order=Order("ann", idempotency_key="k"))
    assert (again.generation_id, again.is_new) == (first.generation_id, False)
    assert other.is_new
    assert ask(tmp_path, "select sum(granted - balance) from grants") == [(2 + 2,)]


def test_a_refused_prompt_is_counted_and_costs_nothing(
    tmp_path: Path, events_of, ask
) -> None:
    request = GenerationRequest.create("a n.u.d.e red star")
    with pytest.raises(PromptRefused, match="sexual"):
        submit(request, home=tmp_path)
    (end,) = ends(events_of, tmp_path)
    assert (end.status, end.error_class, end.attempt) == ("moderated", "safety", 0)
    assert (end.moderation_stage, end.moderation_outcome, end.moderation_category) == (
        *("input_text", "refused", "sexual"),
    )
    assert end.policy_version == "2026-11"
    assert (end.charged_credits, end.cost_micros, end.busy_ms) == (0, 0, 0)
    assert ask(tmp_path, "select sum(granted - balance) from grants") == [(0,)]


def test_a_store_of_an_older_release_keeps_its_credits_and_ends_its_jobs(
    tmp_path: Path, events_of, ask
) -> None:
    job = queue(tmp_path)
    with sqlite3.connect(tmp_path / "engine" / "jobs.db") as database:
        database.executescript(
            "create table old as select job_id, 'running' as status, grant_id,"
            " submitted from jobs; drop table jobs; alter table old rename to jobs;"
            " create table old as select grant_id, granted, balance from grants;"
            " drop table grants; alter table old rename to grants;"
        )
    assert recover_jobs(JobStore(tmp_path)) == [job]
    (end,) = ends(events_of, tmp_path)
    assert (end.status, end.error_code) == ("failed", "interrupted")
    assert end.busy_ms == 0  # nobody knows when it began
    assert ask(tmp_path, "select account_id, balance from grants") == [("local", 1000)]
