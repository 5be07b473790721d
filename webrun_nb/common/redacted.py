"""Secrets in the toolkit: values that no repr, format, pickle or traceback shows, and what is sent of them."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

SHOWN = "***"
"""What is shown in a secret's place, here and by the service."""


class Secret:
    """One secret value. It shows as `***` wherever it is shown; `reveal()` is the only way to it.

    It can't be pickled, and so not be kept by `%store`, sent to a worker or written into a cache.

    Parameters
    ----------
    value : str
        The secret.
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
        raise TypeError("a Secret can't be pickled: look it up where it is needed")


@dataclass(frozen=True, slots=True)
class HostSecret:
    """The secrets for the hosts that `match` (contract, section 6): `github.com`, `*.example.com`, or `all`."""

    match: str
    fields: tuple[tuple[str, Secret], ...]
    """Names and values, sorted by name."""


class RedactedStr(str):
    """Text that goes to the service as it is, and that tracebacks and other reprs show as `***`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return SHOWN


class _HiddenList(list[Any]):
    """A part of a request's body that tracebacks and other reprs show as `***`."""

    def __repr__(self) -> str:
        return SHOWN


def secrets_to_wire(secrets: Sequence[HostSecret]) -> list[dict[str, Any]]:
    """Return the request's `secrets`; a repr of it, or of what it is put in, shows none of the values."""
    return _HiddenList(
        {"match": secret.match, "fields": {name: RedactedStr(value.reveal()) for name, value in secret.fields}}
        for secret in secrets
    )
