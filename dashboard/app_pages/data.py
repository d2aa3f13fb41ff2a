"""Definitions & data health: what the numbers mean, how fresh and complete they are."""

import streamlit as st

from dashboard import data_panels as panels
from dashboard import definition_cards, language, layout, take_away, url_state
from dashboard.language import say

build = layout.open_page("Definitions & data health").build
build_id, spoken = build.build_id, language.current()

with layout.guard("Freshness"):
    panels.freshness(build)

names = [say("Definitions"), say("Data health")]
# A link with a search of the tests opens where its answer is.
definitions, health = st.tabs(names, default=names["test" in st.query_params])
with definitions:
    st.header(say("Metrics"), anchor=False, help=say(definition_cards.HELP))
    with st.container(horizontal=True, vertical_alignment="center"):
        text = url_state.search(say("Search the metrics"), key="metric")
        definition_cards.download(build_id)
        take_away.share()
    with layout.guard("The metric catalogue"):
        definition_cards.cards(build_id, spoken, build.reporting_time_zone, text)
with health:
    with layout.panel("received", "What came in", panels.RECEIVED_HELP):
        panels.received(build_id, spoken)
    left, right = st.columns([1.35, 1], gap="small")
    with left, layout.panel("batches", "Loads", panels.BATCHES_HELP):
        panels.batches(build_id, spoken)
    with right, layout.panel("quarantine", "Quarantine", panels.QUARANTINE_HELP):
        panels.quarantine(build_id, spoken)
    with layout.panel("tests", "Tests of this build", panels.TESTS_HELP):
        text = url_state.search(say("Search the tests"), key="test")
        panels.tests(build_id, spoken, text)
