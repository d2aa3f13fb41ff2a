"""The door to the queue: submit a clip, follow it, cancel it.

Reads and writes the job store below <home>/engine. Loads no model.
"""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import msgspec

from generation.events import GenerationStatus, GenerationSubmitted
from generation.jobs import JobStore
from generation.ledger import (
    PLAIN_ORDER,
    Order,
    price_request,
    record_end,
    record_submission,
)
from generation.metering import Metering
from generation.policy import PromptRefused, find_category, read_policy
from generation.request import GenerationRequest, check_output


class Quote(NamedTuple):
    """What a request will cost, and what of it the model does not understand."""

    credits: int
    unknown_words: list[str]
    refused_for: str | None


class Submitted(NamedTuple):
    """A job in the queue; not new if its key was known."""

    generation_id: str
    credits: int
    is_new: bool


class JobState(NamedTuple):
    """A job as it stands.

    Attributes:
        status: queued, running, succeeded, failed, moderated or cancelled.
        position: How many open jobs were submitted before it, while it is queued.
        path: Where the clip is, or will be if it succeeds.
    """

    generation_id: str
    account_id: str
    status: str
    priority: str
    model_id: str
    mode: str
    steps_done: int
    steps: int
    attempts: int
    position: int | None
    credits: int
    submitted_at: datetime
    ended_at: datetime | None
    path: Path
    error: str | None


def quote(request: GenerationRequest) -> Quote:
    """Tell the price and the words not understood, before anything is reserved."""
    return Quote(
        credits=price_request(request),
        unknown_words=request.unknown_words,
        refused_for=find_category(request.prompt),
    )


def submit(
    request: GenerationRequest,
    *,
    home: Path,
    out: Path | None = None,
    order: Order = PLAIN_ORDER,
) -> Submitted:
    """Queue a job; its credits are taken now.

    Args:
        request: What to make.
        home: The data folder.
        out: The clip's file; its suffix chooses the format. By default an mp4 below
            <home>/videos.
        order: For whom, how urgently, and whether a command waits for it.

    Raises:
        PromptRefused: The policy forbids the prompt; the refusal is an event.
    """
    job_id = str(uuid4())
    path = (out or home / "videos" / f"{job_id}.mp4").resolve()
    check_output(path)
    category = find_category(request.prompt)
    store = JobStore(home)
    with store.transaction() as database:
        known = _find_by_key(database, order)
        if known is not None:
            return known
        credits = record_submission(
            database,
            request,
            job_id=job_id,
            session_id=_session_id(order.account_id),
            path=path,
            order=order,
        )
        if category is not None:
            _record_refusal(database, job_id, request, category)
    if category is not None:
        store.relay()
        raise PromptRefused(category)
    return Submitted(job_id, credits, is_new=True)


def cancel(home: Path, job_id: str) -> bool:
    """Cancel a job: at once if it waits, else after the running step.

    Returns:
        Whether the job was open, so that there was something to cancel.
    """
    store = JobStore(home)
    with store.transaction() as database:
        row = database.execute(
            "update jobs set is_cancel_asked = 1 where job_id = ?"
            " and status in ('queued', 'running') returning status, request, busy_ms",
            (job_id,),
        ).fetchone()
        if row is not None and row[0] == "queued":
            record_end(
                database,
                job_id,
                status="cancelled",
                metering=Metering(busy_ms=row[2]),
                request=GenerationRequest.from_json(row[1]) if row[1] else None,
            )
    store.relay()
    return row is not None


def find_job(home: Path, job_id: str) -> JobState:
    """Return a job's state.

    Raises:
        LookupError: There is no such job.
    """
    states = _read_states(home, "where job_id = ?", (job_id,))
    if not states:
        raise LookupError(f"no job {job_id}; `reel engine status` lists them")
    return states[0]


def list_jobs(home: Path, *, ended: int = 10) -> list[JobState]:
    """List the open jobs in the order of submission, then the last that ended."""
    is_open = "status in ('queued', 'running')"
    return _read_states(home, f"where {is_open} order by rowid") + _read_states(
        home, f"where not {is_open} order by ended_at desc limit ?", (ended,)
    )


def _record_refusal(
    database: sqlite3.Connection,
    job_id: str,
    request: GenerationRequest,
    category: str,
) -> None:
    """End a job as moderated before anything has run."""
    status: GenerationStatus = "moderated"
    refusal = Metering(
        moderation_stage="input_text",
        moderation_outcome="refused",
        moderation_category=category,
        policy_version=read_policy().version,
    )
    record_end(
        database,
        job_id,
        status=status,
        metering=refusal,
        request=request,
        error_class="safety",
        error_code="prompt_refused",
        error=category,
    )


def _find_by_key(database: sqlite3.Connection, order: Order) -> Submitted | None:
    """Return the job that an account's key stands for already."""
    row = database.execute(
        "select job_id, submitted from jobs"
        " where account_id = ? and idempotency_key = ?",
        (order.account_id, order.idempotency_key),
    ).fetchone()
    if row is None:
        return None
    event = msgspec.json.decode(row[1], type=GenerationSubmitted)
    return Submitted(row[0], event.reserved_credits, is_new=False)


def _read_states(
    home: Path, condition: str, values: Sequence[object] = ()
) -> list[JobState]:
    with JobStore(home).reading() as database:
        rows = database.execute(
            "select *, (select count(*) from jobs as ahead where ahead.rowid <"
            " jobs.rowid and ahead.status in ('queued', 'running')) as position"
            f" from jobs {condition}",
            values,
        ).fetchall()
    return [_describe(row) for row in rows]


def _describe(row: sqlite3.Row) -> JobState:
    event = msgspec.json.decode(row["submitted"], type=GenerationSubmitted)
    ended = row["ended_at"]
    return JobState(
        generation_id=row["job_id"],
        account_id=row["account_id"],
        status=row["status"],
        priority="high" if row["priority"] else "standard",
        model_id=event.model_id,
        mode=event.mode,
        steps_done=row["steps_done"],
        steps=row["steps"],
        attempts=row["attempts"],
        position=row["position"] if row["status"] == "queued" else None,
        credits=event.reserved_credits,
        submitted_at=event.occurred_at.astimezone(UTC),
        ended_at=datetime.fromtimestamp(ended, UTC) if ended else None,
        path=Path(row["path"] or ""),
        error=row["error"],
    )


@cache
def _session_id(account_id: str) -> str:
    """One session for each account and process."""
    del account_id
    return str(uuid4())
