"""What a reader takes along: the address of a page, the rows behind a block.

Reads rows of metrics through `queries` when a file is asked for. Writes Streamlit
elements only.
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from dashboard import access, formats, layout, queries, regions
from dashboard.headline import Tile
from dashboard.queries import Entry, Slices

ICON = ":material/download:"
TABLE_HEIGHT = 240


class Rows(NamedTuple):
    """The rows of one metric behind a block.

    Attributes:
        metric: A name of the catalog.
        grain: Its periods.
        by: The dimension of its slices; None for the total.
    """

    metric: str
    grain: str
    by: str | None = None


# What each block shows, by the key of its panel.
BEHIND = {
    "actives": (Rows("weekly_active_users", "week"),),
    "arr": (Rows("arr_runrate", "month"),),
    "regions": (Rows("run_rate_revenue", "month", "region"),),
    "movements": (Rows("mrr_movements", "month", "movement"), Rows("mrr", "month")),
    "conversion": (Rows("free_to_paid_30", "week"),),
    "rungs": (Rows("active_users_by_rung", "week", "rung"),),
    "lifecycle": (Rows("user_lifecycle", "week", "status"),),
    "retention": (Rows("retention", "week", "measure"),),
    "new_payers": (Rows("new_paying_users", "month"),),
    "stickiness": (Rows("stickiness", "day"),),
    "paid_share": (Rows("paid_share", "week"),),
    "adoption": (Rows("feature_adoption", "week", "feature"),),
    "movements_by_month": (Rows("mrr_movements", "month", "movement"),),
    "arr_family": (
        Rows("arr_runrate", "month"),
        Rows("arr_recognised", "month"),
        Rows("arr_subscription", "month"),
    ),
    "mrr_by_plan": (Rows("mrr", "month", "plan"),),
    "run_rate": (Rows("run_rate_revenue", "month", "segment"),),
    "earned": (Rows("revenue", "month", "region"),),
    "movement_table": (
        Rows("mrr_movements", "month", "movement"),
        Rows("mrr_movements", "month"),
    ),
    "kept": (
        Rows("net_revenue_retention", "month"),
        Rows("gross_revenue_retention", "month"),
    ),
    "margin": (Rows("gross_margin", "month"),),
    "liability": (Rows("credit_liability", "month"),),
}


def share() -> None:
    """Offer the address of the page with every filter in it."""
    with st.popover("Share", icon=":material/link:", key="share"):
        st.caption("Who opens this link sees the page with these filters.")
        page = str(st.context.url).split("?")[0]
        filters = urlencode(st.query_params.to_dict())
        st.code(f"{page}?{filters}", language=None, wrap_lines=True)
        _say_who()


def _say_who() -> None:
    """Name the reader, where there is a login, and let them out."""
    who = access.reader()
    if who == access.LOCAL:
        return
    st.caption(f"You read as {formats.plain(who.name)}, {who.role}.")
    if st.user.to_dict().get("is_logged_in"):
        st.button("Log out", on_click=st.logout, icon=":material/logout:")


def download(build_id: str, panel: str, *, slices: Slices = ()) -> None:
    """Offer the rows behind a block: every period, as files and as a statement."""
    _button(build_id, panel, BEHIND[panel], slices)


def download_tiles(
    build_id: str, tiles: Sequence[Tile], *, slices: Slices = ()
) -> None:
    """Offer the rows behind the tiles of a page."""
    rows = tuple(Rows(tile.metric, tile.grain) for tile in tiles)
    _button(build_id, "tiles", rows, slices)


def _button(build_id: str, key: str, rows: tuple[Rows, ...], slices: Slices) -> None:
    # The rows are read when somebody asks: a page redraws often, and few are opened.
    if st.button("Data", icon=ICON, type="tertiary", key=f"data_{key}"):
        _open(build_id, rows, slices)


@st.dialog("The rows behind the numbers", width="large", icon=ICON)
def _open(build_id: str, rows: tuple[Rows, ...], slices: Slices) -> None:
    known = queries.catalog(build_id)
    for part in rows:
        if part.metric in known:
            with layout.guard(known[part.metric].label):
                _offer(build_id, part, known[part.metric], slices)
    st.caption(f"Build `{build_id}`, newest period first.")


def _offer(build_id: str, part: Rows, entry: Entry, slices: Slices) -> None:
    """Draw the rows of one metric, newest first, and the ways to take them along."""
    rows = read(build_id, part, slices)
    values = [value for _, value in slices]
    name = "_".join([part.metric, part.grain, *filter(None, [part.by]), *values])
    split = f" and {part.by}" if part.by else ""
    st.markdown(f"**{formats.markdown(entry.label)}** by {part.grain}{split}")
    with st.container(horizontal=True, gap="xsmall", key=f"take_{name}"):
        for ending, (label, write, mime) in FILES.items():
            st.download_button(
                label,
                partial(write, rows),
                file_name=f"{name}_{build_id}.{ending}",
                mime=mime,
                on_click="ignore",
                key=f"file_{name}_{ending}",
            )
        sql = queries.statement(
            build_id, part.metric, grain=part.grain, by=part.by, slices=slices
        )
        if access.may_open(access.reader(), "sql"):
            st.page_link(
                "app_pages/sql.py",
                label="Open in SQL",
                icon=":material/terminal:",
                query_params={"q": f"-- {entry.label}\n{sql}"},
            )
    st.dataframe(
        in_words(rows, entry),
        hide_index=True,
        height=TABLE_HEIGHT,
        alt=f"Rows of {entry.label}",
    )


def read(build_id: str, part: Rows, slices: Slices = ()) -> pd.DataFrame:
    """Read the rows as the page shows them, scaled up to the company."""
    return queries.metric(
        build_id, part.metric, grain=part.grain, by=part.by, slices=slices
    )


def in_words(rows: pd.DataFrame, entry: Entry) -> pd.DataFrame:
    """Write rows for a reader, newest period first; the files keep names and digits."""
    rows = rows.sort_values("period_start", ascending=False, kind="stable")
    starts = zip(rows["grain"], rows["period_start"], strict=True)
    columns = {"Period": [formats.period(grain, start) for grain, start in starts]}
    for dimension in filter(None, entry.dimensions.split(", ")):
        if (rows[dimension] != "all").any():
            columns[formats.words(dimension)] = [
                regions.name(value) if dimension == "region" else formats.words(value)
                for value in rows[dimension]
            ]
    columns[entry.label] = [
        formats.value(value, entry.format) for value in rows["value"]
    ]
    columns["State"] = [formats.words(state) for state in rows["state"]]
    return pd.DataFrame(columns)


def to_csv(rows: pd.DataFrame) -> bytes:
    """Write rows as CSV."""
    return rows.to_csv(index=False).encode()


def to_parquet(rows: pd.DataFrame) -> bytes:
    """Write rows as Parquet."""
    return rows.to_parquet(index=False)


FILES = {
    "csv": ("CSV", to_csv, "text/csv"),
    "parquet": ("Parquet", to_parquet, "application/vnd.apache.parquet"),
}
