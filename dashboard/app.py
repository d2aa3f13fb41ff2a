"""The router: look, navigation and the page that was asked for."""

from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent

st.set_page_config(
    page_title="Reelmetrics",
    page_icon=str(HERE / "static" / "favicon.png"),
    layout="wide",
    initial_sidebar_state="collapsed",
)
st.html(HERE / "theme.css")
page = st.navigation(
    [
        st.Page(
            "app_pages/overview.py",
            title="Overview",
            icon=":material/insights:",
            default=True,
        ),
        st.Page(
            "app_pages/growth.py",
            title="Growth",
            icon=":material/trending_up:",
            url_path="growth",
        ),
        st.Page(
            "app_pages/revenue.py",
            title="Revenue",
            icon=":material/payments:",
            url_path="revenue",
        ),
        st.Page(
            "app_pages/studio.py",
            title="Studio",
            icon=":material/movie:",
            url_path="studio",
        ),
        st.Page(
            "app_pages/sql.py",
            title="SQL",
            icon=":material/terminal:",
            url_path="sql",
        ),
        st.Page(
            "app_pages/data.py",
            title="Data",
            icon=":material/verified:",
            url_path="data",
        ),
    ],
    position="top",
)
page.run()
