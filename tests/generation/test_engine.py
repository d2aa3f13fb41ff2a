"""One terminal event and a ledger that adds up, whatever happens to a job."""

import json
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

import av
import msgspec
import numpy as np
import pytest

from generation.drawing import find_trajectory
from generation.engine import GenerationCancelled, generate, recover_jobs
from generation.events import AnyEvent, GenerationFinished
from generation.jobs import JobStore
from generation.ledger import record_end
from generation.media import hash_frames, write_clip
from generation.metering import Metering
from generation.quality import measure
from generation.request import GenerationRequest

REQUEST = GenerationRequest.create("a red ball rises", num_inference_steps=2)


def spooled(home: Path) -> list[AnyEvent]:
    """Every line of the spool, decoded by the contract itself."""
    lines = [
        line
        for path in sorted((home / "landing" / "engine").glob("*.ndjson"))
        for line in path.read_bytes().splitlines()
    ]
    return [msgspec.json.decode(line, type=AnyEvent) for line in lines]


def count_types(home: Path) -> Counter[str]:
    return Counter(event.__struct_config__.tag for event in spooled(home))


def balance(home: Path) -> int:
    with sqlite3.connect(home / "engine" / "jobs.db") as database:
        return database.execute("select sum(balance) from grants").fetchone()[0]


