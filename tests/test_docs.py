"""What the documents say can be done is done, and what they point at is there."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
DOCUMENTS = [ROOT / "README.md", ROOT / "data" / "README.md", *ROOT.glob("docs/*.md")]


def commands(start: str) -> list[str]:
    """Lines of the README's code blocks that start with a word."""
    blocks = re.findall(r"```\n(.*?)```", README, flags=re.DOTALL)
    lines = [
        line.split("#")[0].strip() for block in blocks for line in block.split("\n")
    ]
    return [line for line in lines if line.startswith(start)]


@pytest.mark.parametrize("command", commands("reel metrics") + commands("reel sql"))
def test_each_question_in_the_readme_has_an_answer(
    command: str, company_home: Path, reel
) -> None:
    finished = reel(company_home, *shlex.split(command)[1:])
    assert finished.returncode == 0, finished.stderr
    assert len(finished.stdout.splitlines()) > 1


@pytest.mark.parametrize("command", commands("make"))
def test_each_make_target_of_the_readme_exists(command: str) -> None:
    finished = subprocess.run(
        ["make", "--dry-run", *command.split()[1:]],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_each_link_of_a_document_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text()):
        if not target.startswith("http"):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_the_help_lists_every_command_of_the_readme(reel, tmp_path: Path) -> None:
    listed = reel(tmp_path, "--help").stdout
    for command in set(re.findall(r"reel ([a-z]+)", README)):
        assert command in listed
