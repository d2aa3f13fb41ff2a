"""Service & unit economics: what works, how long it takes, what a second costs."""

import streamlit as st

from dashboard import layout, monthly
from dashboard import service_panels as panels
from dashboard.definitions import explain
from dashboard.take_away import download

context = monthly.open_page("Service & unit economics", metrics=panels.METRICS)
build = context.build_id
hatched = "Hatched: the month is not over."

with layout.guard("The tiles"):
    panels.tiles(context)

left, right = st.columns(2, gap="small")
help = explain(build, "generation_success_rate")
with left, layout.panel("success", "Success by feature", help):
    panels.success(context)
    download(build, "success", slices=context.slices)
help = explain(build, "moderation_rate")
with right, layout.panel("moderation", "Withheld for safety", help):
    panels.moderation(context)
    download(build, "moderation", slices=context.slices)

left, right = st.columns(2, gap="small")
help = explain(build, "latency_p50")
with left, layout.panel("p50", "Wait for a video, p50", help):
    panels.p50(context)
    download(build, "p50", slices=context.slices)
help = explain(build, "latency_p95")
with right, layout.panel("p95", "Wait for a video, p95", help):
    panels.p95(context)
    download(build, "p95", slices=context.slices)

left, middle, right = st.columns(3, gap="small")
help = explain(build, "latency_p95", remark=panels.QUEUE_REMARK)
with left, layout.panel("queue", "Who waits: p95 by audience", help):
    panels.queue(context)
    download(build, "queue", slices=context.slices)
help = explain(build, "retention_by_wait", remark=panels.WAIT_REMARK)
with middle, layout.panel("wait", "Who comes back, by queue time", help):
    panels.wait(context)
    download(build, "wait", slices=context.slices)
help = explain(build, "revenue_churn", remark=hatched)
with right, layout.panel("churned", "MRR lost, by cause", help):
    panels.churned(context)
    download(build, "churned", slices=context.slices)

left, right = st.columns(2, gap="small")
help = explain(build, "revenue_per_second", "gpu_cost_per_second")
with left, layout.panel("per_second", "What a delivered second earns and costs", help):
    panels.per_second(context)
    download(build, "per_second", slices=context.slices)
help = explain(build, "gross_margin", "gross_margin_after_fees")
with right, layout.panel("margins", "Gross margin before and after fees", help):
    panels.margins(context)
    download(build, "margins", slices=context.slices)

if panels.has_margin_by_feature(context):
    help = explain(build, "gross_margin")
    with layout.panel("margin_by_feature", "Gross margin by feature", help):
        panels.margin_by_feature(context)
        download(build, "margin_by_feature", slices=context.slices)

left, right = st.columns(2, gap="small")
help = explain(build, "wasted_cost", remark=hatched)
with left, layout.panel("wasted_cost", "Wasted computing, dollars", help):
    panels.wasted_cost(context)
    download(build, "wasted_cost", slices=context.slices)
help = explain(build, "wasted_gpu_seconds", remark=hatched)
with right, layout.panel("wasted_seconds", "Wasted computing, GPU-seconds", help):
    panels.wasted_seconds(context)
    download(build, "wasted_seconds", slices=context.slices)

left, right = st.columns(2, gap="small")
help = explain(build, "free_tier_subsidy", remark=hatched)
with left, layout.panel("subsidy", "Free tier subsidy", help):
    panels.subsidy(context)
    download(build, "subsidy", slices=context.slices)
help = explain(build, "subsidy_per_payer", remark="By month of sign-up, dotted: open.")
with right, layout.panel("per_payer", "Subsidy per new payer", help):
    panels.per_payer(context)
    download(build, "per_payer", slices=context.slices)
