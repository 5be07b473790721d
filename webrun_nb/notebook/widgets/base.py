"""What all widgets of the toolkit have in common: who sees them, and what stands for them where nobody does."""

from __future__ import annotations

from typing import Any

import anywidget
from IPython.core.getipython import get_ipython

from webrun_nb import config


def page_may_show_it() -> bool:
    """Whether a page may show a widget of the running cell.

    Programs that run notebooks by themselves (nbconvert, papermill, nbclient) say with each cell that nobody can be
    asked for input. A widget there is seen by nobody, and would be put into the file with its script, in front of the
    HTML that says the same. Voilà runs cells in the same way, and does have a page.
    """
    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is None or config.is_voila():
        return True
    request = kernel.get_parent().get("content") or {}
    return bool(request.get("allow_stdin", True))


class NotebookWidget(anywidget.AnyWidget):
    """A widget with text and HTML beside it; where no page may show it, it is those alone and talks to nobody."""

    def __init__(self, **traits: Any) -> None:
        self.on_page = page_may_show_it()
        """Whether a page may show it; else what stands for it has to be kept true by showing it again."""
        super().__init__(**traits)
        # ipykernel 7.4 sends what a page says back to the busy main thread; without this route it stays on the
        # subshell that JupyterLab chose, and buttons work while a cell runs.
        if getattr(self.comm, "_reply_subshell_for", None) is not None:
            self.comm._reply_subshell_for = None

    def open(self) -> None:
        """Tell the pages of it, where there may be any."""
        if self.on_page:
            super().open()

    def static_forms(self) -> dict[str, str]:
        """Return what stands for it where no widget can be shown, by MIME type."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        if not self.on_page:
            return self.static_forms(), {}
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return {**data, **self.static_forms()}, metadata
