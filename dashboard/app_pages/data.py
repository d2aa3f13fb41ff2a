"""Data: how fresh and complete the numbers are, and what they mean."""

import streamlit as st

from dashboard import data_panels as panels
from dashboard import layout, url_state

build = layout.open_page("Data").build
build_id = build.build_id

with layout.guard("Freshness"):
    panels.freshness(build)

with layout.panel("received", "What came in", panels.RECEIVED_HELP):
    panels.received(build_id)

left, right = st.columns([1.35, 1], gap="small")
with left, layout.panel("batches", "Loads", panels.BATCHES_HELP):
    panels.batches(build_id)
with right, layout.panel("quarantine", "Quarantine", panels.QUARANTINE_HELP):
    panels.quarantine(build_id)

with layout.panel("tests", "Tests of this build", panels.TESTS_HELP):
    text = url_state.search("Search the tests", key="test")
    panels.tests(build_id, text)

st.header("Metrics", anchor=False, help=panels.CATALOG_HELP)
text = url_state.search("Search the metrics", key="metric")
with layout.guard("The metric catalogue"):
    panels.catalog(build_id, text)
