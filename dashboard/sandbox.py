"""Runs an analyst's SQL: one process a statement, which can be ended at any time.

Reads the analysts' file of a build through `sql_worker`. Writes nothing. The server
only waits on a pipe, so its other readers notice nothing, whatever a statement does.
"""

import json
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

from dashboard.answer_files import settle
from dashboard.sql_worker import OUT_OF_MEMORY

WORKER = Path(__file__).with_name("sql_worker.py")
# As many as there are cores on a small machine; others wait for their turn.
SLOTS = threading.BoundedSemaphore(2)
LONGEST_SQL = 20_000
# Beyond the bytes of the rows: the head, the schema and the frame of the stream.
FRAME_BYTES = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one statement may use.

    Attributes:
        wall_seconds: From the start of its process to its end.
        cpu_seconds: Of one core.
        memory_bytes: That its process may fill.
        rows: That an answer may have; the rest is cut off.
        bytes: That an answer may have; the rest is cut off.
        queue_seconds: To wait for a turn.
    """

    wall_seconds: float = 15
    cpu_seconds: int = 12
    memory_bytes: int = 1 << 30
    rows: int = 10_000
    bytes: int = 16 << 20
    queue_seconds: float = 10


@dataclass(frozen=True)
class Answer:
    """How a statement ended.

    Attributes:
        kind: "Answered", or in two or three words why there is no table.
        message: What went wrong and what to do, for the reader.
        position: The byte of the statement at which it went wrong, where known.
        table: The rows, if it was answered.
        cut: "rows" or "bytes" when that limit cut the answer off.
        milliseconds: What the statement took, or what was waited for it.
    """

    kind: str
    message: str = ""
    position: int | None = None
    table: pa.Table | None = None
    cut: str | None = None
    milliseconds: int = 0


LIMITS = Limits()


class Job:
    """A statement that is being answered, and the means to stop it."""

    def __init__(self, path: Path, sql: str, limits: Limits) -> None:
        """Start to answer a statement on the file at the path."""
        self.sql = sql
        self.started = time.monotonic()
        self.answer: Answer | None = None
        self._path, self._limits = path, limits
        self._cancelled, self._late = threading.Event(), threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def seconds(self) -> float:
        """How long ago it was asked for."""
        return time.monotonic() - self.started

    @property
    def pid(self) -> int | None:
        """The process that answers; None while it waits for its turn."""
        return None if self._process is None else self._process.pid

    def wait(self, seconds: float) -> Answer | None:
        """Wait for the answer, but no longer than this."""
        self._thread.join(seconds)
        return self.answer

    def cancel(self) -> None:
        """End the process at once; the answer then says so."""
        self._cancelled.set()
        if self._process is not None:
            self._process.kill()

    def _run(self) -> None:
        try:
            answer = self._in_turn()
        except Exception as error:  # a reader of the page must never wait for ever
            answer = Answer("Not answered", f"The query could not be run: {error}.")
        self.answer = answer

    def _in_turn(self) -> Answer:
        if len(self.sql) > LONGEST_SQL:
            longest = f"A statement may have {LONGEST_SQL:,} characters"
            return Answer("Refused", f"{longest}; this has {len(self.sql):,}.")
        give_up = self.started + self._limits.queue_seconds
        while not SLOTS.acquire(timeout=0.1):
            if self._cancelled.is_set():
                return self._stopped()
            if time.monotonic() > give_up:
                message = "Other queries are running. Try again in a moment."
                return Answer("Busy", message)
        try:
            return self._stopped() if self._cancelled.is_set() else self._ask()
        finally:
            SLOTS.release()

    def _ask(self) -> Answer:
        """Start the process, hand it the job, and read what it says until its end."""
        with subprocess.Popen(
            [sys.executable, "-I", str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LANG": "C.UTF-8", "TZ": "UTC"},
            cwd="/",
            start_new_session=True,
        ) as process:
            self._process = process
            timer = threading.Timer(self._limits.wall_seconds, self._end_late)
            timer.start()
            if self._cancelled.is_set():  # between the check and the start
                process.kill()
            try:
                said = self._talk(process)
            finally:
                process.kill()
                timer.cancel()
        return self._read(said, process.returncode)

    def _talk(self, process: subprocess.Popen[bytes]) -> bytes:
        assert process.stdin is not None
        assert process.stdout is not None
        job = asdict(self._limits) | {"path": str(self._path), "sql": self.sql}
        try:
            process.stdin.write(json.dumps(job).encode())
            process.stdin.close()
        except BrokenPipeError:
            return b""
        said = process.stdout.read(self._limits.bytes + FRAME_BYTES)
        process.wait()
        return said

    def _end_late(self) -> None:
        self._late.set()
        if self._process is not None:
            self._process.kill()

    def _read(self, said: bytes, code: int) -> Answer:
        head, newline, body = said.partition(b"\n")
        if self._cancelled.is_set():
            return self._stopped()
        if not newline or code:
            return self._killed(code)
        facts = json.loads(head)
        if not facts.pop("ok"):
            if facts["kind"] == "Memory":
                return self._killed(OUT_OF_MEMORY)
            return Answer(**facts)
        table = settle(pa.ipc.open_stream(body).read_all())
        return Answer("Answered", table=table, **facts)

    def _killed(self, code: int) -> Answer:
        limits = self._limits
        if self._late.is_set() or code == -signal.SIGALRM:
            kind = f"Stopped after {limits.wall_seconds:g} s"
            message = "Ask for a shorter period or for fewer rows to join."
        elif code == -signal.SIGXCPU:
            kind = f"Stopped after {limits.cpu_seconds} s of computing"
            message = "Ask for a shorter period or for fewer rows to join."
        elif code == OUT_OF_MEMORY:
            kind = "Stopped: too much memory"
            message = (
                f"A query may fill {limits.memory_bytes >> 20:,} MiB. Filter before you"
                " join and sort, and avoid very long lists and texts."
            )
        else:
            kind = "Stopped"
            message = f"The process of the query ended by itself ({code})."
        return Answer(kind, message, milliseconds=round(self.seconds * 1000))

    def _stopped(self) -> Answer:
        message = "You stopped it; nothing is running any more."
        return Answer("Cancelled", message, milliseconds=round(self.seconds * 1000))


def start(path: Path, sql: str) -> Job:
    """Start to answer one statement on the analysts' file at the path."""
    return Job(path, sql, LIMITS)
