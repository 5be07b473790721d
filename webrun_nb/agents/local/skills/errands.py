"""Errands: steps that belong together, of which a person says only the whole ("check out", "transfer 50 to Alice").

Each looks at the page before every step, and asks where something is missing or fits twice. What is bought or sent is
approved by a person before the last button (`agents.caution`); nothing here presses it unasked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Protocol, TypeVar, assert_never

from webrun_nb.agents.base import AgentError, Failed, Reply, Step
from webrun_nb.agents.local.approval import risk_level
from webrun_nb.agents.local.language.intents import (
    AddToCart,
    Attach,
    CheckOut,
    Download,
    Errand,
    FillForm,
    Target,
    Transfer,
)
from webrun_nb.agents.local.matching.match import found_on
from webrun_nb.agents.local.matching.names import normal
from webrun_nb.agents.local.matching.roles import FIELD_ROLES
from webrun_nb.agents.local.matching.wording import describe
from webrun_nb.agents.local.skills.form import fill_form, fill_missing
from webrun_nb.agents.local.skills.login import Doer as Logging
from webrun_nb.agents.local.skills.login import Login
from webrun_nb.agents.local.skills.login_form import blocks_the_way
from webrun_nb.agents.local.skills.working import Worker
from webrun_nb.browsers.actions import Action, Click, Select, Type, Upload
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

MAX_PAGES = 6
"""Pages that a checkout may have."""
_ONWARD = re.compile(r"\b(?:continue|next|proceed|review|check\s?out|go\s+on|to\s+payment|to\s+summary)\b", re.I)
_CHECKOUT = re.compile(
    r"^(?:(?:go|proceed|continue)\s+to\s+)?(?:the\s+)?(?:secure\s+)?check[\s-]?out(?:\s+now)?$", re.I
)
_CART = re.compile(
    r"^(?:(?:view|show|open|go\s+to)\s+)?(?:(?:my|your|the)\s+)?(?:shopping\s+)?(?:cart|basket|bag)\b", re.I
)
_TRANSFER = re.compile(r"^(?:(?:new|make\s+a)\s+)?(?:transfers?|send|pay(?:ments?)?)(?:\s+money)?$", re.I)
_LOADS = re.compile(r"\b(?:download|export|save)\b|\.(?:csv|pdf|xlsx?|zip|json|txt)\b", re.I)
_FILE = re.compile(r"\.(?P<kind>csv|pdf|xlsx?|zip|json|txt)(?:$|[?#])", re.I)


class Doer(Logging, Worker, Protocol):
    """The operations of a task that an errand uses."""

    seen: Observation | None
    files: tuple[str, ...]

    def look(self, *, again: bool = False) -> Work[Observation]:
        """Look at the page."""

    def act(self, action: Action, because: str, *, keeps_page: bool = False) -> Work[Failed | None]:
        """Do something."""

    def note(self, text: str) -> Work[None]:
        """Say something."""

    def accepted(self) -> Work[None]:
        """Make sure that the page took what was sent to it last."""

    def ask(self, question: str, candidates: Sequence[str] = ()) -> Work[str]:
        """Ask a person."""

    def which(self, sentence: str, target: Target, elements: tuple[Element, ...]) -> Work[Element]:
        """Ask which of several elements is meant."""

    def search(self, query: str, sentence: str) -> Work[None]:
        """Use the page's search box."""


def run_errand(doer: Doer, errand: Errand) -> Work[None]:
    """Run an errand to its end.

    Raises
    ------
    AgentError
        `ELEMENT_NOT_FOUND`: the page has nothing to do it with. `TASK_STOPPED`: a person rejected it.
    """
    match errand:
        case AddToCart():
            yield from _add_to_cart(doer, errand)
        case CheckOut():
            yield from _check_out(doer, errand.sentence)
        case Transfer():
            yield from _transfer(doer, errand)
        case Download():
            yield from _download(doer, errand)
        case FillForm():
            yield from fill_form(doer, errand)
        case Attach():
            yield from _attach(doer, errand)
        case _:
            assert_never(errand)
    if isinstance(errand, CheckOut | Transfer):
        yield from doer.look(again=True)  # where it ended is the proof of it, and part of the answer


# --- the cart ---------------------------------------------------------------------------------------------------------


def _add_to_cart(doer: Doer, errand: AddToCart) -> Work[None]:
    """Press the product's own button; where the page has none, search the site for it, once."""
    button = yield from _add_button(doer, errand)
    if button is None and errand.what:
        yield from doer.note(f'This page has no button to add "{errand.what}"; searching for it.')
        yield from doer.search(errand.what, errand.sentence)
        button = yield from _add_button(doer, errand)
    if button is None:
        of = f' for "{errand.what}"' if errand.what else ""
        raise AgentError(
            TaskFailureCode.ELEMENT_NOT_FOUND,
            f'"{errand.sentence}": there is no button{of} to add to the {errand.where}.',
        )
    yield from press(doer, button, errand.sentence)


