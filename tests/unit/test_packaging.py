"""Tests of the package's metadata: its version, its dependencies, and imports on every system."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from filelock import SoftFileLock
from packaging.specifiers import SpecifierSet

import webrun_nb
from webrun_nb.emulator.storage import database
from webrun_nb.emulator.storage.database import Database, StoreError

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "webrun_nb"
TOOLKIT = ("client", "common", "notebook", "wire", "__init__.py", "__main__.py", "config.py")
OPTIONAL_IN_TOOLKIT = {"keyring", "matplotlib"}
"""Extras that the toolkit imports where they are used, and does without."""


def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def names(requirements: object) -> set[str]:
    assert isinstance(requirements, list)
    return {normal(re.match(r"[\w.-]+", each)[0]) for each in requirements}  # type: ignore[index]  # each has a name


@cache
def imports(path: Path) -> frozenset[str]:
    """Return the top-level third-party modules that a file imports anywhere."""
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import():
                modules.update(alias.name for alias in node.names)
            case ast.ImportFrom(module=str(module), level=0):
                modules.add(module)
            case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(module)), *_]):
                modules.add(module)
    tops = {module.partition(".")[0] for module in modules}
    return frozenset(tops - sys.stdlib_module_names - {"webrun_nb"})


def used() -> Iterator[tuple[str, str]]:
    """Return each file of the package with each distribution that it imports."""
    distributions = packages_distributions()
    for path in sorted(PACKAGE.rglob("*.py")):
        for module in imports(path):
            for distribution in set(distributions.get(module, [f"{module}, which is not installed"])):
                yield path.relative_to(PACKAGE).as_posix(), normal(distribution)


def test_what_is_imported_is_declared() -> None:
    extras = project()["optional-dependencies"]
    assert isinstance(extras, dict)
    declared = names(project()["dependencies"]).union(*(names(extras[extra]) for extra in extras if extra != "dev"))
    assert [(path, name) for path, name in used() if name not in declared] == []


def test_the_toolkit_needs_no_extra() -> None:
    declared = names(project()["dependencies"]) | OPTIONAL_IN_TOOLKIT
    assert [(path, name) for path, name in used() if path.startswith(TOOLKIT) and name not in declared] == []


def test_each_extra_brings_something() -> None:
    extras = project()["optional-dependencies"]
    assert isinstance(extras, dict)
    every_import = {name for _, name in used()}
    assert [extra for extra in extras if extra != "dev" and not names(extras[extra]) & every_import] == []


def test_the_version_is_the_newest_one_of_the_changelog() -> None:
    changelog = (PACKAGE / "docs" / "changelog.md").read_text()
    newest = re.search(r"^## (\d\S*)$", changelog, re.MULTILINE)
    assert newest is not None
    assert newest[1] == webrun_nb.__version__


def test_binder_uses_a_python_that_the_package_supports_and_can_run_its_script() -> None:
    python = (ROOT / ".binder" / "runtime.txt").read_text().strip().removeprefix("python-")
    assert SpecifierSet(str(project()["requires-python"])).contains(python)
    assert (ROOT / ".binder" / "postBuild").stat().st_mode & 0o100


IMPORT_ALL = """
import builtins, importlib, pkgutil, sys
HIDDEN = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "spwd", "syslog"}
ordinary = builtins.__import__

def as_on_windows(name, globals=None, *rest, **named):
    if name in HIDDEN and (globals or {}).get("__name__", "").startswith("webrun_nb"):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return ordinary(name, globals, *rest, **named)

builtins.__import__ = as_on_windows
import webrun_nb
for module in pkgutil.walk_packages(webrun_nb.__path__, "webrun_nb."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(len([name for name in sys.modules if name.startswith("webrun_nb")]))
"""


def test_every_module_is_imported_where_a_system_lacks_what_only_posix_has() -> None:
    """The modules are hidden from ours alone: what others import on Windows is not what they import here."""
    done = subprocess.run([sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 200


async def test_an_emulator_that_can_t_lock_files_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "FileLock", SoftFileLock)  # what filelock falls back to there
    with pytest.raises(StoreError, match="runs on Linux and macOS and is untested on this system"):
        await Database.open(tmp_path)
