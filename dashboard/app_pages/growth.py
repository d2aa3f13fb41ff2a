"""Growth: who comes, comes back, stays away and begins to pay."""

import streamlit as st

from dashboard import filters, layout, monthly, retention_panel
from dashboard import growth_panels as panels
from dashboard.definitions import explain
from dashboard.take_away import download, download_tiles

context = monthly.open_page("Growth", by=filters.DIMENSIONS)
build = context.build_id

with layout.guard("The tiles"):
    panels.tiles(context)
    download_tiles(context.build_id, panels.TILES, slices=context.slices)

left, right = st.columns(2, gap="small")
help = explain(build, "active_users_by_rung", remark=panels.RUNGS_REMARK)
with left, layout.panel("rungs", "Weekly actives by how far they got", help):
    panels.rungs(context)
    download(build, "rungs", slices=context.slices)
help = explain(build, "user_lifecycle", remark=panels.LIFECYCLE_REMARK)
with right, layout.panel("lifecycle", "Who came and who stayed away", help):
    panels.lifecycle(context)
    download(build, "lifecycle", slices=context.slices)

help = explain(build, "retention", remark=retention_panel.REMARK)
with layout.panel("retention", "Retention of sign-ups", help):
    retention_panel.triangle(context)
    download(build, "retention", slices=context.slices)

left, right = st.columns(2, gap="small")
help = explain(build, "new_paying_users", remark="Hatched: the month is not over.")
with left, layout.panel("new_payers", "New paying users by month", help):
    panels.new_payers(context)
    download(build, "new_payers", slices=context.slices)
help = explain(build, "free_to_paid_30", remark="Dotted: not all have had 30 days.")
with right, layout.panel("conversion", "Paid conversion by sign-up week", help):
    panels.conversion(context)
    download(build, "conversion", slices=context.slices)

left, middle, right = st.columns(3, gap="small")
help = explain(build, "stickiness")
with left, layout.panel("stickiness", "Stickiness", help):
    panels.stickiness(context)
    download(build, "stickiness", slices=context.slices)
help = explain(build, "paid_share")
with middle, layout.panel("paid_share", "Paid share of weekly actives", help):
    panels.paid_share(context)
    download(build, "paid_share", slices=context.slices)
help = explain(build, "feature_adoption")
with right, layout.panel("adoption", "Feature adoption", help):
    panels.adoption(context)
    download(build, "adoption", slices=context.slices)
