"""`webrun-nb doctor`: each thing that is needed, whether it is there, and how to mend what is not."""

from __future__ import annotations

import argparse
import asyncio
import importlib.metadata
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from webrun_nb import config
from webrun_nb.cli.output import pip_line, printable

if TYPE_CHECKING:
    from packaging.requirements import Requirement

_DISTRIBUTION = "webrun-nb"
_OLDEST_PYTHON = (3, 11)
_EXTRAS = {
    "": "toolkit",
    "emulator": "emulator's packages",
    "lab": "lab's packages",
}
_REQUIRED_EXTRAS = frozenset({"", "emulator"})
_ANSWER_WITHIN_S = 10.0
_NAME_WIDTH = max(map(len, _EXTRAS.values()))

State = Literal["ok", "missing", "optional"]
"""`optional`: not there, and only needed for more."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report.

    Parameters
    ----------
    name : str
        What was looked for.
    state : {"ok", "missing", "optional"}
        How it is.
    said : str
        What was found.
    fix : str
        What to do about it; empty where nothing has to be done.
    """

    name: str
    state: State
    said: str
    fix: str = ""

    def __str__(self) -> str:
        line = f"{self.state:<8}  {self.name:<{_NAME_WIDTH}}  {self.said}"
        return printable(" ".join([line, *(["·", self.fix] if self.fix else [])]))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options: there are none."""


def run(options: argparse.Namespace) -> int:
    """Print the report.

    Returns
    -------
    int
        1 where something required is missing.
    """
    lacking = 0
    for finding in examine():
        print(finding, flush=True)
        lacking += finding.state == "missing"
    print(f"\n{lacking} of these must be mended first" if lacking else "\nall that is required is here")
    return 1 if lacking else 0


def examine() -> Iterator[Finding]:
    """Look for each thing in turn; what stands on something that is missing is left out."""
    yield python_version(sys.version_info[:3])
    packages = list(package_groups())
    yield from packages
    yield from _jupyter()
    yield data_folder(config.data_dir())
    yield api_key(config.api_key())
    if all(finding.state != "missing" for finding in packages):
        yield from _browser()
        yield _emulator()


# --- Python and packages ----------------------------------------------------------------------------------------------


def python_version(version: tuple[int, ...]) -> Finding:
    """Judge Python's version."""
    said = ".".join(map(str, version))
    if version[:2] < _OLDEST_PYTHON:
        return Finding("Python", "missing", said, "install Python 3.11 or newer")
    return Finding("Python", "ok", f"{said} ({sys.executable})")


