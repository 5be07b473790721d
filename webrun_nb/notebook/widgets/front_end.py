"""Detects the front end that shows the outputs of the running cell, and its support for widgets."""

from __future__ import annotations

import sys
from typing import Any

from webrun_nb import config


def _kernel() -> Any:
    """Return the kernel of this process; None outside one. A plain script has not loaded IPython, and must not."""
    if "IPython" not in sys.modules:
        return None
    from IPython.core.getipython import get_ipython

    return getattr(get_ipython(), "kernel", None)


def has_front_end() -> bool:
    """Return whether this process is a kernel, whose outputs go to a front end, and no script or terminal."""
    return _kernel() is not None


def running_request() -> tuple[str, bool]:
    """Return the id of the request that the kernel is handling in this context, and whether it runs a cell.

    The other kind is a widget's callback, whose outputs appear wherever the callback puts them.
    """
    kernel = _kernel()
    header = {} if kernel is None else kernel.get_parent().get("header") or {}
    return str(header.get("msg_id", "")), header.get("msg_type") == "execute_request"


def can_display_widgets() -> bool:
    """Return whether a page may display a widget of the running cell.

    Programs that run notebooks without a page (nbconvert, papermill, nbclient) declare with each cell that no one can
    be asked for input. No one sees a widget there, and its script would be saved in the file, before the HTML that
    shows the same. Voilà runs cells in the same way, but has a page.
    """
    kernel = _kernel()
    if kernel is None or config.is_voila():
        return True
    request = kernel.get_parent().get("content") or {}
    return bool(request.get("allow_stdin", True))