def _add_button(doer: Doer, errand: AddToCart) -> Work[Element | None]:
    target = Target(f"add to {errand.where}", "button", errand.what)
    found = _unlike(found_on(target, (yield from doer.look())))
    if len(found) > 1 and errand.what:
        found = _closest(found, errand.what)
    if not found:
        return None
    return found[0] if len(found) == 1 else (yield from doer.which(errand.sentence, target, found))


def _unlike(elements: Iterable[Element]) -> tuple[Element, ...]:
    """Leave out what is the same to whoever looks: one product may stand on a page twice."""
    return tuple({(e.role, e.name, e.nearby): e for e in reversed(tuple(elements))}.values())[::-1]


def _closest(elements: tuple[Element, ...], what: str) -> tuple[Element, ...]:
    """Prefer what is called exactly so: "Umbrel One" before "Umbrel One Max"."""
    wanted = normal(what)
    if not wanted:
        return elements

    def ends_there(element: Element) -> bool:
        rest = normal(element.name).partition(wanted)[2]
        return wanted in normal(element.name) and not rest

    exact = tuple(element for element in elements if ends_there(element))
    return exact or elements


# --- the checkout -----------------------------------------------------------------------------------------------------


def _check_out(doer: Doer, sentence: str) -> Work[None]:
    seen = yield from doer.look()
    if not _checkout_way(seen) and _final_button(seen) is None:
        cart = _first(seen, lambda e: e.role in ("link", "button") and bool(_CART.search(e.name)))
        if cart is None:
            raise AgentError(
                TaskFailureCode.ELEMENT_NOT_FOUND,
                f'"{sentence}": there is no cart and no way to check out on {_where(seen)}.',
            )
        yield from press(doer, cart, sentence)
    for _ in range(MAX_PAGES):
        seen = yield from _let_in(doer, sentence)
        final = _final_button(seen)
        if final is not None:
            yield from press(doer, final, sentence)
            return
        yield from fill_missing(doer, sentence)
        seen = yield from doer.look()
        onward = _checkout_way(seen) or _first(
            seen, lambda e: e.role == "button" and bool(_ONWARD.search(e.name)) and e.in_form
        )
        if onward is None:
            raise AgentError(
                TaskFailureCode.ELEMENT_NOT_FOUND,
                f'"{sentence}": {_where(seen)} has no button or link that leads to an order; nothing was ordered.',
            )
        yield from press(doer, onward, sentence)
        yield from doer.accepted()
    raise AgentError(
        TaskFailureCode.AGENT_ERROR, f'"{sentence}": the checkout has more than {MAX_PAGES} pages; nothing was ordered.'
    )


def _final_button(seen: Observation) -> Element | None:
    """Find the button that buys."""
    return _first(
        seen, lambda e: e.role == "button" and not _CHECKOUT.match(e.name) and risk_level(e, "") == "purchase"
    )


def _checkout_way(seen: Observation) -> Element | None:
    return _first(seen, lambda e: e.role in ("link", "button") and bool(_CHECKOUT.match(e.name)) and e.region == "")


# --- money ------------------------------------------------------------------------------------------------------------


def _transfer(doer: Doer, errand: Transfer) -> Work[None]:
    sentence = errand.sentence
    seen = yield from _let_in(doer, sentence)
    if not _field(seen, "amount"):
        way = _first(seen, lambda e: e.role in ("link", "button") and bool(_TRANSFER.match(e.name)))
        if way is None:
            raise AgentError(
                TaskFailureCode.ELEMENT_NOT_FOUND,
                f'"{sentence}": there is no form to send money with on {_where(seen)}.',
            )
        yield from press(doer, way, sentence)
        seen = yield from doer.look()
    amount = _field(seen, "amount")
    if amount is None:
        raise AgentError(TaskFailureCode.ELEMENT_NOT_FOUND, f'"{sentence}": {_where(seen)} asks for no amount.')
    if errand.source:
        yield from _put(doer, sentence, ("from", "from account", "debit account"), errand.source)
    yield from _put(doer, sentence, ("to", "recipient", "payee", "beneficiary"), errand.to)
    yield from _must(doer.act(Type(amount.ref, errand.amount.lstrip("$£€"), amount.name), sentence, keeps_page=True))
    if errand.about:
        yield from _put(doer, sentence, ("reference", "note", "message", "description", "purpose"), errand.about)
    for _ in range(2):  # the form, and the page that confirms it
        seen = yield from doer.look()
        before = seen.url
        button = _last_button(seen)
        if button is None:
            raise AgentError(
                TaskFailureCode.ELEMENT_NOT_FOUND, f'"{sentence}": {_where(seen)} has no button that sends the form.'
            )
        risky = risk_level(button, "") is not None
        yield from press(doer, button, sentence)
        if risky:
            return
        yield from doer.accepted()
        seen = yield from doer.look(again=True)
        if seen.url == before:
            raise AgentError(
                TaskFailureCode.AGENT_ERROR, f'"{sentence}": {_where(seen)} did not accept it; nothing was sent.'
            )
    raise AgentError(
        TaskFailureCode.AGENT_ERROR,
        f'"{sentence}": {_where(seen)} needs more information than you gave; nothing was sent.',
    )


