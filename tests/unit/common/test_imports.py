"""Tests of imports without optional packages."""

from __future__ import annotations

import importlib
import sys

import pytest

from webrun_nb.common.imports import as_if_missing


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Return the name of a package that can be imported and is not."""
    (tmp_path / "package_of_this_test.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    yield "package_of_this_test"
    sys.modules.pop("package_of_this_test", None)


def test_a_package_cannot_be_imported_in_the_block_and_can_after_it(package):
    with as_if_missing(package), pytest.raises(ModuleNotFoundError):
        importlib.import_module(package)
    assert importlib.import_module(package).__name__ == package


def test_a_package_that_is_imported_already_stays(package):
    module = importlib.import_module(package)
    with as_if_missing(package):
        assert importlib.import_module(package) is module
    assert sys.modules[package] is module


def test_after_an_error_a_package_can_be_imported(package):
    with pytest.raises(ZeroDivisionError), as_if_missing(package):
        raise ZeroDivisionError
    assert importlib.import_module(package).__name__ == package
