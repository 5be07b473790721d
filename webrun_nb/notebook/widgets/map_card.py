"""The card of a map: a bar, its numbers, the latest failures, and buttons. Python sends its state when it changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Protocol

import traitlets

from webrun_nb.batch.progress import MapProgress
from webrun_nb.notebook.text import map_texts as words
from webrun_nb.notebook.text.markdown import NO_FORMULAS, html_text
from webrun_nb.notebook.widgets.assets import script, style
from webrun_nb.notebook.widgets.base import NotebookWidget
from webrun_nb.notebook.widgets.button_press import ButtonPress, PressTracker
from webrun_nb.notebook.widgets.extrapolation import is_extrapolation_of
from webrun_nb.notebook.widgets.map_state import PAUSE, RESUME, STOP, map_card_state
from webrun_nb.notebook.widgets.static_card import HTML_BEGIN, HTML_END, TEXT_BEGIN, TEXT_END, without_markers

COMMANDS = frozenset(button.command for button in (PAUSE, RESUME, STOP))


class WatchedMap(Protocol):
    """A map as far as its card needs it."""

    @property
    def progress(self) -> MapProgress:
        """Its progress now."""
        ...

    def subscribe(self, fn: Callable[[], None], /) -> Callable[[], None]:
        """Call `fn` whenever it may have changed; return what ends that."""
        ...


class MapCard(NotebookWidget):
    """A card that follows a map's changes, and that is written by `flush` from one thread.

    Parameters
    ----------
    run : WatchedMap
    on_change : callable
        Called with the card, from any thread, when there is something to flush; must return at once.
    commands : mapping of str to callable
        Has the map paused, resumed or stopped, on another thread; by the names of the buttons.
    name : str
        The name of its table or of its job; empty if there is none.
    result : str
        The Python expression of the run.
    monotonic_s : callable, optional
        The kernel's clock, seconds.
    """

    _esm = script("map_card.js")
    _css = style("session_card.css", "map_card.css")
    state = traitlets.Dict().tag(sync=True)
    """The card's state: see `map_card_state`."""

    def __init__(
        self,
        run: WatchedMap,
        on_change: Callable[[MapCard], None],
        commands: Mapping[str, Callable[[], Future[Any]]],
        *,
        name: str,
        result: str,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._run = run
        self._on_change = on_change
        self._commands = commands
        self._name = name
        self._result = result
        self._monotonic_s = monotonic_s
        self._presses = PressTracker(lambda: on_change(self))
        self._sent_s = monotonic_s()
        super().__init__(state=self._state_now())
        self.on_msg(self._on_message)
        self._leave = run.subscribe(lambda: on_change(self))

    @property
    def done(self) -> bool:
        """True once nothing more will change."""
        return self._run.progress.is_final

    def flush(self) -> None:
        """Send what is new to the page: not what it extrapolates by itself. Only the one writer thread calls this."""
        state, now_s = self._state_now(), self._monotonic_s()
        if not is_extrapolation_of(self.state, state, (now_s - self._sent_s) * 1000):
            self._sent_s = now_s
            self.state = state
        if self.done:
            self._leave()

    def text(self) -> str:
        """Return the card as text, between markers."""
        return card_text(self._run.progress, self._name)

    def static_mimebundle(self) -> dict[str, str]:
        """Return the card as text and as static HTML."""
        return {"text/plain": self.text(), "text/html": _html(words.lines(self._run.progress, self._name))}

    def _state_now(self) -> dict[str, Any]:
        return map_card_state(self._run.progress, name=self._name, result=self._result, press=self._presses.press)

    def _on_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Take a message; runs on the subshell's thread, or on the main one where there are no subshells."""
        if not isinstance(content, dict) or content.get("type") != "command":
            return
        command, press_id = content.get("command"), str(content.get("id"))
        if command not in COMMANDS or self.done or self._presses.is_repeated(press_id):
            return  # pages send a click again where nothing answers
        if not self._presses.is_busy(command):  # two pages may show this card
            self._presses.run(ButtonPress(id=press_id, command=command), self._commands[command])


def card_text(progress: MapProgress, name: str) -> str:
    """Return a map's card as text, between the cards' markers."""
    return "\n".join([TEXT_BEGIN, *map(without_markers, words.lines(progress, name)), TEXT_END])


def _html(lines: list[str]) -> str:
    box = "border:1px solid #8888;border-radius:4px;padding:6px 12px;max-width:56em;overflow-wrap:anywhere"
    classes = f"webrun-card-static {NO_FORMULAS}"
    rows = "".join(f"<div><bdi>{html_text(line)}</bdi></div>" for line in lines)
    return f'{HTML_BEGIN}<div class="{classes}" style="{box}">{rows}</div>{HTML_END}'
