"""Which session uses which environment: who is told of whom, whose state is kept, and who waits for whose.

Two sessions may use one environment at once. Both run, both are told, and the state of the one that ends last is what
the environment keeps. A session that starts while another's state is being saved waits for it.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable

from webrun_nb.browsers.base import BrowserError, Checkpoint
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.environments import Environments, ProfileUnreadableError

log = logging.getLogger(__name__)

Tell = Callable[[Session, str], None]
"""Says something on a session's stream."""

STATE_WITHIN_S = 5.0
"""How long a browser may take to hand over its state at a session's end; else the last checkpoint is saved."""
STATE_WITHIN_CLOSING_S = 1.0
"""The same while the emulator is closing, which has not long for all of it."""


class Use:
    """One session's use of an environment. Made by `Uses.begin`."""

    def __init__(self, uses: Uses, session: Session, environment_id: str) -> None:
        self._uses = uses
        self.session = session
        self.environment_id = environment_id
        self.order: int | None = None
        """The how manieth it was to end; None while it goes on."""
        self.over = asyncio.Event()
        """What it leaves behind has been saved."""

    @property
    def state_within_s(self) -> float:
        """How long its browser may take to hand its state over."""
        return STATE_WITHIN_CLOSING_S if self._uses.closing else STATE_WITHIN_S

    def ended(self) -> None:
        """Take note that the session has ended, now: its place among those that do."""
        self.order = self._uses.next_order()

    def finished(self) -> None:
        """Let go: whoever waits for what this session leaves behind waits no more. Safe twice."""
        self._uses.forget(self)

    async def load(self) -> Checkpoint | None:
        """Return what the session begins with; None where the environment is empty.

        Raises
        ------
        BrowserError
            The profile can't be read.
        """
        await self._uses.saved(self.environment_id)
        try:
            state = await self._uses.environments.load(self.environment_id)
        except ProfileUnreadableError as error:
            raise BrowserError("INSTANCE_LOST", str(error)) from error
        return None if state is None else Checkpoint(state, "")

    async def save(self, checkpoint: Checkpoint) -> None:
        """Keep what the session ends with, unless one that ended later has been saved already."""
        await self._uses.save(self, checkpoint)


class Uses:
    """All sessions of this emulator that have an environment."""

    def __init__(self, environments: Environments, tell: Tell) -> None:
        self.environments = environments
        self.closing = False
        """The emulator is being ended."""
        self._tell = tell
        self._uses: list[Use] = []
        self._orders = itertools.count(1)
        self._saved: dict[str, int] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    def begin(self, session: Session, environment_id: str, name: str) -> Use:
        """Have a session use an environment, and tell it and the others of one another."""
        others = [use.session for use in self._of(environment_id) if use.order is None]
        use = Use(self, session, environment_id)
        self._uses.append(use)
        for each in (session, *others):
            used_by = [other.id for other in (session, *others) if other is not each]
            if used_by:
                each.note = (
                    f"environment {name} is used by session {', '.join(used_by)} too: "
                    "what the session that ends last leaves behind is kept"
                )
                self._tell(each, each.note)
        return use

    def deleted(self, environment_id: str) -> None:
        """Tell the sessions that use an environment that it is no more."""
        for use in self._of(environment_id):
            if use.order is None:
                use.session.note = "the environment was deleted: what this session leaves behind is not kept"
                self._tell(use.session, use.session.note)

    def replaced(self, environment_id: str) -> None:
        """Take note that an archive took the place of what sessions that have ended left, or are about to leave."""
        self._saved[environment_id] = self.next_order()

    def next_order(self) -> int:
        """Return the number of the next session to end."""
        return next(self._orders)

    def forget(self, use: Use) -> None:
        """See `Use.finished`."""
        use.over.set()
        if use in self._uses:
            self._uses.remove(use)
        if not self._of(use.environment_id):
            self._turns.pop(use.environment_id, None)
            self._saved.pop(use.environment_id, None)

    async def saved(self, environment_id: str) -> None:
        """Wait until every session that has ended is saved."""
        for use in self._of(environment_id):
            if use.order is not None:
                await use.over.wait()

    async def save(self, use: Use, checkpoint: Checkpoint) -> None:
        """See `Use.save`."""
        assert use.order is not None, "it has ended"
        async with self._turns.setdefault(use.environment_id, asyncio.Lock()):
            if self._saved.get(use.environment_id, 0) > use.order:
                return
            if await self.environments.save(use.environment_id, checkpoint.storage_state):
                self._saved[use.environment_id] = use.order
            else:
                log.info("session %s: its environment is gone, its state is not kept", use.session.id)

    def _of(self, environment_id: str) -> list[Use]:
        return [use for use in self._uses if use.environment_id == environment_id]
