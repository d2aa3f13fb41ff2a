"""Beside the SQL editor: tables with their docs, examples, saved and past statements.

Reads the docs of the analysts' file and the user's query book. A choice fills the
editor and runs nothing.
"""

from datetime import datetime

import pandas as pd
import streamlit as st

from dashboard import formats, layout, queries, query_book, url_state
from dashboard.language import say
from dashboard.sql_panels import EXAMPLES, put, user

HEIGHT = 560
TABLES_HELP = (
    "What this file holds. Tables with a key of a person, an account, a payment or the"
    " like are not in it."
)


def tables(build_id: str, text: str) -> None:
    """Draw the tables whose name, columns or docs match the search."""
    columns = queries.open_columns(build_id).groupby("table", sort=False)
    shown = 0
    with st.container(height=HEIGHT, border=False, gap="xsmall"):
        for table, description in queries.open_tables(build_id).itertuples(index=False):
            rows = columns.get_group(table)
            if not url_state.matches(text, table, description, *rows["column"]):
                continue
            shown += 1
            with st.expander(table, key=f"table_{table}"):
                st.button(
                    say("Put into the editor"),
                    icon=":material/edit:",
                    key=f"put_{table}",
                    on_click=put,
                    args=(f"from {table}\nlimit 100",),
                    type="tertiary",
                )
                st.markdown(_describe(description, rows))
        if not shown:
            layout.say_empty(
                say("No table matches “{text}”.", text=formats.plain(text))
            )


def examples() -> None:
    """Draw the statements to start with."""
    for file in EXAMPLES:
        sql = file.read_text()
        _offer(query_book.name_of(sql), sql, key=f"example_{file.stem}")


def saved() -> None:
    """Draw what the user has kept."""
    kept = query_book.saved(queries.home(), user())
    if not kept:
        layout.say_empty(
            "Nothing saved yet. Save keeps a statement under its first line; a comment"
            " there names it."
        )
    for name, sql in kept:
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            _offer(name, sql, key=f"saved_{name}")
            st.button(
                "",
                icon=":material/delete:",
                key=f"forget_{name}",
                help=say("Delete"),
                type="tertiary",
                on_click=query_book.forget,
                args=(queries.home(), user(), name),
            )


def history() -> None:
    """Draw what the user has asked, newest first."""
    asked = query_book.history(queries.home(), user())
    if not asked:
        layout.say_empty("Nothing asked yet.")
    with st.container(height=HEIGHT, border=False, gap="xsmall"):
        for place, past in enumerate(asked):
            found = (
                say("{rows} rows", rows=f"{past.row_count:,}")
                if past.row_count is not None
                else say(past.outcome)
            )
            at = datetime.fromisoformat(past.at)
            _offer(query_book.name_of(past.sql), past.sql, key=f"past_{place}")
            st.caption(
                f"{formats.day(at)} {at:%H:%M} UTC · {past.milliseconds:,} ms · {found}"
            )


def _describe(description: str, rows: pd.DataFrame) -> str:
    lines = [formats.markdown(description), ""]
    lines += [
        f"- `{row.column}` {row.type}: {formats.markdown(row.description)}"
        for row in rows.itertuples(index=False)
    ]
    return "\n".join(lines)


def _offer(name: str, sql: str, *, key: str) -> None:
    st.button(formats.plain(name), key=key, on_click=put, args=(sql,), width="stretch")
