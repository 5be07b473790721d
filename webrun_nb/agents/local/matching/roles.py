"""The kinds of things that words like "button", "field" or "row" mean, and those that a step can act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from webrun_nb.browsers.observation import Element

FIELD_ROLES = frozenset({"textbox", "searchbox", "combobox", "spinbutton", "slider"})
_CHECKABLE_ROLES = frozenset({"checkbox", "radio", "switch", "menuitemcheckbox", "menuitemradio"})
_TEXT_ROLES = frozenset({"heading", "paragraph", "label", "cell", "columnheader", "listitem", "text"})
_PICTURES = frozenset({"img", "graphic"})


@dataclass(frozen=True, slots=True)
class Accepts:
    """The kinds of things that a step can act on.

    Parameters
    ----------
    roles : frozenset of str or None
        The roles of elements; None for any.
    texts : bool
        Texts that are no controls can be meant too.
    groups : bool
        Whole rows, cards, lists and other groups can be meant too.
    controls : bool
        A group stands for the control that a click on it is meant for.
    disabled : bool
        What is disabled can be meant too.
    """

    roles: frozenset[str] | None = None
    texts: bool = True
    groups: bool = True
    controls: bool = False
    disabled: bool = False

    def takes(self, element: Element) -> bool:
        """Return whether an element is of a kind that can be meant."""
        if not (element.enabled or self.disabled):
            return False
        if self.roles is None:
            return True
        if element.input_type in ("checkbox", "radio") and not self.roles & _CHECKABLE_ROLES:
            return False
        return element.role in self.roles


ANY = Accepts(disabled=True)
"""Everything, to be read or spoken of."""
CLICKABLES = Accepts(controls=True)
FIELDS = Accepts(FIELD_ROLES | {"listbox"}, texts=False, groups=False)
CHECKABLES = Accepts(_CHECKABLE_ROLES | {"option", "clickable"}, texts=False, groups=False)
CHOOSABLES = Accepts(frozenset({"combobox", "listbox", "radio"}), texts=False, groups=False)
THINGS = Accepts()
"""Everything that a pointer can be moved to: dragged, hovered, selected."""


def taking(roles: frozenset[str] | None) -> Accepts:
    """Return what accepts elements of some roles alone; what can be clicked, where none are given."""
    return CLICKABLES if roles is None else Accepts(roles, texts=False, groups=False)


@dataclass(frozen=True, slots=True)
class Meaning:
    """The roles that a word of the language means: first those that it names, then those that people call so too."""

    own: frozenset[str]
    like: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    """The kinds of groups that it names."""


def _means(own: str = "", like: str = "", kinds: str = "") -> Meaning:
    return Meaning(frozenset(own.split()), frozenset(like.split()), frozenset(kinds.split()))


MEANINGS: Mapping[str, Meaning] = {
    "button": _means("button", "menuitem switch link clickable tab img graphic"),
    "submit": _means("button", ""),
    "link": _means("link", "menuitem treeitem tab button clickable option"),
    "tab": _means("tab", "link button clickable radio"),
    "field": _means("textbox searchbox combobox spinbutton", "slider listbox"),
    "checkbox": _means("checkbox menuitemcheckbox", "switch radio clickable option"),
    "radio": _means("radio menuitemradio", "checkbox clickable option"),
    "switch": _means("switch", "checkbox button clickable"),
    "select": _means("combobox listbox", "radio button textbox searchbox clickable"),
    "option": _means("option radio", "menuitem checkbox clickable listitem link button", "item"),
    "slider": _means("slider", "clickable graphic"),
    "spinner": _means("spinbutton", "textbox"),
    "menu": _means("menuitem", "button combobox link clickable", "menu"),
    "menuitem": _means("menuitem menuitemcheckbox menuitemradio", "link option button clickable listitem"),
    "image": _means("img", "graphic link button clickable"),
    "graphic": _means("graphic", "img clickable button"),
    "heading": _means("heading", "columnheader cell text label"),
    "paragraph": _means("paragraph", "text listitem cell"),
    "text": _means("text paragraph heading cell listitem label", "textbox link button clickable columnheader"),
    "number": _means("text paragraph heading cell listitem label clickable button graphic", "link textbox spinbutton"),
    "column": _means("columnheader", "cell"),
    "cell": _means("cell columnheader", "clickable button text"),
    "tree": _means("treeitem", "link button clickable listitem option text", "tree item"),
    "item": _means("", "listitem link option clickable checkbox button treeitem menuitem", "item card row article"),
    "card": _means("", "clickable link", "card item article"),
    "row": _means("", "clickable", "row item"),
    "list": _means("listbox", "combobox", "list menu tree"),
    "table": _means("", "", "table"),
    "form": _means("", "", "form"),
    "section": _means("heading", "button tab clickable link", "section fieldset panel article card aside"),
    "dialog": _means("", "", "dialog"),
    "result": _means("", "link", "item card row article"),
}  # fmt: skip
"""The meanings of the roles of the vocabulary."""

WRITTEN = frozenset({"heading", "paragraph", "text", "number", "column", "cell"})
"""Roles of texts: a text fits as well as a control does."""
REPEATED = frozenset({"item", "card", "row", "result"})
"""Roles of the items of lists."""
PICTURED = frozenset({"image", "graphic"})


def is_text(role: str) -> bool:
    """Return whether a role is that of a text or a picture, which does nothing by itself."""
    return role in _TEXT_ROLES or role in _PICTURES
