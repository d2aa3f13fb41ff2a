"""Break the dbt models one at a time and see that the golden suite notices each time.

Reads tests/mutants.toml, dbt_project/, data/reference/ and tests/golden/. Writes
temporary copies only; the exit code is 1 when a mutant goes unnoticed.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

ROOT = Path(__file__).parents[1]
DECLARED = ROOT / "tests" / "mutants.toml"
NEEDED = ("dbt_project", "data/reference", "tests/golden", "generation")
AT_WORK = 2


@dataclass(frozen=True)
class Mutant:
    """One plausible mistake in a model.

    Attributes:
        name: The mistake in a few words.
        harm: What an executive would read if nobody noticed.
        golden: The file of tests/golden that has to fail.
        file: The model or macro, below dbt_project.
        edits: Pairs `old` and `new`; each old text stands once in the file.
    """

    name: str
    harm: str
    golden: str
    file: str
    edits: list[dict[str, str]]


class InvalidMutant(RuntimeError):
    """The mutant cannot be judged: its text is gone, or its SQL does not run."""


def main() -> int:
    """Try every mutant (or those whose name holds an argument) and print a table."""
    declared = tomllib.loads(DECLARED.read_text())["mutants"]
    wanted = sys.argv[1:] or [""]
    mutants = [
        Mutant(**fields)
        for fields in declared
        if any(part in fields["name"] for part in wanted)
    ]
    console = Console()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_WORK) as pool:
        trials = pool.map(lambda mutant: noticed_by(mutant, Path(folder)), mutants)
        found = list(track(trials, "mutants", total=len(mutants), console=console))
    table = Table("mutant", "harm", "noticed by")
    for mutant, test in zip(mutants, found, strict=True):
        table.add_row(mutant.name, mutant.harm, test or "[red]nobody[/red]")
    console.print(table)
    survived = found.count(None)
    console.print(f"{len(mutants) - survived} of {len(mutants)} mutants were noticed")
    return 1 if survived else 0


def noticed_by(mutant: Mutant, folder: Path) -> str | None:
    """Run the golden file over the broken copy; name the test that failed first.

    A dbt test of the project that fails notices a mutant just as well; a model that
    does not run at all proves nothing.
    """
    with project_copy(folder) as root:
        break_model(mutant, root)
        command = [sys.executable, "-m", "pytest", "-vv", "-x", "--tb=short"]
        command += ["-p", "no:cacheprovider", f"tests/golden/{mutant.golden}"]
        environment = os.environ | {"PYTHONPATH": str(root), "TMPDIR": str(root)}
        finished = subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True
        )
    if finished.returncode == 0:
        return None
    if re.search(r"\.reelmetrics\.\w+(\.\w+)?': 'error'", finished.stdout):
        raise InvalidMutant(f"{mutant.name}: {finished.stdout[-2000:]}")
    of_dbt = re.search(r"'test\.reelmetrics\.(\w+)\S*': 'fail'", finished.stdout)
    if of_dbt:
        return f"dbt: {of_dbt[1]}"
    of_golden = re.search(r"^FAILED \S+::(\w+)", finished.stdout, re.MULTILINE)
    if of_golden:
        return of_golden[1]
    raise InvalidMutant(f"{mutant.name}: {finished.stdout[-2000:]}{finished.stderr}")


def break_model(mutant: Mutant, root: Path) -> None:
    """Put the mistake into the copy."""
    file = root / "dbt_project" / mutant.file
    text = file.read_text()
    for edit in mutant.edits:
        if text.count(edit["old"]) != 1:
            raise InvalidMutant(f"{mutant.name}: not once in {file}: {edit['old']!r}")
        text = text.replace(edit["old"], edit["new"])
    file.write_text(text)


@contextmanager
def project_copy(folder: Path) -> Iterator[Path]:
    """Lay out what the golden suite reads, for one mutant alone."""
    root = Path(tempfile.mkdtemp(dir=folder))
    unneeded = shutil.ignore_patterns("__pycache__", "target", "logs", "*.safetensors")
    for part in NEEDED:
        shutil.copytree(ROOT / part, root / part, ignore=unneeded)
    shutil.copy(ROOT / "pyproject.toml", root)
    yield root
    shutil.rmtree(root)


if __name__ == "__main__":
    raise SystemExit(main())
