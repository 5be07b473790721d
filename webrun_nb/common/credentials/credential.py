"""A user name, password or code in a text. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["username", "email", "password", "new_password", "pin", "otp_code", "token"]
"""`new_password` is one that a text sets or signs up with; it logs nobody in."""

NOT_SECRET: frozenset[Kind] = frozenset({"username", "email"})


@dataclass(frozen=True, slots=True)
class Credential:
    """A user name, password or code in a text; `start` and `end` are the place of its value, without quotes."""

    kind: Kind
    value: str
    start: int
    end: int

    @property
    def is_secret(self) -> bool:
        """False for what may be shown: user names and e-mail addresses."""
        return self.kind not in NOT_SECRET
