"""Keys of the keyboard in sentences: "press Enter", "press ctrl + a"."""

from __future__ import annotations

import re

from webrun_nb.agents.local.language.intents import PressKey
from webrun_nb.agents.local.language.split import unquote

_KEYS = {
    "enter": "Enter", "return": "Enter", "escape": "Escape", "esc": "Escape", "tab": "Tab", "space": "Space",
    "spacebar": "Space", "backspace": "Backspace", "delete": "Delete", "del": "Delete", "home": "Home",
    "end": "End", "page down": "PageDown", "pagedown": "PageDown", "page up": "PageUp", "pageup": "PageUp",
    "up": "ArrowUp", "down": "ArrowDown", "left": "ArrowLeft", "right": "ArrowRight", "arrow up": "ArrowUp",
    "arrow down": "ArrowDown", "arrow left": "ArrowLeft", "arrow right": "ArrowRight", "up arrow": "ArrowUp",
    "down arrow": "ArrowDown", "left arrow": "ArrowLeft", "right arrow": "ArrowRight",
}  # fmt: skip
_ONLY_KEYS = frozenset({"Enter", "Escape", "Tab", "Backspace", "PageUp", "PageDown"})
"""Keys whose name a person hardly uses for a control of a page."""
_MODIFIERS = {
    "ctrl": "Control", "control": "Control", "shift": "Shift", "alt": "Alt", "option": "Alt", "cmd": "Meta",
    "command": "Meta", "meta": "Meta",
}  # fmt: skip


def key_press(clause: str, words: str) -> PressKey | None:
    """Return the step of pressing a key; None where the words name no key.

    Its `name` is set where a control of the page may be called like the key.
    """
    words = unquote(words.strip())
    said = re.sub(r"^(?:on\s+)?the\s+|\s+key$", "", words, flags=re.I)
    if re.fullmatch(r"(?:enter|return|esc(?:ape)?)\s+button", said, re.I):
        said = said.split()[0]
    key = _key(said)
    if key is None:
        return None
    is_sure = "+" in key or key in _ONLY_KEYS or re.search(r"\bkey$", words, re.I)
    return PressKey(clause, key, "" if is_sure else said)


def _key(words: str) -> str | None:
    """Return a key, with its modifiers, as Playwright names it; None where the words name none."""
    *modifiers, last = re.split(r"\s*\+\s*", words)
    names = [_MODIFIERS.get(m.lower()) for m in modifiers]
    function_key = last.upper() if re.fullmatch(r"f(?:[1-9]|1\d|2[0-4])", last, re.I) else None
    key = _KEYS.get(last.lower()) or function_key or (last if len(last) == 1 else None)
    if key is None or None in names:
        return None
    if modifiers and len(key) == 1:
        key = key.upper()
    return "+".join([*(name for name in names if name), key])
