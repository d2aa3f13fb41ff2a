"""Overview: what the company earns, who uses it, what moved."""

import streamlit as st

from dashboard import filters, formats, headline, layout, monthly, region_panels
from dashboard import overview_panels as panels
from dashboard.language import say
from dashboard.take_away import download, download_tiles

context = monthly.open_page("Overview", by=filters.DIMENSIONS)
in_month = formats.month(context.month)

with layout.guard("The tiles"):
    panels.tiles(context)
    download_tiles(context.build_id, headline.TILES, slices=context.slices)

left, right = st.columns([1.35, 1], gap="small")
with left, layout.panel("actives", "Weekly active users", panels.ACTIVES_HELP):
    panels.actives(context)
    download(context.build_id, "actives", slices=context.slices)
with right, layout.panel("arr", "ARR by month", panels.ARR_HELP):
    panels.arr(context)
    download(context.build_id, "arr", slices=context.slices)

with st.container(key="row_regions"):
    left, right = st.columns([1.15, 1], gap="small")
title = say("Revenue by region · {month}", month=in_month)
with left, layout.panel("map", title, region_panels.HELP):
    region_panels.world(context)
with right, layout.panel("regions", "Regions", region_panels.HELP):
    region_panels.table(context)
    download(context.build_id, "regions", slices=context.slices)

left, right = st.columns([1.15, 1], gap="small")
title = say("MRR bridge · {month}", month=in_month)
with left, layout.panel("movements", title, panels.BRIDGE_HELP):
    panels.movements(context)
    download(context.build_id, "movements", slices=context.slices)
with right, layout.panel("conversion", "Paid conversion", panels.CONVERSION_HELP):
    panels.conversion(context)
    download(context.build_id, "conversion", slices=context.slices)
