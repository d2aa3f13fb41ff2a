"""The engine: makes the clips of claimed jobs and ends each with one event.

Writes the clip, and below <home> the job store and the spool of events. A job that a
kill interrupted goes back to the queue, or ends as failed with its credits given back.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from generation.drawing import OnStep, make_clip, to_ms
from generation.events import ErrorClass, GenerationStatus
from generation.jobs import JobStore
from generation.ledger import PLAIN_ORDER, Order, record_end
from generation.metering import RETRYABLE, Metering
from generation.request import GenerationRequest
from generation.scheduling import (
    MAX_ATTEMPTS,
    Claim,
    claim_next,
    list_interrupted,
    put_back,
    renew,
    try_again,
)
from generation.submission import submit


class GenerationCancelled(Exception):
    """Raise it in `on_step` to cancel; the credits go back."""


class WorkerStopped(Exception):
    """Raise it in `on_step` to put the job back into the queue."""


class JobOvertaken(Exception):
    """Another worker has the job now; this one changes nothing any more."""


@dataclass(frozen=True)
class Result:
    """A finished generation.

    Attributes:
        path: The clip.
        unknown_words: Words of the prompt that the model was never taught.
        frames: The model's own frames, [frames, size, size, 3], before enlarging.
        metering: What it took.
    """

    generation_id: str
    path: Path
    unknown_words: list[str]
    frames: NDArray[np.uint8]
    credits: int
    cost_usd: Decimal
    metering: Metering


def generate(
    request: GenerationRequest,
    *,
    home: Path,
    out: Path | None = None,
    on_step: OnStep | None = None,
    order: Order = PLAIN_ORDER,
) -> Result:
    """Make one clip in this process, without waiting for the queue's workers.

    Args:
        request: What to make.
        home: The data folder.
        out: Where to write the clip; its suffix chooses the format. By default an mp4
            below <home>/videos.
        on_step: Called with (steps done, steps in all) after each step.
        order: For whom.
    """
    with attend(home) as owner:
        submit(request, home=home, out=out, order=order._replace(owner=owner))
        result = run_next(home, worker_id=owner, owner=owner, on_step=on_step)
    assert result is not None, "the account has a job of this key already"
    return result


@contextmanager
def attend(home: Path) -> Iterator[str]:
    """Live as a process that makes clips; gives its name.

    Jobs that it owns and that are not made in the end are cancelled.
    """
    store = JobStore(home)
    recover_jobs(store)
    name = f"worker-{os.getpid()}-{uuid4().hex[:8]}"
    with store.live(name):
        try:
            yield name
        finally:
            _cancel_rest(store, name)
            store.relay()


def run_next(
    home: Path,
    *,
    worker_id: str,
    owner: str | None = None,
    on_step: OnStep | None = None,
) -> Result | None:
    """Make the next clip of the queue, or of a command; None if none waits.

    Whatever stops the job is recorded and raised.
    """
    store = JobStore(home)
    with store.transaction() as database:
        claim = claim_next(database, worker_id=worker_id, owner=owner)
    if claim is None:
        return None
    try:
        return _run(store, claim, home, on_step)
    except WorkerStopped:
        with store.transaction() as database:
            put_back(database, claim)
        raise
    except BaseException as error:
        _record_failure(store, claim, error)
        raise
    finally:
        _clear_parts(claim)
        store.relay()


def recover_jobs(store: JobStore) -> list[str]:
    """Put back what a dead or hanging worker left; end what has no way on.

    Returns:
        The jobs that were ended.
    """
    ended = []
    store.list_alive()  # the locks of the dead go
    with store.transaction() as database:
        for job in list_interrupted(database, store.is_alive):
            if job.is_retried:
                try_again(database, job.job_id, fence=job.fence, wait_seconds=0)
                continue
            record_end(
                database,
                job.job_id,
                status="failed",
                metering=Metering(busy_ms=job.busy_ms),
                fence=job.fence,
                error_class="timeout" if job.error_code == "hangs" else "internal",
                error_code=job.error_code,
                error="the process that made it died or hung",
            )
            ended.append(job.job_id)
    store.relay()
    return ended


def _run(store: JobStore, claim: Claim, home: Path, on_step: OnStep | None) -> Result:
    """Make the clip beside its place; the file and the job's end appear together."""
    if claim.request is None:
        raise RuntimeError("the request is no longer known")
    request = GenerationRequest.from_json(claim.request)

    def watch(done: int, steps: int) -> None:
        with store.transaction() as database:
            verdict = renew(database, claim, steps_done=done)
        if verdict == "lost":
            raise JobOvertaken(claim.job_id)
        if verdict == "cancel":
            raise GenerationCancelled(claim.job_id)
        if on_step is not None:
            on_step(done, steps)

    staged = claim.path.with_name(
        f".{claim.job_id}.{claim.fence}{claim.path.suffix.lower()}"
    )
    drawing, measured = make_clip(
        request, staged, job_id=claim.job_id, home=home, on_step=watch
    )
    _sync(staged)
    metering = replace(measured, **_state_claim(claim, busy_ms=measured.busy_ms))
    with store.transaction() as database:
        end = record_end(
            database,
            claim.job_id,
            status="succeeded",
            metering=metering,
            fence=claim.fence,
            request=request,
        )
        if end is None:
            raise JobOvertaken(claim.job_id)
        os.replace(staged, claim.path)
    return Result(
        generation_id=claim.job_id,
        path=claim.path,
        unknown_words=drawing.unknown_words,
        frames=drawing.frames,
        credits=end.charged_credits,
        cost_usd=metering.cost_usd(datetime.now(UTC).date()),
        metering=metering,
    )


