"""The story as a published warehouse, and the dashboard opened without a browser."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[2] / "dashboard" / "app.py"


@pytest.fixture(scope="session")
def story() -> ModuleType:
    """The module published.py: it publishes the story into a data folder."""
    path = Path(__file__).with_name("published.py")
    spec = importlib.util.spec_from_file_location("dashboard_story", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder which the dashboard reads, with no answer remembered."""
    monkeypatch.setenv("REEL_HOME", str(tmp_path))
    st.cache_data.clear()
    st.cache_resource.clear()
    return tmp_path


@pytest.fixture
def open_page(home: Path) -> Callable[..., AppTest]:
    """Open a page of the dashboard by its file name, with query parameters."""

    def open_it(page: str = "overview", **parameters: str) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=60)
        if page == "overview":
            app.query_params.update(parameters)
            return app.run()
        app.run()
        app.switch_page(f"app_pages/{page}.py")
        app.query_params.update(parameters)
        return app.run()

    return open_it
