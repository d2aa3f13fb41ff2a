"""Workers of the queue, and the watch that keeps them running.

Reads and writes the job store below <home>/engine; writes the clips.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from threading import Event
from types import FrameType

from generation.engine import (
    GenerationCancelled,
    JobOvertaken,
    WorkerStopped,
    attend,
    recover_jobs,
    run_next,
)
from generation.jobs import JobStore

POLL_SECONDS = 0.5
WATCH_SECONDS = 1.0
# Loaded once before the workers part: seconds of imports, and most of their memory.
PRELOADED = ["generation.drawing", "generation.worker", "generation.bundled.pipeline"]


class WorkersFailed(Exception):
    """A worker could not run at all; its own message is on stderr."""


def serve(home: Path, *, workers: int, is_draining: bool = False) -> None:
    """Keep workers running until a signal, or until the queue is empty.

    A worker that is killed is replaced; what it had in hand goes back to the queue.

    Args:
        home: The data folder.
        workers: How many jobs run at once.
        is_draining: Whether to end when no job is open any more.
    """
    if workers < 1:
        raise ValueError(f"workers must be at least 1, got {workers}")
    context = get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    stop = _stop_on_signals()

    def start() -> ForkServerProcess:
        process = context.Process(
            target=work, args=(home, os.getpid()), kwargs={"is_draining": is_draining}
        )
        process.start()
        return process

    crew = [start() for _ in range(workers)]
    try:
        while crew and not stop.is_set():
            wait([process.sentinel for process in crew], timeout=WATCH_SECONDS)
            for process in [one for one in crew if not one.is_alive()]:
                crew.remove(process)
                code = process.exitcode or 0
                if code > 0:
                    raise WorkersFailed("a worker failed; its message is above")
                if code < 0:  # killed
                    stop.wait(POLL_SECONDS)
                    crew.append(start())
    finally:
        for process in crew:
            process.terminate()
        for process in crew:
            process.join()
        recover_jobs(JobStore(home))


def work(home: Path, watcher: int, *, is_draining: bool = False) -> None:
    """Make one clip after another until told to stop, or left alone by the watch."""
    stop = _stop_on_signals()

    def is_over() -> bool:
        return stop.is_set() or not _is_running(watcher)

    def give_way(_done: int, _steps: int) -> None:
        if is_over():
            raise WorkerStopped

    store = JobStore(home)
    with attend(home) as name:
        while not is_over():
            if not _run_one(home, name, on_step=give_way):
                if is_draining and not _has_open_jobs(store):
                    return
                recover_jobs(store)
                stop.wait(POLL_SECONDS)


def _run_one(home: Path, name: str, *, on_step: Callable[[int, int], None]) -> bool:
    """Make the next clip if one waits; what stops a job does not stop the worker."""
    began = time.monotonic()
    try:
        result = run_next(home, worker_id=name, on_step=on_step)
    except (GenerationCancelled, WorkerStopped, JobOvertaken) as reason:
        _say(name, type(reason).__name__)
        return True
    except Exception as error:
        _say(name, f"{type(error).__name__}: {error}")
        return True
    if result is None:
        return False
    _say(name, f"{result.path} in {time.monotonic() - began:.1f} s")
    return True


def _has_open_jobs(store: JobStore) -> bool:
    """Whether a job of the queue waits or runs, with any worker."""
    with store.reading() as database:
        found = database.execute(
            "select 1 from jobs where status in ('queued', 'running')"
            " and owner is null limit 1"
        ).fetchone()
    return found is not None


def _say(name: str, message: str) -> None:
    print(f"{name}  {message}", file=sys.stderr, flush=True)


def _stop_on_signals() -> Event:
    """Return what a termination or Ctrl-C sets, instead of breaking off anywhere."""
    stop = Event()

    def note(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, note)
    signal.signal(signal.SIGINT, note)
    return stop


def _is_running(process: int) -> bool:
    """Whether a process of this user exists."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
