"""The composition root: the one place that builds the emulator's parts and gives each the others that it needs."""

from __future__ import annotations

import asyncio
from functools import cached_property

from sqlalchemy import select

from webrun_nb.browsers.protocol import Browsers
from webrun_nb.common.practice_sites import PRACTICE_SITES
from webrun_nb.emulator.domain import account
from webrun_nb.emulator.domain.account import Limits, RateLimiter
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.ids import IdSource
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.execution.agent_choice import Agents
from webrun_nb.emulator.execution.egress import Egress
from webrun_nb.emulator.execution.policy_enforcer import compile_regex
from webrun_nb.emulator.execution.scheduler import Slots
from webrun_nb.emulator.http.dependencies import Services
from webrun_nb.emulator.options import Options
from webrun_nb.emulator.serializers import sessions as serialize
from webrun_nb.emulator.services.accounts import Accounts
from webrun_nb.emulator.services.cassettes import Cassettes
from webrun_nb.emulator.services.environment_leases import EnvironmentLeases
from webrun_nb.emulator.services.environments import Environments
from webrun_nb.emulator.services.event_hub import ConnectedSockets, EventHub
from webrun_nb.emulator.services.faults import Faults, RefusingBrowsers
from webrun_nb.emulator.services.files import Downloads, Files
from webrun_nb.emulator.services.history import History
from webrun_nb.emulator.services.lifecycle import Lifecycle
from webrun_nb.emulator.services.page_reader import PageReader
from webrun_nb.emulator.services.policies import Policies
from webrun_nb.emulator.services.practice_sites import PracticeSites
from webrun_nb.emulator.services.recordings import TaskRecordings
from webrun_nb.emulator.services.session_events import SessionEvents
from webrun_nb.emulator.services.session_factory import SessionFactory
from webrun_nb.emulator.services.session_registry import SecretRegistry, SessionRegistry
from webrun_nb.emulator.services.session_workers import SessionWorkers
from webrun_nb.emulator.services.sessions import Sessions
from webrun_nb.emulator.services.signing import Signer, WebViewLinks, signing_key
from webrun_nb.emulator.services.view_stream import LiveViews
from webrun_nb.emulator.services.webhooks import Webhooks
from webrun_nb.emulator.storage.data_folder import DataFolder
from webrun_nb.emulator.storage.database import Database
from webrun_nb.emulator.storage.policies import DatabasePolicies, DatabaseTrail
from webrun_nb.emulator.storage.registration import EmulatorRegistration, PeerEmulators
from webrun_nb.emulator.storage.tables import SessionRecord
from webrun_nb.emulator.storage.write_behind import WriteBehindStore


