"""Regular expressions of policies, run by RE2: in linear time, whatever pattern and text are."""

from __future__ import annotations

from collections.abc import Callable

import re2

_MAX_MEMORY = 4 << 20
"""Bytes that one expression may take: a rule is a line, not a program."""


def compile_regex(pattern: str) -> Callable[[str], bool]:
    """Make an expression ready; what is returned tells whether a text has it.

    Raises
    ------
    ValueError
        It is none that RE2 knows; the message says what is wrong with it.
    """
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    try:
        compiled = re2.compile(pattern.encode(), options)
    except re2.error as error:
        raise ValueError(_reason(error)) from None
    return lambda text: compiled.search(text.encode()) is not None


def _reason(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)
