"""Actions that need a person's approval: purchases, transfers of money, and deletions that the task does not name.

Pure but for `approved`, which puts the question to a person. What a page says is quoted in a question and never
believed: the decision to ask is made by what a button is called, to the eye and to a screen reader, whether that was
in the person's own sentence, and, for a button that is called only "Send", by whether its page has to do with money.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from webrun_nb.agents.base import AgentError, Answered, Ask, AskKind, Reply, SettledByHand, SettledByHandError, Step
from webrun_nb.agents.local.matching.roles import FIELD_ROLES
from webrun_nb.browsers.actions import Action, ElementAction, Press, Type
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.policy_terms import APPROVAL_QUESTION

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

APPROVE, REJECT = "approve", "reject"
MAX_ANSWERS = 3
_PRESSES = frozenset({"Enter", "NumpadEnter", "Space", " "})
"""Keys that press a button, or send a form."""
_FACTS = 3
_FACT_LENGTH = 120

_BUYS = re.compile(
    r"\b(?:place|submit|confirm|complete|finali[sz]e|send)\s+(?:(?:the|your|my|this)\s+)?(?:order|purchase|booking)\b"
    r"|\bbuy\b(?!\s+(?:again|guide))|\bpurchase\b|\bpay\b(?!pal\s+help|\s+later\s+info)|\border\s+(?:now|with|and\s+pay)"
    r"|\bconfirm\s+and\s+(?:pay|buy|order)\b|\bbook\s+(?:now|and\s+pay)\b|\bsubscribe\s+(?:now|and\s+pay|for\s+\W?\d)",
    re.I,
)
_SENDS = re.compile(
    r"\b(?:confirm|approve|authori[sz]e|submit|make|send|execute)\s+(?:(?:the|this|your|my)\s+)?"
    r"(?:transfer|payment|money|funds|wire)\b|^(?:transfer|withdraw)(?:\s+(?:money|now|funds|\W?\d.*))?$"
    r"|^send\s+\W?\d.*$",
    re.I,
)
_MAX_BUTTON = 40
"""Characters of what a script makes a button of; what says more is a card or a row."""
_SENDS_SOMETHING = re.compile(r"^send(?:\s+now)?$", re.I)
"""The page around such a button says whether it is money."""
_SAYS_SEND = re.compile(r"\b(?:send|submit)\b", re.I)
_MONEY_FIELD = re.compile(r"\b(?:amount|sum|recipient|payee|beneficiary|iban|account|card|currency)\b", re.I)
_DESTROYS = re.compile(
    r"\b(?:delete|remove|erase|destroy|wipe|purge|deactivate)\b|\bclose\s+(?:my|your|the)?\s*account\b"
    r"|\bcancel\s+(?:my|your|the)?\s*(?:order|subscription|booking)\b",
    re.I,
)
_MONEY = re.compile(r"[$£€¥₹]\s?\d|\d\s?(?:[€£]|USD|EUR|GBP)\b")
_TELLING = re.compile(r"total|to pay|amount|sum|due|price|^to\b|^from\b|recipient|payee|balance", re.I)
_YES = re.compile(
    r"(?:yes|y|ok(?:ay)?|sure|approved?|confirm(?:ed)?|go\s+(?:on|ahead)|continue|proceed|do\s+(?:it|so))"
    r"(?:[\s,.!]+(?:please|approved?|go\s+(?:on|ahead)|do\s+it|thanks?|thank\s+you))*[\s.!]*",
    re.I,
)
_NO = re.compile(
    r"(?:no|n|nope|reject(?:ed)?|deny|denied|decline|stop|cancel|abort|don'?t|do\s+not|never|leave\s+it)\b.*",
    re.I | re.S,
)
_DONE = re.compile(r"(?:i\s+(?:have\s+)?)?(?:did|done)(?:\s+(?:it|so|that))?(?:\s+(?:myself|by\s+hand))?[\s.!]*", re.I)


class Looker(Protocol):
    """The operations of a task that an approval uses."""

    @property
    def seen(self) -> Observation | None:
        """The last look; None where the page may be another one by now."""

    def look(self, *, again: bool = False) -> Work[Observation]:
        """Look at the page."""


def risk_level(element: Element, because: str, part: Observation | None = None) -> AskKind | None:
    """Tell what a person has to approve before an element is pressed; None where nothing.

    Parameters
    ----------
    because : str
        The person's sentence that it serves: what was asked for by its name need not be asked again, except where
        money goes.
    part : Observation, optional
        The page or frame with the element. It tells whether a button "Send" may send money; without it, it may.
    """
    is_pressed = element.role in ("button", "menuitem") or (element.role == "link" and _is_final(element))
    if not is_pressed and not (element.role == "clickable" and len(element.name) <= _MAX_BUTTON):
        return None
    for called in (element.name, element.text):
        if _BUYS.search(called):
            return "purchase"
        if _SENDS.search(called):
            return "security"
        named = bool(_SAYS_SEND.search(because)) and part is not None and not _moves_money(part)
        if _SENDS_SOMETHING.search(called) and not named:
            return "security"
        if _DESTROYS.search(called) and not _DESTROYS.search(because):
            return "security"
    return None


def _is_final(element: Element) -> bool:
    """Tell a link that a script makes a button of from one that only leads somewhere."""
    return not element.href or element.href.endswith("#") or element.href.startswith("javascript:")


def _moves_money(part: Observation) -> bool:
    """Tell whether money may go from here: a form asks about it, or amounts stand where there is nothing to fill in."""
    fields = [e for e in part.elements if e.role in FIELD_ROLES and e.in_form and not e.region]
    if any(_MONEY_FIELD.search(f"{field.name} {field.label} {field.placeholder}") for field in fields):
        return True
    facts = facts_of(part)
    return any(_TELLING.search(fact) for fact in facts) if fields else bool(facts)


def activated_element(action: Action, seen: Observation) -> Element | None:
    """Find what an action presses: the element that is clicked, or the button that Enter presses in a form."""
    if action.clicked_ref is not None:
        return _at(seen, action.clicked_ref)
    if isinstance(action, Type) and action.submit:
        field = _at(seen, action.ref)
        return _risky_button(seen.part_with(field).elements) if field is not None and field.in_form else None
    if isinstance(action, Press) and action.key in _PRESSES:
        if action.ref is None:
            return _risky_button(seen.all_elements)
        return _pressed_in(_at(seen, action.ref), action.key, seen)
    return None


def _pressed_in(element: Element | None, key: str, seen: Observation) -> Element | None:
    """Find what a key presses in an element: the button that it is, or the one that Enter presses in its form."""
    if element is None or element.role in ("button", "link", "menuitem", "tab"):
        return element
    is_field = element.tag == "input" or (element.role in FIELD_ROLES and element.tag != "textarea")
    return _risky_button(seen.part_with(element).elements) if "Enter" in key and is_field and element.in_form else None


def _risky_button(elements: Sequence[Element]) -> Element | None:
    """Find a button that Enter might press: which form has the focus nobody can tell, so any risky one counts."""
    buttons = (e for e in elements if e.role == "button" and e.enabled and e.in_form)
    return next((e for e in buttons if risk_level(e, "delete") is not None), None)


def _at(seen: Observation, ref: int) -> Element | None:
    return seen.control_at(ref)


def facts_of(seen: Observation) -> tuple[str, ...]:
    """Quote what the page says of the money: the lines that tell amounts, those that name a total first."""
    lines = [line.strip() for line in seen.text.splitlines()]
    told = [
        f"{label} {line}" if len(label) <= 30 and _TELLING.search(label) and not _MONEY.search(label) else line
        for label, line in zip(["", *lines], lines, strict=False)
        if _MONEY.search(line)
    ]
    ranked = sorted(dict.fromkeys(told), key=lambda line: not _TELLING.search(line))
    return tuple(_readable(line)[:_FACT_LENGTH] for line in ranked[:_FACTS])


def _readable(text: str) -> str:
    """Take out what steers a terminal or turns text around, and quotes: a page's words must not end their quotation."""
    return "".join(char for char in text if char.isprintable()).translate(_QUOTES)


