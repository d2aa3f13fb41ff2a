"""Whose rows a nightly build computes again; all others it keeps from the last build.

Reads the raw views, the lake's new files and the dated policies. Writes the schema
`touched` of the file that is built.

A row of a model that keeps rows belongs to one person or account and follows from the
events of both, of any day, up to `as_of`. So it changes when one of them is named by an
event that is new, or by one of a day that was not closed before. What else depends on
`as_of` (a debt lapses, a grant runs out) happens on a day after the last one.
"""

import csv
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import duckdb

from generation.events import EVENT_TYPES
from pipelines import lake, raw

# An event may say whose it is only by what it is about: events of money that share one
# of these keys count together, whatever accounts they name.
SHARED = ("grant_id", "subscription_id", "payment_id", "refund_id")
OWNED = {
    key: [
        event_type
        for event_type, event in EVENT_TYPES.items()
        if key in event.__struct_fields__
        and "generation_id" not in event.__struct_fields__
    ]
    for key in SHARED
}
NAMES = ("user_id", "account_id", "merged_user_id", "merged_account_id", *SHARED)


class Basis(NamedTuple):
    """What decides the rows of a build.

    Attributes:
        lake_version: The version of the lake that it saw.
        batches: The loads of that version; another lake has other ones.
        as_of: Its last closed day.
        code_version: The models and references that it followed.
        reporting_time_zone: Whose midnight ended its days.
    """

    lake_version: int
    batches: frozenset[str]
    as_of: date
    code_version: str
    reporting_time_zone: str


def can_keep(published: Basis, wanted: Basis, policies: Path) -> bool:
    """Whether a build may keep rows of another: later data, the same rules.

    Args:
        published: The build that has the rows.
        wanted: The build that is to be made.
        policies: The seed of the dated policies; one that begins in between changes
            rows that nothing touched.
    """
    with policies.open(newline="") as file:
        begins = [date.fromisoformat(row["valid_from"]) for row in csv.DictReader(file)]
    return (
        published.code_version == wanted.code_version
        and published.reporting_time_zone == wanted.reporting_time_zone
        and published.batches <= wanted.batches
        and published.as_of <= wanted.as_of
        and not any(published.as_of < day <= wanted.as_of for day in begins)
    )


def write(home: Path, building: Path, published: Basis, wanted: Basis) -> None:
    """Write `touched.users` and `touched.accounts` into a file that has its raw views.

    Args:
        home: The data folder.
        building: The file that is built.
        published: The build whose rows are kept.
        wanted: The build that is made.
    """
    seen = lake.pinned_files(home, published.lake_version)
    files = lake.pinned_files(home, wanted.lake_version)
    arrived = {
        event_type: sorted(set(paths) - set(seen.get(event_type, [])))
        for event_type, paths in files.items()
    }
    zone = ZoneInfo(published.reporting_time_zone)
    midnight = datetime.combine(published.as_of + timedelta(days=1), time(), zone)
    with duckdb.connect(str(building)) as connection:
        connection.execute("set timezone = 'UTC'")
        union = " union all ".join(_named(arrived, opened_at=midnight.astimezone(UTC)))
        connection.execute(
            f"create temp table named as select distinct * from ({union})"
        )
        for statement in _statements():
            connection.execute(statement)


def _named(arrived: Mapping[str, list[Path]], *, opened_at: datetime) -> Iterator[str]:
    """Select what the new events name, and those of days that were not closed."""
    for event_type in EVENT_TYPES:
        columns = lake.schema(event_type)
        names = ", ".join(
            name if name in columns else f"cast(null as varchar) as {name}"
            for name in NAMES
        )
        new_rows = raw.rows(event_type, arrived.get(event_type, []))
        yield f"select {names} from ({new_rows})"
        yield (
            f"select {names} from raw.{event_type}"
            f" where occurred_at >= timestamptz '{opened_at.isoformat()}'"
        )


def _statements() -> Iterator[str]:
    """From the names to the keys; a registration ties a person to an account.

    Whoever was ever merged counts with another, so both are always computed.
    """
    owners = [
        f"select account_id from raw.{event_type}"
        f" where {name} in (select {name} from named)"
        for name, event_types in OWNED.items()
        for event_type in event_types
    ]
    yield (
        "create temp table owners as"
        " select account_id from named union select merged_account_id from named union "
        + " union ".join(owners)
    )
    yield "create schema touched"
    yield (
        "create table touched.users as select user_id from ("
        " select user_id from named union select merged_user_id from named union"
        " select user_id from raw.account_merged union"
        " select merged_user_id from raw.account_merged union"
        " select user_id from raw.user_registered"
        " where account_id in (select account_id from owners)"
        ") where user_id is not null"
    )
    yield (
        "create table touched.accounts as select account_id from ("
        " select account_id from owners union"
        " select account_id from raw.user_registered"
        " where user_id in (select user_id from touched.users)"
        ") where account_id is not null"
    )
