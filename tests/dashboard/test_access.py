"""Who may open which page and see which rows."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import access
from dashboard.access import NoAccess, Reader

ROOT = Path(__file__).parents[2]
APP = ROOT / "dashboard" / "app.py"
LISTED = """
[readers."Ann@example.com"]
role = "executive"
[readers."bob@example.com"]
role = "executive"
region = ["US", "UK"]
[readers."cy@example.com"]
role = "admin"
segment = ["pro"]
"""


@pytest.fixture
def visit(home: Path, story) -> Callable[..., AppTest]:
    """Open the dashboard with a list of readers, as somebody."""
    story.publish(home)
    (home / "access.toml").write_text(LISTED)

    def visit_as(user: dict[str, object], **parameters: str) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=60)
        app.user = user
        app.query_params.update(parameters)
        return app.run()

    return visit_as


@pytest.mark.parametrize(
    "user",
    [
        {},
        {"is_logged_in": False},
        {"email": "eve@example.com"},
        {"email": "ann@example.com", "is_logged_in": False},
        {"email": "ann@example.com", "is_logged_in": True, "email_verified": False},
    ],
    ids=["nobody", "logged out", "a stranger", "gone", "unverified"],
)
def test_a_stranger_sees_no_number(visit, user: dict[str, object]) -> None:
    page = visit(user)
    assert len(page.info) == 1
    assert not page.metric
    assert not page.get("plotly_chart")
    assert not page.selectbox
    assert not page.exception


def test_a_limited_reader_sees_their_rows_and_no_total(visit) -> None:
    page = visit({"email": "bob@example.com"}, month="2025-12", region="CN")
    region = page.selectbox[1]
    assert region.options == ["United States", "United Kingdom"]
    assert region.value == "US"
    assert page.metric[0].value == "$62.4M"  # 26 % of 240 M; the whole is not told
    shown = " ".join(
        str(element.value) for element in (*page.metric, *page.markdown, *page.caption)
    )
    assert "240M" not in shown
    assert [round(share) for share in page.dataframe[0].value["Share"]] == [100]
    region.set_value("UK").run()
    assert page.query_params["region"] == "UK"
    assert not page.exception


def test_every_role_is_told_its_pages_and_the_admin_all() -> None:
    every = re.findall(r'"app_pages/(\w+)\.py"', APP.read_text())
    seen = {
        role: [page for page in every if access.may_open(Reader("x", role), page)]
        for role in access.ROLES["pages"]
    }
    assert set(seen) == {"executive", "product", "analyst", "admin"}
    assert seen["admin"] == every
    assert "sql" in seen["analyst"]
    assert "sql" not in seen["executive"] + seen["product"]
    limited = Reader("x", "admin", (("region", ("US",)),))
    narrow = [page for page in every if access.may_open(limited, page)]
    assert narrow == ["overview", "growth", "revenue"]


def trees_of(page: str) -> dict[str, ast.Module]:
    """Parse a page, the modules of the dashboard that it imports, and theirs."""
    trees: dict[str, ast.Module] = {}
    wanted = {f"app_pages/{page}"}
    while wanted:
        name = wanted.pop()
        text = (ROOT / "dashboard" / f"{name}.py").read_text()
        trees[name] = ast.parse(text)
        found = re.findall(r"^from dashboard\.(\w+) import", text, re.MULTILINE)
        for group in re.findall(r"^from dashboard import (\([^)]*\)|.*)", text, re.M):
            found += re.findall(r"\w+(?! as)\b", re.sub(r" as \w+", "", group))
        wanted |= set(found) - set(trees)
    return trees


def test_pages_for_limited_readers_read_within_their_filters_only() -> None:
    """A block that reads past the filters would show a limited reader every row."""
    # which months there are: no figure
    harmless = {"queries.metric(build_id, 'arr_runrate', grain='month')"}
    readers = {"queries.metric", "headline.read", "download", "download_tiles"}
    for page in access.ROLES["within_rows"]["pages"]:
        trees = trees_of(page)
        assert "by=filters.DIMENSIONS" in ast.unparse(trees[f"app_pages/{page}"])
        assert len(trees) > 10
        del trees["filters"]  # reads which values can be chosen: no figure
        for module, tree in trees.items():
            for call in filter(lambda node: isinstance(node, ast.Call), ast.walk(tree)):
                text = ast.unparse(call)
                if ast.unparse(call.func) in readers and text not in harmless:
                    named = {keyword.arg for keyword in call.keywords}
                    assert "slices" in named, f"{module}: {text}"


def test_a_page_that_a_role_may_not_open_is_not_there(visit) -> None:
    page = visit({"email": "ANN@example.com"})
    assert page.metric
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        page.switch_page("app_pages/sql.py")
    page.button(key="data_arr").click().run()
    assert page.dataframe
    assert not page.get("page_link")  # no way into SQL from the rows


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[readers", "cannot be read"),
        ("", "cannot be read"),
        ('[readers."ann@x"]\nrole = "king"', "must be one of executive"),
        ('[readers."ann@x"]\nrole = "admin"\naccount = ["7"]', "not by account"),
        ('[readers."ann@x"]\nrole = "admin"\nregion = []', "not by region"),
        ('[readers."ann@x"]\nrole = "admin"\nregion = "US"', "not by region"),
    ],
    ids=["broken", "empty", "role", "dimension", "no value", "no list"],
)
def test_a_list_that_is_not_understood_shuts_the_door(
    home: Path, text: str, said: str
) -> None:
    (home / "access.toml").write_text(text)
    with pytest.raises(NoAccess, match=said):
        access.reader()


def test_without_a_list_everybody_on_this_machine_is_the_admin(home: Path) -> None:
    assert access.reader() == access.LOCAL
