"""Tests of the documentation: the size of README, the links of all pages, and the examples in docstrings."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PACKAGE = ROOT / "webrun_nb"
PAGES = [README, *sorted((PACKAGE / "docs").glob("*.md"))]
README_BYTES = 6 * 1024

_CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_PATH = re.compile(r"`(?P<path>[\w./-]+(?:\.py|/))`")
_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(?P<text>.+?)\s*$", re.MULTILINE)
_NOT_IN_AN_ANCHOR = re.compile(r"[^\w\- ]")


def links(page: Path) -> Iterator[str]:
    """Yield the targets of a page's links, except those of web addresses and those inside of code."""
    for match in _LINK.finditer(_CODE.sub("", page.read_text(encoding="utf-8"))):
        if "://" not in match["target"]:
            yield match["target"]


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = _HEADING.findall(page.read_text(encoding="utf-8"))
    return {_NOT_IN_AN_ANCHOR.sub("", heading.lower()).replace(" ", "-") for heading in headings}


def problem(page: Path, target: str) -> str | None:
    """Return why a link of a page leads nowhere; None if it is good."""
    path, _, anchor = target.partition("#")
    linked = (page.parent / path).resolve() if path else page
    if not linked.is_file():
        return "no such file"
    if not linked.is_relative_to(ROOT):
        return "outside of the repository"
    if anchor and anchor not in anchors(linked):
        return "no such heading"
    return None


def test_readme_is_short() -> None:
    assert len(README.read_bytes()) <= README_BYTES


@pytest.mark.parametrize("page", [README, PACKAGE / "docs" / "contributing.md"], ids=lambda page: page.name)
def test_pages_show_the_test_command_of_ci(page: Path) -> None:
    command = (ROOT / ".ci" / "test").read_text(encoding="utf-8").splitlines()[-1]
    assert "pytest" in command
    assert command in page.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert {target: found for target in links(page) if (found := problem(page, target))} == {}


def test_readme_links_every_page() -> None:
    linked = {(README.parent / target.partition("#")[0]).resolve() for target in links(README)}
    assert [page.name for page in PAGES if page != README and page.resolve() not in linked] == []


@pytest.mark.parametrize("name", ["architecture.md", "contributing.md"])
def test_every_path_in_a_description_of_the_code_exists(name: str) -> None:
    """Paths may start anywhere below the root: `states.py`, `domain/states.py`, `tests/unit/`."""
    text = (PACKAGE / "docs" / name).read_text(encoding="utf-8")
    known = [
        f"/{path.relative_to(ROOT).as_posix()}" for folder in (PACKAGE, ROOT / "tests") for path in folder.rglob("*")
    ]
    missing = [
        path
        for path in _PATH.findall(text)
        if not (ROOT / path).exists() and not any(each.endswith(f"/{path.rstrip('/')}") for each in known)
    ]
    assert missing == []


def modules_with_examples() -> list[str]:
    """Return the names of the modules that have a doctest."""
    files = [path for path in PACKAGE.rglob("*.py") if ">>> " in path.read_text(encoding="utf-8")]
    return sorted(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in files)


@pytest.mark.parametrize("name", modules_with_examples())
def test_examples_in_docstrings_are_right(name: str) -> None:
    assert doctest.testmod(import_module(name)).failed == 0
