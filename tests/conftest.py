"""One small company, simulated, loaded and built once for all tests that read it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOMS = ("golden", "dashboard", "browser", "generation/scenario")
REEL = str(Path(sys.executable).with_name("reel"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share what was built for them run in the same process, one by one."""
    for item in items:
        path = item.path.relative_to(Path(__file__).parent).as_posix()
        room = next((room for room in ROOMS if path.startswith(room)), path)
        if "company_home" in getattr(item, "fixturenames", ()):
            room = "company"
        item.add_marker(pytest.mark.xdist_group(room))


@pytest.fixture(scope="session")
def reel():
    """Run the real command in a data folder; gives the finished process."""

    def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [REEL, *arguments],
            env=os.environ | {"REEL_HOME": str(home), "COLUMNS": "160"},
            capture_output=True,
            text=True,
        )

    return run


@pytest.fixture(scope="session")
def company_home(tmp_path_factory: pytest.TempPathFactory, reel) -> Path:
    """A data folder with the company at 1:1000, loaded and published."""
    home = tmp_path_factory.mktemp("company")
    for command in (["simulate", "--scale", "0.001"], ["run"]):
        finished = reel(home, *command)
        assert finished.returncode == 0, finished.stderr[-3000:]
    return home
