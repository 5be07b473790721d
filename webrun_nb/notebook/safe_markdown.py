"""Answers as markdown that can do nothing: their words come from pages, and an output that was just run is trusted."""

from __future__ import annotations

import html
import re

_IMAGE = re.compile(r"!\[")
_LINK_ELSEWHERE = re.compile(r"\]\((?!\s*https?://)", re.IGNORECASE)
_REFERENCE = re.compile(r"^(\s*)\[([^\]\n]*)\]:", re.MULTILINE)


def safe_markdown(text: str) -> str:
    """Return markdown that a front end shows as text, tables and http(s) links, and as nothing that runs or loads.

    JupyterLab does not sanitise trusted outputs: without this, a page could run a script in the notebook's own origin.
    """
    shown = html.escape(text, quote=False)
    shown = _IMAGE.sub(r"!\\[", shown)
    shown = _REFERENCE.sub(r"\1\\[\2]:", shown)
    return _LINK_ELSEWHERE.sub(r"]\\(", shown)
