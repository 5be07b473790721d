"""What is known of an action when it is decided on: the categories it falls into, its target, and its page."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Literal

from webrun_nb.emulator.domain.policy.model import Category, Permission

MAX_PAGE_TEXT = 20_000
"""Characters of a page's visible text that rules look at."""


def readable(text: str) -> str:
    """Return a text as people read it: what looks the same becomes the same, what can't be seen goes, spaces collapse.

    Pages are hostile: a full-width letter or an invisible one within "Delete" must not get round a rule about it.
    """
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class SearchText:
    """A text that keywords and regular expressions are looked for in; made once, however many rules there are."""

    text: str
    folded: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", readable(self.text))
        object.__setattr__(self, "folded", self.text.casefold())


NOTHING = SearchText("")


@dataclass(frozen=True, slots=True)
class Page:
    """Where an action is done: address, title, visible text."""

    url: str
    title: str
    seen: SearchText
    """All three, for rules that look at the page."""

    @classmethod
    def of(cls, url: str, title: str, text: str, frame: str = "") -> Page:
        """Make the page of its parts, and of what the frame says that the action is in, where it is in one."""
        return cls(url, title, SearchText(f"{url}\n{title}\n{text[:MAX_PAGE_TEXT]}\n{frame[: 2 * MAX_PAGE_TEXT]}"))


@dataclass(frozen=True, slots=True)
class ActionFact:
    """One category that an action falls into: a click on a link is a Click, and a Navigation to where it leads."""

    category: Category
    target: SearchText = NOTHING
    """What the page calls that which is acted on; never what is typed."""
    url: str | None = None
    """Where a Navigation leads, as far as is known."""


@dataclass(frozen=True, slots=True)
class ActionFacts:
    """All that a decision rests on; kept with a recorded step, so that another policy can be asked about it later."""

    name: str
    """The action's own name: `click`, `navigateUrl`, …"""
    target: str
    """What it is done to, for people."""
    categories: tuple[ActionFact, ...]
    page: Page


Response = Literal["approved", "rejected", "took over", "unanswered", "by hand"]
"""What became of a guardrail. `by hand`: a person who had taken over did it, which is an approval."""
Actor = Literal["agent", "user"]


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One decision. Nothing that was typed is in it."""

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
    response: Response | None = None
