"""The answer of a statement: its table, its files and a chart of it.

Reads an Arrow table. Writes Streamlit elements only.
"""

from functools import partial

import pandas as pd
import pyarrow as pa
import streamlit as st

from dashboard import answer_files, layout, quick_chart, sandbox
from dashboard.canvas import CONFIG, INK
from dashboard.language import say
from dashboard.sandbox import Answer

TABLE_HEIGHT = 420
NONE = "—"
# By what cut the answer off, if anything did, and whether it has one row.
COUNTED = {
    (None, True): "{rows} row",
    (None, False): "{rows} rows",
    ("rows", True): "The first {rows} row; there are more",
    ("rows", False): "The first {rows} rows; there are more",
    ("bytes", True): "The first {rows} row: more do not fit into {size} MiB",
    ("bytes", False): "The first {rows} rows: more do not fit into {size} MiB",
}


def show(answer: Answer) -> None:
    """Draw an answer that has a table."""
    assert answer.table is not None
    table = answer.table
    said = say(
        COUNTED[answer.cut, table.num_rows == 1],
        rows=f"{table.num_rows:,}",
        size=sandbox.LIMITS.bytes >> 20,
    )
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        key="sql_answer",
    ):
        st.markdown(f"{said} · {answer.milliseconds:,} ms", width="content")
        _files(table)
    looked_at, drawn = st.tabs([say("Table"), say("Chart")])
    frame = answer_files.to_frame(table)
    with looked_at:
        whole = st.column_config.NumberColumn(format="localized")
        st.dataframe(
            frame,
            hide_index=True,
            height=TABLE_HEIGHT if len(frame) > 10 else "auto",
            column_config={name: whole for name in frame.select_dtypes("integer")},
            alt=say("{rows}, columns {names}", rows=said, names=", ".join(frame)),
        )
    with drawn:
        _draw(frame)


def _files(table: pa.Table) -> None:
    """Offer the answer as files, which are written when they are asked for."""
    with st.container(horizontal=True, width="content", gap="xsmall"):
        for ending, (write, mime) in answer_files.FILES.items():
            st.download_button(
                ending.upper() if ending != "parquet" else "Parquet",
                partial(write, table),
                file_name=f"answer.{ending}",
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"download_{ending}",
            )


def _draw(frame: pd.DataFrame) -> None:
    """Draw the answer over the columns the reader chooses."""
    found = quick_chart.axes(frame)
    if frame.empty or not found.across or not found.up:
        layout.say_empty(
            "A chart needs a row, a column of numbers and one of dates or words."
        )
        return
    with st.container(horizontal=True, gap="small", key="sql_axes"):
        up = st.selectbox(say("Draw"), found.up, width=200)
        across = st.selectbox(say("over"), found.across, width=200)
        rest = [name for name in found.groups if name != across]
        # Several rows of one day belong to different kinds, if there are kinds.
        split = bool(rest) and frame[across].duplicated().any()
        group = st.selectbox(say("one line each"), [NONE, *rest], int(split), width=200)
    figure = quick_chart.draw(
        frame,
        across=across,
        up=up,
        group=None if group == NONE else group,
        ink=INK[st.context.theme.type or "light"],
    )
    st.plotly_chart(
        figure,
        config=CONFIG,
        key="sql_chart",
        alt=say("{up} over {across}.", up=up, across=across),
    )
