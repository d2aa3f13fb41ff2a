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
from dashboard.language import say
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
    "feature_table": (
        Rows("feature_users", "month", "feature"),
        Rows("feature_adoption", "month", "feature"),
        Rows("feature_depth", "month", "feature"),
        Rows("generation_success_rate", "month", "mode"),
        Rows("latency_p95", "month", "mode"),
        Rows("download_rate", "month", "mode"),
        Rows("share_rate", "month", "mode"),
        Rows("regenerate_rate", "month", "mode"),
    ),
    "feature_users": (Rows("feature_users", "week", "feature"),),
    "feature_share": (Rows("feature_adoption", "week", "feature"),),
    "launch": (
        Rows("weekly_active_users", "week"),
        Rows("weekly_creators", "week"),
        Rows("delivered_videos", "week"),
        Rows("feature_breadth", "week"),
        Rows("free_to_paid_30", "week"),
        Rows("paid_share", "week"),
        Rows("generation_success_rate", "week"),
        Rows("latency_p95", "week"),
        Rows("download_rate", "week"),
    ),
    "breadth": (Rows("feature_breadth", "week"),),
    "depth": (Rows("feature_depth", "week", "feature"),),
    "trial": (Rows("feature_trial_7", "week", "feature"),),
    "again": (Rows("feature_retention", "week", "feature"),),
    "downloads": (Rows("download_rate", "week", "mode"),),
    "shares": (Rows("share_rate", "week", "mode"),),
    "success": (Rows("generation_success_rate", "week", "mode"),),
    "moderation": (Rows("moderation_rate", "week", "mode"),),
    "p50": (Rows("latency_p50", "week", "mode"),),
    "p95": (Rows("latency_p95", "week", "mode"),),
    "queue": (Rows("latency_p95", "week", "audience"),),
    "wait": (Rows("retention_by_wait", "week", "minutes"),),
    "churned": (Rows("revenue_churn", "month", "cause"),),
    "per_second": (
        Rows("gpu_cost_per_second", "month"),
        Rows("revenue_per_second", "month"),
    ),
    "margins": (
        Rows("gross_margin", "month"),
        Rows("gross_margin_after_fees", "month"),
    ),
    "margin_by_feature": (Rows("gross_margin", "month", "feature"),),
    "wasted_cost": (Rows("wasted_cost", "month", "reason"),),
    "wasted_seconds": (Rows("wasted_gpu_seconds", "month", "reason"),),
    "subsidy": (Rows("free_tier_subsidy", "month"),),
    "per_payer": (Rows("subsidy_per_payer", "month"),),
    "contracted": (Rows("arr_contracted", "month", "segment"),),
    "business": (Rows("business_share", "month"),),
    "commitments": (Rows("commitment_burn", "month"),),
    "renewals": (Rows("accounts_up_for_renewal", "month"),),
    "top_10": (Rows("top_10_share", "month"),),
    "hhi": (Rows("customer_hhi", "month"),),
    "api_accounts": (Rows("active_api_accounts", "month"),),
    "api_calls": (Rows("api_calls", "month", "model"),),
    "api_seconds": (Rows("api_delivered_seconds", "month"),),
    "api_errors": (Rows("api_error_rate", "week"),),
    "api_latency": (
        Rows("latency_p50", "week", "audience"),
        Rows("latency_p95", "week", "audience"),
    ),
    "liability_age": (Rows("credit_liability_by_age", "month", "age"),),
    "outstanding": (Rows("credits_outstanding", "month", "grant_type"),),
    "credit_flows": (Rows("credit_flows", "month", "kind"),),
    "breakage": (Rows("credit_breakage", "month"),),
    "credit_price": (Rows("credit_price", "month"),),
}


def share() -> None:
    """Offer the address of the page with every filter in it."""
    with st.popover(say("Share", sense="a link"), icon=":material/link:", key="share"):
        st.caption(say("Who opens this link sees the page with these filters."))
        st.code(address(), language=None, wrap_lines=True)
        # print.js listens to it: only a script can open the browser's own dialogue.
        st.button(
            say("Print or PDF"), icon=":material/print:", type="tertiary", key="print"
        )
        _say_who()


def address() -> str:
    """Write the address of the page with every filter in it."""
    page = str(st.context.url).split("?")[0]
    return f"{page}?{urlencode(st.query_params.to_dict())}"


def _say_who() -> None:
    """Name the reader, where there is a login, and let them out."""
    who = access.reader()
    if who == access.LOCAL:
        return
    st.caption(
        say("You read as {name}, {role}.", name=formats.plain(who.name), role=who.role)
    )
    if st.user.to_dict().get("is_logged_in"):
        st.button(say("Log out"), on_click=st.logout, icon=":material/logout:")


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
    if st.button(say("Data"), icon=ICON, type="tertiary", key=f"data_{key}"):
        title = say("The rows behind the numbers")
        st.dialog(title, width="large", icon=ICON)(_open)(build_id, rows, slices)


def _open(build_id: str, rows: tuple[Rows, ...], slices: Slices) -> None:
    known = queries.catalog(build_id)
    for part in rows:
        if part.metric in known:
            with layout.guard(known[part.metric].label):
                _offer(build_id, part, known[part.metric], slices)
    st.caption(say("Build `{build}`, newest period first.", build=build_id))


def _offer(build_id: str, part: Rows, entry: Entry, slices: Slices) -> None:
    """Draw the rows of one metric, newest first, and the ways to take them along."""
    rows = read(build_id, part, slices)
    values = [value for _, value in slices]
    name = "_".join([part.metric, part.grain, *filter(None, [part.by]), *values])
    _name(part, entry)
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
                label=say("Open in SQL"),
                icon=":material/terminal:",
                query_params={"q": f"-- {entry.label}\n{sql}"},
            )
    st.dataframe(
        in_words(rows, entry),
        hide_index=True,
        height=TABLE_HEIGHT,
        alt=say("Rows of {metric}", metric=entry.label),
    )


def _name(part: Rows, entry: Entry) -> None:
    by_part = "**{metric}** by {grain} and {dimension}"
    st.markdown(
        say(
            by_part if part.by else "**{metric}** by {grain}",
            metric=formats.markdown(entry.label),
            grain=formats.inside(formats.words(part.grain)),
            dimension=formats.inside(formats.words(part.by or "")),
        )
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
    columns = {say("Period"): [formats.period(grain, start) for grain, start in starts]}
    for dimension in filter(None, entry.dimensions.split(", ")):
        if (rows[dimension] != "all").any():
            columns[formats.words(dimension)] = [
                regions.name(value) if dimension == "region" else formats.words(value)
                for value in rows[dimension]
            ]
    columns[entry.label] = [
        formats.value(value, entry.format) for value in rows["value"]
    ]
    columns[say("State")] = [formats.words(state) for state in rows["state"]]
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
