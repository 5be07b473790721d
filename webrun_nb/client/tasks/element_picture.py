"""The picture of a page with the element outlined that a value was read from."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from webrun_nb.client.errors import RequestError
from webrun_nb.common.codes import ErrorCode
from webrun_nb.wire.report import ReportBody, ReportedValue

_HOW = "run the task again in a session with pictures=True (`%webrun start --pictures`), if its policy allows them"
_AROUND_PX = 180
"""CSS px of the page that are shown above and below an element."""
_TALLEST_PX = 700
_MARGIN_PX = 3


@dataclass(frozen=True)
class ElementPicture:
    """A part of a page as it was read, one value's element outlined; a notebook shows it as a cell's last line."""

    row: int
    column: str
    url: str
    text: str
    """The text of the element."""
    box: tuple[int, int, int, int]
    """Its x, y, width and height in CSS px from the top left of the page."""
    width_px: int
    """The width of the pictured part of the page, in CSS px."""
    height_px: int
    jpeg: bytes = field(repr=False)
    """The whole picture, without the outline."""

    def save(self, path: str | Path) -> Path:
        """Write the picture with the outline to an SVG file, and return where it is."""
        target = Path(path)
        target.write_text(self._svg(), encoding="utf-8")
        return target

    def _repr_html_(self) -> str:
        """Return the part of the page around the element, and where it is."""
        where = f"row {self.row}, {escape(self.column)}: {escape(self.text)} · {escape(self.url)}"
        return f'<figure style="margin:0">{self._svg()}<figcaption>{where}</figcaption></figure>'

    def _svg(self) -> str:
        x, y, width, height = self.box
        top = max(0, y - _AROUND_PX)
        shown = min(self.height_px - top, min(height, _TALLEST_PX - 2 * _AROUND_PX) + 2 * _AROUND_PX)
        image = base64.b64encode(self.jpeg).decode()
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 {top} {self.width_px} {shown}" role="img" '
            f'style="width:100%;max-width:{self.width_px}px" aria-label="{escape(self.text)}">'
            f'<image href="data:image/jpeg;base64,{image}" width="{self.width_px}" height="{self.height_px}" '
            'preserveAspectRatio="none"/>'
            f'<rect x="{x - _MARGIN_PX}" y="{y - _MARGIN_PX}" width="{width + 2 * _MARGIN_PX}" '
            f'height="{height + 2 * _MARGIN_PX}" fill="none" stroke="#d1242f" stroke-width="3"/></svg>'
        )


def find_value(report: ReportBody, row: int, column: str) -> ReportedValue:
    """Return the source of one value.

    Raises
    ------
    RequestError
        `INVALID_PARAMETER`: the report has none of it.
    """
    for value in report.values:
        if (value.row, value.column) == (row, column):
            return value
    known = ", ".join(dict.fromkeys(value.column for value in report.values))
    hint = f"the columns are {known}; rows count from 0" if known else "the answer has no values that it was read from"
    message = f"the answer has no value in row {row}, column {column!r}"
    raise RequestError(message, code=ErrorCode.INVALID_PARAMETER, hint=hint)


def outlined(report: ReportBody, value: ReportedValue, fetch: Callable[[int], bytes]) -> ElementPicture:
    """Return the picture of a page with the element of one value outlined.

    Parameters
    ----------
    report : ReportBody
        The whole report.
    value : ReportedValue
        One of its values.
    fetch : callable
        Returns the picture of the page that was read at a time.

    Raises
    ------
    RequestError
        `FILE_NOT_FOUND`: there is no picture that shows it.
    """
    where = f'"{value.text[:60]}" on {value.url}' if value.text else value.url
    size = next((each for each in report.pictures if each.at == value.at), None)
    if size is None:
        raise _not_shown(f"no picture was taken of the page that row {value.row}, {value.column} is from", _HOW)
    if value.box is None:
        raise _not_shown(f"{where} has no place in the picture", "result.provenance has its element")
    x, y, width, height = value.box
    if x >= size.width or y >= size.height or x + width <= 0 or y + height <= 0:
        raise _not_shown(f"{where} is beyond the picture, which shows {size.width} × {size.height} px", "")
    jpeg = fetch(size.at)
    return ElementPicture(value.row, value.column, value.url, value.text, value.box, size.width, size.height, jpeg)


def _not_shown(message: str, hint: str) -> RequestError:
    return RequestError(message, code=ErrorCode.FILE_NOT_FOUND, hint=hint)
