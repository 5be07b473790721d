"""Signed URLs: a caller who has one may fetch its resource without a key, until it expires."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from urllib.parse import quote, urlencode

from webrun_nb.emulator.domain.clock import Clock

_KEY_FILE = "signing.key"
_KEY_BYTES = 32


class Signer:
    """Signs and verifies URL paths of this server.

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
        if not hmac.compare_digest(self._signature(path, expires).encode(), signature.encode(errors="replace")):
            return False
        return not expires or self._clock.now() < int(expires)

    def _signature(self, path: str, expires: str) -> str:
        signed = f"{path}\n{expires}".encode(errors="replace")
        return hmac.new(self._key, signed, hashlib.sha256).hexdigest()


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