def package_groups() -> Iterator[Finding]:
    """Compare each group of dependencies, the toolkit's own and each extra's, with what is installed."""
    from packaging.requirements import Requirement

    try:
        lines = importlib.metadata.requires(_DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        yield Finding(_EXTRAS[""], "missing", f"{_DISTRIBUTION} itself is not installed", f"run: {pip_line('-e .')}")
        return
    requirements = [Requirement(line) for line in lines]
    for extra, name in _EXTRAS.items():
        group = [one for one in requirements if one.name != _DISTRIBUTION and _belongs(one, extra)]
        problems = [problem for one in group if (problem := _problem(one))]
        if not problems:
            yield Finding(name, "ok", f"{len(group)} packages")
            continue
        wanted = f"{_DISTRIBUTION}[{extra}]" if extra else _DISTRIBUTION
        state: State = "missing" if extra in _REQUIRED_EXTRAS else "optional"
        yield Finding(name, state, ", ".join(problems), f"run: {pip_line(wanted)}")


def _belongs(requirement: Requirement, extra: str) -> bool:
    """Tell whether a requirement is one of an extra's own; the toolkit's hold under every extra."""
    marker = requirement.marker
    if marker is None or marker.evaluate({"extra": ""}):
        return extra == ""
    return extra != "" and marker.evaluate({"extra": extra})


def _problem(requirement: Requirement) -> str:
    """Say what is wrong with an installed package; nothing where it is as it should be."""
    try:
        version = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return f"no {requirement.name}"
    if requirement.specifier.contains(version, prereleases=True):
        return ""
    return f"{requirement.name} {version} is not {requirement.specifier}"


# --- Jupyter ----------------------------------------------------------------------------------------------------------


def _jupyter() -> Iterator[Finding]:
    if importlib.util.find_spec("jupyterlab") is None:
        yield Finding(
            "JupyterLab", "optional", "not installed (VS Code and others do too)", f"run: {pip_line('webrun-nb[lab]')}"
        )
    else:
        yield Finding("JupyterLab", "ok", importlib.metadata.version("jupyterlab"))
        yield _widgets_in_lab()
    if importlib.util.find_spec("ipykernel") is not None:
        yield ipykernel_version(importlib.metadata.version("ipykernel"))


def _widgets_in_lab() -> Finding:
    """Look for the two extensions of JupyterLab that show a card, where JupyterLab looks for them."""
    from jupyter_core.paths import jupyter_path

    folders = [Path(place) for place in jupyter_path("labextensions")]
    return widgets_in_lab(folders)


def widgets_in_lab(folders: list[Path]) -> Finding:
    """Look for the extensions that show a card.

    Parameters
    ----------
    folders : list of Path
        JupyterLab's `labextensions` folders.
    """
    wanted = {"anywidget": "anywidget", "@jupyter-widgets/jupyterlab-manager": "ipywidgets"}
    versions, absent = [], []
    for extension, package in wanted.items():
        files = (folder / extension / "package.json" for folder in folders)
        file = next((file for file in files if file.is_file()), None)
        if file is None:
            absent.append((extension, package))
        else:
            versions.append(f"{package} {json.loads(file.read_text(encoding='utf-8')).get('version', '?')}")
    if absent:
        names = ", ".join(extension for extension, _ in absent)
        packages = " ".join(package for _, package in absent)
        fix = f"run: {sys.executable} -m pip install --force-reinstall {packages}, then restart JupyterLab"
        return Finding("widgets in Lab", "missing", f"JupyterLab has no extension {names}: cards don't show", fix)
    return Finding("widgets in Lab", "ok", ", ".join(versions))


def ipykernel_version(version: str) -> Finding:
    """Say what a kernel's version means for a card's buttons while a cell runs (lab notes, Jupyter 4)."""
    if version.startswith("7.0."):
        said = f"{version}: cards stand still, as it lets no thread but its own speak to the page"
        return Finding("ipykernel", "missing", said, f"later ones do: {pip_line('ipykernel>=7.1')}")
    if int(version.split(".")[0]) >= 7:
        return Finding("ipykernel", "ok", f"{version}: a card's buttons answer while a cell runs")
    return Finding(
        "ipykernel",
        "ok",
        f"{version}: a card's buttons answer when the running cell has ended; the stop button works at once",
        f"for buttons that do too: {pip_line('ipykernel>=7')}",
    )


# --- this machine -----------------------------------------------------------------------------------------------------


def data_folder(folder: Path) -> Finding:
    """Try to write where logs are kept."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        said = f"{folder} can't be written: {error.strerror}"
        return Finding("data folder", "missing", said, "mend its permissions, or set WEBRUN_DATA_DIR to another")
    return Finding("data folder", "ok", f"{folder} can be written")


def api_key(key: str | None) -> Finding:
    """Say whether there is a key of the hosted service; never which."""
    if key is None:
        said = "none: the emulator needs none"
        return Finding("API key", "optional", said, "for the hosted service, set WEBRUN_API_KEY")
    return Finding("API key", "ok", "WEBRUN_API_KEY is set")


def _browser() -> Iterator[Finding]:
    """Launch the browser; where none starts, look for the libraries that those which are here lack."""
    from webrun_nb.browsers.chromium.pool import ChromiumPool
    from webrun_nb.browsers.discovery import INSTALL_COMMAND, FoundBrowser, candidates, installed
    from webrun_nb.browsers.protocol import InstanceUnavailableError

    async def launched() -> FoundBrowser:
        pool = ChromiumPool()
        try:
            return await pool.start()
        finally:
            await pool.close()

    fix = f"run: {INSTALL_COMMAND}"
    try:
        found = asyncio.run(launched())
        yield Finding("browser", "ok", f"{found.kind} {found.version} starts ({found.path or found.where})")
        yield Finding("OS libraries", "ok", "the browser starts, so it has all it needs")
    except InstanceUnavailableError as error:
        yield Finding("browser", "missing", error.message, "" if INSTALL_COMMAND in error.message else fix)
        if sys.platform == "linux" and installed():
            for program in [Path(one.path) for one in candidates() if one.path]:
                if lacking := missing_libraries(_ldd(program)):
                    yield Finding("OS libraries", "missing", f"{program} lacks {', '.join(lacking)}", fix)


def missing_libraries(said_by_ldd: str) -> list[str]:
    """Return the shared libraries that `ldd` did not find."""
    lines = (line.strip() for line in said_by_ldd.splitlines())
    return [line.split(" ")[0] for line in lines if line.endswith("=> not found")]


def _ldd(program: Path) -> str:
    command = shutil.which("ldd", path=config.search_path())
    if command is None:
        return ""
    return subprocess.run([command, program], capture_output=True, text=True, errors="replace", check=False).stdout


def _emulator() -> Finding:
    """Start an emulator, ask how it is, and end it."""
    import httpx

    from webrun_nb.client._sync import runtime
    from webrun_nb.client.errors import WebRunError
    from webrun_nb.client.local_emulator import LocalEmulator

    try:
        emulator = runtime.run(LocalEmulator.start("--limits", "none"))
    except WebRunError as error:
        return Finding("emulator", "missing", error.message, f"see the log in {config.data_dir() / 'logs'}")
    try:
        answer = httpx.get(f"{emulator.url}/start/health", timeout=_ANSWER_WITHIN_S, trust_env=False)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        said = f"it starts, but does not answer: {error}"
        return Finding("emulator", "missing", said, "does something guard connections to 127.0.0.1?")
    finally:
        emulator.stop()
    return Finding("emulator", "ok", "starts and answers")
