"""Configuration from environment variables, which no other module reads, and the location of the user's files."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import platformdirs

PREFIX = "WEBRUN_"


def browser_path() -> str | None:
    """Return the path of the browser to use (`WEBRUN_BROWSER`), or None to look for one."""
    return os.environ.get(PREFIX + "BROWSER") or None


def playwright_browsers_path() -> str | None:
    """Return the folder of Playwright's browsers (`PLAYWRIGHT_BROWSERS_PATH`), or None for Playwright's default."""
    return os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or None


def take_emulator_key() -> str | None:
    """Return the key that the emulator accepts (`WEBRUN_EMULATOR_KEY`), or None for a random one.

    The variable is removed from the environment, so that browsers and other child processes do not inherit it.
    """
    return os.environ.pop(PREFIX + "EMULATOR_KEY", None) or None


def emulator_keys() -> Path | None:
    """Return the path of the emulator's file of users and keys (`WEBRUN_EMULATOR_KEYS`), or None."""
    given = os.environ.get(PREFIX + "EMULATOR_KEYS")
    return Path(given) if given else None


def api_key() -> str | None:
    """Return the key of the hosted service (`WEBRUN_API_KEY`), or None."""
    return os.environ.get(PREFIX + "API_KEY") or None


def model_key(variable: str) -> str | None:
    """Return the key of a language model from its variable (`common.language_models.KEY_VARIABLES`), or None."""
    return os.environ.get(variable, "").strip() or None


def remove_variables(names: Iterable[str]) -> None:
    """Remove variables from the environment, so that browsers and other child processes do not inherit them."""
    for name in names:
        os.environ.pop(name, None)


def is_voila() -> bool:
    """Return whether Voilà has started this kernel (`VOILA_BASE_URL`)."""
    return "VOILA_BASE_URL" in os.environ


def notebook_path() -> str:
    """Return the notebook that Jupyter has started this kernel for (`JPY_SESSION_NAME`); empty where it named none.

    It is the name at that time: a notebook that is renamed keeps its kernel.
    """
    return os.environ.get("JPY_SESSION_NAME", "")


def data_dir() -> Path:
    """Return the user's data folder (`WEBRUN_DATA_DIR`, else the system's folder for application data)."""
    given = os.environ.get(PREFIX + "DATA_DIR")
    return Path(given) if given else Path(platformdirs.user_data_dir("webrun-nb", appauthor=False))


def database_url() -> str | None:
    """Return the URL of the emulator's database (`WEBRUN_DATABASE`), or None for the one in the data folder.

    The URL may contain a password: do not log it.
    """
    return os.environ.get(PREFIX + "DATABASE") or None


def read_proxies(path: Path) -> object:
    """Return the content of a file of managed proxies.

    Returns
    -------
    JSON value
        Not validated; see `webrun-nb emulator --proxies`.

    Raises
    ------
    ValueError
        The file cannot be read or is not JSON. The message is one line without the file's content.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{path}: {(error.strerror or 'cannot be read').lower()}") from error
    except ValueError:  # its text may hold passwords
        raise ValueError(f"{path} is not JSON") from None


def search_path() -> str:
    """Return the search path of programs (`PATH`)."""
    return os.environ.get("PATH", os.defpath)


def child_environment(*, without: Collection[str] = (), **extra: str) -> dict[str, str]:
    """Return the environment of a child process: that of this process, updated with `extra`.

    Parameters
    ----------
    without : collection of str
        Variables that are left out.
    **extra : str
        Variables that are added or replaced.
    """
    return {name: value for name, value in os.environ.items() if name not in without} | extra


@contextlib.contextmanager
def temporary_files_of_children_in(folder: Path) -> Iterator[None]:
    """Make child processes that start meanwhile put their temporary files into `folder` (`TMPDIR`).

    For child processes whose environment cannot be passed as an argument.
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
    """Return the fields of the secret `name` that environment variables hold.

    The field `password` of the secret `SHOP` is the variable `SHOP_PASSWORD`. Empty variables count as missing.

    Returns
    -------
    dict of str to str
        Field to value.
    """
    found = {field: os.environ.get(f"{name}_{field.upper()}", "") for field in fields}
    return {field: value for field, value in found.items() if value}
