"""Checks offline that the dbt project means the same on DuckDB and on Spark.

Reads dbt_project and data/reference, compiled for both targets without a connection.
Writes findings to stdout; the exit code is 1 when there are any.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

from pipelines.engine_rules import RULES, SOURCE_RULES
from pipelines.settings import ROOT

PROJECT = ROOT / "dbt_project"
TARGETS = ("duckdb", "spark")
SOME_DAY = "2026-01-31"


class Finding(NamedTuple):
    """One place that has to change."""

    path: Path
    line: int
    name: str
    fix: str

    def __str__(self) -> str:
        """Write it as compilers do, so that editors can jump to it."""
        return f"{self.path}:{self.line}: {self.name}: {self.fix}"


class CompilationFailed(RuntimeError):
    """dbt could not compile the project for a target; the message is dbt's own."""


def main() -> int:
    """Compile for both engines, print what is not portable, return the exit code."""
    findings = list(check(PROJECT))
    for finding in findings:
        print(finding)
    if findings:
        print(f"{len(findings)} constructs differ between {' and '.join(TARGETS)}")
        return 1
    print(f"{PROJECT.name} is portable: {' and '.join(TARGETS)} read it alike")
    return 0


def check(project: Path) -> list[Finding]:
    """Find everything in a project that its two engines would read differently."""
    findings = list(check_sources(project))
    for target in TARGETS:
        with tempfile.TemporaryDirectory() as folder:
            compiled = compile_project(project, target, Path(folder))
            for path in sorted(compiled.rglob("*.sql")):
                if path.parent.suffix != ".yml":  # a generic test: written once
                    source = project / path.relative_to(compiled)
                    findings += check_sql(path.read_text(), target, source)
    return sorted(set(findings))


def compile_project(project: Path, target: str, folder: Path) -> Path:
    """Compile a project for a target without connecting to it.

    dbt-spark refuses to start without a module named pyspark, though compiling calls
    nothing of it: where it is not installed, an empty one takes its place.

    Returns:
        The folder that holds the compiled SQL under the project's own paths.
    """
    environment = os.environ | {
        "REEL_WAREHOUSE": ":memory:",
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    if target == "spark" and find_spec("pyspark") is None:
        (folder / "pyspark").mkdir()
        (folder / "pyspark" / "__init__.py").touch()
        environment["PYTHONPATH"] = str(folder)
    command = [str(Path(sys.executable).with_name("dbt")), "compile", "--quiet"]
    command += ["--project-dir", str(project), "--profiles-dir", str(project)]
    # As for a nightly build: its models say all that a full refresh says, and more.
    command += ["--target", target]
    command += ["--vars", f"{{as_of: {SOME_DAY}, kept_from: an_earlier_build}}"]
    command += ["--no-populate-cache", "--no-introspect", "--no-use-colors"]
    finished = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=300
    )
    if finished.returncode != 0:
        raise CompilationFailed(f"{target}:\n{finished.stdout[-3000:]}")
    return folder / "target" / "compiled" / "reelmetrics"


def check_sql(sql: str, dialect: str, source: Path) -> Iterator[Finding]:
    """Parse compiled SQL and find what another engine would read differently.

    Args:
        sql: The compiled text.
        dialect: The engine that it was compiled for.
        source: The file that it was compiled from, which the findings name.
    """
    try:
        statements = sqlglot.parse(sql, dialect=dialect)
    except ParseError as error:
        line = int(error.errors[0].get("line") or 1)
        fix = f"write SQL that {dialect} parses: {error.errors[0]['description']}"
        yield Finding(source, _source_line(sql, line, source), "unparsable", fix)
        return
    for statement in statements:
        for node in statement.walk() if statement else ():
            for rule in RULES:
                if rule.applies(node):
                    line = _source_line(sql, _line(node), source)
                    yield Finding(source, line, rule.name, rule.fix)


def check_sources(project: Path) -> Iterator[Finding]:
    """Find what compiling hides: type names, quotes, features of one engine."""
    folders = (project / "models", project / "tests")
    for path in sorted(file for folder in folders for file in folder.rglob("*.sql")):
        for number, text in enumerate(path.read_text().splitlines(), start=1):
            code = re.sub(r"--.*|\{[{%#].*?[}%#]\}", "", text)
            for name, pattern, fix in SOURCE_RULES:
                if re.search(pattern, code, re.IGNORECASE):
                    yield Finding(path, number, name, fix)
    for path in sorted((project / "snapshots").glob("*.sql")):
        yield Finding(path, 1, "snapshot", "derive history from the log with lead()")


def _line(node: exp.Expr) -> int:
    """Where a node begins: the first line that it or anything below it knows."""
    lines = [below.meta["line"] for below in node.walk() if "line" in below.meta]
    return min(lines, default=1)


def _source_line(sql: str, line: int, source: Path) -> int:
    """Map a line of the compiled text to the line of the source that reads the same."""
    texts = sql.splitlines()
    if not source.exists() or line > len(texts):
        return line
    wanted = texts[line - 1].strip()
    for number, text in enumerate(source.read_text().splitlines(), start=1):
        if text.strip() == wanted:
            return number
    return line


if __name__ == "__main__":
    sys.exit(main())
