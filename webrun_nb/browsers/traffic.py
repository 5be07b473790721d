"""The traffic of pages: what they ask the network for, and what they are answered; kept, or played instead of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


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

    def answer(self, method: str, url: str) -> Exchange | None:
        """Return the answer to a request; None if it has none."""
