"""Opens what is closed: menus by their path, trees, accordions, tabs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from webrun_nb.agents.local.skills.choices import options_named
from webrun_nb.agents.local.skills.values import same_text
from webrun_nb.agents.local.skills.working import (
    Work,
    Worker,
    called,
    do,
    fail,
    innermost,
    look_until,
    new_things,
    place_of,
    same_element,
    self_checked,
    things,
)
from webrun_nb.browsers.actions import Click, Hover, Press
from webrun_nb.browsers.observation import Element, Observation

_ITEMS = frozenset(
    {"menuitem", "menuitemcheckbox", "menuitemradio", "treeitem", "link", "button", "tab", "option", "clickable"}
)
_PLAIN = frozenset({"listitem", "text", "cell"})
"""Roles of items that only their place makes items."""
_MENU_MS = 700
"""Menus open some tenths of a second after the mouse has come."""
_OPEN_MENUS = frozenset({"button", "menuitem", "clickable"})
"""Roles of what opens a menu and does nothing else."""
_MOST_OPENED = 30
"""Sections that are opened in search of a thing."""


def follow_path(worker: Worker, levels: Sequence[str], sentence: str, root: Element | None = None) -> Work[None]:
    """Go through the levels of a menu or tree, and click the last one.

    A level opens when the mouse points at it, or else on a click.

    Parameters
    ----------
    levels : sequence of str
        The names, from the outermost one: File, Save as, PDF.
    root : Element, optional
        What opens the menu, where it is not the first level.

    Raises
    ------
    AgentError
        A level is not there; the message says what is.
    """
    seen = yield from worker.look()
    before: Observation | None = None
    if root is not None:
        before = seen
        yield from do(worker, Click(root.ref, called(root)), sentence)
        seen = yield from worker.look(again=True)
    for depth, name in enumerate(levels):
        item = yield from _level(worker, name, before, seen, sentence)
        seen = yield from worker.look()
        if depth == len(levels) - 1:
            yield from do(worker, Click(item.ref, called(item)), sentence)
            return
        before = seen
        seen = yield from _open_level(worker, item, levels[depth + 1], seen, sentence)


def _level(worker: Worker, name: str, before: Observation | None, seen: Observation, sentence: str) -> Work[Element]:
    """Return the item of a level; those that came with opening the level above go before all others."""
    seen = yield from look_until(worker, lambda now: items_named(things(now), name), sentence)
    new = new_things(before, seen) if before is not None else []
    for among in (new, things(seen)):
        found = items_named(among, name)
        if len(found) == 1 or (found and before is not None):
            return found[0]
        if found:
            choices = [called(each) for each in found]
            return found[(yield from worker.choice(f'In "{sentence}": which "{name}"?', choices))]
    new = new_things(before, seen) if before is not None else []
    shown = ", ".join(f'"{each.name}"' for each in new[:12] if each.name)
    fail(sentence, f'there is no "{name}"' + (f" in the menu; it has {shown}" if shown else ""))


def items_named(among: Sequence[Element], name: str) -> list[Element]:
    """Return the items that are called so; those that can be acted on go before texts."""
    for roles in (_ITEMS, _PLAIN):
        items = [e for e in among if e.role in roles and e.name and e.enabled]
        named = options_named([e.name for e in items], name)
        if roles is _PLAIN:
            named = [each for each in named if same_text(each, name)]
        found = innermost([e for e in items if e.name in named[:1]])
        if found:
            return found[:1] if roles is _PLAIN else found
    return []


def _open_level(worker: Worker, item: Element, following: str, before: Observation, sentence: str) -> Work[Observation]:
    """Open an item of a menu or tree, if the next level is not there yet: point at it, click it, use the keyboard."""
    seen = before
    if item.expanded is True:
        return seen
    ways = [Hover, Click]
    if item.role == "treeitem" or (item.expanded is False and not item.has_popup):
        ways = [Click]
    for way in ways:
        here = same_element(item, seen) or item
        yield from worker.act(way(here.ref, called(here)), sentence)
        yield from worker.look(again=True)
        seen = yield from look_until(
            worker, lambda now: items_named(new_things(before, now), following), sentence, _MENU_MS
        )
        if items_named(new_things(before, seen), following):
            return seen
    here = same_element(item, seen) or item
    yield from worker.act(Press("ArrowRight", here.ref, called(here)), sentence)
    return (yield from worker.look(again=True))


def set_open(worker: Worker, element: Element, wanted: bool, sentence: str) -> Work[None]:
    """Open or close a section, a node of a tree or a menu, where it is not so already.

    Raises
    ------
    AgentError
        It stays as it was, after a click and after the keyboard.
    """
    yield from self_checked(worker, _set_open(worker, element, wanted, sentence))


def _set_open(worker: Worker, element: Element, wanted: bool, sentence: str) -> Work[None]:
    if element.expanded is wanted:
        return
    before = yield from worker.look()
    yield from do(worker, Click(element.ref, called(element)), sentence)
    seen = yield from worker.look(again=True)
    now = same_element(element, seen)
    if now is None or now.expanded is wanted:
        return
    if now.expanded is None and (new_things(before, seen) or new_things(seen, before)):
        return
    yield from do(worker, Press("Enter", now.ref, called(now)), sentence)
    seen = yield from worker.look(again=True)
    now = same_element(element, seen)
    if now is not None and now.expanded is not wanted and not new_things(before, seen):
        fail(sentence, f'"{called(element)}" does not {"open" if wanted else "close"}')


def closed_sections(seen: Observation) -> list[Element]:
    """Return what can be opened to see more: sections, nodes of trees, tabs that are not in front, at last menus."""
    able = [e for e in seen.all_elements if e.enabled and not e.covered]
    sections = [
        e
        for e in able
        if not e.href
        and (e.expanded is False or (e.role == "tab" and e.selected is not True))
        and not (e.has_popup or e.role == "combobox" or e.region in ("nav", "footer"))
    ]
    menus = [e for e in able if e.has_popup and e.expanded is not True and e.role in _OPEN_MENUS]
    return sections + menus


def search_closed(worker: Worker, find: Callable[[Observation], Element | None], sentence: str) -> Work[Element | None]:
    """Open closed sections, tabs, nodes of trees and menus, one after the other, until a thing is found.

    Parameters
    ----------
    find : callable
        Returns the thing in an observation; None where it is not there.
    """
    opened: set[tuple[tuple[int, str], str]] = set()
    for _ in range(_MOST_OPENED):
        seen = yield from worker.look()
        found = find(seen)
        if found is not None:
            if opened:
                yield from worker.note(f'"{sentence}": found "{called(found)}" in what was closed.')
            return found
        left = [e for e in closed_sections(seen) if (place_of(e), e.name) not in opened]
        if not left:
            return None
        opened.add((place_of(left[0]), left[0].name))
        yield from _look_into(worker, left[0], find, sentence)
    return None


def _look_into(
    worker: Worker, closed: Element, find: Callable[[Observation], Element | None], sentence: str
) -> Work[None]:
    """Open one section or menu; a menu without the thing is closed again, as it lies over the page."""
    is_item = closed.role.startswith("menuitem")
    way = Hover(closed.ref, called(closed)) if is_item else Click(closed.ref, called(closed))
    failed = yield from worker.act(way, sentence)
    yield from worker.look(again=True)
    if failed is not None:
        return
    if is_item:
        yield from look_until(worker, find, sentence, _MENU_MS)
    elif closed.has_popup and find((yield from worker.look())) is None and not _has_items((yield from worker.look())):
        yield from worker.act(Press("Escape"), sentence)
        yield from worker.look(again=True)


def _has_items(seen: Observation) -> bool:
    """Tell whether a menu is open that has menus of its own."""
    return any(e.role.startswith("menuitem") and e.has_popup for e in seen.all_elements)


def opens(element: Element) -> bool:
    """Tell whether an element opens and closes something: it says so itself, or is a tab."""
    return element.expanded is not None or element.role in ("tab", "treeitem")
