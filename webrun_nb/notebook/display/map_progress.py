"""Shows the progress of a map while a call waits for it: its card under the cell, or a bar in a terminal."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from webrun_nb.notebook.widgets.front_end import has_front_end

if TYPE_CHECKING:
    from webrun_nb.notebook.display.followed_cards import ControlledMap


@contextlib.contextmanager
def shown(run: ControlledMap, *, name: str = "", result: str = "webrun.last") -> Iterator[None]:
    """Show the progress of a map in this block. Output that goes to a file gets none.

    Parameters
    ----------
    run : ControlledMap
    name : str
        The name of its table or of its job; empty if there is none.
    result : str
        The Python expression of the run.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # a thread's output would appear under another cell
    elif has_front_end():
        from webrun_nb.notebook.display.followed_cards import map_cards

        map_cards.show_map(run, name=name, result=result)
        try:
            yield
        finally:
            map_cards.drain()  # so that the saved card says how it ended
    else:
        from webrun_nb.notebook.display import terminal_bar

        if not terminal_bar.can_draw(sys.stderr):
            yield
            return
        with terminal_bar.following(run, name, sys.stderr):
            yield
