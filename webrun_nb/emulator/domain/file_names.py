"""Safe file names, made of names that come from pages, uploads and archives."""

from __future__ import annotations

import re
import unicodedata

LONGEST_BYTES = 180
"""The maximum length of a name in UTF-8; file systems allow 255."""
_FORBIDDEN = re.compile(r'[\\/:*?"<>|]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def safe_name(given: str, otherwise: str = "file") -> str:
    """Return a name without folders and invisible characters, and not too long; its suffix is kept.

    Parameters
    ----------
    given : str
        From a page's header, a link's `download`, or an upload: anything at all.
    otherwise : str
        Returned where nothing of it can be used.
    """
    last = re.split(r"[\\/]", given)[-1]
    # Cc and Cf hold controls and the marks that turn writing around ("gnp.exe" shown as "exe.png"), Cs halves of pairs
    seen = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C")
    name = _FORBIDDEN.sub("_", seen).strip().strip(".").strip()
    if not name:
        return otherwise
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    return _shortened(name)


def _shortened(name: str) -> str:
    if len(name.encode()) <= LONGEST_BYTES:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix.encode()) > 20:
        stem, dot, suffix = name, "", ""
    room = LONGEST_BYTES - len((dot + suffix).encode())
    return stem.encode()[:room].decode(errors="ignore") + dot + suffix
