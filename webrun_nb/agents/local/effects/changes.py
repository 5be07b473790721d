"""The difference of two looks at a page, in the words that matter to a person. Pure; linear in the size of the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.text import shortened

_MAX_LINES = 4_000
"""Lines of each page's text that are compared."""
_MAX_TOLD = 8
"""Lines, and controls, that are told of."""
_CHARS = 160


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of a page from one look to a later one. All its texts are the page's own."""

    url: str = ""
    """The new address; empty if it is the same."""
    document: bool = False
    """The page has another document."""
    title: str = ""
    """The new title; empty if it is the same."""
    new_tabs: int = 0
    """Number of tabs that opened; negative if tabs were closed."""
    downloads: int = 0
    """Number of downloads that began."""
    appeared: tuple[str, ...] = ()
    """Lines of text that the page has now and did not have before; the first ones of many."""
    disappeared: tuple[str, ...] = ()
    """Lines of text that it had before; the first ones of many."""
    controls: tuple[str, ...] = ()
    """New values and states of controls; the first ones of many."""
    dialogs: tuple[str, ...] = ()
    """The names of dialogs that the page has opened, in quotes, or `closed` for one that it has closed."""
    things: bool = False
    """There are other elements or pictures than before, or the same ones look otherwise."""
    messages: bool = False
    """There are other messages than before, or other errors in a form."""

    @property
    def is_nothing(self) -> bool:
        """True if the two looks do not differ."""
        return self == _NOTHING

    def __str__(self) -> str:
        """Return one line for people; empty if nothing changed."""
        said = [f"{self.new_tabs} tab(s) opened" if self.new_tabs > 0 else ""]
        said += ["a tab was closed" if self.new_tabs < 0 else "", "a download began" if self.downloads else ""]
        said += [f"the page is now {shortened(self.url, _CHARS)}" if self.url else ""]
        said += [f"its title is now “{self.title}”" if self.title and not self.url else ""]
        said += ["a dialog was closed" if name == "closed" else f"a dialog opened: {name}" for name in self.dialogs]
        said += list(self.controls)
        said += [f"new on the page: “{line}”" for line in self.appeared[:2]] if not self.document else []
        said += [f"gone from the page: “{self.disappeared[0]}”" if self.disappeared and not self.document else ""]
        return "; ".join(filter(None, said))


_NOTHING = Changes()


def changes(before: Observation, after: Observation) -> Changes:
    """Compare two looks.

    Parameters
    ----------
    before, after : Observation
        The earlier look and the later one.
    """
    lines_before, lines_after = _lines(before), _lines(after)
    return Changes(
        url=after.url if after.url != before.url else "",
        document=after.fresh,
        title=shortened(after.title, _CHARS) if after.title != before.title else "",
        new_tabs=len(after.tab_urls) - len(before.tab_urls),
        downloads=max(0, after.downloads - before.downloads),
        appeared=_told(lines_after - lines_before),
        disappeared=_told(lines_before - lines_after),
        controls=tuple(islice(_states(before, after), _MAX_TOLD)),
        dialogs=_dialogs(before, after),
        things=_kinds(before) != _kinds(after),
        messages=_said(before) != _said(after),
    )


def _lines(seen: Observation) -> Counter[str]:
    texts = (seen.text, *(frame.text for frame in seen.frames))
    lines = (line.strip() for text in texts for line in text.splitlines())
    return Counter(islice((line for line in lines if line), _MAX_LINES))


def _told(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(shortened(line, _CHARS) for line in islice(lines, _MAX_TOLD))


def _kinds(seen: Observation) -> Counter[tuple[object, ...]]:
    return Counter((thing.role, thing.name, thing.shape, thing.color, thing.icon) for thing in seen.all_things)


def _dialogs(before: Observation, after: Observation) -> tuple[str, ...]:
    were, are = (Counter(g.name for g in seen.groups if g.kind == "dialog") for seen in (before, after))
    opened = tuple(f"“{shortened(name, 60)}”" if name else "without a name" for name in islice(are - were, _MAX_TOLD))
    return opened or (("closed",) if were - are else ())


def _said(seen: Observation) -> tuple[object, ...]:
    return (seen.form_errors, tuple((message.tone, message.said) for message in seen.messages if not message.appeared))


def _states(before: Observation, after: Observation) -> Iterable[str]:
    known = {(element.frame, element.path): element for element in before.all_elements}
    for now in after.all_elements:
        was = known.get((now.frame, now.path))
        if was is None or (was.role, was.tag, was.label) != (now.role, now.tag, now.label):
            continue
        what = f"the {now.role} “{shortened(now.label or now.name or now.placeholder or now.hint, 60)}”"
        if now.value != was.value:
            yield f"{what} shows “{shortened(now.value, 60)}”" if now.value else f"{what} is empty"
        if now.checked is not None and now.checked != was.checked:
            yield f"{what} is {'ticked' if now.checked else 'not ticked'}"
        if now.selected_options != was.selected_options and now.multiple:
            yield f"{what} has the choice “{shortened(', '.join(now.selected_options), 60)}”"
        for no, yes, is_so, was_so in (
            ("not selected", "selected", now.selected, was.selected),
            ("not pressed", "pressed", now.pressed, was.pressed),
            ("closed", "open", now.expanded, was.expanded),
            ("disabled", "enabled", now.enabled, was.enabled),
            ("no more the current one", "the current one", now.current, was.current),
        ):
            if is_so is not None and is_so != was_so:
                yield f"{what} is {yes if is_so else no}"


def same_element(element: Element, seen: Observation) -> Element | None:
    """Find an element of an earlier look in a later one; None if it is gone, or if two may be it."""
    named = (element.role, element.tag, element.input_type, element.frame)
    alike = [e for e in seen.all_elements if (e.role, e.tag, e.input_type, e.frame) == named]
    there = [e for e in alike if e.path == element.path and (e.label, e.hint) == (element.label, element.hint)]
    called = [e for e in alike if (e.name, e.label, e.hint) == (element.name, element.label, element.hint)]
    found = there or called
    return found[0] if len(found) == 1 else None
