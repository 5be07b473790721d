"""The subcommand `webrun-nb doctor`: checks everything that is needed, and explains how to fix what is missing."""

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
from webrun_nb.cli.output import pip_command, printable
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.money import exact_dollars
from webrun_nb.common.text import counted

if TYPE_CHECKING:
    from packaging.requirements import Requirement

    from webrun_nb.agents.base import AgentError

_DISTRIBUTION = "webrun-nb"
_OLDEST_PYTHON = (3, 11)
_EXTRAS = {
    "": "toolkit",
    "emulator": "emulator's packages",
    "lab": "lab's packages",
    "llm": "language models",
}
_REQUIRED_EXTRAS = frozenset({"", "emulator"})
_ANSWER_WITHIN_S = 10.0
_NAME_WIDTH = max(map(len, _EXTRAS.values()))

State = Literal["ok", "missing", "optional", "asking"]
"""The result of a check. `optional`: missing, and needed for additional features only. `asking`: the check has begun,
and its result follows."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check, a line of the report.

    Parameters
    ----------
    name : str
        The thing that was checked.
    state : {"ok", "missing", "optional", "asking"}
        The result.
    detail : str
        The version, path or problem that was found.
    fix : str
        The remedy for a problem; empty if there is none.
    """

    name: str
    state: State
    detail: str
    fix: str = ""

    def __str__(self) -> str:
        line = f"{self.state:<8}  {self.name:<{_NAME_WIDTH}}  {self.detail}"
        return printable(" ".join([line, *(["·", self.fix] if self.fix else [])]))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand to its parser."""
    parser.add_argument(
        "--model",
        metavar="PROVIDER:NAME",
        help="a language model to try, with one small request (two where it calls no tools), which its provider bills",
    )
    parser.add_argument("--model-url", metavar="URL", help="the model's address, where that is not its provider's")


def run(options: argparse.Namespace) -> int:
    """Run all checks and print the report.

    Returns
    -------
    int
        1 if something required is missing, else 0.
    """
    missing = 0
    for finding in run_checks(options.model, options.model_url):
        print(finding, flush=True)
        missing += finding.state == "missing"
    print(f"\nFix {missing} of these first." if missing else "\nEverything that is required is here.")
    return 1 if missing else 0


def run_checks(model: str | None = None, model_url: str | None = None) -> Iterator[Finding]:
    """Yield the result of each check; checks that depend on something missing are skipped.

    Parameters
    ----------
    model, model_url : str, optional
        A language model to try, `provider:name`, and its address.
    """
    yield python_version(sys.version_info[:3])
    packages = list(package_groups())
    yield from packages
    yield from _jupyter()
    yield data_folder(config.data_dir())
    yield api_key(config.api_key())
    if all(finding.state != "missing" for finding in packages):
        yield from _browser()
        yield _emulator()
        if model is not None or model_url is not None:
            yield from language_model(model, model_url)


# --- Python and packages ----------------------------------------------------------------------------------------------


def python_version(version: tuple[int, ...]) -> Finding:
    """Check the version of Python."""
    detail = ".".join(map(str, version))
    if version[:2] < _OLDEST_PYTHON:
        return Finding("Python", "missing", detail, "install Python 3.11 or newer")
    return Finding("Python", "ok", f"{detail} ({sys.executable})")


def package_groups() -> Iterator[Finding]:
    """Compare the required packages of the toolkit and of each extra with those that are installed."""
    from packaging.requirements import Requirement

    try:
        lines = importlib.metadata.requires(_DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        yield Finding(_EXTRAS[""], "missing", f"{_DISTRIBUTION} is not installed", f"run: {pip_command('-e .')}")
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
        yield Finding(name, state, ", ".join(problems), f"run: {pip_command(wanted)}")


def _belongs(requirement: Requirement, extra: str) -> bool:
    """Return whether a requirement belongs to an extra (`""`: to the toolkit)."""
    marker = requirement.marker
    if marker is None or marker.evaluate({"extra": ""}):
        return extra == ""
    return extra != "" and marker.evaluate({"extra": extra})


def _problem(requirement: Requirement) -> str:
    """Return the problem of an installed package; an empty string if it has none."""
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
            "JupyterLab",
            "optional",
            "not installed (other front ends work too)",
            f"run: {pip_command('webrun-nb[lab]')}",
        )
    else:
        yield Finding("JupyterLab", "ok", importlib.metadata.version("jupyterlab"))
        yield _widgets_in_lab()
    if importlib.util.find_spec("ipykernel") is not None:
        yield ipykernel_version(importlib.metadata.version("ipykernel"))


def _widgets_in_lab() -> Finding:
    """Check the extensions of JupyterLab that display cards, in the folders that JupyterLab searches."""
    from jupyter_core.paths import jupyter_path

    folders = [Path(place) for place in jupyter_path("labextensions")]
    return widgets_in_lab(folders)


def widgets_in_lab(folders: list[Path]) -> Finding:
    """Check the extensions of JupyterLab that display cards.

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
        return Finding(
            "widgets in Lab", "missing", f"JupyterLab lacks the extension {names}, so cards are not displayed", fix
        )
    return Finding("widgets in Lab", "ok", ", ".join(versions))


