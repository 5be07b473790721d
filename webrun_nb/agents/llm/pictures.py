"""Pictures of the view for a model that is shown them: each control has a frame and its number."""

from __future__ import annotations

import io
from collections.abc import Iterable

from PIL import Image, ImageDraw

from webrun_nb.browsers.observation import Box

_COLOR = (214, 0, 75)
_LABEL_HEIGHT_PX = 11
_DIGIT_WIDTH_PX = 7


def marked(png: bytes, controls: Iterable[tuple[int, Box]]) -> bytes:
    """Return a picture of the view with the numbers of its controls.

    Parameters
    ----------
    png : bytes
        The picture, one pixel for each CSS px.
    controls : iterable of int and Box
        The number and the box of each control.
    """
    with Image.open(io.BytesIO(png)) as opened:
        picture = opened.convert("RGB")
    drawing = ImageDraw.Draw(picture)
    for number, box in controls:
        right, bottom = box.x + max(box.width, 1), box.y + max(box.height, 1)
        drawing.rectangle((box.x, box.y, right, bottom), outline=_COLOR)
        label = str(number)
        top = max(0.0, box.y - _LABEL_HEIGHT_PX)
        drawing.rectangle((box.x, top, box.x + _DIGIT_WIDTH_PX * len(label), top + _LABEL_HEIGHT_PX), fill=_COLOR)
        drawing.text((box.x + 1, top), label, fill="white")
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()
