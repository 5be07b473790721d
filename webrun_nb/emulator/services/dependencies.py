"""What the service is put together from; `server` does it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from webrun_nb.agents.base import Agent
from webrun_nb.browsers.protocol import Browsers
from webrun_nb.common.codes import ErrorCode
from webrun_nb.common.hosts import host_of, port_of
from webrun_nb.common.text import near
from webrun_nb.emulator.domain.account import Limits
from webrun_nb.emulator.domain.billing import PriceList
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.ids import IdSource
from webrun_nb.emulator.execution.egress import Egress
from webrun_nb.emulator.execution.protocols import AuditTrail
from webrun_nb.emulator.services.event_hub import EventHub
from webrun_nb.emulator.services.policies import PolicyStore
from webrun_nb.emulator.services.session_registry import SecretRegistry, SessionRegistry
from webrun_nb.emulator.services.user_storage import UserStorage
from webrun_nb.emulator.storage.database import Database
from webrun_nb.emulator.storage.write_behind import WriteBehindStore

Isolation = Literal["auto", "process", "context"]


@dataclass(frozen=True, slots=True)
class PracticeSites:
    """The names of the practice sites, and the port they are served on."""

    names: tuple[str, ...]
    port: int

    def check(self, url: str | None) -> None:
        """Refuse a page of a practice site that does not exist, rather than show a browser its error page.

        Raises
        ------
        CommandRefusedError
            `INVALID_PARAMETER`; the message lists the sites.
        """
        host = None if url is None else host_of(url)
        if url is None or host is None:
            return
        site, _, suffix = host.rpartition(".")
        if suffix == "localhost" and port_of(url) == self.port and site not in self.names:
            meant = near(site, self.names)
            asked = f"did you mean practice:{meant}?" if meant else f"there are: {', '.join(self.names)}"
            raise CommandRefusedError(
                ErrorCode.INVALID_PARAMETER,
                f"there is no practice site {site[:40]!r}; {asked}",
                parameter="startingPoint",
            )


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The service's parts."""

    url: str
    """Where this server is reached."""
    clock: Clock
    database: Database
    archive: WriteBehindStore
    emulator_id: str
    """This start of the emulator, in the column `emulator` of what it makes in the database."""
    store: SessionRegistry
    events: EventHub
    browsers: Browsers
    agent: Agent
    ids: IdSource
    limits: Limits
    prices: PriceList
    practice: PracticeSites
    egress: Egress
    library: UserStorage
    policies: PolicyStore
    trail: AuditTrail
    isolation: Isolation = "auto"
    secrets: SecretRegistry = field(default_factory=SecretRegistry)
    slots: int | None = None
    """Tasks that run at once; None: as many as the machine has room for."""
