"""The live view's scripts and style, for a notebook's cell and for the page of `webViewURL`.

They are common to the toolkit and the emulator, which both show a live view and import nothing of each other.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["ENTRY", "STYLE", "modules"]

_FOLDER = Path(__file__).parent / "static"

ENTRY = _FOLDER / "screencast.js"
"""The ES module that exports `screenView`; it imports its neighbours by relative paths."""
STYLE = (_FOLDER / "screencast.css").read_text(encoding="utf-8")
"""The style sheet; the page that uses it defines the colours `--wr-…`."""


def modules() -> dict[str, str]:
    """Return the text of `ENTRY` and of each module that it imports, by file name."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("*.js"))}
