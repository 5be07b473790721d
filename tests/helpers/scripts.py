"""Runs the Python scripts that recordings are written as."""

from __future__ import annotations

import contextlib
import io
import os
import runpy
from pathlib import Path
from unittest import mock

from webrun_nb.browsers import discovery


def run_script(script: str, folder: Path, **environment: str) -> str:
    """Run a script with some more variables in the environment; return what it prints.

    It runs in this process: an interpreter of its own would take two seconds of CPU for its imports.
    """
    path = folder / "script.py"
    path.write_text(script)
    if "WEBRUN_BROWSER" in script:  # it imports nothing of webrun_nb that would find the browser
        environment["WEBRUN_BROWSER"] = str(next(each.path for each in discovery.candidates() if each.path))
    printed = io.StringIO()
    given = mock.patch.dict(os.environ, environment)
    with given, contextlib.redirect_stdout(printed):
        runpy.run_path(str(path), run_name="__main__")
    return printed.getvalue()
