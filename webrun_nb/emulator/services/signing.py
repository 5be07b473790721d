"""Signed URLs: a caller who has one may use its resource without a key, and nothing else."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from urllib.parse import quote, urlencode

from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.domain.clock import Clock
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.session import Session
from webrun_nb.emulator.services.session_registry import SessionRegistry

_KEY_FILE = "signing.key"
_KEY_BYTES = 32
VIEW_PATH = "/view/live"
"""The path of the page that shows a session live."""
_VIEW = "view"
_VIEW_ID = "view id"
"""The purposes of the tokens of live views."""
_VIEW_ID_LENGTH = 24


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
    """Makes the addresses of the web pages that show sessions live, and finds the sessions of the tokens in them.

    A token opens the live view of one session, input included, until the session has ended, and nothing else: it does
    not tell the session's id, with which a program could listen and send tasks. It is in the address's fragment, which
    browsers send to no server, so that it can't be in a log or in a `Referer` header.

    Parameters
    ----------
    signer : Signer
        Makes the tokens.
    sessions : SessionRegistry
        The open sessions.
    """

    def __init__(self, signer: Signer, sessions: SessionRegistry) -> None:
        self._signer = signer
        self._sessions = sessions

    def url(self, session: Session, base_url: str) -> str | None:
        """Return the address of a session's page on this server; None once the session has ended."""
        if session.ended:
            return None
        view_id = self._view_id(session)
        return f"{base_url}{VIEW_PATH}#token={view_id}{self._signer.token(_VIEW, view_id)}"

    def session_of(self, token: str) -> Session:
        """Return the open session that a token is for.

        Raises
        ------
        CommandRefusedError
            `UNAUTHORIZED`: it is no token of this server; `SESSION_NOT_FOUND`: its session has ended.
        """
        view_id, signature = token[:_VIEW_ID_LENGTH], token[_VIEW_ID_LENGTH:]
        if not self._signer.verify_token(signature, _VIEW, view_id):
            raise CommandRefusedError(ErrorCode.UNAUTHORIZED, "this is not the token of a live view")
        for session in self._sessions.sessions():
            if not session.ended and self._view_id(session) == view_id:
                return session
        raise CommandRefusedError(ErrorCode.SESSION_NOT_FOUND, "the session has ended")

    def _view_id(self, session: Session) -> str:
        """Return the id of a session's view, which does not tell the session's own.

        It depends on the time at which the session was created: with the option `--seed`, ids are given out again.
        """
        return self._signer.token(_VIEW_ID, f"{session.id} {round(session.created_ms)}")[:_VIEW_ID_LENGTH]


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