def _put(doer: Doer, sentence: str, names: Sequence[str], value: str) -> Work[None]:
    """Choose or type a value where a field is called one of `names`; of several options that fit, ask."""
    seen = yield from doer.look()
    field = next((found for name in names if (found := _field(seen, name))), None)
    if field is None:
        raise AgentError(TaskFailureCode.ELEMENT_NOT_FOUND, f'"{sentence}": {_where(seen)} has no field for "{value}".')
    if not field.options:
        yield from _must(doer.act(Type(field.ref, value, field.name), sentence, keeps_page=True))
        return
    option = yield from choose_option(doer, sentence, field, value)
    yield from _must(doer.act(Select(field.ref, option, field.name), sentence, keeps_page=True))


def choose_option(doer: Doer, sentence: str, field: Element, value: str) -> Work[str]:
    """Find the one option that a person means; ask where several fit, say what there is where none does."""
    fitting = options_for(field, value)
    question = f'In "{sentence}": {len(fitting)} options of {describe(field)} match "{value}". Which one?'
    for _ in range(3):
        if len(fitting) == 1:
            return fitting[0]
        if not fitting:
            break
        answer = yield from doer.ask(question, fitting)
        number = re.fullmatch(r"\s*#?(\d{1,2})\W*", answer)
        if number and 1 <= int(number[1]) <= len(fitting):
            return fitting[int(number[1]) - 1]
        closer = [option for option in fitting if normal(answer) and normal(answer) in normal(option)]
        fitting = closer or fitting
        question = f'"{answer}" matches none of them, or several. In "{sentence}", which one? (a number or its words)'
    shown = ", ".join(field.options[:12])
    raise AgentError(
        TaskFailureCode.ELEMENT_NOT_FOUND,
        f'"{sentence}": {describe(field)} has no single option that matches "{value}"; it has {shown}.',
    )


def options_for(field: Element, value: str) -> list[str]:
    """Give the options that a value may mean: the same, else those with all of its words."""
    wanted = normal(value)
    same = [option for option in field.options if normal(option) == wanted]
    words = set(re.findall(r"\w+", wanted))
    return same or [o for o in field.options if words and words <= set(re.findall(r"\w+", normal(o)))]


def _field(seen: Observation, name: str) -> Element | None:
    found = found_on(Target(name, "field"), seen, FIELD_ROLES | {"listbox"})
    exact = [e for e in found if normal(e.name).startswith(name)]
    return exact[0] if exact else found[0] if len(found) == 1 and name not in ("to", "from") else None


def _last_button(seen: Observation) -> Element | None:
    """Find the button that goes on: the one that sends the money, else the form's own."""
    buttons = [e for e in seen.elements if e.role == "button" and e.enabled and e.in_form and not e.region]
    risky = [e for e in buttons if risk_level(e, "") is not None]
    onward = [e for e in buttons if _ONWARD.search(e.name) or re.search(r"\b(?:submit|send|transfer)\b", e.name, re.I)]
    chosen = risky or onward or buttons
    return chosen[0] if len(chosen) == 1 else None


# --- downloads --------------------------------------------------------------------------------------------------------


def _download(doer: Doer, errand: Download) -> Work[None]:
    """Click what downloads; where the page has nothing, go to what is called so, once."""
    seen = yield from doer.look()
    found = downloads(seen, errand)
    if not found:
        way = found_on(Target(_whose(errand.what), "link"), seen)
        if len(way) > 1:
            way = ((yield from doer.which(errand.sentence, Target(errand.what, "link"), way)),)
        if way:
            yield from doer.note(f'This page has nothing to download for "{errand.what}"; following "{way[0].name}".')
            yield from press(doer, way[0], errand.sentence)
            found = downloads((yield from doer.look()), errand)
    if not found:
        kind = f" as {errand.kind.upper()}" if errand.kind else ""
        raise AgentError(
            TaskFailureCode.ELEMENT_NOT_FOUND,
            f'"{errand.sentence}": there is nothing called "{errand.what}" to download{kind} here.',
        )
    if len(found) > 1:
        found = ((yield from doer.which(errand.sentence, Target(errand.what, "link"), found)),)
    click = Click(found[0].ref, found[0].name, downloads=True)
    yield from _must(doer.act(click, errand.sentence))


