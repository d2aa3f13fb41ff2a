"""What waits to be loaded: files that producers have landed, and bodies received.

Reads the landing folders and the inbox of inbox.db. Writes nothing.
"""

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

SUFFIXES = (".ndjson", ".ndjson.gz", ".parquet")

_BLOCK_BYTES = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"
# For the size of batches only: how many bytes an event takes, roughly.
_NDJSON_BYTES_PER_EVENT = 400
_GZIP_BYTES_PER_EVENT = 60


class MixedSampleWeights(ValueError):
    """Events of samples of different size would be added up."""


@dataclass(frozen=True)
class Source:
    """A file, or a body of the inbox, that was not loaded yet.

    Attributes:
        origin: What the catalog calls it: path below the home, or `inbox/<id>`.
        size: Bytes.
        rows: How many events it holds (exact for Parquet, else a guess).
        mtime_ns: When the file was changed last.
        path: The file; None for a body.
        body: The bytes of a body.
        inbox_id: The row of a body.
        received_at: When a body was received.
    """

    origin: str
    size: int
    rows: int
    mtime_ns: int = 0
    path: Path | None = None
    body: bytes = b""
    inbox_id: int | None = None
    received_at: datetime | None = None

    @property
    def is_parquet(self) -> bool:
        """Whether the rows come as columns."""
        return self.path is not None and self.path.suffix == ".parquet"

    def read_blocks(self) -> Iterator[bytes]:
        """The bytes of NDJSON, unpacked, block by block.

        Raises:
            EOFError: A gzip stream ends before its end; what came before was yielded.
            zlib.error: A gzip stream is damaged from here on.
        """
        if self.path is None:
            blocks: Iterable[bytes] = iter([self.body])
        else:
            blocks = _file_blocks(self.path)
        yield from _unpack(blocks)

    def read_head(self, size: int) -> bytes:
        """The first bytes as they lie on disk, to be kept when nothing can be read."""
        if self.path is None:
            return self.body[:size]
        with self.path.open("rb") as file:
            return file.read(size)


def find_files(home: Path, paths: Sequence[Path] | None) -> list[Path]:
    """All files to look at, in the order of loading."""
    landing = home / "landing"
    if paths is None:
        paths = [landing] if landing.exists() else []
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += [p for p in sorted(path.rglob("*")) if _is_landed(p)]
        elif not path.exists():
            raise FileNotFoundError(f"no file or folder {path}")
        elif not path.name.endswith(SUFFIXES):
            raise ValueError(f"{path}: only {', '.join(SUFFIXES)} files can be loaded")
        else:
            found.append(path)
    return list(dict.fromkeys(path.resolve() for path in found))


def waiting_files(
    connection: sqlite3.Connection, files: Iterable[Path], *, home: Path
) -> list[Source]:
    """Those files that the catalog does not list with this size and time."""
    statement = "select path, size, mtime_ns from sources"
    consumed = set(connection.execute(statement))
    waiting = []
    for path in files:
        status = path.stat()
        origin = _origin(path, home)
        if (origin, status.st_size, status.st_mtime_ns) not in consumed:
            rows = _estimate_rows(path, status.st_size)
            waiting.append(
                Source(origin, status.st_size, rows, status.st_mtime_ns, path)
            )
    return waiting


def waiting_bodies(connection: sqlite3.Connection) -> Iterator[Source]:
    """What the inbox holds now, oldest first; each body is read when its turn comes."""
    waiting = "select inbox_id from inbox where batch_id is null order by inbox_id"
    one = "select body, received_at from inbox where inbox_id = ?"
    for (inbox_id,) in connection.execute(waiting).fetchall():
        body, received_at = connection.execute(one, (inbox_id,)).fetchone()
        rows = len(body) // _NDJSON_BYTES_PER_EVENT + 1
        yield Source(
            origin=f"inbox/{inbox_id}",
            size=len(body),
            rows=rows,
            body=body,
            inbox_id=inbox_id,
            received_at=datetime.fromisoformat(received_at).astimezone(UTC),
        )


def waiting_body_bytes(connection: sqlite3.Connection) -> int:
    """How many bytes wait in the inbox."""
    statement = (
        "select coalesce(sum(length(body)), 0) from inbox where batch_id is null"
    )
    (size,) = connection.execute(statement).fetchone()
    return int(size)


def plan_batches(sources: Iterable[Source], *, max_rows: int) -> Iterator[list[Source]]:
    """Whole sources in order, together about `max_rows` events."""
    batch: list[Source] = []
    rows = 0
    for source in sources:
        if batch and rows + source.rows > max_rows:
            yield batch
            batch, rows = [], 0
        batch.append(source)
        rows += source.rows
    if batch:
        yield batch


def read_manifests(
    connection: sqlite3.Connection, files: Iterable[Path], *, home: Path
) -> list[tuple[str, float, str]]:
    """The manifests beside the files, as (name, sample weight, content).

    A manifest lies in a file's folder or above it: anywhere in the home, otherwise at
    most one folder up. It may state no weight; those that do must agree.

    Raises:
        MixedSampleWeights: Two manifests, or one and what was loaded before, differ.
    """
    known = connection.execute("select sample_weight, path from manifests")
    weights = dict(known.fetchall())
    found = []
    for path in sorted({m for file in files for m in _manifests_of(file, home)}):
        content, name = path.read_text("utf-8"), _origin(path, home)
        try:
            stated = json.loads(content).get("sample_weight")
        except (json.JSONDecodeError, AttributeError) as error:
            raise ValueError(f"{path} is no JSON object: {error}") from error
        if stated is not None:
            found.append((name, float(stated), content))
            weights.setdefault(float(stated), name)
    if len(weights) > 1:
        stated = ", ".join(f"{w:g} in {name}" for w, name in sorted(weights.items()))
        raise MixedSampleWeights(
            f"sample weights differ: {stated}; load them into different homes"
        )
    return found


def _manifests_of(file: Path, home: Path) -> Iterator[Path]:
    root = home.resolve()
    folders = [folder for folder in file.parents if folder.is_relative_to(root)]
    for folder in folders or file.parents[:2]:
        if (folder / "manifest.json").is_file():
            yield folder / "manifest.json"


def _is_landed(path: Path) -> bool:
    """Whether a producer has finished the file: others have a temporary name."""
    is_temporary = path.name.startswith((".", "_"))
    return path.name.endswith(SUFFIXES) and not is_temporary and path.is_file()


def _origin(path: Path, home: Path) -> str:
    """A file's name in the catalog; a home that is moved keeps its names."""
    root = home.resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _estimate_rows(path: Path, size: int) -> int:
    if path.suffix == ".gz":
        return size // _GZIP_BYTES_PER_EVENT + 1
    if path.suffix == ".ndjson":
        return size // _NDJSON_BYTES_PER_EVENT + 1
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError):
        return 1  # not Parquet: one record in quarantine


def _file_blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            yield block


def _unpack(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack gzip (several members too) in bounded memory; pass other bytes on."""
    stream = iter(blocks)
    first = next(stream, b"")
    if not first.startswith(_GZIP_MAGIC):
        yield first
        yield from stream
        return
    unpacker = zlib.decompressobj(wbits=31)
    waiting = first
    while waiting or (waiting := next(stream, b"")):
        if unpacker.eof:
            unpacker = zlib.decompressobj(wbits=31)
        yield unpacker.decompress(waiting, _BLOCK_BYTES)
        waiting = unpacker.unconsumed_tail or unpacker.unused_data
    while block := unpacker.decompress(b"", _BLOCK_BYTES):
        yield block
    if not unpacker.eof:
        raise EOFError("the gzip stream ends before its end")
