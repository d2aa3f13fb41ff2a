"""The blocks about the health of the data: freshness, loads, quarantine, tests.

Reads the build's own account through `queries`. Counts here are exact and never scaled:
they are rows, not users.
"""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from dashboard import formats, layout, queries, url_state
from dashboard.language import say
from dashboard.queries import Build

RECEIVED_HELP = (
    "Every row that was sent is accepted, a duplicate of one that was, or put aside"
    " in quarantine with its reason. Nothing is dropped silently."
)
BATCHES_HELP = "One row a load, newest first. A load is all or nothing."
QUARANTINE_HELP = "Rows that broke the contract. They are kept and can be replayed."
TESTS_HELP = (
    "A build is published only when all its tests pass. Identities, golden cases and"
    " checks of the data."
)
ROW_HEIGHT, TABLE_HEIGHT = 36, 330
COUNTS = ("received", "accepted", "duplicate", "quarantined")


def freshness(build: Build) -> None:
    """Draw how fresh the build is and which versions it is made of."""
    at, day = f"{build.built_at:%H:%M}", formats.day(build.built_at)
    all_passed = build.tests_passed == build.tests_total
    tiles = [
        (
            say("Data through"),
            formats.day(build.as_of),
            say("newest event {day}", day=formats.day(build.data_through)),
        ),
        (
            say("Built"),
            say("{age} ago", age=formats.age(build.age)),
            say("{time} UTC on {day}", time=at, day=day),
        ),
        (
            say("Tests passed"),
            f"{build.tests_passed}/{build.tests_total}",
            say("all green") if all_passed else say("see below"),
        ),
        (
            say("Lake version"),
            f"{build.lake_version}",
            say("code {version}", version=build.code_version),
        ),
    ]
    with st.grid(len(tiles), min_column_width=158, gap="small", key="freshness"):
        for label, number, note in tiles:
            with st.container(border=True, height="stretch", gap=None):
                st.metric(label, number)
                st.caption(note)
    st.caption(say("Build `{build}`", build=build.build_id))


@st.cache_data(max_entries=24, show_spinner=False)
def received(build_id: str, spoken: str) -> None:
    """Draw the account of all loads as one equation that must hold."""
    del spoken  # part of the key, as in the blocks below
    rows = queries.batches(build_id)
    if rows.empty:
        layout.say_empty("Nothing has been loaded. Load events with `reel ingest`.")
        return
    totals = {name: int(rows[name].sum()) for name in COUNTS}
    signs = dict(zip(COUNTS, ("", "= ", "+ ", "+ "), strict=True))
    labels = ("Received", "Accepted", "Duplicates", "Quarantined")
    with st.grid(4, min_column_width=230, gap="small", key="equation"):
        for name, label in zip(COUNTS, labels, strict=True):
            st.metric(say(label), signs[name] + formats.whole(totals[name]))
    difference = totals["received"] - sum(totals[name] for name in COUNTS[1:])
    if difference:
        st.error(
            say("The account is off by {rows} rows.", rows=formats.whole(difference)),
            icon=":material/error:",
        )
    else:
        one, several = (
            ":material/check_circle: Adds up to the row over {count} load.",
            ":material/check_circle: Adds up to the row over {count} loads.",
        )
        st.caption(say(several if len(rows) > 1 else one, count=len(rows)))


@st.cache_data(max_entries=24, show_spinner=False)
def batches(build_id: str, spoken: str) -> None:
    """Draw what each load brought in."""
    del spoken
    rows = queries.batches(build_id)
    if rows.empty:
        layout.say_empty("No load yet.")
        return
    counts = {
        "Received": rows["received"],
        "Accepted": rows["accepted"],
        "Duplicates": rows["duplicate"],
        "Quarantined": rows["quarantined"],
    }
    wide = {"Loaded, UTC": rows["loaded_at"].map(formats.moment), **counts}
    phone = {"Loaded": rows["loaded_at"].map(formats.day_of_year), **counts}
    del phone["Received"]
    alt = say("Loads with rows received, accepted, duplicate and quarantined")
    with st.container(key="only_wide_batches"):
        _draw_table(wide | {"Load": rows["batch_id"]}, alt, {"Loaded, UTC": 130})
    with st.container(key="only_phone_batches"):
        _draw_table(phone, alt, {"Loaded": 60, "Accepted": 80, "Quarantined": 90})


@st.cache_data(max_entries=24, show_spinner=False)
def quarantine(build_id: str, spoken: str) -> None:
    """Draw what was put aside, by reason."""
    del spoken
    rows = queries.quarantine(build_id)
    if rows.empty:
        layout.say_empty("Quarantine is empty: every row kept the contract.")
        return
    wide = {
        "Reason": [formats.words(reason) for reason in rows["reason"]],
        "Event": [formats.words(str(name or "unknown")) for name in rows["event_type"]],
        "Rows": rows["count"],
    }
    seen = pd.to_datetime(rows["last_seen"]).map(formats.full_day)
    alt = say("Quarantined rows by reason and event")
    with st.container(key="only_wide_quarantine"):
        _draw_table(wide | {"Last seen": seen}, alt, {"Rows": 70, "Last seen": 92})
    with st.container(key="only_phone_quarantine"):
        _draw_table(wide, alt, {"Reason": 112, "Rows": 62})


@st.cache_data(max_entries=60, show_spinner=False)
def tests(build_id: str, spoken: str, text: str) -> None:
    """Draw the tests whose name, model or result matches the search."""
    del spoken
    rows = queries.tests(build_id)
    kept = [
        url_state.matches(text, row.name, row.model, row.status, row.message)
        for row in rows[["name", "model", "status", "message"]].itertuples(index=False)
    ]
    rows = rows[pd.Series(kept, index=rows.index, dtype=bool)]
    if rows.empty:
        wanted = formats.plain(text)
        no_match = say("No test matches “{text}”.", text=wanted)
        layout.say_empty(no_match if text else "No test has run.")
        return
    failed = rows["status"] != "pass"
    rows = pd.concat([rows[failed], rows[~failed]])
    columns = {
        "Result": [
            say("Passed") if status == "pass" else formats.words(status)
            for status in rows["status"]
        ],
        "Model": [formats.spelled(name) or say("Several") for name in rows["model"]],
        "Test": [formats.spelled(name) for name in rows["name"]],
    }
    if failed.any():
        columns |= {"Failures": rows["failures"], "Message": rows["message"]}
    table = pd.DataFrame({say(name): column for name, column in columns.items()})
    st.caption(
        say(
            "{count} tests, {failed} failed",
            count=len(rows),
            failed=int(failed.sum()),
        )
    )
    st.dataframe(
        table,
        hide_index=True,
        height=420 if len(table) > 9 else "auto",
        alt=say("Results of {count} tests by model", count=len(table)),
    )


def _draw_table(
    columns: Mapping[str, object], alt: str, widths: Mapping[str, int]
) -> None:
    """Draw a table whose counts have separators and whose height fits few rows."""
    table = pd.DataFrame(columns)
    config = {
        name: st.column_config.NumberColumn(
            say(name), format="localized", width=widths.get(name)
        )
        if pd.api.types.is_numeric_dtype(table[name])
        else st.column_config.TextColumn(say(name), width=widths.get(name))
        for name in table
    }
    st.dataframe(
        table,
        hide_index=True,
        height=min(ROW_HEIGHT * (len(table) + 1) + 2, TABLE_HEIGHT),
        row_height=ROW_HEIGHT,
        alt=alt,
        column_config=config,
    )
