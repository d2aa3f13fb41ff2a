"""The event contract for readers: docs/events.md and its JSON Schema.

`python -m pipelines.contract_docs` writes both after a change of generation/events.py.
Reads generation.events. Writes docs/events.md and docs/events.schema.json.
"""

import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from generation.events import (
    EVENT_TYPES,
    NATURAL_KEYS,
    SCHEMA_VERSION,
    AnyEvent,
    Event,
)
from pipelines.check import MAX_AHEAD
from pipelines.clock import MAX_CLOCK_ERROR
from pipelines.columns import EARLIEST, LATEST, Column, contract
from pipelines.dedupe import WINDOW_DAYS
from pipelines.quarantine import MAX_DEPTH, MAX_EVENT_BYTES, Reason
from pipelines.settings import ROOT
from pipelines.upcasts import RULES

REASONS = {
    Reason.INVALID_JSON: "The line is not JSON, or its text is not Unicode.",
    Reason.UNKNOWN_EVENT_TYPE: "The contract has no such event type.",
    Reason.UNKNOWN_VERSION: f"`schema_version` is not {SCHEMA_VERSION}.",
    Reason.MISSING_FIELD: "A required field is absent or null.",
    Reason.WRONG_TYPE: "A value, or a whole column, has another type.",
    Reason.UNKNOWN_VALUE: "A value is not one of those listed.",
    Reason.OUT_OF_RANGE: "A number or the length of a text is outside its limits.",
    Reason.BAD_FORMAT: "A text does not match its pattern.",
    Reason.BAD_TIMESTAMP: (
        f"A time is malformed, has no zone, or is not in {EARLIEST.year}-{LATEST.year}."
    ),
    Reason.FUTURE_TIMESTAMP: (
        f"`occurred_at` is more than {MAX_AHEAD.total_seconds() / 3600:g} hours after"
        " `received_at`."
    ),
    Reason.INVALID_TEXT: "A text contains U+0000.",
    Reason.TOO_LARGE: f"The event has more than {MAX_EVENT_BYTES:,} bytes.",
    Reason.TOO_DEEP: f"The event is nested deeper than {MAX_DEPTH} levels.",
    Reason.CONFLICTING_DUPLICATE: (
        "The event repeats an accepted one, by its id or by what it is about, and"
        " states something else."
    ),
    Reason.TRUNCATED_FILE: "The rest of a file cannot be read; one record a file.",
    Reason.UNREADABLE_FILE: "Nothing of a file can be read; one record a file.",
}


def _describe_rules() -> Iterator[str]:
    """One line for each outdated form."""
    forms = {
        "milliseconds": "in milliseconds",
        "hyphens": "with hyphens for underscores",
        "digits": "as text of digits",
    }
    for rule in RULES:
        senders = f" by {rule.platform} {rule.app_version}*" if rule.platform else ""
        end = f" to before {rule.until:%Y-%m-%d}" if rule.until < LATEST else " on"
        yield (
            f"`{rule.name}`: `{rule.field}` of {rule.event_type} sent as `{rule.sent}`"
            f" {forms[rule.form]}{senders}, from {rule.since:%Y-%m-%d}{end}."
        )


_FORMS = "\n".join(f"  - {line}" for line in _describe_rules())

_INTRODUCTION = f"""# Events

Generated from `generation/events.py` by `python -m pipelines.contract_docs`; the same
contract as JSON Schema is in [events.schema.json](events.schema.json).

An event is one line of NDJSON (`.ndjson`, `.ndjson.gz`) with `event_type`, or one row
of a Parquet file. A Parquet file without a column `event_type` is named after it, up
to the first dot (`session_started.parquet`, `session_started.2.parquet`). Both are held
to the same rules.

- An event is identified by (`source`, `event_id`). Sent again within {WINDOW_DAYS} days
  of receipt (UTC dates) it is a duplicate: the first loaded wins, within one load the
  earliest received, then the first in order of files. Send what failed again; nothing
  is counted twice.
- Under another id an event is a duplicate too, however much later, when it is about the
  same thing: each event type below says which fields tell. A repeat of either kind that
  states something else than the accepted event is quarantined.
- A client that states `sent_at` may have a wrong clock: where `sent_at` is more than
  {MAX_CLOCK_ERROR.total_seconds():g} seconds off `received_at`, `occurred_at` is
  corrected by the difference; the lake keeps the client's own in `client_occurred_at`.
- Some outdated forms are still read, and noted in the lake's column `upcast`:
{_FORMS}
- `received_at` may be left out. An event of the inbox then has the time at which its
  body was received; an event of a file the time at which its load began.
- Null means "not stated" everywhere: the default holds, or the field is missing.
- Properties that the contract does not know are kept in the lake's column `extra` as
  JSON text; null ones are dropped.
- Times are RFC 3339 with a zone in JSON and zoned timestamps in Parquet; they are kept
  in UTC and rounded to the microsecond. Integers in Parquet may have any width and a
  float field may come as integers; every other type must be the field's own.
- Lines end with LF or CR LF. A byte order mark and blank lines are skipped.
"""


def events_page() -> str:
    """The whole page docs/events.md."""
    return "\n".join([_INTRODUCTION, *_envelope(), *_types(), *_reasons()])


def json_schema() -> str:
    """JSON Schema 2020-12 of one event."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Reelmetrics event, version {SCHEMA_VERSION}",
    }
    schema |= msgspec.json.schema(AnyEvent)
    return json.dumps(schema, indent=1) + "\n"


def write_docs(folder: Path) -> None:
    """Write both files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "events.md").write_text(events_page(), "utf-8")
    (folder / "events.schema.json").write_text(json_schema(), "utf-8")


def _envelope() -> Iterator[str]:
    yield "## The envelope\n"
    yield f"{inspect.getdoc(Event)}\n"
    yield from _table(_envelope_columns())


def _envelope_columns() -> list[Column]:
    """The envelope as the least demanding event type has it."""
    every = [column for tag in EVENT_TYPES for column in contract(tag)]
    by_demand = sorted(every, key=lambda column: column.required, reverse=True)
    by_name = {column.name: column for column in by_demand}
    return [by_name[name] for name in Event.__struct_fields__]


def _types() -> Iterator[str]:
    yield "## Event types\n"
    yield "Each has the envelope's fields too; those it requires are repeated.\n"
    envelope = _envelope_columns()
    for tag, struct in EVENT_TYPES.items():
        yield f"### {tag}\n"
        keys = ", ".join(f"`{key}`" for key in NATURAL_KEYS[tag])
        yield f"{inspect.getdoc(struct)}\n"
        yield f"Told once for each {keys}.\n"
        yield from _table([c for c in contract(tag) if c not in envelope])


def _table(columns: list[Column]) -> Iterator[str]:
    yield "| field | required | value | default |"
    yield "|---|---|---|---|"
    for column in columns:
        required = "yes" if column.required else ""
        has_default = column.default is not None
        default = f"`{json.dumps(column.default)}`" if has_default else ""
        value = column.expectation
        yield f"| `{column.name}` | {required} | {value} | {default} |"
    yield ""


def _reasons() -> Iterator[str]:
    yield "## Why an event is refused\n"
    yield "A refused event is kept in the table `quarantine` of `inbox.db` with its"
    yield "reason, JSON pointer, file, line and bytes. The first fault is told: an"
    yield "unknown version before all, then the fields in the contract's order.\n"
    yield "| reason | meaning |"
    yield "|---|---|"
    for reason, meaning in REASONS.items():
        yield f"| `{reason}` | {meaning} |"
    yield ""


if __name__ == "__main__":
    write_docs(ROOT / "docs")
