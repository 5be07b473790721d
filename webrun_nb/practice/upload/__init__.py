"""`practice:upload`: a page that takes files and says what it got: name, size, SHA-256, the first rows of a CSV."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from itertools import islice
from pathlib import Path

from webrun_nb.practice import posted
from webrun_nb.practice.base import Request, Response
from webrun_nb.practice.site import Site

__all__ = ["Upload"]

_ROWS = 5
_COLUMNS = 8
_CELL = 80


def first_rows(upload: posted.Upload) -> list[list[str]]:
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
    """A page that takes files and keeps none."""

    name = "Parcel Post"
    about = "A practice upload page that comes with webrun_nb. It looks at a file, says what it saw, and forgets it."

    def __init__(self) -> None:
        self._counted: Counter[str] = Counter()
        super().__init__(Path(__file__).parent, lambda: self._counted)
        self.router.add("/", GET=self._form, POST=self._take)

    def _form(self, request: Request) -> Response:
        return self.page(request, "form.html", typed={}, problems={})

    def _take(self, request: Request) -> Response:
        form = posted.read(request)
        uploads = [upload for upload in form.files.get("file", ()) if upload.name]
        if not uploads:
            problems = {"file": "Choose a file."}
            return self.page(request, "form.html", status=422, typed={"note": form.first("note")}, problems=problems)
        self._counted["uploads"] += len(uploads)
        files = [
            {
                "name": upload.name,
                "size": len(upload.content),
                "sha256": hashlib.sha256(upload.content).hexdigest(),
                "rows": first_rows(upload),
            }
            for upload in uploads
        ]
        return self.page(request, "taken.html", files=files, note=form.first("note"))
