"""Runs dbt over the pinned lake and publishes the result when every test passes.

Reads the lake through its catalog. Writes `<home>/warehouse/` and dbt's own files under
`<home>/dbt/`. A failed build publishes nothing: the build before it stays.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from pipelines import account, analysts, lake, raw, touched, warehouse
from pipelines.account import Results
from pipelines.settings import ROOT

PROJECT = ROOT / "dbt_project"
REFERENCE = ROOT / "data" / "reference"
Progress = Callable[[str, int, int], None]


class BuildFailed(RuntimeError):
    """dbt did not finish green; the message lists what failed."""


@dataclass(frozen=True)
class Build:
    """What a call of `build` left published.

    Attributes:
        build_id: The published build.
        is_new: False when the published build already was of this lake and this code.
        tests: Number of data and unit tests that passed.
    """

    build_id: str
    is_new: bool
    tests: int


def build(
    home: Path,
    *,
    time_zone: str = "UTC",
    full_refresh: bool = False,
    on_progress: Progress | None = None,
) -> Build:
    """Build, test and publish the warehouse of the lake's current version.

    Args:
        home: The data folder.
        time_zone: Whose midnight ends a day; another one restates every figure.
        full_refresh: Build even if nothing has changed since the published build, and
            keep none of its rows.
        on_progress: Called with (name of the finished dbt node, done, total).

    Raises:
        BuildFailed: Nothing is loaded yet, or a model or a test failed.
    """
    version = lake.current_version(home)
    if version == 0:
        raise BuildFailed("the lake is empty: load events with `reel ingest` first")
    code = code_version()
    inputs = {
        "lake_version": version,
        "code_version": code,
        "reporting_time_zone": time_zone,
    }
    published = _published(home)
    if published and not full_refresh and inputs.items() <= published.items():
        tests = int(str(published["tests_passed"]))
        return Build(str(published["build_id"]), is_new=False, tests=tests)
    now = datetime.now(UTC)
    build_id = f"{now:%Y%m%dT%H%M%S}-v{version}"
    warehouse.folder(home).mkdir(parents=True, exist_ok=True)
    building = warehouse.folder(home) / f"building-{os.getpid()}.duckdb.tmp"
    opened = building.with_name(f"building-{os.getpid()}-analysts.duckdb.tmp")
    try:
        span = raw.register(home, building, version, time_zone)
        batches = frozenset(load["batch_id"] for load in lake.ingest_totals(home))
        basis = touched.Basis(version, batches, span.as_of, code, time_zone)
        kept_from = None if full_refresh else _keep_untouched(home, building, basis)
        variables = span.variables | {"reporting_time_zone": time_zone}
        variables |= {"kept_from": kept_from or ""}
        results = _run_dbt(home, building, variables, on_progress=on_progress)
        facts: dict[str, object] = {
            "build_id": build_id,
            "built_at": now,
            "as_of": span.as_of,
            "data_through": span.data_through,
            "sample_weight": lake.sample_weight(home),
            "kept_from": kept_from,
            **inputs,
        }
        if results.failed:
            _fail(home, facts, results)
        manifest = json.loads((home / "dbt/target/manifest.json").read_text())
        account.write(home, building, facts, results)
        analysts.write(building, opened, analysts.read_texts(manifest))
        warehouse.publish(home, building, build_id, analysts=opened)
    except RuntimeError as error:
        if str(error) == "Query interrupted":  # DuckDB's word for Ctrl-C
            raise KeyboardInterrupt from None
        raise
    finally:
        for file in (building, opened):
            file.unlink(missing_ok=True)
            file.with_name(file.name + ".wal").unlink(missing_ok=True)
    return Build(build_id, is_new=True, tests=len(results.tests))


def code_version() -> str:
    """Fingerprint what decides what a build says: models, references, what is kept."""
    digest = hashlib.sha256()
    files = [*PROJECT.rglob("*"), *REFERENCE.rglob("*")]
    for file in sorted(files):
        if file.suffix in {".sql", ".yml", ".csv"}:
            digest.update(file.relative_to(ROOT).as_posix().encode())
            digest.update(file.read_bytes())
    digest.update(Path(touched.__file__).read_bytes())
    return digest.hexdigest()[:12]


def _published(home: Path) -> dict[str, object] | None:
    if warehouse.current_build_id(home) is None:
        return None
    published = warehouse.open_current(home)
    try:
        return published.build()
    finally:
        published.close()


def _keep_untouched(home: Path, building: Path, wanted: touched.Basis) -> str | None:
    """Say whose rows to compute; name the build that has all others, if any has."""
    if warehouse.current_build_id(home) is None:
        return None
    published = warehouse.open_current(home)
    facts = published.build()
    batches = published.query("select batch_id from meta.ingest")["batch_id"]
    published.close()
    basis = touched.Basis(
        lake_version=int(str(facts["lake_version"])),
        batches=frozenset(batches),
        as_of=pd.Timestamp(str(facts["as_of"])).date(),
        code_version=str(facts["code_version"]),
        reporting_time_zone=str(facts["reporting_time_zone"]),
    )
    if not touched.can_keep(basis, wanted, PROJECT / "seeds" / "policies.csv"):
        return None
    touched.write(home, building, basis, wanted)
    return published.build_id


def _run_dbt(
    home: Path,
    building: Path,
    variables: dict[str, str],
    *,
    on_progress: Progress | None,
) -> Results:
    target = home / "dbt" / "target"
    target.mkdir(parents=True, exist_ok=True)
    (target / "run_results.json").unlink(missing_ok=True)
    command = [
        str(Path(sys.executable).with_name("dbt")),
        *("build", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
        *("--target", "duckdb", "--vars", json.dumps(variables)),
        *("--log-format", "json", "--log-level-file", "none", "--no-use-colors"),
    ]
    kept_from = variables["kept_from"]
    published = warehouse.folder(home) / f"{kept_from}.duckdb" if kept_from else ""
    environment = os.environ | {
        "REEL_WAREHOUSE": str(building),
        "REEL_PUBLISHED": str(published),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(home / "dbt" / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said: list[str] = []
    try:
        assert process.stdout is not None
        for name, done, total in _finished_nodes(process.stdout, said):
            if on_progress is not None:
                on_progress(name, done, total)
        process.wait()
    finally:
        process.terminate()
    if not (target / "run_results.json").exists():
        raise BuildFailed("dbt could not start:\n" + "\n".join(said[-20:]))
    return account.read_results(target)


def _finished_nodes(
    lines: Iterable[bytes], said: list[str]
) -> Iterator[tuple[str, int, int]]:
    """Pick the finished nodes out of dbt's JSON log; keep the messages for an error."""
    for line in lines:
        try:
            message = json.loads(line)
        except ValueError:
            said.append(line.decode(errors="replace").rstrip())
            continue
        said.append(message["info"]["msg"])
        data = message["data"]
        if "index" in data and "total" in data and "execution_time" in data:
            yield data["node_info"]["node_name"], int(data["index"]), int(data["total"])


def _fail(home: Path, facts: dict[str, object], results: Results) -> None:
    failure = {name: str(fact) for name, fact in facts.items()}
    warehouse.record_failure(home, failure | {"failed": results.failed})
    listed = "\n".join(f"  - {failure}" for failure in results.failed)
    raise BuildFailed(
        f"{len(results.failed)} dbt nodes failed, nothing was published:\n{listed}"
    )
