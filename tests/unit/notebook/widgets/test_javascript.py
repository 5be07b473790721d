"""Tests of the widgets' JavaScript: runs each `javascript/*.test.js` with Node's own test runner."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from helpers.node import node

TESTS = sorted((Path(__file__).parent / "javascript").glob("*.test.js"))


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_javascript(path: Path) -> None:
    # No package.json says that the scripts are ES modules; Node finds out by itself, and would warn.
    options = ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", "--test", "--test-reporter=spec"]
    done = subprocess.run([str(node()), *options, str(path)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "pass 0" not in done.stdout, "it has tests"
