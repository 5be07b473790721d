"""The names of the practice sites: the toolkit completes and suggests them, the emulator serves them."""

from __future__ import annotations

PRACTICE_SITES = ("shop", "bank", "forms", "admin", "upload", "hostile", "collector")
"""As written after `practice:`. Each is the name of a package in `webrun_nb.practice`.

These are the sites of an emulator of this version; an emulator of another version may have others.
"""
