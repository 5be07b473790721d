"""The traffic of pages: what they ask the network for, and what they are answered; kept, or played instead of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class WhyMissing(StrEnum):
    """The reasons for which an answer is not kept, in words for people."""

    WEB_SOCKET = "WebSockets are not kept"
    SAVED_LINK = "a file that a link saves by itself (attribute download) is not kept"
    FULL = "there was no room for it"
    SECRET = "its content is no text and holds a secret"
    DROPPED = "the browser had dropped its content"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request of a page, and its answer."""

    method: str
    url: str
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    """The headers of the answer, cookies left out; names in lower case."""
    body: bytes | None = None
    """The content of the answer; None if the browser did not keep it."""


class Traffic(Protocol):
    """Takes or gives the traffic of one task. Called on the event loop; must not block."""

    @property
    def is_played(self) -> bool:
        """True if pages are answered from it, and nothing reaches the network; False if it takes the answers."""

    def keep(self, exchange: Exchange) -> None:
        """Take an exchange."""

    def leave_out(self, method: str, url: str, why: WhyMissing) -> None:
        """Take note of an answer that can't be kept, or is asked for and can't be played."""

    def answer(self, method: str, url: str) -> Exchange | None:
        """Return the answer to a request; None if it has none."""

    def why_missing(self, method: str, url: str) -> WhyMissing | None:
        """Return the reason for which an answer was not kept; None if it is not known."""
