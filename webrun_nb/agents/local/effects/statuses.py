"""The HTTP statuses of the pages that a task comes to. Pure.

A page that answered 400 or above is an error: nothing is read from it and nothing is done on it, unless the task
expects that status.
"""

from __future__ import annotations

from http import HTTPStatus

from webrun_nb.agents.base import AgentError
from webrun_nb.common.codes import TaskFailureCode

LOWEST_ERROR = 400


def answered(url: str, status: int) -> str:
    """Say what a page answered: `https://… answered HTTP 404 (Not Found)`."""
    try:
        name = f" ({HTTPStatus(status).phrase})"
    except ValueError:
        name = ""
    return f"{url} answered HTTP {status}{name}"


class Statuses:
    """The statuses of one task's pages.

    Parameters
    ----------
    expected : frozenset of int
        Statuses that are no error. Where there are any, at least one page has to have one of them.
    """

    def __init__(self, expected: frozenset[int]) -> None:
        self.expected = expected
        self.error_page: tuple[str, int] | None = None
        """The open page and its status, where that is an error."""
        self._latest: tuple[str, int] | None = None
        self._met = not expected

    @property
    def error_words(self) -> str:
        """The open page's status, such as ` (HTTP 404)`, where it is an error, also one that the task expects."""
        status = None if self._latest is None else self._latest[1]
        return f" (HTTP {status})" if status is not None and status >= LOWEST_ERROR else ""

    def see(self, url: str, status: int | None) -> None:
        """Take note of the open page; `status` is None where it came without one."""
        self._latest = None if status is None else (url, status)
        self._met = self._met or status in self.expected
        is_error = status is not None and status >= LOWEST_ERROR and status not in self.expected
        self.error_page = self._latest if is_error else None

    def refuse(self, what: str) -> None:
        """Refuse to go on with an error page.

        Parameters
        ----------
        what : str
            What was not done: `read from it`, `done on it`.

        Raises
        ------
        AgentError
            `NAVIGATION_FAILED`; the details have `status` and `url`.
        """
        if self.error_page is not None:
            url, status = self.error_page
            message = f"{answered(url, status)}: nothing was {what}"
            raise AgentError(TaskFailureCode.NAVIGATION_FAILED, message, {"status": status, "url": url})

    def check_expected(self) -> None:
        """Make sure that a page had a status that the task expects.

        Raises
        ------
        AgentError
            `NAVIGATION_FAILED`: none had; the details have `expected`, and `status` and `url` of the latest page.
        """
        if self._met:
            return
        expected = sorted(self.expected)
        message = f"the task expects the status {_ranges(expected)}, and no page had it"
        details: dict[str, object] = {"expected": expected}
        if self._latest is not None:
            url, status = self._latest
            message += f"; {answered(url, status)}"
            details |= {"status": status, "url": url}
        raise AgentError(TaskFailureCode.NAVIGATION_FAILED, message, details)


def _ranges(statuses: list[int]) -> str:
    """Write numbers in ascending order as people do: `404`, `400 to 499 or 503`."""
    runs: list[list[int]] = []
    for status in statuses:
        if runs and status == runs[-1][-1] + 1:
            runs[-1].append(status)
        else:
            runs.append([status])
    return " or ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
