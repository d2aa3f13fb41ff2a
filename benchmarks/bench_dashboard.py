"""The dashboard under 1, 10 and 50 readers, and while builds are published under load.

A reader is a session on the websocket that a browser would use: it opens the Overview
and chooses another month every three seconds. Times are from the choice to the end of
the answer; CPU is the server's own, over all reruns. The first reader has seen every
month before, as after a morning; a new build empties what is remembered.
Reads the published build of `REEL_HOME`. Writes a temporary copy and prints a table;
ends with 1 when a target is missed. Linux only: it reads /proc. Where other programs
are at work, `chrt -r 5` before it takes their part out of the times.
"""

import argparse
import asyncio
import contextlib
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from pipelines import warehouse
from pipelines.settings import ROOT, settings

THINK_SECONDS = 3.0
# Publishing twice a minute is far more than any company does.
FLIP_SECONDS = 10.0
TARGET_CPU_MS, TARGET_P95_MS, TARGET_RSS_MIB = 50, 150, 400


@dataclass
class Reader:
    """One session: what it knows of the page and what its choices took."""

    socket: ClientConnection
    widget: str = ""
    months: list[str] = field(default_factory=list)
    page: str = ""
    seen: set[str] = field(default_factory=set)
    took_ms: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    errors: int = 0

    async def open(self) -> None:
        """Open the Overview."""
        await self._ask(None)

    async def choose(self, month: str) -> None:
        """Choose a month and wait for the end of the answer."""
        started = time.perf_counter()
        self.sizes.append(await self._ask(month))
        self.took_ms.append(1000 * (time.perf_counter() - started))

    async def _ask(self, month: str | None) -> int:
        asked = BackMsg()
        asked.rerun_script.page_script_hash = self.page
        asked.rerun_script.cached_message_hashes.extend(self.seen)
        if month is not None:
            state = asked.rerun_script.widget_states.widgets.add()
            state.id, state.string_value = self.widget, month
        await self.socket.send(asked.SerializeToString())
        size = 0
        while True:
            data = await asyncio.wait_for(self.socket.recv(), timeout=120)
            assert isinstance(data, bytes)
            size += len(data)
            if self._is_end(ForwardMsg.FromString(data)):
                return size

    def _is_end(self, answer: ForwardMsg) -> bool:
        if answer.metadata.cacheable:
            self.seen.add(answer.hash)
        kind = answer.WhichOneof("type")
        if kind == "new_session":
            self.page = answer.new_session.page_script_hash
        element = answer.delta.new_element
        if element.HasField("exception"):
            self.errors += 1
        if element.HasField("alert") and element.alert.format == Alert.ERROR:
            self.errors += 1
        if element.HasField("selectbox") and not self.widget:
            self.widget = element.selectbox.id
            # The first is no month but leads to a calendar.
            self.months = list(element.selectbox.options)[1:]
        if kind != "script_finished":
            return False
        self.errors += answer.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR
        return answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN


@dataclass(frozen=True)
class Load:
    """What one load showed.

    Attributes:
        name: Of the load.
        reruns: Choices answered.
        p50_ms: Half of them took less.
        p95_ms: 19 of 20 took less.
        cpu_ms: The server's, for one rerun.
        rss_mib: The server's largest memory so far.
        size_kib: Bytes of a middling answer.
        errors: Exceptions and blocks that could not be shown.
    """

    name: str
    reruns: int
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    rss_mib: float
    size_kib: float
    errors: int


async def measure(
    address: str, server: int, *, readers: int, seconds: float, home: Path | None = None
) -> Load:
    """Let readers choose months for a while; publish builds in a home, if named."""
    async with contextlib.AsyncExitStack() as stack:
        opened = [
            Reader(await stack.enter_async_context(connect(address, max_size=None)))
            for _ in range(readers)
        ]
        for reader in opened:
            await reader.open()
        cpu, until = cpu_seconds(server), time.monotonic() + seconds
        tasks = [read(reader, until, seed) for seed, reader in enumerate(opened)]
        if home is not None:
            tasks.append(flip(home, until))
        await asyncio.gather(*tasks)
        cpu = cpu_seconds(server) - cpu
    took = [milliseconds for reader in opened for milliseconds in reader.took_ms]
    return Load(
        name=f"{readers} reader{'s' if readers > 1 else ''}"
        + (", builds flip" if home else ""),
        reruns=len(took),
        p50_ms=statistics.median(took),
        p95_ms=statistics.quantiles(took, n=20)[-1],
        cpu_ms=1000 * cpu / len(took),
        rss_mib=peak_mib(server),
        size_kib=statistics.median(size for one in opened for size in one.sizes) / 1024,
        errors=sum(reader.errors for reader in opened),
    )


