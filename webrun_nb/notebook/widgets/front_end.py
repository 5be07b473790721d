"""Tells which front end shows the outputs of the running cell, and whether it can display widgets."""

from __future__ import annotations

import sys
from typing import Any

from webrun_nb import config


def _kernel() -> Any:
    """Return the kernel that this is, or None. A plain script has not loaded IPython, and is not to."""
    if "IPython" not in sys.modules:
        return None
    from IPython.core.getipython import get_ipython

    return getattr(get_ipython(), "kernel", None)


def has_front_end() -> bool:
    """Whether outputs go to a front end that may show widgets (a kernel), not to a terminal."""
    return _kernel() is not None


def running_request() -> tuple[str, bool]:
    """Return the id of what the kernel is doing in this context, and whether that is to run a cell.

    What else there is: a widget's callback, whose outputs stand wherever the callback puts them.
    """
    kernel = _kernel()
    header = {} if kernel is None else kernel.get_parent().get("header") or {}
    return str(header.get("msg_id", "")), header.get("msg_type") == "execute_request"


def can_display_widgets() -> bool:
    """Whether a page may show a widget of the running cell.

    Programs that run notebooks by themselves (nbconvert, papermill, nbclient) say with each cell that nobody can be
    asked for input. A widget there is seen by nobody, and would be put into the file with its script, in front of the
    HTML that says the same. Voilà runs cells in the same way, and does have a page.
    """
    kernel = _kernel()
    if kernel is None or config.is_voila():
        return True
    request = kernel.get_parent().get("content") or {}
    return bool(request.get("allow_stdin", True))
