"""Tests of the history: ended sessions come from the database, and their cost is added to the account once."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from helpers.prices import FAKE_PRICES
from webrun_nb.emulator.domain.account import HOSTED
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.domain.task import Answer, Failure, TaskOrder
from webrun_nb.emulator.serializers.sessions import task_data
from webrun_nb.emulator.services.accounts import Accounts
from webrun_nb.emulator.services.history import History
from webrun_nb.emulator.services.session_registry import SessionRegistry
from webrun_nb.emulator.services.signing import Signer, WebViewLinks
from webrun_nb.emulator.storage import write_behind
from webrun_nb.emulator.storage.database import Database
from webrun_nb.emulator.storage.registration import EmulatorRegistration
from webrun_nb.emulator.storage.tables import SessionRecord
from webrun_nb.emulator.storage.write_behind import WriteBehindStore
from webrun_nb.wire.responses import File

MINUTE_MS = 60_000
HERE = "http://127.0.0.1:1"


class Emulator:
    """The parts of an emulator that keep sessions and tasks, on a real database."""

    def __init__(self, database: Database, registration: EmulatorRegistration, clock: Clock) -> None:
        self.clock, self.database = clock, database
        self.sessions = SessionRegistry()
        self.archive = WriteBehindStore(database, registration.id)
        self.links = WebViewLinks(Signer(b"key", clock, HERE), self.sessions)
        self.history = History(self.sessions, self.archive, clock, HERE, self.links)
        self.accounts = Accounts(self.sessions, clock, HOSTED)

    def open(self, id: str, owner: str = "ann") -> Session:
        session = Session(id, owner, self.clock, FAKE_PRICES, lambda session, event: None)
        self.sessions.add(session)
        self.history.keep(session)
        session.instance_ready()
        return session

    async def fill_disk(self, pages: int) -> None:
        """Limit the database to a number of pages."""
        async with self.database.writing() as session:
            await session.execute(text(f"PRAGMA max_page_count = {pages}"))

    async def end(self, session: Session) -> None:
        """End a session and store it, as the service does."""
        session.terminate()
        self.sessions.close(session)
        self.history.keep(session)
        await asyncio.gather(self.history.archive_session(session), self.archive.write_pending())


@pytest.fixture
async def emulator(tmp_path):
    clock = Clock(lambda: 1_000_000.0)
    database = await Database.open(tmp_path)
    yield Emulator(database, await EmulatorRegistration.register(database, clock.now()), clock)
    await database.close()


async def test_a_session_that_has_ended_leaves_the_memory_and_answers_as_before(emulator):
    session = emulator.open("s")
    task = session.add_task("t", TaskOrder("x", 1e5, 1e5, ends_session=False))
    session.start_next()
    session.complete(task, Answer("done"))
    emulator.history.keep_task(session, task)
    answers = [await emulator.history.task_body("s", "t")]
    session.terminate()
    answers.append(await emulator.history.session_state("ann", "s"))
    emulator.sessions.close(session)
    emulator.history.keep(session)
    await asyncio.gather(emulator.history.archive_session(session), emulator.archive.write_pending())
    assert emulator.sessions.sessions() == []
    assert [await emulator.history.task_body("s", "t"), await emulator.history.session_state("ann", "s")] == answers


async def test_the_token_of_a_live_view_is_given_out_and_never_stored(emulator):
    session = emulator.open("s")
    url = (await emulator.history.session_state("ann", "s")).streaming.web_view_url
    token = url.partition("#token=")[2]
    await emulator.archive.write_pending()
    async with emulator.database.reading() as reading:
        (stored,) = (await reading.scalars(select(SessionRecord.answer))).all()
    assert stored["streaming"]["webViewURL"] is None
    assert emulator.links.session_of(token) is session
    await emulator.end(session)
    assert (await emulator.history.session_state("ann", "s")).streaming.web_view_url is None
    with pytest.raises(CommandRefusedError, match="the session has ended"):
        emulator.links.session_of(token)


async def test_a_token_is_for_one_session_also_where_its_id_is_given_out_again(emulator):
    session, other = emulator.open("s"), emulator.open("other")
    tokens = [emulator.links.url(each, HERE).partition("#token=")[2] for each in (session, other)]
    assert [emulator.links.session_of(token) for token in tokens] == [session, other]
    emulator.clock.advance(MINUTE_MS)
    emulator.sessions.add(Session("s", "bob", emulator.clock, FAKE_PRICES, lambda session, event: None))
    with pytest.raises(CommandRefusedError, match="the session has ended"):
        emulator.links.session_of(tokens[0])
    for token in ("", "é", tokens[0][::-1], tokens[0][:24] + tokens[1][24:]):
        with pytest.raises(CommandRefusedError, match="not the token") as refused:
            emulator.links.session_of(token)
        assert refused.value.code == "UNAUTHORIZED"


async def test_a_files_address_is_that_of_the_server_that_is_asked(emulator, monkeypatch):
    session = emulator.open("s")
    task = session.add_task("t", TaskOrder("x", 1e5, 1e5, ends_session=False))
    session.start_next()
    session.complete(task, Answer("done"))
    file = File(source="download", download_url=f"{HERE}/files/f", filename="f.csv", timestamp=1)
    data = task_data(task).model_copy(update={"files": [file]})
    monkeypatch.setattr("webrun_nb.emulator.serializers.sessions.task_data", lambda task, *more: data)
    emulator.history.keep_task(session, task)
    await emulator.end(session)
    next_one = History(emulator.sessions, emulator.archive, emulator.clock, "http://127.0.0.1:2", emulator.links)
    body = await next_one.task_body("s", "t")
    assert body.data.files[0].download_url == "http://127.0.0.1:2/files/f"
    assert body.result.data == body.data


async def test_it_stays_in_memory_until_the_database_has_it(emulator):
    session = emulator.open("s")
    session.terminate()
    emulator.sessions.close(session)
    emulator.history.keep(session)
    putting_away = asyncio.create_task(emulator.history.archive_session(session))
    await asyncio.sleep(0)
    assert emulator.sessions.session("s") is session
    await emulator.archive.write_pending()
    await putting_away
    assert emulator.sessions.session("s") is None


async def test_a_command_to_an_ended_session_reports_its_end(emulator):
    open_one, ended = emulator.open("open"), emulator.open("ended")
    await emulator.end(ended)
    await emulator.history.admit_command("ann", open_one.id)
    refusals = {}
    for user, session_id in (("ann", "ended"), ("ann", "never"), ("bob", "ended"), ("bob", "open")):
        with pytest.raises(CommandRefusedError) as refused:
            await emulator.history.admit_command(user, session_id)
        refusals[user, session_id] = refused.value.code
    assert refusals == {
        ("ann", "ended"): "SESSION_NOT_FOUND",
        ("ann", "never"): "SESSION_NOT_FOUND",
        ("bob", "ended"): "SESSION_NOT_FOUND",
        ("bob", "open"): "SESSION_NOT_FOUND",
    }


async def test_what_ended_sessions_cost_stays_in_the_total(emulator):
    for number in range(3):
        session = emulator.open(f"s{number}")
        emulator.clock.advance(MINUTE_MS)
        await emulator.end(session)
    emulator.open("open")
    emulator.clock.advance(MINUTE_MS)
    assert emulator.sessions.spent_usd("ann") == 4 * FAKE_PRICES.idle_usd_per_minute
    assert emulator.sessions.spent_usd("bob") == 0


async def test_asking_for_the_total_does_not_ask_ended_sessions(emulator, monkeypatch):
    """Checking the balance before a step costs the same after a thousand sessions as after none."""
    asked = []
    bill = Session.usage
    monkeypatch.setattr(Session, "usage", lambda session: asked.append(session.id) or bill(session))
    for number in range(20):
        session = emulator.open(f"s{number}")
        session.terminate()
        emulator.sessions.close(session)
    emulator.open("open")
    asked.clear()
    emulator.accounts.watch("ann")
    assert set(asked) == {"open"}


async def test_open_sessions_end_when_nothing_is_left(emulator):
    account = emulator.accounts.of("ann")
    account.opening_balance_usd = Decimal("0.06")
    sessions = [emulator.open("s1"), emulator.open("s2")]
    emulator.accounts.watch("ann")
    emulator.clock.advance(1.4 * MINUTE_MS)
    assert [session.ended for session in sessions] == [False, False]
    emulator.clock.advance(0.2 * MINUTE_MS)
    assert [session.reason for session in sessions] == ["balance", "balance"]


async def test_ended_and_open_sessions_are_listed_together_newest_first(emulator):
    for name in ("s1", "s2", "s3"):
        session = emulator.open(name)
        emulator.clock.advance(1)
        if name != "s2":
            await emulator.end(session)
    listed = await emulator.history.sessions("ann")
    assert [(state.session_id, state.status) for state in listed] == [
        ("s3", "terminated"),
        ("s2", "active"),
        ("s1", "terminated"),
    ]
    assert await emulator.history.sessions("bob") == []


async def test_a_failed_session_says_why_its_browser_did_not_start(emulator):
    session = Session("s", "ann", emulator.clock, FAKE_PRICES, lambda session, event: None)
    session.error("failed", Failure("INSTANCE_LOST", "no room"))
    assert session.note == "its browser did not start: no room"


async def test_a_failed_session_says_why_its_last_task_failed(emulator):
    session = emulator.open("s")
    session.add_task("t", TaskOrder("x", 1e5, 1e5, ends_session=True))
    session.fail(session.start_next(), Failure("ELEMENT_NOT_FOUND", "no Buy button"))
    assert (session.status, session.note) == ("failed", "its last task failed: no Buy button")


async def test_while_nothing_can_be_written_down_no_work_is_begun(emulator, monkeypatch):
    monkeypatch.setattr(write_behind, "MOST_PENDING", 1)
    await emulator.fill_disk(1)
    emulator.archive.keep_session("s", "ann", 0.0, None, {"padding": "x" * 100_000})
    emulator.history.admit_work()
    assert not await emulator.archive.write_pending()
    with pytest.raises(CommandRefusedError, match="no new work until they can") as refused:
        emulator.history.admit_work()
    await emulator.fill_disk(1_000_000)
    assert await emulator.archive.write_pending()
    emulator.history.admit_work()
    assert refused.value.code == "INSTANCE_UNAVAILABLE"
