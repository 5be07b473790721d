"""Joins the files of a widget: a widget is one module, and what widgets share is in files of its own."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent / "static"


def script(*names: str) -> str:
    """Return the text of the script files `names`, in that order; only the last has imports or exports."""
    return _joined(names)


def style(*names: str) -> str:
    """Return the text of the style sheets `names`, in that order."""
    return _joined(names)


def _joined(names: tuple[str, ...]) -> str:
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)
