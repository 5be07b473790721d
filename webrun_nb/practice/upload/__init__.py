"""`practice:upload`: a page that accepts files and shows their name, size, SHA-256, and the first rows of a CSV."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from itertools import islice
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from webrun_nb.practice.server import Site, UploadedFile, first_value, read_form, route

__all__ = ["create"]

_ROWS = 5
_COLUMNS = 8
_CELL = 80


def first_rows(upload: UploadedFile) -> list[list[str]]:
    """Read the first rows of a CSV file; anything else has none."""
    if not upload.name.lower().endswith(".csv"):
        return []
    try:
        lines = io.StringIO(upload.content.decode("utf-8-sig"), newline="")
        rows = list(islice(csv.reader(lines), _ROWS + 1))
    except (UnicodeDecodeError, csv.Error):
        return []
    return [[cell[:_CELL] for cell in row[:_COLUMNS]] for row in rows]


class Upload(Site):
    """The upload page; it keeps no file."""

    name = "Parcel Post"
    about = "A practice upload page that comes with webrun_nb. It looks at a file, says what it saw, and forgets it."

    def __init__(self) -> None:
        self._counted: Counter[str] = Counter()
        routes = [route("/", GET=self._form, POST=self._receive)]
        super().__init__(Path(__file__).parent, routes, lambda: self._counted)

    async def _form(self, request: Request) -> Response:
        return self.page(request, "form.html", typed={}, problems={})

    async def _receive(self, request: Request) -> Response:
        form = await read_form(request)
        uploads = [each for each in form.getlist("file") if isinstance(each, UploadedFile) and each.name]
        if not uploads:
            typed, problems = {"note": first_value(form, "note")}, {"file": "Choose a file."}
            return self.page(request, "form.html", status=422, typed=typed, problems=problems)
        self._counted["uploads"] += len(uploads)
        files = [_describe(upload) for upload in uploads]
        return self.page(request, "received.html", files=files, note=first_value(form, "note"))


def _describe(upload: UploadedFile) -> dict[str, object]:
    digest = hashlib.sha256(upload.content).hexdigest()
    return {"name": upload.name, "size": len(upload.content), "sha256": digest, "rows": first_rows(upload)}


def create() -> Upload:
    """Create the site, with nothing done on it yet."""
    return Upload()
