"""Tests of a session's secrets in memory: masked while it runs, and in no object of the emulator after its end."""

from __future__ import annotations

import gc

import pytest

from helpers.login_site import LoginSite
from webrun_nb.browsers.actions import Navigate, Type, TypeReleased
from webrun_nb.browsers.observation import FieldPlace
from webrun_nb.browsers.protocol import BrowserError
from webrun_nb.wire.requests import RunTask

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIELDS = "<title>x</title><form action=/there><input id=a><input id=b type=password><textarea></textarea></form>"


@pytest.fixture
def fields(site):
    return site.page("/", FIELDS)


async def typed(instance, url, ref, action):
    await instance.perform(Navigate(url))
    await instance.observe()
    await instance.perform(action(ref))
    return await instance.screenshot()


@pytest.mark.parametrize("ref", [0, 2], ids=["text", "textarea"])
async def test_what_was_released_is_shown_as_dots_in_any_field(instance, fields, ref):
    one = await typed(instance, fields, ref, lambda at: TypeReleased(at, lambda place: "iiiiwwww"))
    other = await typed(instance, fields, ref, lambda at: TypeReleased(at, lambda place: "wwwwiiii"))
    open_one = await typed(instance, fields, ref, lambda at: Type(at, "iiiiwwww"))
    open_other = await typed(instance, fields, ref, lambda at: Type(at, "wwwwiiii"))
    assert one == other
    assert open_one != open_other


async def test_what_a_page_uncovers_is_covered_again_before_a_picture(instance, fields):
    covered = await typed(instance, fields, 1, lambda at: TypeReleased(at, lambda place: "iiiiwwww"))
    page = instance._tabs.current()
    await page.evaluate("() => { document.querySelector('#b').type = 'text'; document.querySelector('#b').style = '' }")
    assert await instance.screenshot() == covered


async def test_the_place_is_what_the_browser_has(instance, site, fields):
    places: list[FieldPlace] = []

    def release(place: FieldPlace) -> str:
        places.append(place)
        raise BrowserError("BLOCKED_BY_POLICY", "not here")

    await instance.perform(Navigate(fields))
    await instance.observe()
    with pytest.raises(BrowserError, match="not here"):
        await instance.perform(TypeReleased(1, release))
    assert places == [FieldPlace(fields, (site.url("/there"),), "password")]
    assert (await instance.observe()).elements[0].value == ""


# --- gone -------------------------------------------------------------------------------------------------------------


def planted() -> str:
    """Return the value, computed each time so that no constant of the test holds it."""
    return "-".join(reversed(["leaves", "trace", "no", "that", "secret", "a"]))


def holders() -> list[str]:
    gc.collect()
    sought, found = planted(), []
    for holder in gc.get_objects():
        for held in gc.get_referents(holder):
            if (isinstance(held, str) and sought in held) or (isinstance(held, bytes) and sought.encode() in held):
                found.append(repr(type(holder)))
    return found


@pytest.mark.parametrize("are_in_text", [False, True], ids=["beside the text", "in the text"])
async def test_nothing_holds_them_after_the_end(emulator, are_in_text):
    site = LoginSite()
    try:
        make = request_with_text if are_in_text else request
        session, task = await emulator.sessions.run_task("local", make(site))
        assert holders() != []  # the search finds what is there
        await emulator.events.settled(task)
        assert task.failure is None, task.failure
        assert [form["password"] == planted() for _, _, form in site.posted] == [True]
        site.posted.clear()
        await emulator.events.archived()
        assert (session.vault.empty, holders()) == (True, [])
    finally:
        site.close()


def request(site: LoginSite) -> RunTask:
    secrets = [{"match": "login.localhost", "fields": {"email": "ada@x.example", "password": planted()}}]
    return RunTask.model_validate({"taskDetails": "Log in", "startingPoint": site.url(), "secrets": secrets})


def request_with_text(site: LoginSite) -> RunTask:
    text = f"Log in as ada@x.example with password {planted()} and get the heading"
    return RunTask.model_validate({"prompt": text, "startingUrl": site.url()})
