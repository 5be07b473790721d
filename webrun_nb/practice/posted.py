"""What a form sent: fields, and files where it may send them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, FormParser, parse_options_header

from webrun_nb.practice.base import Request

MAX_FIELDS = 200
_IN_MEMORY_BYTES = 100_000_000
"""More than any request may have: nothing that was sent is ever written to a disk."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent. `name` is as the browser gave it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Posted:
    """A form's fields and files."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, Sequence[Upload]] = field(default_factory=dict)

    def first(self, name: str) -> str:
        """Give the first value of a field, without the space around it; an absent field is `""`."""
        values = self.fields.get(name, ())
        return values[0].strip() if values else ""

    def __contains__(self, name: str) -> bool:
        """Whether the form has a field of this name."""
        return name in self.fields


def read(request: Request) -> Posted:
    """Read the form in a request's body; what is no form is an empty one."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind == b"application/x-www-form-urlencoded":
        return _urlencoded(request.body)
    if kind == b"multipart/form-data" and options.get(b"boundary"):
        return _multipart(request.body, options[b"boundary"])
    return Posted()


def _urlencoded(body: bytes) -> Posted:
    try:
        return Posted(parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:  # not UTF-8, or more fields than any form here has
        return Posted()


def _multipart(body: bytes, boundary: bytes) -> Posted:
    fields: dict[str, list[str]] = {}
    files: dict[str, list[Upload]] = {}

    def on_field(sent: Field) -> None:
        fields.setdefault(_text(sent.field_name), []).append(_text(sent.value))

    def on_file(sent: File) -> None:
        assert isinstance(sent.file_object, io.BytesIO)
        files.setdefault(_text(sent.field_name), []).append(Upload(_text(sent.file_name), sent.file_object.getvalue()))

    parser = FormParser(
        "multipart/form-data",
        on_field,
        on_file,
        boundary=boundary,
        config={"MAX_MEMORY_FILE_SIZE": _IN_MEMORY_BYTES},
    )
    try:
        parser.write(body)
        parser.finalize()
    except FormParserError:
        return Posted()
    return Posted(fields, files)


def _text(value: bytes | None) -> str:
    return (value or b"").decode(errors="replace")