class Emulator:
    """The parts of one emulator; each is built once, when it is first asked for. Made by `Emulator.build`.

    Parameters
    ----------
    options : Options
        Limits, isolation, slots, prices and seed are read here.
    url, port : str, int
        The address of this server.
    clock : Clock
        The only source of time.
    database, folder, registration : Database, DataFolder, EmulatorRegistration
        The storage, open and prepared.
    signer : Signer
        Signs URLs of this server.
    browsers : Browsers
        Opens browser instances.
    agents : Agents
        Propose the actions of tasks.
    egress : Egress
        Gives each session the route of its traffic.
    secrets : SecretRegistry
        Filled with the secrets of the sessions.
    """

    def __init__(
        self,
        options: Options,
        *,
        url: str,
        port: int,
        clock: Clock,
        database: Database,
        folder: DataFolder,
        registration: EmulatorRegistration,
        signer: Signer,
        browsers: Browsers,
        agents: Agents,
        egress: Egress,
        secrets: SecretRegistry,
    ) -> None:
        self.options = options
        self.url = url
        self.clock = clock
        self.database = database
        self.registration = registration
        self.signer = signer
        self.browsers = browsers
        self.agents = agents
        self.egress = egress
        self.secrets = secrets
        self.ids = IdSource(options.seed)
        self.faults = Faults()
        self.registry = SessionRegistry()
        self.sockets = ConnectedSockets()
        self._folder = folder
        self._practice = PracticeSites(PRACTICE_SITES, port)

    @classmethod
    async def build(
        cls,
        options: Options,
        *,
        url: str,
        port: int,
        clock: Clock,
        database: Database,
        browsers: Browsers,
        agents: Agents,
        egress: Egress,
        secrets: SecretRegistry,
    ) -> Emulator:
        """Prepare the data folder, and return an emulator that uses it.

        Expired records and remains of killed emulators are removed.
        """
        registration = await EmulatorRegistration.register(database, clock.now())
        folder = await asyncio.to_thread(DataFolder, database.folder)
        await asyncio.to_thread(folder.sweep)
        async with database.reading() as session:
            known = set(await session.scalars(select(SessionRecord.id)))
        await asyncio.to_thread(folder.sweep_downloads, known)
        emulator = cls(
            options,
            url=url,
            port=port,
            clock=clock,
            database=database,
            folder=folder,
            registration=registration,
            signer=Signer(await asyncio.to_thread(signing_key, database.folder), clock, url),
            browsers=browsers,
            agents=agents,
            egress=egress,
            secrets=secrets,
        )
        await emulator.files.sweep()
        return emulator

    # --- storage ------------------------------------------------------------------------------------------------------

    @cached_property
    def store(self) -> WriteBehindStore:
        """Writes sessions and tasks to the database."""
        return WriteBehindStore(self.database, self.registration.id)

    @cached_property
    def trail(self) -> DatabaseTrail:
        """Keeps the decisions of policies."""
        return DatabaseTrail(self.database, self.store, self.registration.id)

    # --- resources ----------------------------------------------------------------------------------------------------

    @cached_property
    def policies(self) -> Policies:
        """The users' policies."""
        kept = DatabasePolicies(self.database, self.registration.id)
        return Policies(kept, self.trail, self.clock, self.ids, compile_regex)

    @cached_property
    def files(self) -> Files:
        """The users' uploaded files."""
        return Files(self.database, self._folder, self.clock, self.ids)

    @cached_property
    def downloads(self) -> Downloads:
        """The files that tasks downloaded."""
        return Downloads(self._folder, self.signer, self.clock, self.ids)

    @cached_property
    def environments(self) -> Environments:
        """The users' environments."""
        return Environments(self.database, self._folder, self.clock, self.ids, self.files)

    @cached_property
    def leases(self) -> EnvironmentLeases:
        """The uses of environments by sessions."""
        peers = PeerEmulators(self.database, self.registration, self.clock.now)
        return EnvironmentLeases(self.environments, peers, self._publish_notice)

    def _publish_notice(self, session: Session, text: str) -> None:
        self.hub.publish(session.id, serialize.MESSAGE, serialize.notice_event(text))

    # --- accounts and history -----------------------------------------------------------------------------------------

    @cached_property
    def limits(self) -> Limits:
        """The limits of every account."""
        return account.HOSTED if self.options.limits == "hosted" else account.NONE

    @cached_property
    def rates(self) -> RateLimiter:
        """Counts requests."""
        return RateLimiter(self.limits.requests_per_minute)

    @cached_property
    def accounts(self) -> Accounts:
        """The users' accounts."""
        return Accounts(self.registry, self.clock, self.limits)

    @cached_property
    def history(self) -> History:
        """Answers for sessions and tasks, open or ended."""
        return History(self.registry, self.store, self.clock, self.url, self.view_links)

    @cached_property
    def cassettes(self) -> Cassettes:
        """The cassettes of the traffic of tasks."""
        return Cassettes(self._practice)

    @cached_property
    def recordings(self) -> TaskRecordings:
        """The steps of tasks."""
        return TaskRecordings(self.registry, self._practice)

    # --- sessions -----------------------------------------------------------------------------------------------------

    @cached_property
    def hub(self) -> EventHub:
        """Sends the events of sessions to listeners."""
        return EventHub(self.clock)

    @cached_property
    def page_reader(self) -> PageReader:
        """Reads records from pages without a task."""
        return PageReader(self.browsers, self.workers)

    @cached_property
    def workers(self) -> SessionWorkers:
        """The workers of the sessions in memory."""
        return SessionWorkers(self.registry)

    @cached_property
    def webhooks(self) -> Webhooks:
        """Announces the end of tasks."""
        return Webhooks(self.clock)

    @cached_property
    def view_links(self) -> WebViewLinks:
        """The addresses of the pages that show sessions."""
        return WebViewLinks(self.signer, self.registry)

    @cached_property
    def live_views(self) -> LiveViews:
        """Shows sessions to those who watch."""
        return LiveViews(self.hub, self.workers.instance_of)

    @cached_property
    def events(self) -> SessionEvents:
        """Follows every session."""
        return SessionEvents(
            registry=self.registry,
            workers=self.workers,
            hub=self.hub,
            history=self.history,
            recordings=self.recordings,
            webhooks=self.webhooks,
            accounts=self.accounts,
            live_views=self.live_views,
        )

    @cached_property
    def factory(self) -> SessionFactory:
        """Makes sessions and their workers."""
        return SessionFactory(
            clock=self.clock,
            prices=self.options.prices,
            browsers=RefusingBrowsers(self.browsers, self.faults),
            agents=self.agents,
            slots=Slots(self.options.slots),
            egress=self.egress,
            trail=self.trail,
            downloads=self.downloads,
            leases=self.leases,
            secrets=self.secrets,
            events=self.events,
            isolation=self.options.isolation,
        )

    @cached_property
    def sessions(self) -> Sessions:
        """Opens sessions, and carries out the commands of their users."""
        return Sessions(
            ids=self.ids,
            registry=self.registry,
            workers=self.workers,
            factory=self.factory,
            accounts=self.accounts,
            history=self.history,
            policies=self.policies,
            environments=self.environments,
            files=self.files,
            practice=self._practice,
            recordings=self.recordings,
            cassettes=self.cassettes,
            browsers=self.browsers,
            faults=self.faults,
        )

    @cached_property
    def lifecycle(self) -> Lifecycle:
        """Resets and closes all of it."""
        return Lifecycle(
            clock=self.clock,
            rates=self.rates,
            registry=self.registry,
            workers=self.workers,
            events=self.events,
            sessions=self.sessions,
            accounts=self.accounts,
            history=self.history,
            policies=self.policies,
            recordings=self.recordings,
            cassettes=self.cassettes,
            leases=self.leases,
            webhooks=self.webhooks,
            faults=self.faults,
            store=self.store,
            browsers=self.browsers,
        )

    # --- for the endpoints --------------------------------------------------------------------------------------------

    @cached_property
    def services(self) -> Services:
        """The services that endpoints can ask for."""
        return Services(
            accounts=self.accounts,
            browsers=self.browsers,
            cassettes=self.cassettes,
            clock=self.clock,
            downloads=self.downloads,
            egress=self.egress,
            environments=self.environments,
            events=self.events,
            faults=self.faults,
            files=self.files,
            history=self.history,
            leases=self.leases,
            lifecycle=self.lifecycle,
            page_reader=self.page_reader,
            policies=self.policies,
            prices=self.options.prices,
            recordings=self.recordings,
            registry=self.registry,
            sessions=self.sessions,
            signer=self.signer,
            sockets=self.sockets,
            view_links=self.view_links,
            webhooks=self.webhooks,
            workers=self.workers,
        )
