"""The names of the practice sites: the toolkit completes and suggests them, the emulator serves them."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parents[1] / "practice"

PRACTICE_SITES = tuple(sorted(module.parent.name for module in _FOLDER.glob("*/__init__.py")))
"""As written after `practice:`. Each is the name of a package in `webrun_nb.practice`, which is not imported here.

These are the sites of an emulator of this version; an emulator of another version may have others.
"""
