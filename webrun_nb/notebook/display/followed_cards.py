"""Registers the cards of things that end: background jobs and maps, each shown in one cell."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Generic, Protocol, TypeVar

from IPython.display import display

from webrun_nb.client._sync import runtime
from webrun_nb.notebook.display.cards import WRITE_INTERVAL_S, UpdateThrottler
from webrun_nb.notebook.widgets.front_end import has_front_end
from webrun_nb.notebook.widgets.job_card import Form, JobCard, WatchedJob
from webrun_nb.notebook.widgets.job_card import card_text as job_card_text
from webrun_nb.notebook.widgets.map_card import MapCard, WatchedMap
from webrun_nb.notebook.widgets.map_card import card_text as map_card_text

MAP_INTERVAL_S = 0.25


class ControlledJob(WatchedJob, Protocol):
    """A background job as far as its card's button needs it."""

    def acancel(self) -> Coroutine[Any, Any, None]:
        """Stop it."""
        ...


class ControlledMap(WatchedMap, Protocol):
    """A map as far as its card's buttons need it."""

    def pause(self) -> None:
        """Have no more rows started; returns at once."""
        ...

    def resume(self) -> None:
        """Have rows started again; returns at once."""
        ...

    def astop(self) -> Coroutine[Any, Any, None]:
        """End it; what is done stays."""
        ...


class FollowedCard(Protocol):
    """A card that follows one thing to its end."""

    @property
    def done(self) -> bool:
        """True once nothing more will change."""
        ...

    @property
    def on_page(self) -> bool:
        """True if a page displays it; else its static form is updated by showing it again."""
        ...

    def flush(self) -> None:
        """Send what is new to the page."""
        ...


Followed = TypeVar("Followed", bound=FollowedCard)


class FollowedCardRegistry(Generic[Followed]):
    """The cards of things that end: each is shown in one cell, and its saved output is the state at its end.

    Parameters
    ----------
    interval_s : float
        Pause between two rounds of updates, seconds.
    """

    def __init__(self, interval_s: float = WRITE_INTERVAL_S) -> None:
        self._display_ids: dict[Followed, str] = {}
        self._writer: UpdateThrottler[Followed] = UpdateThrottler(self._write, interval_s=interval_s)

    def mark(self, card: Followed) -> None:
        """Have `card` written soon; any thread, returns at once."""
        self._writer.mark(card)

    def show(self, card: Followed) -> None:
        """Show a card in the running cell. Only from the main thread."""
        self._display_ids[card] = uuid.uuid4().hex
        display(card, display_id=self._display_ids[card])  # type: ignore[no-untyped-call]
        self._writer.mark(card)  # what came before it was on the page

    def drain(self, timeout_s: float = 10.0) -> bool:
        """Wait until every card is up to date, and with it a cell's saved output; False on timeout."""
        return self._writer.drain(timeout_s)

    def _write(self, card: Followed) -> None:
        card.flush()
        display_id = self._display_ids.get(card)
        if display_id is not None and (card.done or not card.on_page):
            # the static forms are those of the moment when it was shown: a saved notebook must say how it ended
            if card.done:
                del self._display_ids[card]
            display(card, display_id=display_id, update=True)  # type: ignore[no-untyped-call]


class JobCardRegistry(FollowedCardRegistry[JobCard]):
    """The cards of this kernel's background jobs."""

    def show_job(self, job: ControlledJob, form: Form | None = None) -> None:
        """Show a job's card in the running cell, with its session's `form`. Only from the main thread."""
        if has_front_end():
            self.show(JobCard(job, self.mark, lambda: runtime.submit(job.acancel()).result, form))
        else:
            print(job_card_text(job))


class MapCardRegistry(FollowedCardRegistry[MapCard]):
    """The cards of this kernel's maps, written at most four times a second: rows may end faster than a page draws."""

    def __init__(self) -> None:
        super().__init__(MAP_INTERVAL_S)

    def show_map(self, run: ControlledMap, *, name: str, result: str) -> None:
        """Show a map's card in the running cell. Only from the main thread.

        Parameters
        ----------
        run : ControlledMap
        name : str
            The name of its table or of its job; empty if there is none.
        result : str
            The Python expression of the run.
        """
        if not has_front_end():
            print(map_card_text(run.progress, name))
            return
        commands = {
            "pause": lambda: _called(run.pause),
            "resume": lambda: _called(run.resume),
            "stop": lambda: runtime.submit(run.astop()).result,
        }
        self.show(MapCard(run, self.mark, commands, name=name, result=result))


def _called(command: Callable[[], None]) -> Future[None]:
    """Call what returns at once; return its future, which is done."""
    done: Future[None] = Future()
    command()
    done.set_result(None)
    return done


job_cards = JobCardRegistry()
map_cards = MapCardRegistry()
"""The cards of this kernel."""
