"""The blocks about the health of the data: freshness, loads, quarantine, tests.

Reads the build's own account through `queries`. Counts here are exact and never scaled:
they are rows, not users.
"""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from dashboard import formats, layout, queries, url_state
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
    made = f"{build.built_at:%H:%M} UTC on {formats.day(build.built_at)}"
    tiles = [
        (
            "Data through",
            formats.day(build.as_of),
            f"newest event {formats.day(build.data_through)}",
        ),
        ("Built", f"{formats.age(build.age)} ago", made),
        (
            "Tests passed",
            f"{build.tests_passed}/{build.tests_total}",
            "all green" if build.tests_passed == build.tests_total else "see below",
        ),
        ("Lake version", f"{build.lake_version}", f"code {build.code_version}"),
    ]
    with st.grid(len(tiles), min_column_width=158, gap="small", key="freshness"):
        for label, number, note in tiles:
            with st.container(border=True, height="stretch", gap=None):
                st.metric(label, number)
                st.caption(note)
    st.caption(f"Build `{build.build_id}`")


@st.cache_data(max_entries=8, show_spinner=False)
def received(build_id: str) -> None:
    """Draw the account of all loads as one equation that must hold."""
    rows = queries.batches(build_id)
    if rows.empty:
        layout.say_empty("Nothing has been loaded. Load events with `reel ingest`.")
        return
    totals = {name: int(rows[name].sum()) for name in COUNTS}
    signs = dict(zip(COUNTS, ("", "= ", "+ ", "+ "), strict=True))
    labels = ("Received", "Accepted", "Duplicates", "Quarantined")
    with st.grid(4, min_column_width=230, gap="small", key="equation"):
        for name, label in zip(COUNTS, labels, strict=True):
            st.metric(label, signs[name] + formats.whole(totals[name]))
    difference = totals["received"] - sum(totals[name] for name in COUNTS[1:])
    if difference:
        st.error(
            f"The account is off by {formats.whole(difference)} rows.",
            icon=":material/error:",
        )
    else:
        st.caption(
            f":material/check_circle: Adds up to the row over {len(rows)}"
            f" load{'s' if len(rows) > 1 else ''}."
        )


@st.cache_data(max_entries=8, show_spinner=False)
def batches(build_id: str) -> None:
    """Draw what each load brought in."""
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
    wide = {"Loaded, UTC": rows["loaded_at"].dt.strftime("%d %b %Y %H:%M"), **counts}
    phone = {"Loaded": rows["loaded_at"].dt.strftime("%d %b"), **counts}
    del phone["Received"]
    alt = "Loads with rows received, accepted, duplicate and quarantined"
    with st.container(key="only_wide_batches"):
        _draw_table(wide | {"Load": rows["batch_id"]}, alt, {"Loaded, UTC": 130})
    with st.container(key="only_phone_batches"):
        _draw_table(phone, alt, {"Loaded": 60, "Accepted": 80, "Quarantined": 90})


@st.cache_data(max_entries=8, show_spinner=False)
def quarantine(build_id: str) -> None:
    """Draw what was put aside, by reason."""
    rows = queries.quarantine(build_id)
    if rows.empty:
        layout.say_empty("Quarantine is empty: every row kept the contract.")
        return
    wide = {
        "Reason": [formats.words(reason) for reason in rows["reason"]],
        "Event": [formats.words(str(name or "unknown")) for name in rows["event_type"]],
        "Rows": rows["count"],
    }
    seen = pd.to_datetime(rows["last_seen"]).dt.strftime("%d %b %Y")
    alt = "Quarantined rows by reason and event"
    with st.container(key="only_wide_quarantine"):
        _draw_table(wide | {"Last seen": seen}, alt, {"Rows": 70, "Last seen": 92})
    with st.container(key="only_phone_quarantine"):
        _draw_table(wide, alt, {"Reason": 112, "Rows": 62})


@st.cache_data(max_entries=60, show_spinner=False)
def tests(build_id: str, text: str) -> None:
    """Draw the tests whose name, model or result matches the search."""
    rows = queries.tests(build_id)
    kept = [
        url_state.matches(text, row.name, row.model, row.status, row.message)
        for row in rows[["name", "model", "status", "message"]].itertuples(index=False)
    ]
    rows = rows[pd.Series(kept, index=rows.index, dtype=bool)]
    if rows.empty:
        wanted = formats.plain(text)
        layout.say_empty(f"No test matches “{wanted}”." if text else "No test has run.")
        return
    failed = rows["status"] != "pass"
    rows = pd.concat([rows[failed], rows[~failed]])
    table = pd.DataFrame(
        {
            "Result": [
                "Passed" if status == "pass" else formats.words(status)
                for status in rows["status"]
            ],
            "Model": [formats.words(name) or "Several" for name in rows["model"]],
            "Test": [formats.words(name) for name in rows["name"]],
            "Failures": rows["failures"],
            "Message": rows["message"],
        }
    )
    if not failed.any():
        table = table.drop(columns=["Failures", "Message"])
    st.caption(f"{len(rows)} tests, {int(failed.sum())} failed")
    st.dataframe(
        table,
        hide_index=True,
        height=420 if len(table) > 9 else "auto",
        alt=f"Results of {len(table)} tests by model",
    )


def _draw_table(
    columns: Mapping[str, object], alt: str, widths: Mapping[str, int]
) -> None:
    """Draw a table whose counts have separators and whose height fits few rows."""
    table = pd.DataFrame(columns)
    config = {
        name: st.column_config.NumberColumn(format="localized", width=widths.get(name))
        if pd.api.types.is_numeric_dtype(table[name])
        else st.column_config.TextColumn(width=widths.get(name))
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
