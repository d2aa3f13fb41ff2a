"""Runs the commands behind the Studio page, each in a process of its own.

Reads what `reel studio` and `reel arena` print: JSON, one object a line. The server
waits on a pipe only; generation never runs in it.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

REEL = Path(sys.executable).with_name("reel")
# What the shell calls a process that Ctrl-C or a termination has ended.
STOPPED = 130


class Refused(Exception):
    """The command could not do what was asked; the message says why."""


class Job:
    """A command that runs, how far it is, and the means to stop it."""

    def __init__(self, home: Path, *arguments: str) -> None:
        """Start `reel` with the arguments, on a data folder."""
        self.started = time.monotonic()
        self.done = self.steps = 0
        self.answer: Any = None
        self.error = ""
        self._stopped = False
        self._process = _start(home, arguments)
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether it goes on."""
        return self._thread.is_alive()

    @property
    def is_stopped(self) -> bool:
        """Whether its reader stopped it."""
        return self._stopped and not self.is_running

    @property
    def seconds(self) -> float:
        """How long ago it was started."""
        return time.monotonic() - self.started

    def wait(self, seconds: float) -> None:
        """Wait for the end, but no longer than this."""
        self._thread.join(seconds)

    def cancel(self) -> None:
        """Stop it in order: the engine gives the credits back."""
        self._stopped = True
        self._process.terminate()

    def _follow(self) -> None:
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        errors: list[str] = []
        stderr = self._process.stderr
        reader = threading.Thread(target=lambda: errors.extend(stderr), daemon=True)
        reader.start()
        for line in self._process.stdout:
            said = json.loads(line) if line.startswith(("{", "[")) else None
            if isinstance(said, dict) and said.keys() == {"done", "steps"}:
                self.done, self.steps = said["done"], said["steps"]
            else:
                self.answer = said
        code = self._process.wait()
        reader.join()
        if code not in (0, STOPPED):
            self.error = _reason(errors)


def ask(home: Path, *arguments: str) -> Any:
    """Run a short command and give its answer.

    Raises:
        Refused: It said no.
    """
    with _start(home, arguments) as process:
        said, errors = process.communicate()
    if process.returncode:
        raise Refused(_reason(errors.splitlines()))
    return json.loads(said.splitlines()[-1])


def _start(home: Path, arguments: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(REEL), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A narrow terminal would break the reason of a refusal into lines.
        env=os.environ | {"REEL_HOME": str(home), "COLUMNS": "1000", "NO_COLOR": "1"},
        text=True,
    )


def _reason(lines: Sequence[str]) -> str:
    """Find the message among what a command said last, without its frame."""
    said = [line.strip(" │\n") for line in lines]
    said = [line for line in said if line and not line.startswith(("╭", "╰"))]
    return said[-1].removeprefix("Invalid value: ") if said else "it ended by itself"
