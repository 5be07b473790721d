"""The users' accounts: their costs, their limits, and the keys by which users are known."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.domain.account import Account, Limits
from webrun_nb.emulator.domain.clock import Clock, Timer
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.services.session_registry import SessionRegistry


class Accounts:
    """Keeps an account per user, opened with the first call of the user.

    An account belongs to one start of the emulator: it begins with the opening balance and nothing spent, whatever the
    database has of earlier sessions. Nothing is paid here; the price that the hosted service would have charged for a
    session stays in its record.

    Parameters
    ----------
    sessions : SessionRegistry
        The sessions, with their costs.
    clock, limits : Clock, Limits
        For balances, and the time at which they run out.
    """

    def __init__(self, sessions: SessionRegistry, clock: Clock, limits: Limits) -> None:
        self._sessions = sessions
        self._clock = clock
        self._limits = limits
        self._accounts: dict[str, Account] = {}
        self._timers: dict[str, Timer] = {}

    def of(self, user: str) -> Account:
        """Return a user's account."""
        return self._accounts.setdefault(user, Account(self._limits))

    def balance_usd(self, user: str) -> Decimal | None:
        """Return the balance; None where it never runs out."""
        return self.of(user).balance_usd(self.spent_usd(user))

    def spent_usd(self, user: str) -> Decimal:
        """Return what the user's sessions have cost since this emulator was started."""
        return self._sessions.spent_usd(user)

    def admit_work(self, user: str) -> None:
        """Check that the user can pay for new work.

        Raises
        ------
        CommandRefusedError
            `ACCOUNT_DEACTIVATED`, `INSUFFICIENT_BALANCE` or `SPENDING_LIMIT_REACHED`.
        """
        self.of(user).admit_work(self.spent_usd(user))

    def watch(self, user: str) -> None:
        """Schedule the end of the user's sessions for the time at which the balance runs out, as things stand now.

        To be called whenever the account, the costs of its sessions or the rate at which they grow have changed: a
        session or a task starts or ends, or tokens are counted.
        """
        timer = self._timers.pop(user, None)
        if timer is not None:
            timer.cancel()
        if self.of(user).opening_balance_usd is None:
            return
        left_usd = self.balance_usd(user)
        if left_usd is None or not self._sessions.count_open(user):
            return
        usd_per_minute = self._sessions.usd_per_minute(user)
        if left_usd > 0 and not usd_per_minute:
            return  # time is free
        left_ms = float(left_usd / usd_per_minute) * 60_000 if left_usd > 0 else 0.0
        self._timers[user] = self._clock.call_at(self._clock.now() + left_ms, partial(self._end, user))

    def clear(self) -> None:
        """Forget all accounts."""
        self._accounts.clear()

    def _end(self, user: str) -> None:
        for session in self._sessions.open_of(user):
            if not session.ended:
                session.out_of_balance()


_KEY = re.compile(r"(?:wr|enig)_[A-Za-z0-9_-]+")
_USER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_HOW = "a line is: USER KEY [EXPIRES], such as: ann wr_… 2030-12-31"


class KeyFileError(Exception):
    """A file of keys can't be used; the message is one line for people, without any key."""


@dataclass(frozen=True, slots=True)
class Key:
    """An API key with its user, and the time (unix ms) at which it expires."""

    text: str
    user: str
    expires_ms: float | None = None

    def __repr__(self) -> str:
        return f"Key(user={self.user!r})"


class Keys:
    """Finds the users of API keys.

    Parameters
    ----------
    keys : sequence of Key
        The accepted keys; a user may have several.
    now : callable
        Returns unix ms, for keys that expire.
    """

    def __init__(self, keys: Sequence[Key], now: Callable[[], float]) -> None:
        self._keys = [(key.text.encode(), key) for key in keys]
        self._now = now

    def user(self, authorization: str | None) -> str:
        """Return the user of an `Authorization` header; every key is compared, in constant time.

        Raises
        ------
        CommandRefusedError
            `UNAUTHORIZED` without a bearer key, `INVALID_API_KEY` with an unknown one, `API_KEY_EXPIRED`.
        """
        scheme, _, text = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not text.strip():
            raise CommandRefusedError(ErrorCode.UNAUTHORIZED, "API key required")
        given = text.strip().encode()
        matches = [key for known, key in self._keys if hmac.compare_digest(known, given)]
        if not matches:
            raise CommandRefusedError(ErrorCode.INVALID_API_KEY, "Invalid or revoked API key")
        key = matches[0]
        if key.expires_ms is not None and key.expires_ms <= self._now():
            raise CommandRefusedError(ErrorCode.API_KEY_EXPIRED, "this API key has expired")
        return key.user


def read_keys(path: Path) -> list[Key]:
    """Read a file of keys: per line a user, a key, and optionally its expiry (ISO 8601, UTC); # begins a comment.

    Raises
    ------
    KeyFileError
        It can't be read, or a line is invalid.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or "it is not UTF-8 text"
        raise KeyFileError(f"the file of keys {path} can't be read: {why}") from None
    keys: list[Key] = []
    for number, line in enumerate(lines, 1):
        words = line.partition("#")[0].split()
        if words:
            keys.append(_key(words, f"the file of keys {path}, line {number}"))
    if not keys:
        raise KeyFileError(f"the file of keys {path} has none: {_HOW}")
    texts = [key.text for key in keys]
    if len(set(texts)) < len(texts):
        raise KeyFileError(f"the file of keys {path} has a key twice: each belongs to one user")
    return keys


def _key(words: list[str], where: str) -> Key:
    if not 2 <= len(words) <= 3:
        raise KeyFileError(f"{where} has {len(words)} words: {_HOW}")
    user, text, *expires = words
    if not _USER.fullmatch(user):
        raise KeyFileError(f"{where}: a user is named with letters, digits and . _ @ -: {_HOW}")
    if not _KEY.fullmatch(text):
        raise KeyFileError(f"{where}: a key is wr_ or enig_ with letters, digits, _ and - behind it: {_HOW}")
    if not expires:
        return Key(text, user)
    try:
        moment = datetime.fromisoformat(expires[0])
    except ValueError:
        raise KeyFileError(f"{where}: the expiry is not a date or time in ISO 8601: {_HOW}") from None
    return Key(text, user, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def readable_by_others(path: Path) -> bool:
    """Return whether other users of the machine may read a file."""
    return bool(path.stat().st_mode & 0o077)
