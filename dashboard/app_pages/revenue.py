"""Revenue: what is earned, what changes it, what stays and what it costs."""

import streamlit as st

from dashboard import filters, formats, layout, monthly, movement_table, region_panels
from dashboard import revenue_panels as panels
from dashboard.definitions import explain
from dashboard.language import say
from dashboard.take_away import download, download_tiles

context = monthly.open_page("Revenue", by=filters.DIMENSIONS)
build = context.build_id
in_month = formats.month(context.month)
hatched = "Hatched: the month is not over."

with layout.guard("The tiles"):
    panels.tiles(context)
    download_tiles(context.build_id, panels.TILES, slices=context.slices)

left, right = st.columns(2, gap="small")
help = explain(build, "mrr_movements", remark=hatched)
with left, layout.panel("movements_by_month", "MRR movements", help):
    panels.movements(context)
    download(build, "movements_by_month", slices=context.slices)
help = explain(build, "arr_runrate", "arr_recognised", "arr_subscription")
with right, layout.panel("arr_family", "ARR, read three ways", help):
    panels.arr_family(context)
    download(build, "arr_family", slices=context.slices)

left, right = st.columns(2, gap="small")
help = explain(build, "mrr", remark=hatched)
with left, layout.panel("mrr_by_plan", "MRR by plan", help):
    panels.mrr_by_plan(context)
    download(build, "mrr_by_plan", slices=context.slices)
help = explain(build, "run_rate_revenue", remark=hatched)
with right, layout.panel("run_rate", "Run-rate revenue by segment", help):
    panels.run_rate_by_segment(context)
    download(build, "run_rate", slices=context.slices)

left, right = st.columns(2, gap="small")
help = explain(build, "revenue")
title = say("Recognised by region · {month}", month=in_month)
with left, layout.panel("earned", title, help):
    region_panels.table(context, "revenue")
    download(build, "earned", slices=context.slices)
help = explain(build, "mrr_movements", remark="A dash: none of this kind.")
with right, layout.panel("movement_table", "MRR movements by month", help):
    movement_table.table(context)
    download(build, "movement_table", slices=context.slices)

left, middle, right = st.columns(3, gap="small")
help = explain(build, "net_revenue_retention", "gross_revenue_retention")
with left, layout.panel("kept", "Revenue retention", help):
    panels.retention(context)
    download(build, "kept", slices=context.slices)
help = explain(build, "gross_margin")
with middle, layout.panel("margin", "Gross margin", help):
    panels.margin(context)
    download(build, "margin", slices=context.slices)
help = explain(build, "credit_liability", remark=hatched)
with right, layout.panel("liability", "Credit liability", help):
    panels.liability(context)
    download(build, "liability", slices=context.slices)
