"""Studio: make a clip, see what it does to the numbers, judge two versions blind."""

import streamlit as st

from dashboard import arena_panel, layout, studio_effect
from dashboard import studio_panels as panels

build = layout.open_page("Studio").build

left, right = st.columns([1, 1.15], gap="medium")
with left, layout.panel("order", "Make a clip", panels.ORDER_HELP):
    panels.order()
with right, layout.panel("clip", "The clip", panels.CLIP_HELP):
    panels.clip()

with layout.panel("effect", "In the numbers", studio_effect.HELP):
    studio_effect.draw(build.build_id)

with layout.panel("arena", "Which clip is better?", arena_panel.HELP):
    arena_panel.draw()
