"""Uploads as multipart/form-data, written to the data folder as they come in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from webrun_nb.common.codes import ErrorCode
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.services.files import MAX_FILES_PER_UPLOAD, Received, discard

_MAX_FIELDS = 20
_MAX_FIELD_BYTES = 10_000
_MAX_HEADER_BYTES = 8_000
_WRITE_BYTES = 1_000_000
"""Written in one go, in a thread."""


@dataclass
class Form:
    """A form: its files by the name of their field, and its other fields."""

    files: list[tuple[str, Received]] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)

    def named(self, name: str) -> list[Received]:
        """Return the files of a field."""
        return [file for field_, file in self.files if field_ == name]


@asynccontextmanager
async def received_form(request: Request, new_path: Callable[[], Path]) -> AsyncIterator[Form]:
    """Receive a request's form. Files that were not moved away by the end of the block are removed.

    A request without a body has an empty form, so that it is refused as an upload without a file.

    Raises
    ------
    CommandRefusedError
        `INVALID_PARAMETER`: it is no form, or exceeds a limit.
    """
    if "transfer-encoding" not in request.headers and request.headers.get("content-length", "0") == "0":
        yield Form()
        return
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise _bad("send the file as multipart/form-data")
    receiver = _Receiver(boundary, new_path)
    try:
        async for chunk in request.stream():
            receiver.take(chunk)
            if receiver.waiting >= _WRITE_BYTES:
                await asyncio.to_thread(receiver.write)
        await asyncio.to_thread(receiver.write)
        receiver.finish()
        yield receiver.form
    except FormParserError as error:
        raise _bad("the form can't be read: it is cut off, or no multipart/form-data") from error
    except ClientDisconnect as error:
        raise _bad("the upload broke off") from error
    finally:
        await asyncio.to_thread(receiver.clean_up)


class _Receiver:
    """Parses a form's bytes, and writes its files."""

    def __init__(self, boundary: bytes, new_path: Callable[[], Path]) -> None:
        self.form = Form()
        self.waiting = 0
        self._new_path = new_path
        self._unwritten: list[tuple[IO[bytes], bytes]] = []
        self._open: list[IO[bytes]] = []
        self._paths: list[Path] = []
        self._header = [b"", b""]
        self._headers: dict[bytes, bytes] = {}
        self._part: _Part | None = None
        self._complete = False
        callbacks: Any = {
            "on_part_begin": self._part_begins,
            "on_header_field": lambda data, start, end: self._add_header(0, data[start:end]),
            "on_header_value": lambda data, start, end: self._add_header(1, data[start:end]),
            "on_header_end": self._header_ends,
            "on_headers_finished": self._headers_end,
            "on_part_data": self._data,
            "on_part_end": self._part_ends,
            "on_end": self._end,
        }
        self._parser = MultipartParser(boundary, callbacks)

    def take(self, chunk: bytes) -> None:
        """Parse a chunk; the content of files waits for `write`."""
        self._parser.write(chunk)

    def write(self) -> None:
        """Write the content that waits."""
        for file, data in self._unwritten:
            file.write(data)
        self._unwritten.clear()
        self.waiting = 0

    def finish(self) -> None:
        """Check that the form is complete."""
        self._parser.finalize()
        if not self._complete:
            raise _bad("the form breaks off")
        for file in self._open:
            file.close()

    def clean_up(self) -> None:
        """Close open files, and remove those that were not moved away."""
        for file in self._open:
            file.close()
        discard([Received("", path, 0) for path in self._paths])

    def _part_begins(self) -> None:
        self._headers = {}

    def _add_header(self, which: int, data: bytes) -> None:
        self._header[which] += data
        if len(self._header[which]) > _MAX_HEADER_BYTES:
            raise _bad("a header of the form is too long")

    def _header_ends(self) -> None:
        name, value = self._header
        self._headers[name.lower()] = value
        self._header = [b"", b""]
        if len(self._headers) > _MAX_FIELDS:
            raise _bad("a part of the form has too many headers")

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = options.get(b"name", b"").decode(errors="replace")
        if b"filename" not in options:
            if len(self.form.fields) >= _MAX_FIELDS:
                raise _bad("the form has too many fields")
            self._part = _Part(name)
            return
        if len(self._paths) >= MAX_FILES_PER_UPLOAD:
            raise _bad(f"at most {MAX_FILES_PER_UPLOAD} files can be sent at once")
        path = self._new_path()
        self._paths.append(path)
        file = path.open("xb")
        self._open.append(file)
        self._part = _Part(name, options[b"filename"].decode(errors="replace"), path, file)

    def _data(self, data: bytes, start: int, end: int) -> None:
        assert self._part is not None, "headers come first"
        self._part.size += end - start
        if self._part.file is not None:
            self._unwritten.append((self._part.file, data[start:end]))
            self.waiting += end - start
        elif self._part.size > _MAX_FIELD_BYTES:
            raise _bad("a field of the form is too long")
        else:
            self._part.text += data[start:end]

    def _part_ends(self) -> None:
        part, self._part = self._part, None
        assert part is not None, "it began"
        if part.path is not None:
            self.form.files.append((part.name, Received(part.filename, part.path, part.size)))
        else:
            self.form.fields[part.name] = part.text.decode(errors="replace")

    def _end(self) -> None:
        self._complete = True


@dataclass
class _Part:
    name: str
    filename: str = ""
    path: Path | None = None
    file: IO[bytes] | None = None
    size: int = 0
    text: bytes = b""


def _bad(message: str) -> CommandRefusedError:
    return CommandRefusedError(ErrorCode.INVALID_PARAMETER, message, parameter="body")
