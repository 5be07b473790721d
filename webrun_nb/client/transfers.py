"""Uploads files to the server, and downloads what its answers link to."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import httpx

from webrun_nb.client.errors import ConnectionLostError, RequestError, refusal
from webrun_nb.client.transport import CONNECT_TIMEOUT_S, ApiTransport, Read, T
from webrun_nb.client.urls import is_local
from webrun_nb.common.codes import ErrorCode

TRANSFER_TIMEOUT_S = 120.0
"""The timeout for each piece, and for the server's work on a whole upload."""


class Transfers:
    """Uploads and downloads.

    Parameters
    ----------
    http : ApiTransport
        The server's calls.
    """

    def __init__(self, http: ApiTransport) -> None:
        self._http = http

    async def upload(
        self,
        read: Read[T],
        path: str,
        field: str,
        files: Sequence[Path],
        fields: Mapping[str, str] | None = None,
    ) -> T:
        """Send files as a form.

        Raises
        ------
        RequestError
            `FILE_NOT_FOUND`: one can't be read; else what the server refuses.
        """
        with contextlib.ExitStack() as stack:
            parts = []
            for file in files:
                try:
                    parts.append((field, (file.name, stack.enter_context(file.open("rb")))))
                except OSError as error:
                    raise _unusable(f"{file} can't be read: {error.strerror}") from error
            return await self._http.send_form(read, path, parts, fields or {}, TRANSFER_TIMEOUT_S)

    async def save(self, url: str, to: Path, name: str) -> Path:
        """Download a URL of a result or an answer to a file; return its path. It is saved as a whole, or not at all.

        Parameters
        ----------
        url : str
            Signed, or the server's own.
        to : Path
            A file, or a folder that it goes into.
        name : str
            The file's name there.

        Raises
        ------
        RequestError
            The URL can't be downloaded (any more), or the file can't be written.
        """
        target = await asyncio.to_thread(_target, to, name)
        beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            with beside.open("xb") as file:
                await self.fetch(url, file)
            await asyncio.to_thread(os.replace, beside, target)
        except OSError as error:
            raise refusal(400, ErrorCode.INVALID_PARAMETER, f"{target} can't be written: {error.strerror}") from error
        finally:
            beside.unlink(missing_ok=True)
        return target

    async def fetch(self, url: str, into: IO[bytes]) -> None:
        """Download a URL into an open file.

        Raises
        ------
        RequestError
            The URL can't be downloaded (any more).
        """
        async with self._opened(url) as answer:
            async for piece in answer.aiter_bytes():
                into.write(piece)

    async def size(self, url: str) -> int | None:
        """Return the size of a URL's content in bytes, as its server states it, else None. Downloads nothing.

        Raises
        ------
        RequestError
            The URL can't be downloaded (any more).
        """
        async with self._opened(url) as answer:
            stated = "" if "content-encoding" in answer.headers else answer.headers.get("content-length", "")
            return int(stated) if stated.isascii() and stated.isdecimal() else None

    @contextlib.asynccontextmanager
    async def _opened(self, url: str) -> AsyncIterator[httpx.Response]:
        base_url = self._http.base_url
        if self._http.is_local and is_local(url):  # an emulator of the past may have had another port
            parts = urlsplit(url)
            url = f"{base_url}{parts.path}?{parts.query}"
        elif urlsplit(url).scheme not in ("http", "https"):
            raise refusal(400, ErrorCode.INVALID_PARAMETER, "the file's URL can't be downloaded")
        # no key is sent: a signed URL needs none, and it may be another server's
        timeout = httpx.Timeout(TRANSFER_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
        async with httpx.AsyncClient(timeout=timeout, trust_env=not self._http.is_local) as client:
            try:
                async with client.stream("GET", url, follow_redirects=not self._http.is_local) as answer:
                    if not answer.is_success:
                        await answer.aread()
                        raise self._http.error_from_response(answer)
                    yield answer
            except httpx.HTTPError as error:
                raise ConnectionLostError(
                    f"{urlsplit(url).hostname} can't be reached, or closed the connection"
                ) from error


def existing_files(given: str | Path | Sequence[str | Path]) -> list[Path]:
    """Return the paths of files on this machine, of one or of several.

    Raises
    ------
    RequestError
        `FILE_NOT_FOUND`: there is none, or it is a folder.
    """
    several = [given] if isinstance(given, str | Path) else given
    paths = [Path(each).expanduser() for each in several]
    for path in paths:
        if path.is_dir():
            raise _unusable(f"{path} is a folder, not a file")
        if not path.is_file():
            raise _unusable(f"there is no file {path}")
    return paths


def _target(to: Path, name: str) -> Path:
    to = to.expanduser()
    return to / name if to.is_dir() else to


def _unusable(message: str) -> RequestError:
    return RequestError(message, code=ErrorCode.FILE_NOT_FOUND, hint="check the path; it is read on this machine")
