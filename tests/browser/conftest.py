"""A served dashboard and a real browser; without one the tests are skipped, named."""

import importlib.util
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
SECONDS_TO_START = 60


def _load(name: str, path: Path) -> ModuleType:
    """Load a file beside the tests, which can then import it by its name."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


pictures = _load("pictures", Path(__file__).with_name("pictures.py"))


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The Chromium of this machine; `REEL_CHROMIUM` names another one."""
    found = pictures.find_browser()
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(pictures.BROWSERS)} is installed")
    return found


@pytest.fixture(scope="session")
def browser(browser_path: str) -> Iterator[object]:
    """A running browser that calls nobody by itself."""
    playwright = pytest.importorskip("playwright.sync_api", reason="no Playwright")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=browser_path, args=list(pictures.FLAGS), timeout=60_000
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(
    browser_path: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The dashboard, served on the story from a foreign folder as a user would."""
    home = tmp_path_factory.mktemp("served")
    _story().publish(home)
    with _serve(home, {}) as url:
        yield url


@pytest.fixture
def serve(
    browser_path: str, tmp_path: Path
) -> Callable[[dict[str, str]], AbstractContextManager[str]]:
    """Serve the story from `tmp_path` with variables of one's own."""
    _story().publish(tmp_path)
    return lambda variables: _serve(tmp_path, variables)


@contextmanager
def _serve(home: Path, variables: dict[str, str]) -> Iterator[str]:
    port = variables.get("STREAMLIT_SERVER_PORT") or str(free_port())
    command = [sys.executable, "-m", "streamlit", "run"]
    command += [str(ROOT / "dashboard" / "asgi.py"), "--server.port", port]
    server = subprocess.Popen(
        command,
        cwd=home,
        env=os.environ | {"REEL_HOME": str(home)} | variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


def free_port() -> int:
    """Find a port that nobody uses now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _story():
    return _load("served_story", ROOT / "tests" / "dashboard" / "published.py")


def _wait(url: str, server: subprocess.Popen) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        assert server.poll() is None, "the dashboard did not start"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
    raise AssertionError(f"{url} did not answer in {SECONDS_TO_START} s")
