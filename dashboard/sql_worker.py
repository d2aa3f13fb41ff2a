"""Answers one SQL statement in a process of its own, within hard limits.

Reads a job (JSON) from stdin and the analysts' file. Writes one line of JSON to stdout
and, when there is an answer, an Arrow stream behind it. `sandbox` starts it by its path
with an empty environment: it imports nothing of ours and nobody imports it but tests.

The kernel ends it at its limits, because a single function call inside DuckDB can
neither be interrupted nor be held to DuckDB's own memory limit.
"""

import json
import os
import re
import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import duckdb

# Room for code, libraries and stacks, over the memory that a query may fill.
ADDRESSES = 2 << 30
OUT_OF_MEMORY = 77
BATCH_ROWS = 1024
LOCKED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
    "max_temp_directory_size": "0GB",
    "threads": "1",
    "async_threads": "1",
    "errors_as_json": "true",
}
# Every other function of a from clause reads files, settings or raw memory, or runs
# text as SQL that these rules would not see.
TABLE_FUNCTIONS = frozenset(
    {"generate_series", "histogram", "histogram_values", "json_each", "json_tree"}
    | {"range", "repeat", "repeat_row", "unnest"}
)
# What tells of the process instead of the data.
CLOSED_FUNCTIONS = frozenset({"current_setting", "getvariable", "write_log"})
CLOSED_TABLES = ("duckdb_", "pragma_", "pg_", "sqlite_")
CLOSED_SCHEMAS = frozenset({"pg_catalog", "system", "temp"})
EXPLAIN = re.compile(r"explain\b\s*(analyze\b|\([^()]*\))?", re.IGNORECASE)


class Refused(ValueError):
    """The statement is not one that this page answers."""


def main() -> None:
    """Answer the job on stdin."""
    job = json.load(sys.stdin)
    limit(job)
    started = time.monotonic()
    rows: Any = b""
    try:
        rows, cut = answer(job)
        head: dict[str, object] = {"ok": True, "cut": cut}
    except Refused as refusal:
        head = {"ok": False, "kind": "Refused", "message": f"{refusal}."}
    except Exception as error:
        head = {"ok": False} | explain_error(error)
    head["milliseconds"] = round((time.monotonic() - started) * 1000)
    out = sys.stdout.buffer
    out.write(json.dumps(head).encode() + b"\n")
    out.write(rows)
    out.flush()


def limit(job: dict[str, Any]) -> None:
    """Set the limits that the kernel keeps, and watch the memory that it does not."""
    # The server ends the process too; the alarm is for a server that has died.
    signal.setitimer(signal.ITIMER_REAL, job["wall_seconds"] + 1)
    seconds = job["cpu_seconds"]
    limits = [
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, 64, 64),
    ]
    if sys.platform == "linux":  # macOS keeps no limit of addresses
        room = ADDRESSES + job["memory_bytes"]
        limits.append((resource.RLIMIT_AS, room, room))
    for kind, soft, hard in limits:
        resource.setrlimit(kind, (soft, hard))
    threading.Thread(target=watch, args=(job["memory_bytes"],), daemon=True).start()


def watch(memory_bytes: int) -> None:
    """End the process when it has filled more memory than it may."""
    while True:
        if most_filled() > memory_bytes:
            os._exit(OUT_OF_MEMORY)
        time.sleep(0.02)


def most_filled() -> int:
    """The most memory that this process has filled so far, in bytes.

    Linux hands the maxrss of a process on to its children, so a large server would
    seem to be a large query; the high-water mark of /proc is the process's own.
    """
    if sys.platform != "linux":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with open("/proc/self/status") as status:
        mark = next(line for line in status if line.startswith("VmHWM:"))
    return int(mark.split()[1]) * 1024


