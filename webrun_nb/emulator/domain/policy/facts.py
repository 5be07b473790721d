"""The facts about an action that a policy decides by: its categories, its target, and its page."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from webrun_nb.common.policy_terms import ActionCategory, Actor, GuardrailResponse, Permission

MAX_PAGE_TEXT = 20_000
"""Characters of a page's visible text that rules look at."""


def readable(text: str) -> str:
    """Return a text normalized: lookalike characters unified, invisible ones removed, white space collapsed.

    Pages are hostile: a full-width letter or an invisible one within "Delete" must not get round a rule about it.
    """
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class SearchText:
    """A normalized text in which keywords and regular expressions are searched for."""

    text: str
    folded: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", readable(self.text))
        object.__setattr__(self, "folded", self.text.casefold())


NOTHING = SearchText("")


@dataclass(frozen=True, slots=True)
class Page:
    """The page that an action is performed on: address, title, visible text."""

    url: str
    title: str
    seen: SearchText
    """Address, title and visible text together, for rules with the scope "page"."""

    @classmethod
    def of(cls, url: str, title: str, text: str, frame: str = "") -> Page:
        """Make a page from its parts, and from the text of the frame in which the action is performed."""
        return cls(url, title, SearchText(f"{url}\n{title}\n{text[:MAX_PAGE_TEXT]}\n{frame[: 2 * MAX_PAGE_TEXT]}"))


@dataclass(frozen=True, slots=True)
class ActionFact:
    """One category of an action, such as Navigation for a click on a link (which is a Click, too)."""

    category: ActionCategory
    target: SearchText = NOTHING
    """The texts by which the page names the target; never the text that is typed."""
    url: str | None = None
    """The address that a Navigation leads to, as far as is known."""


@dataclass(frozen=True, slots=True)
class ActionFacts:
    """All facts that a decision rests on; kept with the recorded step, to test other policies with."""

    name: str
    """The action's own name: `click`, `navigateUrl`, …"""
    target: str
    """The name of its target, for people."""
    categories: tuple[ActionFact, ...]
    page: Page


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One decision in the audit trail, or the response to one. It holds no text that was typed."""

    at_ms: float
    owner: str
    session_id: str
    task_id: str | None
    policy_id: str
    action: str
    target: str
    by: Actor
    decision: Permission
    rule: str | None
    response: GuardrailResponse | None = None
    """None in the entry of a decision; the entry of a response repeats the other fields of its decision."""