def ipykernel_version(version: str) -> Finding:
    """Check the version of ipykernel, which decides whether a card's buttons work while a cell runs."""
    if version.startswith("7.0."):
        detail = f"{version}: cards do not update, because only its own thread can send messages to the page"
        return Finding("ipykernel", "missing", detail, f"run: {pip_command('ipykernel>=7.1')}")
    if int(version.split(".")[0]) >= 7:
        return Finding("ipykernel", "ok", f"{version}: the buttons of a card work while a cell runs")
    return Finding(
        "ipykernel",
        "ok",
        f"{version}: the buttons of a card wait until the running cell has ended; Jupyter's stop button works at once",
        f"for buttons that work at once, run: {pip_command('ipykernel>=7.1')}",
    )


# --- this machine -----------------------------------------------------------------------------------------------------


def data_folder(folder: Path) -> Finding:
    """Check that the data folder can be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        detail = f"{folder} cannot be written: {error.strerror}"
        return Finding(
            "data folder", "missing", detail, "change its permissions, or set WEBRUN_DATA_DIR to another folder"
        )
    return Finding("data folder", "ok", f"{folder} is writable")


def api_key(key: str | None) -> Finding:
    """Check whether a key of the hosted service is set, without showing it."""
    if key is None:
        detail = "not set; the emulator needs none"
        return Finding("API key", "optional", detail, "for the hosted service, set WEBRUN_API_KEY")
    return Finding("API key", "ok", "WEBRUN_API_KEY is set")


_MODEL_FIXES = {
    TaskFailureCode.MODEL_KEY_INVALID: "check the key in the provider's environment variable",
    TaskFailureCode.MODEL_NOT_FOUND: "check the name at the provider",
    TaskFailureCode.MODEL_UNAVAILABLE: "check its address, and whether it runs there; try again later",
    TaskFailureCode.MODEL_UNSUITABLE: "choose another model",
}
"""The remedies for a language model that cannot be asked, by the code of its failure."""


def _model_fix(error: AgentError) -> str:
    from webrun_nb.client.errors import default_hint

    return default_hint(error.code, error.details) if "fault" in error.details else _MODEL_FIXES.get(error.code, "")


def language_model(model: str | None, url: str | None = None) -> Iterator[Finding]:
    """Yield that a language model is asked a small question, and then what it can do.

    Parameters
    ----------
    model : str or None
        Its name, `provider:name`.
    url : str, optional
        Its address, where that is not its provider's.
    """
    from webrun_nb.client.errors import RequestError
    from webrun_nb.client.tasks.agent_choice import AgentChoice

    name, choice = "language model", AgentChoice(model=model, model_url=url)
    try:
        choice.check()
        key = choice.read_key()
    except RequestError as error:
        yield Finding(name, "missing", error.message, error.hint or "")
        return
    try:
        from webrun_nb.agents.llm.trial import TRIAL_PATIENCE, try_model
    except ModuleNotFoundError as error:
        yield Finding(name, "missing", f"no {error.name}", f"run: {pip_command('webrun-nb[llm]')}")
        return
    from webrun_nb.agents.base import AgentError, ModelOptions

    assert choice.model is not None, "the check demands it"
    options = ModelOptions(choice.model, choice.model_url, "" if key is None else key.reveal())
    yield Finding(name, "asking", f"{choice.model}, which has {TRIAL_PATIENCE.silence_s:.0f} s to answer")
    try:
        trial = asyncio.run(try_model(options))
    except AgentError as error:
        yield Finding(name, "missing", error.message, _model_fix(error))
        return
    cost = "of unknown cost" if trial.cost_usd is None else f"for {exact_dollars(trial.cost_usd)}"
    spent = f"{counted(trial.requests, 'request')} {cost}"
    if trial.calls_tools:
        yield Finding(name, "ok", f"{choice.model} answers, and calls tools ({spent})")
    elif trial.writes_json:
        yield Finding(name, "ok", f"{choice.model} calls no tools, and writes JSON in their place ({spent})")
    else:
        detail = f"{choice.model} answers, but neither calls tools nor writes JSON ({spent})"
        yield Finding(name, "missing", detail, "choose another model")


def _browser() -> Iterator[Finding]:
    """Launch the browser; if none starts, look for missing libraries of the browsers that are installed."""
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
        yield Finding("OS libraries", "ok", "complete, because the browser starts")
    except InstanceUnavailableError as error:
        yield Finding("browser", "missing", error.message, "" if INSTALL_COMMAND in error.message else fix)
        if sys.platform == "linux" and installed():
            for program in [Path(one.path) for one in candidates() if one.path]:
                if missing := missing_libraries(_ldd(program)):
                    yield Finding("OS libraries", "missing", f"{program} lacks {', '.join(missing)}", fix)


def missing_libraries(ldd_output: str) -> list[str]:
    """Return the names of shared libraries that `ldd` did not find.

    Parameters
    ----------
    ldd_output : str
        The output of `ldd`.
    """
    lines = (line.strip() for line in ldd_output.splitlines())
    return [line.split(" ")[0] for line in lines if line.endswith("=> not found")]


def _ldd(program: Path) -> str:
    command = shutil.which("ldd", path=config.search_path())
    if command is None:
        return ""
    return subprocess.run([command, program], capture_output=True, text=True, errors="replace", check=False).stdout


def _emulator() -> Finding:
    """Start an emulator, request its health, and end it."""
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
        detail = f"starts, but does not respond: {error}"
        return Finding("emulator", "missing", detail, "check whether a firewall blocks connections to 127.0.0.1")
    finally:
        emulator.stop()
    return Finding("emulator", "ok", "starts and responds")