def _record_failure(store: JobStore, claim: Claim, error: BaseException) -> None:
    """Record why there is no clip; an error that may pass is tried again."""
    status, error_class = _classify(error)
    is_queued = claim.owner is None and claim.attempt < MAX_ATTEMPTS
    busy_ms = to_ms(time.time() - claim.claimed_at)
    with store.transaction() as database:
        if status == "failed" and error_class in RETRYABLE and is_queued:
            wait = float(2**claim.attempt)
            try_again(database, claim.job_id, fence=claim.fence, wait_seconds=wait)
            return
        record_end(
            database,
            claim.job_id,
            status=status,
            metering=Metering(run_ms=busy_ms, **_state_claim(claim, busy_ms=busy_ms)),
            fence=claim.fence,
            request=_read_request(claim),
            error_class=error_class,
            error_code=type(error).__name__,
            error=str(error) or None,
        )


def _classify(error: BaseException) -> tuple[GenerationStatus, ErrorClass | None]:
    """Tell whose fault the end was."""
    if isinstance(error, GenerationCancelled | KeyboardInterrupt):
        return "cancelled", None
    if isinstance(error, ValueError):
        return "failed", "user_input"
    if isinstance(error, MemoryError):
        return "failed", "oom"
    return "failed", "internal"


def _state_claim(claim: Claim, *, busy_ms: int) -> dict[str, Any]:
    """What the queue knows of an attempt, with the time of those before it."""
    return {
        "queue_ms": claim.queue_ms,
        "busy_ms": claim.earlier_ms + busy_ms,
        "started_at": datetime.fromtimestamp(claim.claimed_at, UTC),
        "worker_id": claim.worker_id,
    }


def _read_request(claim: Claim) -> GenerationRequest | None:
    """The request of a job that failed; its files may be gone by now."""
    try:
        return GenerationRequest.from_json(claim.request or b"")
    except ValueError:
        return None


def _cancel_rest(store: JobStore, owner: str) -> None:
    """Cancel what a command asked for and did not come to."""
    with store.transaction() as database:
        left = database.execute(
            "select job_id from jobs where owner = ? and status = 'queued'", (owner,)
        ).fetchall()
        for (job_id,) in left:
            record_end(database, job_id, status="cancelled", metering=Metering())


def _clear_parts(claim: Claim) -> None:
    """Remove what this attempt and those before it left beside the clip."""
    for part in claim.path.parent.glob(f".*{claim.job_id}.*"):
        fence = part.name.split(f"{claim.job_id}.")[1].split(".")[0]
        if int(fence) <= claim.fence:
            part.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Have a file on the disk before the books say that it is there."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
