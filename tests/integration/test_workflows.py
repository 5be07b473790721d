"""Tests of workflows on the practice sites: cart, checkout, transfer, downloads, a form, deleting."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from pyotp import TOTP

from helpers.agent_runner import AgentRun, work
from helpers.practice_server import PracticeServer, serving
from webrun_nb.agents.base import AgentError, Log, TaskSpec
from webrun_nb.browsers.actions import Click, Navigate, Type
from webrun_nb.browsers.protocol import BrowserInstance
from webrun_nb.practice.accounts import BANK, SHOP

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def sites() -> Iterator[PracticeServer]:
    with serving() as server:
        yield server


async def fill(instance: BrowserInstance, **fields: str) -> None:
    """Fill in fields by their name, and press Enter in the last one."""
    seen = await instance.observe()
    for name, text in fields.items():
        [ref] = [e.ref for e in seen.elements if e.hint.split()[:1] == [name]]
        await instance.perform(Type(ref, text, name, submit=name == list(fields)[-1]))


async def log_in_to_shop(instance: BrowserInstance, sites: PracticeServer, who: str = "ada") -> None:
    await instance.perform(Navigate(sites.url("shop", "/login")))
    await fill(instance, email=SHOP[who].login, password=SHOP[who].password)
    assert instance.url == sites.url("shop")


async def log_in_to_bank(instance: BrowserInstance, sites: PracticeServer) -> None:
    await instance.perform(Navigate(sites.url("bank", "/login")))
    await fill(instance, user="ada", password=BANK["ada"].password)
    await fill(instance, code=TOTP(BANK["ada"].otp_secret).at(datetime.fromtimestamp(time.time(), UTC)))
    assert instance.url == sites.url("bank", "/accounts")


async def run_task(instance: BrowserInstance, text: str, *answers: str, url: str | None = None) -> AgentRun:
    return await work(instance, TaskSpec(text, starting_url=url), answers)


# --- the shop ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["/", "/category/laptops", "/product/norvane-aurora-14", "/category/phones"])
async def test_a_product_goes_into_the_cart_from_wherever_one_is(
    instance: BrowserInstance, sites: PracticeServer, start: str
) -> None:
    await run_task(instance, "Add the Aurora 14 to the cart", url=sites.url("shop", start))
    seen = await instance.observe()
    assert seen.url == sites.url("shop", "/cart")
    assert "Norvane Aurora 14 is in your cart." in seen.text
    assert sites.counts("shop") == {"cart additions": 1}


async def test_a_product_that_may_be_two_is_asked_about(instance: BrowserInstance, sites: PracticeServer) -> None:
    url = sites.url("shop", "/category/laptops")
    worked = await run_task(instance, "Add the Aurora to the cart", "the Aurora 16", url=url)
    assert len(worked.asked) == 1
    assert "Norvane Aurora 16 is in your cart." in (await instance.observe()).text


async def test_a_product_that_is_not_there_is_not_replaced(instance: BrowserInstance, sites: PracticeServer) -> None:
    with pytest.raises(AgentError, match="Felix 13"):
        await run_task(instance, "Add the Felix 13 to the cart", url=sites.url("shop"))
    assert sites.counts("shop") == {}


async def test_orders_are_opened_and_listed(instance: BrowserInstance, sites: PracticeServer) -> None:
    await log_in_to_shop(instance, sites)
    worked = await run_task(instance, "open my orders and list them")
    assert [line.split(" | ")[0] for line in worked.answer.text.splitlines()[-4:]] == [
        "| LF-1004", "| LF-1003", "| LF-1002", "| LF-1001",
    ]  # fmt: skip


async def test_a_purchase_is_made_once_it_is_approved(instance: BrowserInstance, sites: PracticeServer) -> None:
    await log_in_to_shop(instance, sites)
    worked = await run_task(instance, "Add the Aurora 14 to the cart and check out", "approve")
    [asked] = worked.asked
    assert (asked.kind, asked.candidates) == ("purchase", ("approve", "reject"))
    assert "To pay: $749.00" in asked.question
    assert "Your order LF-1005 is placed." in (await instance.observe()).text
    assert sites.counts("shop")["purchase requests"] == 1


async def test_a_rejected_purchase_is_not_made(instance: BrowserInstance, sites: PracticeServer) -> None:
    await log_in_to_shop(instance, sites)
    with pytest.raises(AgentError, match="rejected") as caught:
        await run_task(instance, "Add the Aurora 14 to the cart, then check out", "no")
    assert caught.value.code == "TASK_STOPPED"
    assert "purchase requests" not in sites.counts("shop")


async def test_a_click_on_the_order_button_is_asked_about_too(instance: BrowserInstance, sites: PracticeServer) -> None:
    await log_in_to_shop(instance, sites)
    await run_task(instance, "Add the Aurora 14 to the cart, click Check out, click Continue to review")
    with pytest.raises(AgentError, match="rejected"):
        await run_task(instance, 'click "Place order"', "reject")
    assert "purchase requests" not in sites.counts("shop")


async def test_what_the_checkout_misses_is_asked_for(instance: BrowserInstance, sites: PracticeServer) -> None:
    await log_in_to_shop(instance, sites, "grace")
    worked = await run_task(
        instance, "Add the Aurora 14 to the cart and check out",
        "street: 1 Navy Yard, city: Arlington", "postcode 22201", "go ahead",
    )  # fmt: skip
    assert [ask.kind for ask in worked.asked] == ["ambiguous", "ambiguous", "purchase"]
    assert "Street and number, City, Postcode" in worked.asked[0].question
    assert "1 Navy Yard, 22201 Arlington" in (await instance.observe()).text


async def test_a_checkout_that_needs_a_login_asks_for_it(instance: BrowserInstance, sites: PracticeServer) -> None:
    text = "Add the Aurora 14 to the cart and check out"
    with pytest.raises(AgentError, match="nobody entered what shop"):
        await run_task(instance, text, url=sites.url("shop", "/category/laptops"))
    assert urlsplit(instance.url).path == "/login"


async def test_a_login_page_is_no_answer(instance: BrowserInstance, sites: PracticeServer) -> None:
    """The login page appears instead of the list, and names a demo account."""
    with pytest.raises(AgentError, match=r"bank\.localhost asks to log in .* .--secret bank\.localhost=NAME"):
        await run_task(instance, "List the accounts", url=sites.url("bank", "/accounts"))


async def test_a_login_page_that_was_asked_for_is_read(instance: BrowserInstance, sites: PracticeServer) -> None:
    worked = await run_task(instance, "get the heading", url=sites.url("bank", "/login"))
    assert "Log in" in worked.answer.text


async def test_orders_are_downloaded(instance: BrowserInstance, sites: PracticeServer) -> None:
    await log_in_to_shop(instance, sites)
    worked = await run_task(instance, "open Orders, then download my orders as CSV")
    assert [action for action in worked.acts if isinstance(action, Click)][-1].target == "Download orders as CSV"


# --- the bank ---------------------------------------------------------------------------------------------------------


async def test_money_is_sent_once_it_is_approved(instance: BrowserInstance, sites: PracticeServer) -> None:
    await log_in_to_bank(instance, sites)
    worked = await run_task(instance, "transfer 50 to Alice", "approve")
    [asked] = worked.asked
    assert asked.kind == "security"
    assert "Amount $50.00" in asked.question
    assert "$50.00 was sent to Alice Moreau." in (await instance.observe()).text
    assert sites.counts("bank")["transfer requests"] == 1


async def test_a_recipient_that_may_be_two_is_asked_about(instance: BrowserInstance, sites: PracticeServer) -> None:
    await log_in_to_bank(instance, sites)
    text = "transfer $12.30 to Bob from my savings account for the concert"
    worked = await run_task(instance, text, "Fischer", "approve")
    assert worked.asked[0].candidates == ("Bob Fischer (2004-620-08)", "Bob Martin (2004-620-44)")
    shown = (await instance.observe()).text
    assert "Savings account" in shown
    assert "To Bob Fischer: the concert" in shown


@pytest.mark.parametrize(
    ("text", "said"), [("transfer 50 to Mallory", "Alice Moreau"), ("transfer 9999 to Alice", "There is only")]
)
async def test_money_goes_nowhere_else(instance: BrowserInstance, sites: PracticeServer, text: str, said: str) -> None:
    await log_in_to_bank(instance, sites)
    with pytest.raises(AgentError, match=said):
        await run_task(instance, text, "approve")
    assert "transfer requests" not in sites.counts("bank")


async def test_the_statement_is_downloaded_from_the_account_that_is_named(
    instance: BrowserInstance, sites: PracticeServer
) -> None:
    await log_in_to_bank(instance, sites)
    worked = await run_task(instance, "download the statement of the Savings account as CSV")
    assert any("following" in step.text for step in worked.steps if isinstance(step, Log))
    assert sites.counts("bank")["statements downloaded"] == 1
    assert "2004-118-15" in instance.url


# --- forms and rooms --------------------------------------------------------------------------------------------------


async def test_a_form_is_filled_in_and_sent(instance: BrowserInstance, sites: PracticeServer) -> None:
    text = (
        "fill in the form with name Ada Lovelace, email ada@example.org, birth date 1990-12-10, street 12 Square, "
        "city London, postcode SW1Y 4JH, country United Kingdom, passport number 123456789, step-free access no, "
        "and newsletter yes. Tick the box that I agree. Click Register."
    )
    text = text.replace("Tick the box that I agree", 'Tick "I agree that my data is kept until the congress is over"')
    await run_task(instance, text, url=sites.url("forms"))
    assert "You are registered" in (await instance.observe()).text
    assert sites.counts("forms") == {"registrations": 1}


async def test_a_form_is_not_filled_in_by_half(instance: BrowserInstance, sites: PracticeServer) -> None:
    with pytest.raises(AgentError, match="shoe size 42"):
        await run_task(instance, "fill in the form with name Ada, shoe size 42", url=sites.url("forms"))
    assert [e.value for e in (await instance.observe()).elements if e.name == "Full name"] == [""]


async def test_a_user_is_deleted_and_no_other(instance: BrowserInstance, sites: PracticeServer) -> None:
    await run_task(instance, "delete user bob", url=sites.url("admin", "/admin/"))
    assert "bob was deleted." in (await instance.observe()).text
    with pytest.raises(AgentError, match="mallory"):
        await run_task(instance, "delete user mallory")
    assert sites.counts("admin") == {"users deleted": 1}
