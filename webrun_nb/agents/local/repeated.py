"""The instruction where a page repeats it: its words there name nothing of the page. Pure."""

from __future__ import annotations

from dataclasses import replace

from webrun_nb.browsers.observation import Observation

_LEAST_CHARS = 12
"""A shorter text may be a heading or a button that is called like the task."""


def without_instruction(seen: Observation, instruction: str) -> Observation:
    """Return an observation without the texts that repeat the instruction, and without the parts of them.

    Parameters
    ----------
    seen : Observation
    instruction : str
        The task's text.
    """
    said = _plain(instruction)
    if len(said) < _LEAST_CHARS or said[:_LEAST_CHARS] not in _plain(seen.text):
        return seen
    repeats = {text.path for text in seen.texts if _repeats(_plain(text.text or text.name), said)}
    if not repeats:
        return seen
    kept = tuple(
        text
        for text in seen.texts
        if text.path not in repeats and not any(text.path.startswith(f"{path} > ") for path in repeats)
    )
    return replace(seen, texts=kept)


def _repeats(text: str, said: str) -> bool:
    """Tell whether a text is the instruction, or the beginning of it where the text was cut."""
    return text == said or (len(text) > 3 * _LEAST_CHARS and said.startswith(text))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold().rstrip("…")
