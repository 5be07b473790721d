"""Reads the value that a page shows for a label: "the value of Country", "the total"."""

from __future__ import annotations

from collections.abc import Callable

from webrun_nb.agents.local.matching.names import alike, normal
from webrun_nb.agents.local.matching.page import PageModel, value_of
from webrun_nb.browsers.observation import Element

_SAME = 0.9
"""Least score of a label that is called so."""
_MAX_LABEL = 60


def values_called(words: str, page: PageModel) -> tuple[str, ...]:
    """Return the values that a page shows under a label, each once; of a field, its content.

    A label is a field's own, the text before a colon, the text before the value in a row or an entry, or the header
    of a column.
    """
    fields = [e for e in page.seen.elements if e.tag in ("input", "select", "textarea") and _names(words, e, page)]
    contents = tuple(dict.fromkeys(value_of(field) for field in fields))
    if any(contents):
        return contents
    found = _beside_labels(page, lambda label: alike(words, label) >= _SAME) or contents
    return found or _only(_beside_labels(page, lambda label: normal(label).endswith(f" {normal(words)}")))


def _only(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return values if there is one only: "the price" is the "Stock price" where no other price is labelled."""
    return values if len(values) == 1 else ()


def _beside_labels(page: PageModel, is_meant: Callable[[str], bool]) -> tuple[str, ...]:
    found: list[str] = []
    for at, thing in enumerate(page.things):
        label, mark, rest = thing.name.partition(":")
        if len(label) > _MAX_LABEL or not is_meant(label.strip()):
            continue
        if thing.role == "columnheader" and any(e.column == thing.name for e in page.things if e.ref != thing.ref):
            found += [value_of(e) for e in page.things if e.column == thing.name and e.role != "columnheader"]
        elif mark and rest.strip():
            found.append(rest.strip())
        elif (value := _after(at, page, is_label=bool(mark) or thing.role == "label")) is not None:
            found.append(value_of(value))
    return tuple(dict.fromkeys(text for text in found if text))


def _names(words: str, field: Element, page: PageModel) -> bool:
    names = (field.name, field.label, page.caption_of(field).rstrip(": "))
    return any(name and alike(words, name) >= _SAME for name in names)


def _after(at: int, page: PageModel, *, is_label: bool) -> Element | None:
    """Return the thing that a label at a position stands before: in the same row or entry, or right after a label."""
    if at + 1 >= len(page.things):
        return None
    label, value = page.things[at], page.things[at + 1]
    item = page.item_of(label)
    if item is not None:
        # The first cell of a row of several is no label of the second one.
        others = [each for each in page.members(item) if each.ref != label.ref and each.role != "button"]
        return value if page.spans[item].holds(value) and (is_label or len(others) == 1) else None
    return value if is_label and value.group == label.group else None
