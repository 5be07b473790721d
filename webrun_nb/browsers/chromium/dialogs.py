"""Answers the native dialogs of a context's pages (`alert`, `confirm`, `prompt`, leaving a page), and records them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, cast

from playwright.async_api import Dialog, Error, Page

from webrun_nb.browsers.observation import DialogAnswer, DialogKind, NativeDialog

_MOST_CHARS = 1000
_MOST_RECORDED = 20
"""A page may open one dialog after the other; those above this number are answered and not recorded."""


class Dialogs:
    """The native dialogs of one context.

    A message is closed, and a page that warns before it is left may be left: neither changes anything. All others are
    dismissed, unless there is an answer for them (`answering`).

    Parameters
    ----------
    run_in_background : callable
        Runs a coroutine whose end nobody waits for.
    """

    def __init__(self, run_in_background: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        self._run_in_background = run_in_background
        self._answer: DialogAnswer | None = None
        self._recorded: list[NativeDialog] = []

    def watch(self, page: Page) -> None:
        """Answer the dialogs of this page."""
        page.on("dialog", self._on_dialog)

    @contextmanager
    def answering(self, answer: DialogAnswer | None) -> Iterator[None]:
        """Accept the dialog that an answer is for, if it is opened meanwhile."""
        self._answer = answer
        try:
            yield
        finally:
            self._answer = None

    def take(self) -> tuple[NativeDialog, ...]:
        """Return the dialogs since the last call, in order."""
        taken, self._recorded = tuple(self._recorded), []
        return taken

    def _on_dialog(self, dialog: Dialog) -> None:
        kind = cast(DialogKind, dialog.type)
        said, answer = dialog.message[:_MOST_CHARS], self._answer
        asks = kind in ("confirm", "prompt")
        is_meant = asks and answer is not None and answer.dialog in (said, None)
        if is_meant and answer is not None and answer.dialog is None:
            self._answer = None  # another one is another question
        is_accepted = is_meant or not asks
        if len(self._recorded) < _MOST_RECORDED:
            self._recorded.append(NativeDialog(kind, said, is_accepted))
        text = answer.text if answer is not None else ""
        self._run_in_background(self._close(dialog, text, is_accepted=is_accepted))

    async def _close(self, dialog: Dialog, text: str, *, is_accepted: bool) -> None:
        try:
            if not is_accepted:
                await dialog.dismiss()
            elif dialog.type == "prompt":
                await dialog.accept(text)
            else:
                await dialog.accept()
        except Error:  # its page has gone meanwhile, and the dialog with it
            return
