"""Workers that are killed at any moment lose no job and no event, and double none."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import av
import pytest

from generation.events import (
    CreditsRefunded,
    CreditsSpent,
    GenerationFinished,
    GenerationSubmitted,
)
from generation.jobs import JobStore
from generation.request import GenerationRequest
from generation.submission import list_jobs, submit
from pipelines.load import ingest

REEL = str(Path(sys.executable).with_name("reel"))


def ask_for_clip(home: Path, number: int) -> None:
    prompt = ("a red ball rises", "a blue star falls")[number % 2]
    request = GenerationRequest.create(prompt, num_inference_steps=1, seed=number)
    submit(request, home=home)


def count_ended(home: Path) -> int:
    return sum(job.ended_at is not None for job in list_jobs(home, ended=10_000))


def count_open(home: Path) -> int:
    return len(list_jobs(home, ended=0))


def wait_until(holds, *, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "nothing goes on"
        time.sleep(0.05)


def kill_one(home: Path, rng: random.Random) -> bool:
    """Kill a worker that lives; its name holds its number."""
    alive = JobStore(home).list_alive()
    if not alive:
        return False
    os.kill(int(rng.choice(alive).split("-")[1]), signal.SIGKILL)
    return True


def serve_under_fire(home: Path, *, clips: int, kills: int, seed: int) -> int:
    """Let two workers make the clips while they are killed; returns the jobs' number.

    A kill falls at a random time of a job's life; so that some are made all the same,
    every second one waits for a job to end. When few jobs are left, more come.
    """
    rng = random.Random(seed)
    for number in range(clips):
        ask_for_clip(home, number)
    served = subprocess.Popen(
        [REEL, "engine", "serve", "--workers", "2"],
        env=os.environ | {"REEL_HOME": str(home)},
        stderr=subprocess.DEVNULL,
    )
    try:
        done = 0
        while done < kills:
            before = count_ended(home)
            time.sleep(rng.uniform(0.02, 1.0))
            done += kill_one(home, rng)
            if done % 2:
                wait_until(lambda before=before: count_ended(home) > before)
            if count_open(home) < 2:
                ask_for_clip(home, clips)
                clips += 1
        wait_until(lambda: count_open(home) == 0, seconds=300)
        served.send_signal(signal.SIGINT)
        assert served.wait(timeout=60) == 0
    finally:
        served.kill()
        served.wait()
    return clips


def check_books(home: Path, *, clips: int, events_of, ask) -> Counter[str]:
    """Every job has begun and ended once, in the store, the spool and the lake."""
    events = events_of(home)
    by_type = {
        kind: [event for event in events.values() if isinstance(event, kind)]
        for kind in (GenerationSubmitted, GenerationFinished, CreditsSpent)
    }
    jobs = {job for (job,) in ask(home, "select job_id from jobs")}
    assert len(jobs) == clips
    for found in by_type.values():
        assert sorted(event.generation_id for event in found) == sorted(jobs)
    assert ask(home, "select count(*) from outbox where is_relayed = 0") == [(0,)]
    assert {id_ for (id_,) in ask(home, "select event_id from outbox")} == set(events)

    ends = by_type[GenerationFinished]
    refunds = [e for e in events.values() if isinstance(e, CreditsRefunded)]
    charged = sum(end.charged_credits for end in ends)
    spent = sum(event.spent_credits for event in by_type[CreditsSpent])
    assert charged == spent - sum(event.refunded_credits for event in refunds)
    assert ask(home, "select sum(granted - balance) from grants") == [(charged,)]

    for state in list_jobs(home, ended=10_000):
        if state.status == "succeeded":
            with av.open(str(state.path)) as container:
                assert len(list(container.decode(video=0))) == 16
        else:
            assert (state.status, state.attempts) == ("failed", 5)
    made = {state.path for state in list_jobs(home, ended=10_000) if not state.error}
    assert set((home / "videos").iterdir()) == made  # nothing unfinished is left

    report = ingest(home)
    assert (report.accepted, report.quarantined) == (len(events), 0)
    return Counter(end.status for end in ends)


def test_killed_workers_lose_and_double_nothing(tmp_path: Path, events_of, ask) -> None:
    clips = serve_under_fire(tmp_path, clips=6, kills=6, seed=1)
    ended = check_books(tmp_path, clips=clips, events_of=events_of, ask=ask)
    assert ended["succeeded"] >= 3


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_fifty_clips_survive_fifty_kills(tmp_path: Path, events_of, ask) -> None:
    clips = serve_under_fire(tmp_path, clips=50, kills=50, seed=2)
    ended = check_books(tmp_path, clips=clips, events_of=events_of, ask=ask)
    assert ended["succeeded"] >= 40
    print(f"{clips} clips, 50 kills: {dict(ended)}")