def test_a_generation_writes_its_clip_and_its_events(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    result = generate(
        REQUEST, home=tmp_path, on_step=lambda done, all_: steps.append((done, all_))
    )
    assert steps == [(1, 2), (2, 2)]
    with av.open(str(result.path)) as container:
        assert len(list(container.decode(video=0))) == 16
    assert count_types(tmp_path) == {
        "user_registered": 1,
        "session_started": 1,
        "credits_granted": 1,
        "generation_submitted": 1,
        "credits_spent": 1,
        "generation_finished": 1,
    }
    finished = next(e for e in spooled(tmp_path) if isinstance(e, GenerationFinished))
    assert finished.status == "succeeded"
    assert (finished.num_frames, finished.nfe) == (16, 4)  # 2 steps with guidance
    assert finished.frames_sha256 == hash_frames(result.frames)
    assert finished.output_bytes == result.path.stat().st_size
    assert finished.charged_credits == result.credits == 2  # 1 a second, 2 seconds
    parts_ms = finished.load_ms + finished.run_ms + finished.encode_ms
    assert finished.busy_ms == pytest.approx(parts_ms, rel=0.05)
    # 0.36 USD an hour
    assert finished.cost_micros == pytest.approx(finished.busy_ms * 0.1, abs=1)
    assert balance(tmp_path) == 1000 - 2


def test_no_event_holds_the_prompt(tmp_path: Path) -> None:
    request = GenerationRequest.create("a red xylophone", num_inference_steps=1)
    generate(request, home=tmp_path, out=tmp_path / "clip.png")
    submitted = next(e for e in spooled(tmp_path) if hasattr(e, "prompt_sha256"))
    assert (submitted.prompt_word_count, submitted.unknown_word_count) == (3, 1)
    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert not [path for path in files if b"xylophone" in path.read_bytes()]


def test_the_same_seed_gives_the_same_frames_in_every_call(tmp_path: Path) -> None:
    results = [generate(REQUEST, home=tmp_path) for _ in range(2)]
    hashes = {result.metering.frames_sha256 for result in results}
    assert len(hashes) == 1
    assert count_types(tmp_path)["session_started"] == 1


@pytest.mark.parametrize(
    ("error", "status", "error_class"),
    [
        (GenerationCancelled(), "cancelled", None),
        (KeyboardInterrupt(), "cancelled", None),
        (MemoryError(), "failed", "oom"),
        (RuntimeError("broken"), "failed", "internal"),
    ],
)
def test_a_job_that_breaks_ends_once_and_gets_its_credits_back(
    tmp_path: Path, error: BaseException, status: str, error_class: str | None
) -> None:
    def stop(_done: int, _all: int) -> None:
        raise error

    with pytest.raises(type(error)):
        generate(REQUEST, home=tmp_path, on_step=stop)
    assert recover_jobs(JobStore(tmp_path)) == []
    ends = [e for e in spooled(tmp_path) if isinstance(e, GenerationFinished)]
    assert [(e.status, e.error_class, e.charged_credits) for e in ends] == [
        (status, error_class, 0)
    ]
    assert balance(tmp_path) == 1000
    assert list(tmp_path.glob("videos/*")) == []


def test_a_users_broken_clip_is_the_users_error(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"no video")
    request = GenerationRequest.create("a red ball", motion=clip)
    with pytest.raises(ValueError, match="no clip that can be read"):
        generate(request, home=tmp_path)
    ends = [e for e in spooled(tmp_path) if isinstance(e, GenerationFinished)]
    assert [(e.status, e.error_class) for e in ends] == [("failed", "user_input")]


KILLED = """
import os, signal, sys
from pathlib import Path
from generation.engine import generate
from generation.request import GenerationRequest
request = GenerationRequest.create("a red ball rises", num_inference_steps=2)
kill = lambda done, steps: os.kill(os.getpid(), signal.SIGKILL)
generate(request, home=Path(sys.argv[1]), on_step=kill)
"""


def test_a_killed_job_gets_exactly_one_terminal_event(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert spooled(tmp_path) == []  # nothing was relayed, but nothing is lost

    generate(REQUEST, home=tmp_path)  # the next run ends it
    assert recover_jobs(JobStore(tmp_path)) == []
    ends = [e for e in spooled(tmp_path) if isinstance(e, GenerationFinished)]
    assert all(end.busy_ms > 0 for end in ends)  # what was thrown away cost too
    assert sorted((e.status, e.error_code) for e in ends) == [
        ("failed", "interrupted"),
        ("succeeded", None),
    ]
    counts = count_types(tmp_path)
    assert (counts["credits_spent"], counts["credits_refunded"]) == (2, 1)
    assert balance(tmp_path) == 1000 - 2


def test_a_living_job_is_not_taken_for_an_interrupted_one(tmp_path: Path) -> None:
    def look(_done: int, _all: int) -> None:
        assert recover_jobs(JobStore(tmp_path)) == []

    assert generate(REQUEST, home=tmp_path, on_step=look).path.exists()
    assert count_types(tmp_path)["generation_finished"] == 1


def test_a_repeated_relay_sends_the_same_ids(tmp_path: Path) -> None:
    generate(REQUEST, home=tmp_path, out=tmp_path / "clip.png")
    store = JobStore(tmp_path)
    assert store.relay() is None  # nothing is left to send
    before = spooled(tmp_path)
    with sqlite3.connect(tmp_path / "engine" / "jobs.db") as database:
        database.execute("update outbox set is_relayed = 0")  # as if killed before
    store.relay()
    assert {e.event_id for e in spooled(tmp_path)} == {e.event_id for e in before}
    assert len(before) == 6


def test_credits_granted_are_spent_or_left(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        generate(REQUEST, home=tmp_path, out=tmp_path / name)
    with sqlite3.connect(tmp_path / "engine" / "jobs.db") as database:
        database.execute("update grants set balance = 1")  # too little for one more
    generate(REQUEST, home=tmp_path, out=tmp_path / "c.png")
    assert count_types(tmp_path)["credits_granted"] == 2
    assert balance(tmp_path) == 1 + 1000 - 2


def test_a_reference_clip_moves_the_subject_along_its_path(tmp_path: Path) -> None:
    clip = np.full((16, 48, 48, 3), 120, np.uint8)
    for index in range(16):
        clip[index, 20:28, 4 + 2 * index : 12 + 2 * index] = (240, 30, 30)
    write_clip(clip, tmp_path / "motion.mp4", fps=8, height=384)
    request = GenerationRequest.create("a big ball", motion=tmp_path / "motion.mp4")
    path, source = find_trajectory(request, None)
    assert (request.mode, source) == ("motion_control", "reference_clip")
    np.testing.assert_allclose(path[[0, -1], 0], [8 / 48, 38 / 48], atol=0.05)
    np.testing.assert_allclose(path[:, 1], 0.5, atol=0.03)


def test_an_event_file_is_lines_of_json(tmp_path: Path) -> None:
    generate(REQUEST, home=tmp_path, out=tmp_path / "clip.png")
    (path,) = (tmp_path / "landing" / "engine").iterdir()
    assert path.name == "000000000001-000000000006.ndjson"
    types = [json.loads(line)["event_type"] for line in path.open()]
    assert types[-1] == "generation_finished"


def test_words_alone_move_the_subject_as_asked(tmp_path: Path) -> None:
    request = GenerationRequest.create("a big red ball moves left on a grey background")
    result = generate(request, home=tmp_path)
    found = measure(result.frames.astype(np.float32) / 255)
    assert (found.motion, found.color) == ("left", "red")


def test_the_older_model_is_given_no_path(tmp_path: Path) -> None:
    older = GenerationRequest.create("a red ball moves left", model_id="sprite-1")
    assert find_trajectory(older, None) == (None, None)


def test_a_job_that_has_ended_does_not_end_again(tmp_path: Path) -> None:
    # the job may end between being listed as open and being adopted
    result = generate(REQUEST, home=tmp_path, out=tmp_path / "clip.png")
    with JobStore(tmp_path).transaction() as database:
        again = record_end(
            database, result.generation_id, status="failed", metering=Metering()
        )
    assert again is None
    assert balance(tmp_path) == 1000 - 2
