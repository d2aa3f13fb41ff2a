"""A field of points on which a reader draws a path by clicking.

Keeps the path in the session. Writes Streamlit elements only.
"""

import plotly.graph_objects as go
import streamlit as st

from dashboard.canvas import BLUE, CONFIG, GREY, fade, set_frame
from dashboard.language import say

Point = tuple[float, float]

# A subject's centre stays this far from the border, as in the clips the model learnt.
LOW, HIGH, STEPS = 0.2, 0.8, 9
SIDE = 260
STATE = "studio_path"


def draw() -> list[Point]:
    """Draw the field with the path so far; gives the path."""
    path: list[Point] = st.session_state.setdefault(STATE, [])
    # Another key for each point: else the last click would be told again.
    key = f"{STATE}_{len(path)}"
    st.plotly_chart(
        _field(path),
        config=CONFIG,
        key=key,
        on_select=lambda: _add(key),
        selection_mode="points",
        width=SIDE,
        alt=say("Field to draw a path on; {count} points so far.", count=len(path)),
    )
    st.button(
        say("Clear"), icon=":material/backspace:", key="studio_clear", on_click=_clear
    )
    return path


def _add(key: str) -> None:
    points = st.session_state[key]["selection"]["points"]
    st.session_state[STATE] += [
        (round(point["x"], 3), round(point["y"], 3)) for point in points[:1]
    ]


def _clear() -> None:
    st.session_state[STATE] = []


def _field(path: list[Point]) -> go.Figure:
    line = [LOW + (HIGH - LOW) * step / (STEPS - 1) for step in range(STEPS)]
    grid = [(x, y) for y in line for x in line]
    figure = go.Figure()
    figure.add_scatter(
        x=[x for x, _ in grid],
        y=[y for _, y in grid],
        mode="markers",
        marker=dict(size=13, color=fade(GREY, 0.35)),
        hoverinfo="none",
    )
    figure.add_scatter(
        x=[x for x, _ in path],
        y=[y for _, y in path],
        mode="lines+markers+text",
        text=[str(number) for number in range(1, len(path) + 1)],
        textposition="top center",
        line=dict(color=BLUE, width=3),
        marker=dict(size=9, color=BLUE),
        hoverinfo="skip",
    )
    set_frame(figure, SIDE)
    figure.update_layout(hovermode="closest", margin=dict(l=4, r=4, t=4, b=4))
    frame = dict(type="rect", x0=0, y0=0, x1=1, y1=1)
    figure.add_shape(**frame, line=dict(color=fade(GREY, 0.6), width=1))
    figure.update_xaxes(range=[0, 1], visible=False)
    figure.update_yaxes(range=[1, 0], visible=False)  # y goes down, as in pictures
    return figure
