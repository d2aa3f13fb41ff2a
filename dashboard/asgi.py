"""The server's entry: `streamlit run dashboard/asgi.py`, from any folder.

Compresses what goes to the browser (9.8 MB become 3.3 MB on a first visit) and takes
everything imported out of the garbage collector's sight, which otherwise stops every
session for longer than a page takes.
"""

import contextlib
import gc
from collections.abc import AsyncIterator
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware


@contextlib.asynccontextmanager
async def warm_up(app: st.App) -> AsyncIterator[dict[str, object]]:
    """Import what the first page needs before the first reader comes."""
    from dashboard import (  # noqa: F401
        growth_panels,
        monthly,
        overview_panels,
        revenue_panels,
        sql_shelf,
    )

    gc.collect()
    gc.freeze()
    yield {}


app = st.App(
    Path(__file__).with_name("app.py"),
    middleware=[Middleware(GZipMiddleware, minimum_size=2000, compresslevel=6)],
    lifespan=warm_up,
)