_QUOTES = str.maketrans(dict.fromkeys('"“”„«»', "'"))


def approved(
    looker: Looker, action: Action, because: str, *, named: Callable[[Element], bool] = lambda element: True
) -> Work[Action | None]:
    """Ask a person before what is risky; return the action to take, or None where the person has done it.

    Parameters
    ----------
    looker : Looker
        Looks at the page.
    action : Action
        The action.
    because : str
        The person's words that it serves.
    named : callable, optional
        Tells whether these words speak of an element, so that they can ask for what it does. By default they do, as
        where they are one sentence about one thing.

    Raises
    ------
    AgentError
        `TASK_STOPPED`: it was rejected, or the answers said neither yes nor no.
    """
    if looker.seen is None and not isinstance(action, Press):
        return action
    for _ in range(MAX_ANSWERS):
        seen = yield from looker.look()
        element = activated_element(action, seen)
        if element is None:
            return action
        seen = seen.part_with(element)
        kind = risk_level(element, because if named(element) else "", seen)
        if kind is None:
            return action
        facts = facts_of(seen)
        answer = yield from _asked(kind, element, seen, facts, because)
        if answer == "done":
            return None
        # The element that is pressed has to be the approved one: a page that has changed is asked about again.
        after = yield from looker.look(again=True)
        again = _at(after, element.ref)
        if again is not None and _same(again, element) and facts_of(after.part_with(again)) == facts:
            return action
        twins = (e for e in after.all_elements if (e.role, e.name) == (element.role, element.name))
        twin = next((e for e in twins if e.frame == element.frame), None)
        if twin is None:
            gone = f'"{because}": "{_readable(element.name)}" disappeared after it was approved.'
            raise AgentError(TaskFailureCode.ELEMENT_NOT_FOUND, gone)
        if isinstance(action, ElementAction) and action.clicks:
            action = replace(action, ref=twin.ref)
    raise AgentError(
        TaskFailureCode.TASK_STOPPED, f'"{because}": the page changes whenever it is approved; nothing was pressed.'
    )


