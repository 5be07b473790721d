"""The subcommand `webrun-nb lab`: copies the notebooks to a folder and opens JupyterLab on the first one."""

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
from webrun_nb.cli.output import pip_command, print_error

FIRST = "01_quickstart.ipynb"
_DEFAULT_FOLDER = Path("webrun-notebooks")
_RECORD = ".webrun-notebooks.json"
"""The file that holds the SHA-256 of each copied file, by which changes of the user are recognised."""


@dataclass(frozen=True, slots=True)
class CopyResult:
    """The result of `copy_notebooks`: names of files, relative to the folder."""

    copied: tuple[str, ...]
    """Files that were new, or that replaced an older version."""
    kept: tuple[str, ...]
    """Files that were changed by the user and are therefore not replaced."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand to its parser."""
    parser.add_argument(
        "--dir", type=Path, default=_DEFAULT_FOLDER, help="folder to copy the notebooks to (default: ./%(default)s)"
    )
    parser.add_argument(
        "jupyter", nargs="*", metavar="-- ARGUMENT", help="option of JupyterLab, for example: -- --no-browser"
    )
    parser.set_defaults(unknown_hint=". Put JupyterLab's own options after `--`: webrun-nb lab -- --no-browser")


def run(options: argparse.Namespace) -> int:
    """Copy the notebooks and replace this process by JupyterLab, so that every signal reaches it.

    Returns
    -------
    int
        1 if JupyterLab, the notebooks or the folder are missing; on success it does not return.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        print_error("lab", f"JupyterLab is not installed; run: {pip_command('webrun-nb[lab]')}")
        return 1
    source = find_notebooks()
    if source is None:
        print_error(
            "lab",
            f"the notebooks are missing from this installation; run: {pip_command('webrun-nb')} --force-reinstall",
        )
        return 1
    folder: Path = options.dir
    try:
        result = copy_notebooks(source, folder)
    except OSError as error:
        print_error("lab", f"{error.filename or folder}: {error.strerror}; choose another folder with --dir")
        return 1
    print(f"Notebooks: {folder.resolve()} ({len(result.copied)} copied)")
    for name in result.kept:
        print(f"  {name}: your version was kept. For a new copy, rename it or use another --dir")
    arguments = [str(folder / FIRST), *options.jupyter]
    if _is_root() and "--allow-root" not in arguments:
        print("JupyterLab runs as root (--allow-root), as is usual in a container")
        arguments.append("--allow-root")
    return _exec_jupyterlab(arguments)


def _exec_jupyterlab(arguments: list[str]) -> NoReturn:
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", *arguments])


def find_notebooks() -> Path | None:
    """Return the folder of the notebooks: inside the package in a wheel, beside it in a checkout; None if missing."""
    package = Path(webrun_nb.__file__).parent
    places = (package / "_notebooks", package.parent / "notebooks")
    return next((place for place in places if (place / FIRST).is_file()), None)


def copy_notebooks(source: Path, folder: Path) -> CopyResult:
    """Copy the notebooks to a folder, without overwriting files that the user has changed.

    Parameters
    ----------
    source : Path
        The folder of the package's notebooks.
    folder : Path
        The user's folder; it is created if it does not exist.

    Raises
    ------
    OSError
        The folder cannot be written.
    """
    record_file = folder / _RECORD
    record = _read_record(record_file)
    copied, kept = [], []
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
        copied.append(name)
    folder.mkdir(parents=True, exist_ok=True)
    record_file.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return CopyResult(tuple(copied), tuple(kept))


def _files(source: Path) -> Iterator[str]:
    """Yield the names of all files, without hidden files and Python's caches."""
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source)
        if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in name.parts):
            yield name.as_posix()


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _read_record(file: Path) -> dict[str, str]:
    """Return the digests of earlier copies; empty if unreadable, so that every file that differs is kept."""
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
