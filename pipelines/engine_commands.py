"""What the engine's commands do, with their progress on stderr.

Reads and writes the data folder. `generation` is named by string and loaded only by the
command that needs it.
"""

import json
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

import typer

from pipelines.settings import settings
from pipelines.terminal import Format, console, fail, show, task


def read_wishes(
    prompt: str | None,
    *,
    batch: Path | None,
    out: Path | None,
    variations: int,
    **asked: Any,
) -> list[Any]:
    """Check everything that was asked for, before anything is reserved."""
    batches = import_module("generation.batch")
    requests = import_module("generation.request")
    if (prompt is None) == (batch is None):
        raise typer.BadParameter("give a prompt, or a file with --batch")
    try:
        if batch is not None:
            if out is not None:
                raise ValueError("-o is for one prompt; a batch names its own files")
            return [
                varied
                for wish in batches.read_batch(batch)
                for varied in batches.vary(wish, variations)
            ]
        if out is not None:
            requests.check_output(out)
        request = requests.GenerationRequest.create(prompt, **asked)
        return batches.vary(batches.Wish(request, out), variations)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def run_quote(wishes: list[Any], *, as_json: bool) -> None:
    """Tell what the clips would cost and what of them is not understood."""
    submission = import_module("generation.submission")
    quotes = [submission.quote(wish.request) for wish in wishes]
    for quote in quotes:
        if as_json:
            print(json.dumps(quote._asdict()))
            continue
        print(f"{quote.credits} credits")
        _name_unknown(quote.unknown_words)
        if quote.refused_for:
            console.print(f"would be refused: {quote.refused_for}")


def run_queue(wishes: list[Any], *, account: str, priority: str, as_json: bool) -> None:
    """Leave the clips to the workers; prints their ids."""
    jobs = _submit(wishes, account=account, priority=priority)
    for job in jobs:
        print(json.dumps(job._asdict()) if as_json else job.generation_id)
        console.print(f"{job.credits} credits" if job.is_new else "known by its key")
    _account_for(wishes, done=len(jobs))


def run_generate(wishes: list[Any], *, account: str, as_json: bool) -> None:
    """Make the clips here and now, and say what each cost."""
    engine = import_module("generation.engine")
    home = settings().home
    done = 0
    steps = sum(wish.request.num_inference_steps for wish in wishes)
    with (
        engine.attend(home) as owner,
        task("generating", total=steps) as (progress, bar),
    ):
        jobs = _submit(wishes, account=account, owner=owner)
        for _ in range(sum(job.is_new for job in jobs)):
            try:
                result = engine.run_next(
                    home,
                    worker_id=owner,
                    owner=owner,
                    on_step=lambda _done, _steps: progress.advance(bar),
                )
            except ValueError as error:  # a picture or clip that cannot be read
                console.print(str(error), style="red", markup=False)
                continue
            if result is None:  # cancelled by another command
                break
            done += 1
            _tell(result, as_json=as_json)
    _account_for(wishes, done=done + sum(not job.is_new for job in jobs))


def run_serve(workers: int, *, is_draining: bool) -> None:
    """Run workers until Ctrl-C, or until the queue is empty."""
    worker = import_module("generation.worker")
    if workers < 1:
        raise typer.BadParameter(f"workers must be at least 1, got {workers}")
    ends = "ends when the queue is empty" if is_draining else "Ctrl-C stops"
    console.print(f"{workers} workers; {ends}")
    try:
        worker.serve(settings().home, workers=workers, is_draining=is_draining)
    except worker.WorkersFailed as error:
        raise fail(str(error)) from None


def run_engine_status(job_id: str | None, *, as_json: bool) -> None:
    """Show one job, or the open ones and the last that ended."""
    import pandas as pd

    submission = import_module("generation.submission")
    home = settings().home
    try:
        jobs = (
            submission.list_jobs(home)
            if job_id is None
            else [submission.find_job(home, job_id)]
        )
    except LookupError as error:
        raise fail(str(error)) from None
    if as_json:
        rows = [json.dumps(job._asdict(), default=_plain) for job in jobs]
        print(rows[0] if job_id else "\n".join(rows))
        return
    if not jobs:
        console.print("no job yet; `reel generate` makes a clip")
        return
    columns = ("generation_id", "account_id", "status", "steps", "attempts", "path")
    frame = pd.DataFrame([job._asdict() for job in jobs])
    frame["steps"] = frame["steps_done"].astype(str) + "/" + frame["steps"].astype(str)
    show(frame[list(columns)], Format.TABLE, None)


def run_cancel(job_id: str) -> None:
    """Cancel a job that is still open."""
    submission = import_module("generation.submission")
    home = settings().home
    if not submission.cancel(home, job_id):
        try:
            status = submission.find_job(home, job_id).status
        except LookupError as error:
            raise fail(str(error)) from None
        raise fail(f"{job_id} has ended already: {status}")
    console.print("cancelled; a running job stops after its step")


def _submit(
    wishes: list[Any], *, account: str, priority: str = "standard", owner: Any = None
) -> list[Any]:
    """Queue the clips; a prompt that the policy refuses does not stop the others."""
    submission = import_module("generation.submission")
    order = import_module("generation.ledger").Order
    batch_id = str(uuid4()) if len(wishes) > 1 else None
    jobs = []
    for wish in wishes:
        try:
            job = submission.submit(
                wish.request,
                home=settings().home,
                out=wish.out,
                order=order(
                    account_id=wish.account_id or account,
                    priority=wish.priority or priority,
                    owner=owner,
                    idempotency_key=wish.key,
                    batch_id=batch_id,
                ),
            )
        except ValueError as error:
            console.print(str(error), style="red", markup=False)
            continue
        jobs.append(job)
    return jobs


def _tell(result: Any, *, as_json: bool) -> None:
    """Say what a clip cost, and print where it is."""
    metering = result.metering
    if as_json:
        shown = {
            "generation_id": result.generation_id,
            "path": str(result.path),
            "credits": result.credits,
            "cost_usd": float(result.cost_usd),
            "run_ms": metering.run_ms,
            "unknown_words": result.unknown_words,
            "frames_sha256": metering.frames_sha256,
        }
        print(json.dumps(shown))
        return
    cost = f"${result.cost_usd:.6f}"
    console.print(f"{result.credits} credits, {metering.run_ms} ms, {cost}")
    _name_unknown(result.unknown_words)
    print(result.path)


def _name_unknown(words: list[str]) -> None:
    if words:
        console.print(f"words not understood: {', '.join(words)}", markup=False)


def _account_for(wishes: list[Any], *, done: int) -> None:
    """Fail if a clip is missing; what is wrong with it was said before."""
    if done < len(wishes):
        raise fail(f"{len(wishes) - done} of {len(wishes)} clips were not made")


def _plain(value: Any) -> str:
    """A time or a path as text."""
    return value.isoformat() if isinstance(value, datetime) else str(value)
