"""Signed URLs: a caller who has one may use its resource without a key, and nothing else."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from urllib.parse import quote, urlencode

from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.session import Session

_KEY_FILE = "signing.key"
_KEY_BYTES = 32
_VIEW = "view"
"""The purpose of the tokens of live views."""


class Signer:
    """Signs and verifies URL paths of this server, and tokens.

    Parameters
    ----------
    key : bytes
        Shared by the emulators of one data folder.
    clock : Clock
        For expiry.
    base_url : str
        This server's address.
    """

    def __init__(self, key: bytes, clock: Clock, base_url: str) -> None:
        self._key = key
        self._clock = clock
        self._base_url = base_url

    def url(self, path: str, good_for_ms: float | None = None) -> str:
        """Return the signed URL of a path (unquoted); without a time it never expires."""
        until = "" if good_for_ms is None else str(round(self._clock.now() + good_for_ms))
        query = {"signature": self._signature(path, until), **({"expires": until} if until else {})}
        return f"{self._base_url}{quote(path)}?{urlencode(query)}"

    def verify(self, path: str, signature: str, expires: str) -> bool:
        """Return whether a signature is valid for this path and has not expired; compared in constant time."""
        if not self._matches(signature, path, expires):
            return False
        return not expires or self._clock.now() < int(expires)

    def token(self, purpose: str, subject: str) -> str:
        """Return the token for a purpose (a word) and a subject; it never expires by itself."""
        return self._signature(purpose, subject)

    def verify_token(self, token: str, purpose: str, subject: str) -> bool:
        """Return whether a token is the one for this purpose and subject; compared in constant time."""
        return self._matches(token, purpose, subject)

    def _matches(self, signature: str, what: str, detail: str) -> bool:
        return hmac.compare_digest(self._signature(what, detail).encode(), signature.encode(errors="replace"))

    def _signature(self, what: str, detail: str) -> str:
        """Sign a path and its expiry, or a purpose and its subject; a path begins with a slash, a purpose does not."""
        signed = f"{what}\n{detail}".encode(errors="replace")
        return hmac.new(self._key, signed, hashlib.sha256).hexdigest()


class WebViewLinks:
    """Makes the addresses of the web pages that show sessions live, and verifies the tokens in them.

    A token opens the live view of one session, input included, until the session has ended, and nothing else. It is in
    the address's fragment, which browsers send to no server, so that it can't be in a log or in a `Referer` header.

    Parameters
    ----------
    signer : Signer
        Makes the tokens.
    """

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def url(self, session: Session, base_url: str) -> str | None:
        """Return the address of a session's page on this server; None once the session has ended."""
        if session.ended:
            return None
        token = self._signer.token(_VIEW, _subject(session.id, session.created_ms))
        return f"{base_url}/view/{session.id}#token={token}"

    def verify(self, token: str, session_id: str, created_ms: float) -> bool:
        """Return whether a token is that of a session; its caller has to check that the session has not ended."""
        return self._signer.verify_token(token, _VIEW, _subject(session_id, created_ms))


def _subject(session_id: str, created_ms: float) -> str:
    """Return the subject of a session's token: with the option `--seed`, ids are given out again after a restart."""
    return f"{session_id} {round(created_ms)}"


def signing_key(folder: Path) -> bytes:
    """Return the data folder's key; it is created where it is missing."""
    path = folder / _KEY_FILE
    if not path.exists():
        fresh = folder / f"{_KEY_FILE}.{secrets.token_hex(8)}"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)  # unlike a rename, it does not replace one that another emulator has created
        fresh.unlink()
    return path.read_bytes()