def downloads(seen: Observation, errand: Download) -> tuple[Element, ...]:
    """Find what downloads a thing: links and buttons that say so, or that lead to a file, and have its words."""
    able = [e for e in seen.elements if e.enabled and e.role in ("link", "button", "menuitem")]
    able = [e for e in able if _LOADS.search(e.name) or _FILE.search(e.href or "")]
    if errand.kind:
        able = [e for e in able if _is_kind(e, errand.kind)]
    if errand.what.lower() in ("", "it", "file", "csv", "data", "list"):
        return _unlike(able)
    words = _stems(errand.what)

    def has_all(element: Element) -> bool:
        own = _stems(f"{element.name} {element.href or ''}")
        around = own | _stems(f"{element.nearby} {seen.title}")
        return bool(words & own) and words <= around

    return _unlike(element for element in able if has_all(element))


def _is_kind(element: Element, kind: str) -> bool:
    matched = _FILE.search(element.href or "")
    kinds = {"excel": ("xls", "xlsx"), "xlsx": ("xls", "xlsx")}.get(kind, (kind,))
    named = re.search(rf"\b(?:{kind})\b", element.name, re.I)
    return bool(named) or (matched is not None and matched["kind"].lower() in kinds)


def _stems(text: str) -> set[str]:
    words = re.findall(r"[^\W_]+", text.casefold())
    return {w[:-1] if len(w) > 3 and w.endswith("s") else w for w in words} - {"of", "the", "for", "my", "account", "a"}


def _whose(what: str) -> str:
    """Give the thing that a download belongs to: "statement of the savings account" is the savings account's."""
    owner = re.search(r"\b(?:of|for|from)\s+(?:the\s+|my\s+)?(.+)$", what, re.I)
    return owner[1] if owner else what


# --- uploads ----------------------------------------------------------------------------------------------------------


def _attach(doer: Doer, errand: Attach) -> Work[None]:
    """Give a file to the page's file field, or to the one that is named."""
    names = _files_meant(doer.files, errand)
    seen = yield from doer.look()
    fields = tuple(e for e in seen.elements if e.role == "file" and e.enabled)
    if errand.where and len(fields) > 1:
        words = _stems(errand.where)
        named = tuple(e for e in fields if words & _stems(f"{e.name} {e.label} {e.nearby} {e.hint}"))
        fields = named or fields
    if not fields:
        raise AgentError(TaskFailureCode.ELEMENT_NOT_FOUND, f'"{errand.sentence}": this page has no field for a file.')
    field = fields[0]
    if len(fields) > 1:
        field = yield from doer.which(errand.sentence, Target(errand.where or "file"), fields)
    failed = yield from doer.act(Upload(field.ref, names, field.name or "the file field"), errand.sentence)
    if failed is not None:
        raise AgentError(failed.code, f'"{errand.sentence}": {failed.message}')


def _files_meant(known: tuple[str, ...], errand: Attach) -> tuple[str, ...]:
    """Return the names of the task's files that are meant.

    Raises
    ------
    AgentError
        `ELEMENT_NOT_FOUND`: it has none, or none of that name.
    """
    if not known:
        raise AgentError(TaskFailureCode.ELEMENT_NOT_FOUND, f'"{errand.sentence}": the task was given no files.')
    if not errand.what:
        return known
    wanted = errand.what.casefold()
    exact = tuple(name for name in known if name.casefold() == wanted)
    stem = tuple(name for name in known if name.casefold().rpartition(".")[0] == wanted)
    partly = tuple(name for name in known if _stems(errand.what) <= _stems(name))
    found = exact or stem or partly
    if len(found) != 1:
        what = "no file" if not found else "several files"
        raise AgentError(
            TaskFailureCode.ELEMENT_NOT_FOUND,
            f'"{errand.sentence}": the task was given {what} called "{errand.what}"; it has {", ".join(known)}.',
        )
    return found


# --- small things -----------------------------------------------------------------------------------------------------


def _let_in(doer: Doer, sentence: str) -> Work[Observation]:
    """Look at the page, and log in where its login stands in the way."""
    seen = yield from doer.look(again=True)
    if blocks_the_way(seen):
        yield from Login(doer, sentence).run()
        seen = yield from doer.look()
    return seen


def press(doer: Doer, element: Element, sentence: str) -> Work[None]:
    """Press something."""
    yield from _must(doer.act(Click(element.ref, element.name), sentence))


def _must(work: Work[Failed | None]) -> Work[None]:
    failed = yield from work
    if failed is not None:
        raise AgentError(failed.code, failed.message)


def _first(seen: Observation, fits: Callable[[Element], bool]) -> Element | None:
    return next((element for element in seen.elements if element.enabled and fits(element)), None)


def _where(seen: Observation) -> str:
    return seen.title or seen.url
