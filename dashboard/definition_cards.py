"""The metric catalogue: a card a metric, what it means and what it says now.

Reads the catalog, the newest rows and the tests of the build through `queries`.
"""

from functools import partial

import pandas as pd
import streamlit as st

from dashboard import formats, layout, queries, url_state
from dashboard.language import say
from dashboard.queries import Entry

HELP = (
    "Every number on these pages is a row of one of these metrics. The same definitions"
    " stand behind `reel metrics` and SQL."
)
STATES = {
    "closed": (":material/check_circle:", "green"),
    "provisional": (":material/schedule:", "orange"),
    "withheld": (":material/visibility_off:", "gray"),
}
UNITS = {"usd": "US dollars", "ratio": "a ratio"}


@st.cache_data(max_entries=60, show_spinner=False)
def cards(build_id: str, spoken: str, time_zone: str, text: str) -> None:
    """Draw one card a metric that matches the search."""
    del spoken  # part of the key
    known = queries.catalog(build_id)
    entries = [
        entry
        for entry in known.values()
        if url_state.matches(
            text, entry.name, entry.label, entry.definition, entry.owner
        )
    ]
    if not entries:
        layout.say_empty(say("No metric matches “{text}”.", text=formats.plain(text)))
        return
    st.caption(
        say(
            "{shown} of {count} metrics · days end at midnight, {zone}",
            shown=len(entries),
            count=len(known),
            zone=time_zone,
        )
    )
    newest = queries.newest(build_id)
    tests = queries.tests(build_id)
    with st.grid(3, min_column_width=300, gap="small", key="catalog"):
        for entry in entries:
            row = newest.loc[entry.name] if entry.name in newest.index else None
            _draw_card(entry, row, tests[tests["model"] == entry.name])


def download(build_id: str) -> None:
    """Offer the catalogue with the last closed values as a file."""
    st.download_button(
        "CSV",
        partial(to_csv, build_id),
        file_name=f"definitions_{build_id}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="definitions_csv",
    )


def to_csv(build_id: str) -> bytes:
    """Write the catalogue and the last closed values as CSV."""
    rows = pd.DataFrame(vars(entry) for entry in queries.catalog(build_id).values())
    return rows.join(queries.newest(build_id), on="name").to_csv(index=False).encode()


def _draw_card(entry: Entry, row: pd.Series | None, tests: pd.DataFrame) -> None:
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.markdown(f"**{formats.markdown(entry.label)}** · `{entry.name}`")
        _draw_value(entry, row)
        st.markdown(formats.markdown(entry.definition))
        st.markdown(f"`{entry.formula}`")
        if entry.caveats:
            st.caption(formats.markdown(entry.caveats))
        facts = [say("By {grains}", grains=_listed(entry.grains))]
        if entry.dimensions:
            facts.append(say("by {dimensions}", dimensions=_listed(entry.dimensions)))
        facts += [
            say(UNITS[entry.unit])
            if entry.unit in UNITS
            else formats.inside(formats.words(entry.unit)),
            say("definition {version}", version=entry.definition_version),
            say("owner {owner}", owner=entry.owner),
        ]
        if len(tests):
            passed = f"{int((tests['status'] == 'pass').sum())}/{len(tests)}"
            facts.append(say("{passed} tests", passed=passed))
        st.caption(" · ".join(facts))


def _draw_value(entry: Entry, row: pd.Series | None) -> None:
    """Draw the last closed value of the total, and the state of the newest period."""
    if row is None:
        split = say("Only by {dimensions}.", dimensions=_listed(entry.dimensions))
        missing = say("No total in this build.")
        st.caption(f"{missing} {split}" if entry.dimensions else missing)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        if pd.notna(row["period_start"]):
            value = formats.value(row["value"], entry.format)
            period = formats.period(row["grain"], row["period_start"])
            st.markdown(f"**{formats.markdown(value)}** · {period}", width="content")
        else:
            st.markdown(say("No closed period"), width="content")
        newest = formats.period(row["grain"], row["newest_start"])
        state = str(row["newest_state"])
        icon, color = STATES.get(state, STATES["withheld"])
        said = formats.inside(formats.words(state))
        st.badge(
            said if row["newest_start"] == row["period_start"] else f"{newest}: {said}",
            icon=icon,
            color=color,  # type: ignore[arg-type]
        )


def _listed(dimensions: str) -> str:
    names = dimensions.split(", ")
    return say(", ").join(formats.inside(formats.words(name)) for name in names)
