"""The decision among the readings of a text by what other values of its column and site prove.

It stands apart from `values`, and needs no library, so that the toolkit decides as the engine does.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol, TypeVar

Condition = tuple[str, str]
"""A condition of a reading: (`decimal`, `,`), (`group`, `.`), (`order`, `dmy`)."""

BY_SITE = "by other pages of the site"
"""The proof of a reading that is decided so."""


class Assuming(Protocol):
    """A reading that holds under conditions."""

    @property
    def assumes(self) -> Sequence[Condition]:
        """The conditions; none where it always holds."""


R = TypeVar("R", bound=Assuming)


def proved_reading(readings: Sequence[R], shown: Collection[Condition]) -> R | None:
    """Return the only reading whose conditions are proved; None where there is none, or several.

    Parameters
    ----------
    readings : sequence of Assuming
        The possible readings of a text.
    shown : collection of Condition
        The conditions that certain values of the same column and site prove.
    """
    fitting = [one for one in readings if one.assumes and all(_is_proved(pair, shown) for pair in one.assumes)]
    return fitting[0] if len(fitting) == 1 else None


def _is_proved(condition: Condition, shown: Collection[Condition]) -> bool:
    kind, what = condition
    decimals = {mark for name, mark in shown if name == "decimal"}
    groups = {mark for name, mark in shown if name == "group"}
    if len(decimals) > 1 or decimals & groups:
        return kind == "order" and {one for name, one in shown if name == "order"} == {what}
    if kind == "group":
        return what in groups or (bool(decimals) and what not in decimals)
    if kind == "decimal":  # "12.50" on one page does not make "1.299" on another 1.299
        return what in decimals and ("places", "many") in shown
    return {one for name, one in shown if name == "order"} == {what}
