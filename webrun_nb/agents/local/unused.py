"""Parts of an instruction that were not used, with the place where they stand in it."""

from __future__ import annotations

import re

from webrun_nb.agents.base import Unused

ONE_LIST = "an answer with a schema has one list: that of the last sentence that asks for values"

BY_HAND = "a person took over instead of answering"

NO_COLUMN = "the answer has no column of that name"

OTHER_CURRENCY = "its amount is in another currency"

NO_VALUE = "the page gives no value to compare"


def unused(instruction: str, sentence: str, text: str, why: str) -> Unused:
    """Find a part of an instruction; what a person said in an answer stands nowhere in it, and has no place.

    Parameters
    ----------
    instruction : str
        All of the task's text.
    sentence : str
        The sentence that the part is in.
    text : str
        The part.
    why : str
        Why it was not used.
    """
    around = _place(instruction, sentence, 0, len(instruction))
    place = _place(instruction, text, *(around or (0, len(instruction)))) or around
    start, end = place or (None, None)
    return Unused(text, start, end, why)


def _place(instruction: str, text: str, start: int, end: int) -> tuple[int, int] | None:
    pattern = r"\s+".join(re.escape(word) for word in text.split())
    match = re.compile(rf"(?<!\w){pattern}(?!\w)", re.I).search(instruction, start, end) if pattern else None
    return match.span() if match else None
