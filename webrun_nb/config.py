"""The only place that reads the environment, and where files of a user live."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import platformdirs

PREFIX = "WEBRUN_"


def browser_path() -> str | None:
    """Path of the browser the user insists on (`WEBRUN_BROWSER`), or None."""
    return os.environ.get(PREFIX + "BROWSER") or None


def playwright_browsers_path() -> str | None:
    """Where Playwright keeps the browsers it downloads (`PLAYWRIGHT_BROWSERS_PATH`), or None for its own place."""
    return os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or None


def take_emulator_key() -> str | None:
    """Return the key the emulator has to accept (`WEBRUN_EMULATOR_KEY`), or None for a random one.

    It is taken out of the environment, so that browsers and whatever else is started later do not inherit it.
    """
    return os.environ.pop(PREFIX + "EMULATOR_KEY", None) or None


def emulator_keys() -> Path | None:
    """Return the file of keys and users that the emulator accepts (`WEBRUN_EMULATOR_KEYS`), or None."""
    given = os.environ.get(PREFIX + "EMULATOR_KEYS")
    return Path(given) if given else None


def api_key() -> str | None:
    """Key for the hosted service (`WEBRUN_API_KEY`), or None."""
    return os.environ.get(PREFIX + "API_KEY") or None


def is_voila() -> bool:
    """Whether this is a kernel that Voilà has started (`VOILA_BASE_URL`)."""
    return "VOILA_BASE_URL" in os.environ


def data_dir() -> Path:
    """One data folder per user (`WEBRUN_DATA_DIR`, else the system's place for application data)."""
    given = os.environ.get(PREFIX + "DATA_DIR")
    return Path(given) if given else Path(platformdirs.user_data_dir("webrun-nb", appauthor=False))


def database_url() -> str | None:
    """URL of the emulator's database (`WEBRUN_DATABASE`; it may hold a password), or None for the data folder's own."""
    return os.environ.get(PREFIX + "DATABASE") or None


def read_proxies(path: Path) -> object:
    """Return what a file of managed proxies holds, as JSON.

    Raises
    ------
    ValueError
        In one line: it can't be read, or is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{path}: {(error.strerror or 'it can not be read').lower()}") from error
    except ValueError:  # its text may hold passwords
        raise ValueError(f"{path} is not JSON") from None


def search_path() -> str:
    """Where programs are looked for (`PATH`)."""
    return os.environ.get("PATH", os.defpath)


def child_environment(**extra: str) -> dict[str, str]:
    """Return the environment for a child process: ours, and `extra` on top."""
    return {**os.environ, **extra}


@contextlib.contextmanager
def temporary_files_of_children_in(folder: Path) -> Iterator[None]:
    """Have child processes that are started meanwhile make their temporary files in `folder` (`TMPDIR`).

    For children whose environment can't be given otherwise.
    """
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before


def secret_variables(name: str, fields: Iterable[str]) -> dict[str, str]:
    """Return the secrets called `name` that the environment has: `NAME_PASSWORD` for the field `password`, ….

    Empty variables count as missing.
    """
    found = {field: os.environ.get(f"{name}_{field.upper()}", "") for field in fields}
    return {field: value for field, value in found.items() if value}
