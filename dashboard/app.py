"""The router: look, the pages this reader may open, and the one that was asked for."""

from pathlib import Path

import streamlit as st

from dashboard import access, sign_in
from dashboard.language import say

HERE = Path(__file__).parent

st.set_page_config(
    page_title="Reelmetrics",
    page_icon=str(HERE / "static" / "favicon.png"),
    layout="wide",
    initial_sidebar_state="collapsed",
)
st.html(HERE / "theme.css")
EVERY_PAGE = [
    st.Page(
        "app_pages/overview.py",
        title=say("Overview"),
        icon=":material/insights:",
        default=True,
    ),
    st.Page(
        "app_pages/growth.py",
        title=say("Growth"),
        icon=":material/trending_up:",
        url_path="growth",
    ),
    st.Page(
        "app_pages/revenue.py",
        title=say("Revenue"),
        icon=":material/payments:",
        url_path="revenue",
    ),
    st.Page(
        "app_pages/features.py",
        title=say("Features"),
        icon=":material/extension:",
        url_path="features",
    ),
    st.Page(
        "app_pages/service.py",
        title=say("Service"),
        icon=":material/speed:",
        url_path="service",
    ),
    st.Page(
        "app_pages/accounts.py",
        title=say("Accounts"),
        icon=":material/apartment:",
        url_path="accounts",
    ),
    st.Page(
        "app_pages/studio.py",
        title=say("Studio"),
        icon=":material/movie:",
        url_path="studio",
    ),
    st.Page(
        "app_pages/sql.py",
        title=say("SQL"),
        icon=":material/terminal:",
        url_path="sql",
    ),
    st.Page(
        "app_pages/data.py",
        title=say("Definitions"),
        icon=":material/verified:",
        url_path="data",
    ),
]


def pages() -> list[st.Page]:
    """List the pages this reader may open, or the one that says why there are none."""
    try:
        reader = access.reader()
    except access.NoAccess as refusal:
        reason = str(refusal)
        return [
            st.Page(
                lambda: sign_in.refuse(reason), title=say("Log in"), url_path="login"
            )
        ]
    return [
        page
        for page in EVERY_PAGE
        if access.may_open(reader, page.url_path or "overview")
    ]


st.navigation(pages(), position="top").run()
