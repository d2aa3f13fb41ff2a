"""Revenue: what is earned, what changes it, what stays and what it costs."""

import streamlit as st

from dashboard import formats, layout, monthly, movement_table, region_panels
from dashboard import revenue_panels as panels
from dashboard.definitions import explain

context = monthly.open_page("Revenue")
build = context.build_id
in_month = formats.month(context.month)
hatched = "Hatched: the month is not over."

with layout.guard("The tiles"):
    panels.tiles(context)

left, right = st.columns(2, gap="small")
help = explain(build, "mrr_movements", remark=hatched)
with left, layout.panel("movements_by_month", "MRR movements", help):
    panels.movements(context)
help = explain(build, "arr_runrate", "arr_recognised", "arr_subscription")
with right, layout.panel("arr_family", "ARR, read three ways", help):
    panels.arr_family(context)

left, right = st.columns(2, gap="small")
help = explain(build, "mrr", remark=hatched)
with left, layout.panel("mrr_by_plan", "MRR by plan", help):
    panels.mrr_by_plan(context)
help = explain(build, "run_rate_revenue", remark=hatched)
with right, layout.panel("run_rate", "Run-rate revenue by segment", help):
    panels.run_rate_by_segment(context)

left, right = st.columns(2, gap="small")
help = explain(build, "revenue")
with left, layout.panel("earned", f"Recognised by region · {in_month}", help):
    region_panels.table(context, "revenue")
help = explain(build, "mrr_movements", remark="A dash: none of this kind.")
with right, layout.panel("movement_table", "MRR movements by month", help):
    movement_table.table(context)

left, middle, right = st.columns(3, gap="small")
help = explain(build, "net_revenue_retention", "gross_revenue_retention")
with left, layout.panel("kept", "Revenue retention", help):
    panels.retention(context)
help = explain(build, "gross_margin")
with middle, layout.panel("margin", "Gross margin", help):
    panels.margin(context)
help = explain(build, "credit_liability", remark=hatched)
with right, layout.panel("liability", "Credit liability", help):
    panels.liability(context)
