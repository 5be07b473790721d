"""Web addresses in sentences: `example.com/shop`, `https://…`, `practice:shop`."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from webrun_nb.agents.local.language.split import unquote

_DOMAIN = re.compile(
    r"^(?:https?://\S+|practice:[\w-]+|(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|gov|edu|ai|app|localhost|info|test"
    r"|example|[a-z]{2})(?::\d+)?(?:/\S*)?|localhost(?::\d+)?(?:/\S*)?)$",
    re.I,
)
_NOUN = re.compile(r"^(?:the\s+)?(?:page|site|website|url|address)\s+", re.I)


def address_of(words: str) -> str | None:
    """Return the URL that words are; None where they are none, or where its host can't be read."""
    text = unquote(_NOUN.sub("", words.strip()))
    if not _DOMAIN.match(text):
        return None
    url = _with_scheme(text)
    try:
        return url if urlsplit(url).netloc or url.startswith("practice:") else None
    except ValueError:
        return None


def _with_scheme(text: str) -> str:
    if re.match(r"https?://|practice:", text):
        return text
    return ("http://" if re.match(r"localhost|127\.|[\w-]+\.localhost", text) else "https://") + text