def answer(job: dict[str, Any]) -> tuple[Any, str | None]:
    """Run the statement.

    Returns:
        Its first rows as an Arrow stream, and which limit cut them off, if one did.
    """
    with connect(job["path"], memory_bytes=job["memory_bytes"]) as connection:
        statement = check(connection, job["sql"])
        import pyarrow as pa  # slow, and nothing that is refused needs it

        reader = bind(connection, statement).to_arrow_reader(BATCH_ROWS)
        sink = pa.BufferOutputStream()
        rows, size, cut = 0, 0, None
        with pa.ipc.new_stream(sink, reader.schema) as stream:
            for batch in reader:
                part = batch.slice(0, job["rows"] - rows)
                if part.num_rows < batch.num_rows:
                    cut = "rows"
                while part.num_rows and size + part.nbytes > job["bytes"]:
                    part, cut = part.slice(0, part.num_rows // 2), "bytes"
                stream.write_batch(part)
                rows, size = rows + part.num_rows, size + part.nbytes
                if cut:
                    break
    if cut == "bytes" and not rows:
        raise Refused("One row of this result is larger than a whole one may be")
    return sink.getvalue(), cut


def bind(
    connection: duckdb.DuckDBPyConnection, statement: duckdb.Statement
) -> duckdb.DuckDBPyRelation:
    """Make a relation of the statement: it streams, a cursor keeps the whole answer."""
    try:
        return connection.sql(statement)
    except duckdb.Error:
        connection.execute(statement)  # says where it is wrong, which sql() does not
        raise


def connect(path: str, *, memory_bytes: int) -> duckdb.DuckDBPyConnection:
    """Open the file read-only, alone, and locked."""
    # Half of what the process may fill: DuckDB's own error comes first and is kinder.
    config = LOCKED | {"memory_limit": f"{memory_bytes // 2 >> 20}MiB"}
    connection = duckdb.connect(path, read_only=True, config=config)
    connection.execute("set timezone = 'UTC'")
    connection.execute("set lock_configuration = true")
    return connection


def check(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement:
    """Let one SELECT pass, or an EXPLAIN of one, that reads nothing but data."""
    statements = connection.extract_statements(sql)
    if not statements:
        raise Refused("There is no statement")
    if len(statements) > 1:
        raise Refused(f"One statement at a time; these are {len(statements)}")
    statement = statements[0]
    kind = statement.type.name
    if kind == "SELECT":
        selected = statement.query
    elif kind == "EXPLAIN":
        selected = EXPLAIN.sub("", statement.query, count=1)
    else:
        raise Refused(f"Only SELECT and EXPLAIN are answered, not {kind}")
    asked = connection.execute("select json_serialize_sql(?)", [selected])
    [(serialized,)] = asked.fetchall()
    try:
        tree = json.loads(serialized)
    except RecursionError:
        raise Refused("The statement is nested too deeply") from None
    if tree["error"] or len(tree["statements"]) != 1:
        raise Refused("Only SELECT and EXPLAIN of a SELECT are answered")
    for node in nodes(tree):
        check_node(node)
    return statement


def nodes(tree: object) -> Iterator[dict[str, Any]]:
    """Walk through a parsed statement without recursion: it may be deep."""
    waiting = [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            yield item
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


def check_node(node: dict[str, Any]) -> None:
    """Refuse a node that reads the system, a file or text as SQL."""
    kind = node.get("type")
    if kind == "TABLE_FUNCTION":
        name = str(node["function"].get("function_name")).lower()
        if name not in TABLE_FUNCTIONS:
            raise Refused(f"The function {name} may not be used here")
    elif kind == "FUNCTION":
        name = str(node.get("function_name")).lower()
        if name in CLOSED_FUNCTIONS:
            raise Refused(f"The function {name} may not be used here")
    elif kind == "BASE_TABLE":
        path = [part.lower() for part in node["qualified_name"]["path"]]
        if path[-1].startswith(CLOSED_TABLES) or CLOSED_SCHEMAS & set(path[:-1]):
            raise Refused(f"The system table {'.'.join(path)} may not be read here")


def explain_error(error: Exception) -> dict[str, object]:
    """Take DuckDB's message apart: kind, words, and the byte where it went wrong."""
    text = str(error)
    if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
        return {"kind": "Memory", "message": "", "position": None}
    try:
        facts = json.loads(text[text.index("{") :])
    except ValueError:
        return {"kind": type(error).__name__, "message": text, "position": None}
    position = facts.get("position")
    return {
        "kind": f"{facts['exception_type']} error",
        "message": facts["exception_message"],
        "position": int(position) if position else None,
    }


if __name__ == "__main__":
    main()
