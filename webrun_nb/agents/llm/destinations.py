"""The hosts that a task may reach without asking: the site that it starts at, and those in the user's own words.

What a page says never adds a host, so that a model which obeys a page carries nothing from one site to another.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import TypeVar
from urllib.parse import unquote

from webrun_nb.agents.base import AgentError, Answered, Ask, Reply, SettledByHand, SettledByHandError, Step, TaskSpec
from webrun_nb.agents.local.approval import APPROVE, REJECT
from webrun_nb.browsers.actions import Action, ElementTarget
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.hosts import host_of, hosts_in, unicode_host, within
from webrun_nb.common.text import shortened

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]

_NO_PAGES = ("javascript:", "mailto:", "tel:")
_INNER_URL = re.compile(r"https?:/{1,2}[^\s&#\"'<>]+", re.I)
_MOST_ENCODINGS = 3
_BLANK = ("about:blank", "")


class Destinations:
    """The hosts that a task may reach.

    Parameters
    ----------
    brief : TaskSpec
        The task: its starting URL and its words.
    """

    def __init__(self, brief: TaskSpec) -> None:
        own = host_of(brief.starting_url) if brief.starting_url else None
        named = {own} if own else set()
        self._allowed = frozenset(host.removeprefix("www.") for host in named | hosts_in(brief.instruction))
        self._refused: set[str] = set()
        self._has_start = own is not None

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that may be reached by now, with their subdomains."""
        return self._allowed

    def start_at(self, url: str) -> None:
        """Take the page that is open when the task begins as its site, where the task names no starting page."""
        if not self._has_start and (host := host_of(url)) is not None:
            self._allowed |= {host.removeprefix("www.")}
        self._has_start = True

    def is_allowed(self, url: str) -> bool:
        """Return whether a URL is on a host that may be reached; pages of the browser itself are."""
        if url in _BLANK:
            return True
        host = host_of(url)
        return host is not None and within(host, self._allowed)

    def approved(self, url: str, page: str) -> Work[bool]:
        """Ask a person whether to reach the host of a URL, where that is not known yet; return whether it may be.

        Raises
        ------
        SettledByHandError
            The person took over instead.
        """
        host = host_of(url)
        if self.is_allowed(url):
            return True
        if host is None or host in self._refused:
            return False
        question = (
            f"The task leads to {unicode_host(host)}, from {shortened(page, 200)}. It did not start at that site, and "
            "its text does not name it. May it go there, and tell it what it was told on other sites?"
        )
        reply = yield Ask("security", question, (APPROVE, REJECT))
        if isinstance(reply, SettledByHand):
            raise SettledByHandError(question)
        if isinstance(reply, Answered) and reply.text.strip().casefold() in (APPROVE, "approved", "yes", "y", "ok"):
            self._allowed |= {host}
            return True
        self._refused.add(host)
        return False


def targets_of(action: Action, seen: Observation) -> list[str]:
    """Return the URLs that an action can lead to, as the page tells them before it is done.

    Those are an address that is opened, that of a link, that of a form of another origin, that of the frame of another
    document that is given something, and the addresses that these hold.
    """
    if action.destination is not None:
        return [action.destination, *_within_url(action.destination)]
    aimed_at = action.aimed_at
    element = seen.control_at(aimed_at.ref) if isinstance(aimed_at, ElementTarget) else _focused(seen)
    if element is None:
        return []
    urls = [] if element.frame == 0 else [seen.frames[element.frame - 1].url]
    if action.clicks or action.pressed_key:
        urls += [url for url in (element.href, element.form_url) if url]
    return [each for url in urls if not url.startswith(_NO_PAGES) for each in (url, *_within_url(url))]


def _within_url(url: str) -> list[str]:
    """Return the addresses that a URL holds, as those of redirects do: they are where it leads to."""
    decoded = url
    for _ in range(_MOST_ENCODINGS):
        decoded = unquote(decoded)
    return [found[0] for found in _INNER_URL.finditer(decoded, 1)]


def _focused(seen: Observation) -> Element | None:
    return next((element for element in seen.all_elements if element.focused), None)


def elsewhere(url: str) -> AgentError:
    """Return why a task ends whose page went to a host that a person refused."""
    return AgentError(
        TaskFailureCode.TASK_STOPPED, f"The page went on to {shortened(url, 200)}, which was not approved."
    )
