"""What a page is that has nothing to extract: an error, an empty page, a picture of its content, a login."""

from __future__ import annotations

from webrun_nb.extraction.reasons import Problem
from webrun_nb.extraction.snapshot import Snapshot

_FIRST_ERROR = 400
_LITTLE_TEXT_CHARS = 300
"""A page with no more text than this shows its content in another way, if it has any."""
_LOGIN_TEXT_CHARS = 3000
_PICTURE_AREA_PX2 = 90_000
"""A picture of at least this area may hold a table."""


def state_of(snapshot: Snapshot) -> Problem | None:
    """Return what the page is; None for a page like any other."""
    if snapshot.status is not None and snapshot.status >= _FIRST_ERROR:
        return Problem.HTTP_ERROR
    text = snapshot.root.text
    pictures = snapshot.root.find("img", "canvas", "svg", "object", "embed", "picture")
    frames_text = any(frame.root.text for frame in snapshot.frames)
    if any(
        node.tag == "input" and node.attributes.get("type", "").lower() == "password" and not node.hidden
        for node in snapshot.root.walk()
    ):
        return Problem.LOGIN_PAGE if len(text) < _LOGIN_TEXT_CHARS else None
    if not text and not pictures and not snapshot.embedded and not frames_text:
        return Problem.EMPTY_PAGE
    large = any(node.box and node.box.width * node.box.height >= _PICTURE_AREA_PX2 for node in pictures)
    return Problem.PICTURE_PAGE if large and len(text) < _LITTLE_TEXT_CHARS and not frames_text else None
