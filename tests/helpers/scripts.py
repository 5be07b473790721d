"""Runs the Python scripts that recordings are written as."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from webrun_nb.browsers import discovery


def run_script(script: str, folder: Path, **environment: str) -> str:
    """Run a script in an environment with some more variables; return what it prints."""
    path = folder / "script.py"
    path.write_text(script)
    browser = next(each.path for each in discovery.candidates() if each.path)
    given = {**os.environ, "WEBRUN_BROWSER": str(browser), **environment}
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, env=given, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout
