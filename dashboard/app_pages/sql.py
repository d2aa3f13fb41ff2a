"""SQL: one statement at a time to the published build, without personal data."""

import streamlit as st

from dashboard import layout, queries, url_state
from dashboard import sql_panels as panels
from dashboard import sql_shelf as shelf
from dashboard.language import say

build = layout.open_page("SQL").build
try:
    queries.analysts_file(build.build_id)
except queries.NoWarehouse as missing:
    layout.say_empty(str(missing))
    st.stop()
panels.explain_rows(build)

left, right = st.columns([2.5, 1], gap="medium")
with left:
    with st.container(key="sql_editor"), layout.guard("The editor"):
        panels.editor(build)
    with layout.guard("The answer"):
        panels.result()
with right:
    tables, examples, saved, history = st.tabs(
        [say("Tables"), say("Examples"), say("Saved"), say("History")]
    )
    with tables, layout.guard("The tables"):
        text = url_state.search(say("Search tables and columns"), key="table")
        shelf.tables(build.build_id, text)
    with examples, layout.guard("The examples"):
        shelf.examples()
    with saved, layout.guard("What you saved"):
        shelf.saved()
    with history, layout.guard("Your history"):
        shelf.history()
