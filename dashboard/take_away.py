"""What a reader takes along: the address of a page, the rows behind a block.

Reads rows of metrics through `queries` when a file is asked for. Writes Streamlit
elements only.
"""

from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from dashboard import queries

PARQUET = "application/vnd.apache.parquet"


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


def download(build_id: str, panel: str) -> None:
    """Offer the rows behind a block: every period, scaled as it is shown."""
    known = queries.catalog(build_id)
    icon = ":material/download:"
    with st.popover("Data", icon=icon, type="tertiary", key=f"data_{panel}"):
        for part in BEHIND[panel]:
            if part.metric not in known:
                continue
            name = "_".join(filter(None, part))
            st.caption(f"`{name}`, build {build_id}")
            with st.container(horizontal=True, gap="xsmall"):
                for ending, write, mime in (
                    ("csv", to_csv, "text/csv"),
                    ("parquet", to_parquet, PARQUET),
                ):
                    st.download_button(
                        ending.upper() if ending == "csv" else "Parquet",
                        partial(write, build_id, part),
                        file_name=f"{name}_{build_id}.{ending}",
                        mime=mime,
                        on_click="ignore",
                        key=f"data_{panel}_{name}_{ending}",
                    )


def to_csv(build_id: str, rows: Rows) -> bytes:
    """Write the rows as CSV."""
    return _read(build_id, rows).to_csv(index=False).encode()


def to_parquet(build_id: str, rows: Rows) -> bytes:
    """Write the rows as Parquet."""
    return _read(build_id, rows).to_parquet(index=False)


def _read(build_id: str, rows: Rows) -> pd.DataFrame:
    return queries.metric(build_id, rows.metric, grain=rows.grain, by=rows.by)
