"""Imports of libraries without the optional packages that they would import too."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def as_if_missing(*names: str) -> Iterator[None]:
    """Have imports of packages fail in the block, as they do where the packages are not installed.

    For a library that imports packages, where they are installed, for a part of it that is not used here. It is for
    the start of a process, before there are threads: no thread may import one of the packages meanwhile.

    Parameters
    ----------
    *names : str
        The packages. Those that are imported already stay as they are.
    """
    hidden = [name for name in names if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # the import system's mark of a module that can't be found
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
