"""Labels within the texts of items: "… far more than our abilities. Author: J. K. Rowling"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from webrun_nb.extraction.records.item_units import Unit

_SHARE = 0.6
"""A text before a colon is a label if so large a part of the items has it, and at least two."""
_FEWEST = 2
_MOST_LABELS = 20
_LABEL = re.compile(r"(?<=\s)([^\W\d_][\w/-]{0,20}(?: [\w/-]{1,20}){0,2}):\s+(?=\S)")
_SEPARATORS = " \u00a0·•|,;–—-"


def split_inner_labels(items: Sequence[Sequence[Unit]]) -> list[list[Unit]]:
    """Split texts at the labels within them that most items have: the text before, and the value of each label."""
    counts = Counter(label for units in items for label in {each for unit in units for each in _labels(unit)})
    least = max(_FEWEST, _SHARE * len(items))
    known = {label for label, count in counts.items() if count >= least}
    if not known:
        return [list(units) for units in items]
    return [[part for unit in units for part in _split(unit, known)] for units in items]


def _labels(unit: Unit) -> Iterator[str]:
    """Yield what may be labels within a text: the last one, two, three words before each colon."""
    if unit.kind not in ("text", "long") or ":" not in unit.cell.text:
        return
    for match in list(_LABEL.finditer(unit.cell.text))[:_MOST_LABELS]:
        words = match[1].split(" ")
        for start in range(len(words)):
            yield " ".join(words[start:])


def _split(unit: Unit, known: Collection[str]) -> Iterator[Unit]:
    text = unit.cell.text
    places: list[tuple[int, int, str]] = []
    if unit.kind in ("text", "long") and ":" in text:
        for match in list(_LABEL.finditer(text))[:_MOST_LABELS]:
            words = match[1].split(" ")
            label = next((found for start in range(len(words)) if (found := " ".join(words[start:])) in known), "")
            if label:
                places.append((match.end(1) - len(label), match.end(), label))
    if not places:
        yield unit
        return
    if before := text[: places[0][0]].strip(_SEPARATORS):
        yield replace(unit, cell=replace(unit.cell, text=before))
    ends = [start for start, _, _ in places[1:]] + [len(text)]
    for (_, start, label), end in zip(places, ends, strict=True):
        value = text[start:end].strip(_SEPARATORS)
        # With its label in front, as all labelled texts have it until the labels of all items are known.
        yield replace(unit, kind="text", label=label, cell=replace(unit.cell, text=f"{label}: {value}"))
