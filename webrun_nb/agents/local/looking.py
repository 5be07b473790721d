"""The looks of a task at the open page: once it has loaded, with a free view, and again as long as it changes."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from typing import TypeVar

from webrun_nb.agents.base import (
    AgentError,
    Log,
    Observe,
    Observed,
    Perform,
    Performed,
    Reply,
    SnapshotTaken,
    Step,
    TakeSnapshot,
    TaskSpec,
    TokenUse,
)  # fmt: skip
from webrun_nb.agents.local.asking import Asking
from webrun_nb.agents.local.effects.changes import changes
from webrun_nb.agents.local.effects.loading import is_loading, may_be_loading
from webrun_nb.agents.local.effects.overlays import overlay_over
from webrun_nb.agents.local.effects.statuses import Statuses
from webrun_nb.agents.local.lists.view import View, best_first, joined_views, views_of
from webrun_nb.agents.local.messages import NO_PAGE, rendered
from webrun_nb.agents.local.repeated import without_instruction
from webrun_nb.agents.local.skills.login_form import turned_away
from webrun_nb.agents.tokens import estimate_tokens
from webrun_nb.browsers.actions import Click, WaitForChange
from webrun_nb.browsers.observation import Observation
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.text import shortened
from webrun_nb.extraction.snapshot import Snapshot

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]
"""A part of a run: yields steps, is sent replies, returns a result."""

_LATE_S = 3.0
"""Time after an action within which what is not there yet is waited for, as long as nothing else happens."""
_STILL_S = 0.8
"""Time that a page which has long been still is waited for."""
_PATIENCE_S = 6.0
"""Time that a page which goes on changing, or says that it is loading, is waited for."""
_MAX_LOOKS = 30
"""Looks within that time."""
_MAX_OVERLAYS = 3
"""Layers over one page that are declined one after the other."""


class Looking(Asking):
    """The part of a task that looks at pages and reads them.

    Parameters
    ----------
    brief : TaskSpec
        The task.
    tokens : TokenUse
        Increased by what a model would have been shown.
    """

    def __init__(self, brief: TaskSpec, tokens: TokenUse) -> None:
        self.brief = brief
        self.tokens = tokens
        self.sentence = ""
        """The sentence that is being followed; empty before the first one."""
        self.seen: Observation | None = None
        """The last look; None where the page may be another one by now."""
        self.meant: str | None = brief.starting_url
        """The page that was asked for last; None where it was left since."""
        self.let_in_at: set[str] = set()
        """Hosts that were logged in on because their login stood in the way."""
        self.acted = False
        self.acted_at_s = time.monotonic()
        """The time of the last action."""
        self.statuses = Statuses(brief.expect_status)
        self._error_stands = False
        """The last look showed an error page that nothing may be done on."""
        self._left_covered: set[str] = set()
        """Pages with a layer over them that is left where it is."""
        self._never_loads: set[str] = set()
        """Pages that went on saying that they load until the patience was over."""

    @abstractmethod
    def judge(self, seen: Observation) -> bool:
        """Check the effects of the actions before a look by it; return whether an error page may be acted on."""

    @abstractmethod
    def remark(self, said: str) -> None:
        """Have the answer say something beside the present step."""

    def look(self, *, again: bool = False) -> Work[Observation]:
        """Look at the page to act on it, where the last look is stale.

        Raises
        ------
        AgentError
            `NAVIGATION_FAILED`: it is an error page; not where it asks to log in, or answers what was sent to it.
        """
        seen = self.seen
        if seen is None or again:
            seen = yield from self.observed()
        if self._error_stands:
            self.statuses.refuse("done on it")
        return (yield from self._clear_view(seen))

    def _clear_view(self, seen: Observation) -> Work[Observation]:
        """Have a consent banner or an offer that covers the page declined, and look again; it is said.

        Where it can only be accepted, a person is asked.
        """
        for _ in range(_MAX_OVERLAYS):
            overlay = None if seen.url in self._left_covered else overlay_over(seen, self.sentence)
            if overlay is None:
                return seen
            by = overlay.declines
            if by is None and overlay.accepts is not None:
                name = overlay.accepts.name
                question = f'In "{self.sentence}": a {overlay.kind} covers the page, and it can only be accepted.'
                leave = "leave it as it is"
                if (yield from self.choice(question, (leave, f'press "{shortened(name, 60)}"'))):
                    by = overlay.accepts
            reply = None if by is None else (yield Perform(Click(by.ref, by.name), self.sentence))
            if by is None or not isinstance(reply, Performed):
                self._left_covered.add(seen.url)
                return seen
            said = overlay.told(by)
            self.remark(said)
            yield from self.note(f"{said[:1].upper()}{said[1:]}.")
            seen = yield from self.observed()
        self._left_covered.add(seen.url)
        return seen

    def observed(self) -> Work[Observation]:
        """Look at the page, whatever it answered, and check by it the effect of what was done before.

        A page that says that it is loading is waited for.
        """
        seen = yield from self._loaded_look()
        self._arrived(seen.url, seen.status)
        self.seen = seen
        self._error_stands = not self.judge(seen)
        return seen

    def _loaded_look(self) -> Work[Observation]:
        """Look at the page as it is once it does not say any more that it is loading."""
        seen = yield from self._look_once()
        end_s = time.monotonic() + _PATIENCE_S
        for _ in range(_MAX_LOOKS):
            if not is_loading(seen) or seen.url in self._never_loads:
                return seen
            if time.monotonic() > end_s:
                break
            yield from self.wait(1.0)
            seen = yield from self._look_once()
        self._never_loads.add(seen.url)
        yield from self.note(
            f"{seen.title or seen.url} goes on showing that it is loading; I continue with it as it is."
        )
        return seen

    def _look_once(self) -> Work[Observation]:
        reply = yield Observe(self.sentence)
        if not isinstance(reply, Observed):
            raise AgentError(TaskFailureCode.AGENT_ERROR, f"The worker answered a look with {type(reply).__name__}.")
        self.tokens.prompt += estimate_tokens(self.brief.instruction + rendered(reply.observation))
        return without_instruction(reply.observation, self.brief.instruction)

    def wait(self, most_s: float) -> Work[None]:
        """Wait until the page changes, and settles again."""
        yield Perform(WaitForChange(timeout_ms=max(50, int(most_s * 1000))), self.sentence)

    def until(self, holds: Callable[[Observation], bool]) -> Work[Observation]:
        """Look at the page until something holds, at most as long as it goes on changing; return the last look.

        Content comes late: a page that was acted on lately is given some seconds to begin with it.
        """
        seen = yield from self.look()
        end_s = time.monotonic() + _PATIENCE_S
        for _ in range(_MAX_LOOKS):
            now_s = time.monotonic()
            if holds(seen) or seen.still or now_s > end_s:
                break
            before = seen
            yield from self.wait(max(_STILL_S, _LATE_S - (now_s - self.acted_at_s)))
            seen = yield from self.look(again=True)
            if changes(before, seen).is_nothing:
                break
        return seen

    def snapshot(self, *, takes_errors: bool = False) -> Work[Snapshot]:
        """Take a snapshot of the page, to read values from.

        Parameters
        ----------
        takes_errors : bool
            True if the caller looks at `statuses.error_page` and reads nothing from one.

        Raises
        ------
        AgentError
            `NAVIGATION_FAILED`: it is an error page; `AGENT_ERROR`: it is a login in the place of what was asked for.
        """
        page = yield from self._taken()
        if may_be_loading(page.root.text) and page.url not in self._never_loads:
            yield from self.observed()  # which waits, if it is so
            page = yield from self._taken()
        self._arrived(page.url, page.status)
        host = turned_away(self.meant, page.url)
        if host is not None and host not in self.let_in_at:  # its words would be taken for the answer
            raise AgentError(
                TaskFailureCode.AGENT_ERROR,
                f"{host} asks to log in before it shows {self.meant}, and the session has no secret for {host}: name "
                f"one (--secret {host}=NAME), or take over and log in.",
            )
        if not takes_errors:
            self.statuses.refuse("read from it")
        self._count_read(page)
        return replace(page, status=None) if page.status in self.brief.expect_status else page

    def _taken(self) -> Work[Snapshot]:
        reply = yield TakeSnapshot(self.sentence)
        if not isinstance(reply, SnapshotTaken):
            raise AgentError(TaskFailureCode.AGENT_ERROR, f"The worker answered a read with {type(reply).__name__}.")
        return reply.snapshot

    def late_content(self) -> Work[bool]:
        """Wait for content that the page does not have yet; return whether it has changed.

        While it says that it is loading, that is waited for, else its next change: some seconds where it was acted on
        lately, otherwise less than one.
        """
        before = yield from self._look_once()
        if before.still:
            return False
        if not is_loading(before):
            yield from self.wait(max(_STILL_S, _LATE_S - (time.monotonic() - self.acted_at_s)))
        return not changes(before, (yield from self.observed())).is_nothing

    def _arrived(self, url: str, status: int | None) -> None:
        """Take notice of where a look shows the browser to be.

        Raises
        ------
        AgentError
            `NAVIGATION_FAILED`: nowhere yet, so that there is nothing to look for.
        """
        if url == "about:blank" and not self.acted:
            raise AgentError(TaskFailureCode.NAVIGATION_FAILED, NO_PAGE)
        self.statuses.see(url, status)

    def note(self, text: str) -> Work[None]:
        """Say something."""
        yield Log(text)

    def wait_for_change(self, most_s: float = 1.0) -> Work[None]:
        """Wait until the page changes, and settles again."""
        yield from self.wait(most_s)
        self.seen = None

    def shown(self) -> Work[Observation | None]:
        """Return what the open page shows, whatever it answered; None where no page is open."""
        if self.seen is not None:
            return self.seen
        reply = yield Observe(self.sentence)
        if not isinstance(reply, Observed) or reply.observation.url == "about:blank":
            return None
        self.tokens.prompt += estimate_tokens(self.brief.instruction + rendered(reply.observation))
        return reply.observation

    def lists(self) -> Work[Sequence[View]]:
        """Return the lists of the open page, whatever it answered, the best one first."""
        reply = yield TakeSnapshot(self.sentence)
        if not isinstance(reply, SnapshotTaken):
            return ()
        page = reply.snapshot
        self._count_read(page)
        return best_first(joined_views(page, views_of(page)))

    def _count_read(self, page: Snapshot) -> None:
        """Count the page as a model would get it."""
        self.tokens.prompt += estimate_tokens(f"{self.brief.instruction}{page.title}{page.root.text}")
