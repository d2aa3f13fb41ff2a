"""The import rules of the house, read from the source and seen in a real process."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("generation", "pipelines", "dashboard")
TORCH_ROOMS = (
    "generation/bundled/",
    "generation/training/",
    "generation/backends/",
    "generation/quality.py",
    "generation/drawing.py",
)


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(file: Path) -> set[str]:
    """Every module that a file imports, at the top or lazily, as dotted names."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def imports_of(file: Path, package: str) -> set[str]:
    return {
        name
        for name in imported(file)
        if name == package or name.startswith(package + ".")
    }


def test_generation_knows_nothing_to_its_right() -> None:
    for file in sources("generation"):
        for package in ("pipelines", "dashboard", "dbt_project"):
            assert not imports_of(file, package), file


def test_torch_stays_in_the_rooms_that_run_models() -> None:
    for package in PACKAGES:
        for file in sources(package):
            name = file.relative_to(ROOT).as_posix()
            if not name.startswith(TORCH_ROOMS):
                for library in ("torch", "diffusers", "transformers"):
                    assert not imports_of(file, library), file


def test_the_contract_imports_nothing_of_ours() -> None:
    file = ROOT / "generation" / "events.py"
    for package in PACKAGES:
        assert not imports_of(file, package)


def test_pipelines_sees_of_generation_only_the_contract_and_the_prices() -> None:
    allowed = ("generation.events", "generation.credits")
    for file in sources("pipelines"):
        for name in imports_of(file, "generation"):
            assert name.startswith(allowed), f"{file} imports {name}"
        assert not imports_of(file, "dashboard"), file
        assert not imports_of(file, "streamlit"), file


def test_the_dashboard_reads_only_through_the_warehouse_door() -> None:
    for file in sources("dashboard"):
        assert not imports_of(file, "generation"), file
        assert not imports_of(file, "dbt"), file
        for name in imports_of(file, "pipelines"):
            assert name.startswith("pipelines.warehouse"), f"{file} imports {name}"


def test_the_dbt_project_holds_no_python() -> None:
    assert not [file for file in sources("dbt_project") if file.name != "__init__.py"]


def test_package_inits_hold_a_docstring_only() -> None:
    for package in (*PACKAGES, "dbt_project"):
        for file in (ROOT / package).rglob("__init__.py"):
            body = ast.parse(file.read_text()).body
            assert len(body) == 1, file
            assert isinstance(body[0], ast.Expr), file


@pytest.mark.parametrize(
    "command",
    [
        ["sql", "select * from metrics.catalog"],
        ["metrics", "weekly_active_users", "--format", "json"],
        ["metrics"],
        ["status"],
    ],
    ids=lambda command: command[0],
)
def test_reading_loads_neither_torch_nor_dbt(company_home: Path, command) -> None:
    """An analyst's query must answer at once, not after seconds of imports."""
    program = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from pipelines.cli import app\n"
        f"result = CliRunner().invoke(app, {command!r})\n"
        "assert result.exit_code == 0, result.output\n"
        "heavy = {'torch', 'dbt', 'diffusers', 'transformers', 'streamlit'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        env={"REEL_HOME": str(company_home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.splitlines()[-1] == "[]"
