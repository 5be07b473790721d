"""Secret values that no `repr`, format, pickle or traceback shows, and their form in requests."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

SHOWN = "***"
"""The text that is displayed in the place of a secret, by the toolkit and by the service."""


class Secret:
    """A secret value, displayed as `***`. Only `reveal()` returns the value.

    A `Secret` cannot be pickled, and therefore not be kept by `%store`, sent to a worker or written to a cache.

    Parameters
    ----------
    value : str
        The secret.

    Examples
    --------
    >>> password = Secret("correct horse")
    >>> print(password, [password])
    *** [***]
    """

    __slots__ = ("_reveal",)

    def __init__(self, value: str) -> None:
        self._reveal: Callable[[], str] = lambda: (
            value
        )  # a closure: debuggers and `vars()` show a function, not the value

    def reveal(self) -> str:
        """Return the value."""
        return self._reveal()

    def __repr__(self) -> str:
        return SHOWN

    def __format__(self, spec: str) -> str:
        return SHOWN

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.reveal().encode(), other.reveal().encode())

    def __hash__(self) -> int:
        return hash((Secret, self.reveal()))

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled: look it up where it is needed")


@dataclass(frozen=True, slots=True)
class HostSecret:
    """The fields of a secret for matching hosts (contract, section 6): `github.com`, `*.example.com` or `all`."""

    match: str
    fields: tuple[tuple[str, Secret], ...]
    """Pairs of name and value, sorted by name."""


class RedactedStr(str):
    """A string that is sent unchanged, and that tracebacks and other reprs show as `***`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return SHOWN


class _HiddenList(list[Any]):
    """A part of a request body that tracebacks and other reprs show as `***`."""

    def __repr__(self) -> str:
        return SHOWN


def secrets_to_wire(secrets: Sequence[HostSecret]) -> list[dict[str, Any]]:
    """Return the value of a request's `secrets`. Its repr, and that of an object that contains it, shows no secret."""
    return _HiddenList(
        {"match": secret.match, "fields": {name: RedactedStr(value.reveal()) for name, value in secret.fields}}
        for secret in secrets
    )