async def read(reader: Reader, until: float, seed: int) -> None:
    """Choose a month, think, choose another."""
    chance = random.Random(seed)
    await asyncio.sleep(chance.uniform(0, THINK_SECONDS))
    while time.monotonic() < until:
        await reader.choose(chance.choice(reader.months))
        await asyncio.sleep(chance.uniform(0.5, 1.5) * THINK_SECONDS)


async def warm(address: str) -> None:
    """See every month once."""
    async with connect(address, max_size=None) as socket_:
        reader = Reader(socket_)
        await reader.open()
        for month in reader.months:
            await reader.choose(month)


async def flip(home: Path, until: float) -> None:
    """Publish the same build again and again, each time under another name."""
    number = 0
    while time.monotonic() + FLIP_SECONDS < until:
        await asyncio.sleep(FLIP_SECONDS)
        number += 1
        await asyncio.to_thread(publish_again, home, f"again-{number}")


def publish_again(home: Path, build_id: str) -> None:
    """Publish a copy of the current build."""
    current = warehouse.open_current(home)
    copies = []
    for path in (current.path, warehouse.analysts_path(home, current.build_id)):
        copies.append(warehouse.folder(home) / f"{path.parent.name}.tmp")
        shutil.copyfile(path, copies[-1])
    warehouse.publish(home, copies[0], build_id, analysts=copies[1])


@contextlib.contextmanager
def served(home: Path) -> Iterator[tuple[str, int]]:
    """Serve the dashboard on a data folder; gives its websocket and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "asgi.py"]
    server = subprocess.Popen(
        [*command, "--server.port", str(port)],
        cwd=ROOT / "dashboard",
        env=os.environ | {"REEL_HOME": str(home)},
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health")
                break
            time.sleep(0.2)
        yield f"ws://127.0.0.1:{port}/_stcore/stream", server.pid
    finally:
        server.terminate()
        server.wait(timeout=20)


def cpu_seconds(process: int) -> float:
    """Read what a process has computed so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mib(process: int) -> float:
    """Read the largest memory that a process has filled."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


async def run(home: Path, seconds: float) -> list[Load]:
    """Measure each load against one server."""
    with served(home) as (address, server):
        await warm(address)
        return [
            await measure(address, server, readers=1, seconds=seconds),
            await measure(address, server, readers=10, seconds=seconds),
            await measure(address, server, readers=50, seconds=seconds),
            await measure(address, server, readers=10, seconds=seconds, home=home),
        ]


def main() -> None:
    """Measure, print, compare with the targets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=40, help="of each load")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        source = warehouse.folder(settings().home)
        shutil.copytree(source, warehouse.folder(home))
        loads = asyncio.run(run(home, arguments.seconds))
    print(f"{'load':<24}{'reruns':>7}{'p50 ms':>8}{'p95 ms':>8}", end="")
    print(f"{'CPU ms':>8}{'RSS MiB':>9}{'KiB':>6}{'errors':>8}")
    for load in loads:
        print(f"{load.name:<24}{load.reruns:>7}{load.p50_ms:>8.0f}", end="")
        print(f"{load.p95_ms:>8.0f}{load.cpu_ms:>8.0f}{load.rss_mib:>9.0f}", end="")
        print(f"{load.size_kib:>6.0f}{load.errors:>8}")
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    steady = loads[:3]
    kept = {
        f"CPU <= {TARGET_CPU_MS} ms": max(one.cpu_ms for one in steady)
        <= TARGET_CPU_MS,
        f"p95 <= {TARGET_P95_MS} ms at 50 readers": steady[2].p95_ms <= TARGET_P95_MS,
        f"RSS <= {TARGET_RSS_MIB} MiB": loads[-1].rss_mib <= TARGET_RSS_MIB,
        "no errors": not any(one.errors for one in loads),
    }
    print(
        *(f"{'met' if met else 'MISSED':<8}{name}" for name, met in kept.items()),
        sep="\n",
    )
    sys.exit(not all(kept.values()))


if __name__ == "__main__":
    main()
