"""Features: who uses which, who stays with it, what they get, before and after."""

import streamlit as st

from dashboard import feature_table, formats, launch_panel, layout, monthly, url_state
from dashboard import features_panels as panels
from dashboard.definitions import explain
from dashboard.language import say
from dashboard.take_away import download

context = monthly.open_page("Features", metrics=panels.METRICS)
build = context.build_id

with layout.guard("The tiles"):
    panels.tiles(context)

help = explain(build, *feature_table.METRICS)
title = say("Features · {month}", month=formats.month(context.month))
with layout.panel("feature_table", title, help):
    feature_table.table(context)
    download(build, "feature_table", slices=context.slices)

left, right = st.columns(2, gap="small")
help = explain(build, "feature_users")
with left, layout.panel("feature_users", "People by feature", help):
    panels.users(context)
    download(build, "feature_users", slices=context.slices)
help = explain(build, "feature_adoption")
with right, layout.panel("feature_share", "Share of people by feature", help):
    panels.share(context)
    download(build, "feature_share", slices=context.slices)

help = explain(build, *launch_panel.OUTCOMES, remark=launch_panel.REMARK)
with layout.panel("launch", "Before and after a launch", help):
    launches = launch_panel.choices(context)
    if not launches:
        layout.say_empty("No launch with a full week of sessions before it.")
    else:
        with st.container(horizontal=True, vertical_alignment="center"):
            title = url_state.choose(
                say("Launch"),
                list(launches),
                key="launch",
                default=next(iter(launches)),
            )
            st.badge(say("Not causal"), icon=":material/info:", color="orange")
        left, right = st.columns([1, 1.1], gap="small")
        with left, layout.guard("The chart"):
            launch_panel.chart(context, launches[title])
        with right, layout.guard("The table"):
            launch_panel.table(context, launches[title])
        download(build, "launch", slices=context.slices)

left, right = st.columns(2, gap="small")
help = explain(build, "feature_breadth")
with left, layout.panel("breadth", "Features per user", help):
    panels.breadth(context)
    download(build, "breadth", slices=context.slices)
help = explain(build, "feature_depth")
with right, layout.panel("depth", "Videos per user of a feature", help):
    panels.depth(context)
    download(build, "depth", slices=context.slices)

left, right = st.columns(2, gap="small")
help = explain(build, "feature_trial_7", remark="Thin: not all have had 7 days.")
with left, layout.panel("trial", "Tried within 7 days", help):
    panels.trial(context)
    download(build, "trial", slices=context.slices)
help = explain(build, "feature_retention")
with right, layout.panel("again", "Used again in the next week", help):
    panels.again(context)
    download(build, "again", slices=context.slices)

left, right = st.columns(2, gap="small")
help = explain(build, "download_rate")
with left, layout.panel("downloads", "Videos downloaded", help):
    panels.downloads(context)
    download(build, "downloads", slices=context.slices)
help = explain(build, "share_rate")
with right, layout.panel("shares", "Videos shared", help):
    panels.shares(context)
    download(build, "shares", slices=context.slices)
