"""Accounts: contracts and concentration, the API and the credits. No row of anyone."""

import streamlit as st

from dashboard import accounts_panels as panels
from dashboard import layout, monthly, queries
from dashboard.definitions import explain
from dashboard.take_away import download

context = monthly.open_page("Accounts", metrics=panels.METRICS)
build = context.build_id
hatched = "Hatched: the month is not over."

with layout.guard("The tiles"):
    panels.tiles(context)

left, right = st.columns([1.35, 1], gap="small")
help = explain(build, "arr_contracted", remark=hatched)
with left, layout.panel("contracted", "Contracted ARR by segment", help):
    panels.contracted(context)
    download(build, "contracted", slices=context.slices)
help = explain(build, "business_share")
with right, layout.panel("business", "Business share of revenue", help):
    panels.business(context)
    download(build, "business", slices=context.slices)

if "commitment_burn" in queries.catalog(build):
    left, right = st.columns(2, gap="small")
    help = explain(build, "commitment_burn")
    with left, layout.panel("commitments", "Commitments used up", help):
        panels.commitments(context)
        download(build, "commitments", slices=context.slices)
    help = explain(build, "accounts_up_for_renewal", remark=hatched)
    with right, layout.panel("renewals", "Accounts up for renewal", help):
        panels.renewals(context)
        download(build, "renewals", slices=context.slices)

left, right = st.columns(2, gap="small")
help = explain(build, "top_10_share")
with left, layout.panel("top_10", "Share of the ten largest accounts", help):
    panels.top_10(context)
    download(build, "top_10", slices=context.slices)
help = explain(build, "customer_hhi")
with right, layout.panel("hhi", "Concentration of customers, HHI", help):
    panels.hhi(context)
    download(build, "hhi", slices=context.slices)

left, right = st.columns([1.35, 1], gap="small")
help = explain(build, "api_calls", remark=hatched)
with left, layout.panel("api_calls", "API calls by model", help):
    panels.api_calls(context)
    download(build, "api_calls", slices=context.slices)
help = explain(build, "api_error_rate")
with right, layout.panel("api_errors", "API errors", help):
    panels.api_errors(context)
    download(build, "api_errors", slices=context.slices)

left, middle, right = st.columns(3, gap="small")
help = explain(build, "active_api_accounts", remark=hatched)
with left, layout.panel("api_accounts", "Active API accounts", help):
    panels.api_accounts(context)
    download(build, "api_accounts", slices=context.slices)
help = explain(build, "api_delivered_seconds", remark=hatched)
with middle, layout.panel("api_seconds", "API seconds delivered", help):
    panels.api_seconds(context)
    download(build, "api_seconds", slices=context.slices)
help = explain(build, "latency_p50", "latency_p95")
with right, layout.panel("api_latency", "API latency", help):
    panels.api_latency(context)
    download(build, "api_latency", slices=context.slices)

left, right = st.columns(2, gap="small")
help = explain(build, "credit_liability_by_age", remark=hatched)
with left, layout.panel("liability_age", "Credit liability by age in days", help):
    panels.liability_age(context)
    download(build, "liability_age", slices=context.slices)
help = explain(build, "credits_outstanding", remark=hatched)
with right, layout.panel("outstanding", "Credits outstanding by grant", help):
    panels.outstanding(context)
    download(build, "outstanding", slices=context.slices)

left, middle, right = st.columns(3, gap="small")
help = explain(build, "credit_flows", remark=hatched)
with left, layout.panel("credit_flows", "Credits in and out", help):
    panels.credit_flows(context)
    download(build, "credit_flows", slices=context.slices)
help = explain(build, "credit_breakage", remark=hatched)
with middle, layout.panel("breakage", "Credit breakage", help):
    panels.breakage(context)
    download(build, "breakage", slices=context.slices)
help = explain(build, "credit_price")
with right, layout.panel("credit_price", "Price of a credit", help):
    panels.credit_price(context)
    download(build, "credit_price", slices=context.slices)
