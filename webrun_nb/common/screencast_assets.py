"""The live view's part in a page: one script and one style, the same in a notebook's cell and on `webViewURL`'s page.

It stands beside toolkit and emulator because both show it and neither may know the other.
"""

from __future__ import annotations

from importlib.resources import files

__all__ = ["SCRIPT", "STYLE"]

_HERE = files("webrun_nb.common") / "static"

SCRIPT = (_HERE / "screencast.js").read_text(encoding="utf-8")
"""Defines `screenView`; joined with the script that uses it into one module."""
STYLE = (_HERE / "screencast.css").read_text(encoding="utf-8")
"""Uses the colours `--wr-…` that whoever shows it defines."""
