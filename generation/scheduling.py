"""Whose turn it is: claims of queued jobs, their leases and their next attempts.

Every function works inside the caller's transaction on the job store. A claim carries
the job's fence: whoever was overtaken holds an old one and changes nothing any more.
"""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

MAX_ATTEMPTS = 5  # errors worth another try, and kills
# A dead worker is seen at once by its lock; the lease is for one that hangs.
LEASE_SECONDS = 600.0
AGEING_SECONDS = 300.0  # a standard job that has waited so long counts as a high one
SHARE_SECONDS = 3600.0  # the time over which accounts are held to equal shares

# High before standard; then the account for which least work was begun within the last
# hour, counted in steps; then who came first.
_NEXT = """
select job_id from jobs as waiting
where status = 'queued' and owner is :owner and available_at <= :now
order by
    max(priority, :now - available_at >= :ageing) desc,
    (
        select coalesce(sum(steps), 0) from jobs as begun
        where begun.account_id = waiting.account_id and begun.claimed_at > :hour_ago
    ),
    rowid
limit 1
"""

Verdict = Literal["go_on", "cancel", "lost"]


class Claim(NamedTuple):
    """A job in a worker's hands.

    Attributes:
        owner: The command that waits for the job; None if it is the queue's.
        fence: Number of the claim; a later one makes this one void.
        attempt: Which attempt this is, from 1.
        request: The request as JSON; None if it is no longer known.
        path: Where the clip goes.
        queue_ms: How long the job could have run and did not.
        earlier_ms: How long earlier attempts kept the device busy.
    """

    job_id: str
    worker_id: str
    owner: str | None
    fence: int
    attempt: int
    request: bytes | None
    path: Path
    claimed_at: float
    queue_ms: int
    earlier_ms: int


class Interrupted(NamedTuple):
    """A job that was left lying, its time so far, and whether it may be tried again."""

    job_id: str
    fence: int
    error_code: str
    busy_ms: int
    is_retried: bool


def claim_next(
    database: sqlite3.Connection, *, worker_id: str, owner: str | None = None
) -> Claim | None:
    """Take the next job of the queue, or of the command `owner`; None if none waits."""
    now = time.time()
    found = database.execute(
        _NEXT,
        {
            "owner": owner,
            "now": now,
            "ageing": AGEING_SECONDS,
            "hour_ago": now - SHARE_SECONDS,
        },
    ).fetchone()
    if found is None:
        return None
    fence, attempt, request, path, available_at, earlier_ms = database.execute(
        "update jobs set status = 'running', fence = fence + 1,"
        " attempts = attempts + 1, steps_done = 0, worker_id = ?, claimed_at = ?,"
        " lease_until = ? where job_id = ?"
        " returning fence, attempts, request, path, available_at, busy_ms",
        (worker_id, now, now + LEASE_SECONDS, found[0]),
    ).fetchone()
    return Claim(
        job_id=found[0],
        worker_id=worker_id,
        owner=owner,
        fence=fence,
        attempt=attempt,
        request=request,
        path=Path(path),
        claimed_at=now,
        queue_ms=max(0, round((now - available_at) * 1000)),
        earlier_ms=earlier_ms,
    )


def renew(database: sqlite3.Connection, claim: Claim, *, steps_done: int) -> Verdict:
    """Report progress and keep the claim; tells what to do next."""
    row = database.execute(
        "update jobs set steps_done = ?, lease_until = ?"
        " where job_id = ? and fence = ? and status = 'running'"
        " returning is_cancel_asked",
        (steps_done, time.time() + LEASE_SECONDS, claim.job_id, claim.fence),
    ).fetchone()
    if row is None:
        return "lost"
    return "cancel" if row[0] else "go_on"


def try_again(
    database: sqlite3.Connection, job_id: str, *, fence: int, wait_seconds: float
) -> None:
    """Put a job back, to be tried again after a while; its time is on the account."""
    now = time.time()
    database.execute(
        "update jobs set status = 'queued', worker_id = null, steps_done = 0,"
        " available_at = ?,"
        " busy_ms = busy_ms + cast((? - claimed_at) * 1000 as integer)"
        " where job_id = ? and fence = ? and status = 'running'",
        (now + wait_seconds, now, job_id, fence),
    )


def put_back(database: sqlite3.Connection, claim: Claim) -> None:
    """Put a job back whose worker was asked to stop: this attempt does not count."""
    try_again(database, claim.job_id, fence=claim.fence, wait_seconds=0)
    database.execute(
        "update jobs set attempts = attempts - 1"
        " where job_id = ? and fence = ? and status = 'queued'",
        (claim.job_id, claim.fence),
    )


def list_interrupted(
    database: sqlite3.Connection, is_alive: Callable[[str], bool]
) -> list[Interrupted]:
    """List the jobs whose worker died or hangs, and those whose command died."""
    now = time.time()
    rows = database.execute(
        "select job_id, fence, status = 'running', worker_id, owner, attempts,"
        " coalesce(lease_until, 0), coalesce(claimed_at, ?), busy_ms, request is null"
        " from jobs where status in ('queued', 'running')",
        (now,),
    )
    interrupted = []
    for job in [_OpenJob(*row) for row in rows.fetchall()]:
        is_orphan = job.owner is not None and not is_alive(job.owner)
        is_dead = job.is_running and not is_alive(job.worker_id or "nobody")
        hangs = job.is_running and job.lease_until < now
        if is_orphan or is_dead or hangs or job.is_lost:
            has_tries = job.attempts < MAX_ATTEMPTS
            running_ms = round((now - job.claimed_at) * 1000) if job.is_running else 0
            interrupted.append(
                Interrupted(
                    job_id=job.job_id,
                    fence=job.fence,
                    error_code="interrupted" if not hangs or is_dead else "hangs",
                    busy_ms=job.busy_ms + max(0, running_ms),
                    is_retried=job.owner is None and not job.is_lost and has_tries,
                )
            )
    return interrupted


class _OpenJob(NamedTuple):
    job_id: str
    fence: int
    is_running: bool
    worker_id: str | None
    owner: str | None
    attempts: int
    lease_until: float
    claimed_at: float
    busy_ms: int
    is_lost: bool  # its request is not known, as in a store of an older release
