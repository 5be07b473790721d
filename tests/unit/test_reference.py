"""A test that the manual's reference equals the output of its generator."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

import webrun_nb

GENERATOR = Path(__file__).parents[2] / ".ci" / "write_reference.py"


@pytest.fixture(scope="module")
def written() -> str:
    spec = importlib.util.spec_from_file_location("write_reference", GENERATOR)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text: str = module.reference()
    return text


def test_the_reference_is_up_to_date(written: str) -> None:
    page = Path(webrun_nb.__file__).parent / "docs" / "reference.md"
    assert page.read_text(encoding="utf-8") == written, "run .venv/bin/python .ci/write_reference.py"


def test_the_reference_has_every_public_name(written: str) -> None:
    names = [name for name in webrun_nb.__all__ if not name.endswith("ipython_extension")]
    assert [name for name in names if name not in written] == []
