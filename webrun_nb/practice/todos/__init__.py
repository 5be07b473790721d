"""`practice:todos`: a list of tasks that a script keeps and draws, as many single-page applications do.

Tasks are added with Enter, ticked, edited by a double click, and removed by a button that shows under the pointer. The
browser keeps them for the site's host; another session has a list of its own.
"""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from webrun_nb.practice.server import Site, route

__all__ = ["create"]


class Todos(Site):
    """The site; its server only gives the page."""

    name = "Daybook"
    about = "A practice list that comes with webrun_nb. It is kept by your browser alone."

    def __init__(self) -> None:
        super().__init__(Path(__file__).parent, [route("/", GET=self._list)], dict)

    async def _list(self, request: Request) -> Response:
        return self.page(request, "todos.html")


def create() -> Todos:
    """Create the site."""
    return Todos()