def _same(one: Element, other: Element) -> bool:
    return (one.name, one.text, one.frame) == (other.name, other.text, other.frame)


def _asked(kind: AskKind, element: Element, seen: Observation, facts: tuple[str, ...], because: str) -> Work[str]:
    what = {"purchase": "This buys something", "security": "This can't be taken back"}[kind]
    says = f" The page says: {'; '.join(facts)}." if facts else ""
    about = f'{what}: the button "{_readable(element.name)}" at {seen.url}, for "{because}".{says}'
    about += f" Without approval {'the form is not sent' if element.submits else 'it is not pressed'}."
    question = f"{about} {APPROVAL_QUESTION}"
    undone = f'"{_readable(element.name)}" was not pressed{", and the form was not sent" if element.submits else ""}.'
    for _ in range(MAX_ANSWERS):
        reply = yield Ask(kind, question, (APPROVE, REJECT), ref=element.ref)
        if isinstance(reply, SettledByHand):
            raise SettledByHandError(question)
        answer = reply.text.strip() if isinstance(reply, Answered) else ""
        if _YES.fullmatch(answer):
            return "yes"
        if _NO.fullmatch(answer):
            raise AgentError(TaskFailureCode.TASK_STOPPED, f'"{because}": rejected; {undone}')
        if _DONE.fullmatch(answer):
            return "done"
        question = f"That is neither a yes nor a no. {about} {APPROVAL_QUESTION}"
    raise AgentError(TaskFailureCode.TASK_STOPPED, f'"{because}": no answer approved it; {undone}')
