"""Tests of the table of reasons: the documentation lists all of them, with their explanations."""

from __future__ import annotations

from pathlib import Path

import pytest

import webrun_nb
from webrun_nb.extraction.reasons import Problem, Reason

DOCS = (Path(webrun_nb.__file__).parent / "docs" / "extraction.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", [*Reason, *Problem])
def test_it_is_documented(code: Reason | Problem) -> None:
    assert f"| `{code}` | {code.explanation} |" in DOCS
