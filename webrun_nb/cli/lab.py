"""`webrun-nb lab`: the notebooks in a folder of the user's, and JupyterLab open on the first one."""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import webrun_nb
from webrun_nb.cli.output import complain, pip_line

FIRST = "01_quickstart.ipynb"
_DEFAULT_FOLDER = Path("webrun-notebooks")
_RECORD = ".webrun-notebooks.json"
"""In the folder: the SHA-256 of each file as it was copied, to tell what the user changed from what we brought."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of the notebooks, as names relative to the folder."""

    brought: tuple[str, ...]
    """New in the folder, or newer than what was there."""
    kept: tuple[str, ...]
    """The user's own, left as they are although ours differ."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--dir", type=Path, default=_DEFAULT_FOLDER, help="where the notebooks are copied to (default: ./%(default)s)"
    )
    parser.add_argument("jupyter", nargs="*", metavar="-- ARGUMENT", help="for JupyterLab, e.g. -- --no-browser")
    parser.set_defaults(
        unknown_hint="; what is for JupyterLab stands behind --, such as: webrun-nb lab -- --no-browser"
    )


def run(options: argparse.Namespace) -> int:
    """Copy the notebooks, then become JupyterLab.

    Returns
    -------
    int
        Only where that failed: this process goes on as JupyterLab, so that every signal reaches it.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        complain("lab", f"JupyterLab is not installed; run: {pip_line('webrun-nb[lab]')}")
        return 1
    source = find_notebooks()
    if source is None:
        complain("lab", f"this installation came without its notebooks; run: {pip_line('webrun-nb')} --force-reinstall")
        return 1
    folder: Path = options.dir
    try:
        copied = copy_notebooks(source, folder)
    except OSError as error:
        complain("lab", f"{error.filename or folder}: {error.strerror}; choose another folder with --dir")
        return 1
    print(f"Notebooks: {folder.resolve()} ({len(copied.brought)} copied)")
    for name in copied.kept:
        print(f"  {name} is as you left it; for a fresh one, rename yours or use another --dir")
    arguments = [str(folder / FIRST), *options.jupyter]
    if _is_root() and "--allow-root" not in arguments:
        print("JupyterLab runs as root, with --allow-root: as in a container, where there is nobody else")
        arguments.append("--allow-root")
    return _become_jupyterlab(arguments)


def _become_jupyterlab(arguments: list[str]) -> NoReturn:
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", *arguments])


def find_notebooks() -> Path | None:
    """Return where the notebooks came with the package: inside it in a wheel, beside it in a checkout."""
    package = Path(webrun_nb.__file__).parent
    places = (package / "_notebooks", package.parent / "notebooks")
    return next((place for place in places if (place / FIRST).is_file()), None)


def copy_notebooks(source: Path, folder: Path) -> Copied:
    """Bring a folder up to date with the notebooks, without ever overwriting what the user changed.

    Parameters
    ----------
    source : Path
        Ours.
    folder : Path
        The user's; made where it is not there.

    Raises
    ------
    OSError
        The folder can't be written.
    """
    record_file = folder / _RECORD
    record = _read_record(record_file)
    brought, kept = [], []
    for name in _files(source):
        ours, theirs = source / name, folder / name
        digest = _digest(ours)
        if theirs.exists():
            found = _digest(theirs) if theirs.is_file() else ""
            if found == digest:
                record[name] = digest
                continue
            if found != record.get(name):
                kept.append(name)
                continue
        theirs.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ours, theirs)
        record[name] = digest
        brought.append(name)
    folder.mkdir(parents=True, exist_ok=True)
    record_file.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return Copied(tuple(brought), tuple(kept))


def _files(source: Path) -> Iterator[str]:
    """Yield the names of all files; what editors and Python leave beside them is not ours."""
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source)
        if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in name.parts):
            yield name.as_posix()


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _read_record(file: Path) -> dict[str, str]:
    """Return what was copied before. Without a readable record, whatever differs counts as the user's."""
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
