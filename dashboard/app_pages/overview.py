"""Overview: what the company earns, who uses it, what moved."""

import streamlit as st

from dashboard import formats, headline, layout, region_panels, url_state
from dashboard import overview_panels as panels
from dashboard.context import Context

build, as_of = layout.open_page("Overview")
months = {f"{month:%Y-%m}": month for month in headline.closed_months(build.build_id)}
if not months:
    layout.say_empty(
        "No month is closed yet. Numbers appear after the first full calendar month;"
        f" events reach {formats.day(build.data_through)}."
    )
    st.stop()
newest = next(iter(months))
with st.container(horizontal=True, vertical_alignment="center", key="filters"):
    chosen = url_state.choose(
        "As of the end of",
        list(months),
        key="month",
        default=newest,
        show=lambda key: f"{months[key]:%B %Y}",
    )
context = Context(
    build_id=build.build_id,
    month=months[chosen],
    is_newest=chosen == newest,
    theme=st.context.theme.type or "light",
)
layout.show_as_of(as_of, context.end)
in_month = formats.month(context.month)

with layout.guard("The tiles"):
    panels.tiles(context)

left, right = st.columns([1.35, 1], gap="small")
with left, layout.panel("actives", "Weekly active users", panels.ACTIVES_HELP):
    panels.actives(context)
with right, layout.panel("arr", "ARR by month", panels.ARR_HELP):
    panels.arr(context)

with st.container(key="row_regions"):
    left, right = st.columns([1.15, 1], gap="small")
with left, layout.panel("map", f"Revenue by region · {in_month}", region_panels.HELP):
    region_panels.world(context)
with right, layout.panel("regions", "Regions", region_panels.HELP):
    region_panels.table(context)

left, right = st.columns([1.15, 1], gap="small")
with left, layout.panel("movements", f"MRR bridge · {in_month}", panels.BRIDGE_HELP):
    panels.movements(context)
with right, layout.panel("conversion", "Paid conversion", panels.CONVERSION_HELP):
    panels.conversion(context)
