"""What all widgets of the toolkit have in common: who sees them, and what stands for them where nobody does."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from typing import Any

import anywidget
from traitlets import MetaHasTraits

from webrun_nb.notebook.front_end import page_may_show_it


class _AbstractMeta(ABCMeta, MetaHasTraits):
    """Has a widget that lacks an abstract method refused when it is made, as `abc` does for other classes."""


class NotebookWidget(anywidget.AnyWidget, metaclass=_AbstractMeta):
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

    @abstractmethod
    def static_forms(self) -> dict[str, str]:
        """Return what stands for it where no widget can be shown, by MIME type."""

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        if not self.on_page:
            return self.static_forms(), {}
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return {**data, **self.static_forms()}, metadata
