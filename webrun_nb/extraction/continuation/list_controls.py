"""The controls beside a list: their names, where they lead, and whether they can be used."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urldefrag

from webrun_nb.extraction.snapshot import Node, Snapshot

_NAME_CHARS = 60
_PRESSED = re.compile(r"more|next|pag|load", re.IGNORECASE)
"""As `observe.js` has it: what else is observed as a control."""
_UNFILLED = frozenset({"hidden", "submit", "button", "image", "reset"})
_DISABLED = re.compile(r"(?:^|[\s_-])(?:is-)?(?:disabled|inactive)(?:$|[\s_-])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Control:
    """A link, button, tab or heading of a section that leads to further rows."""

    node: Node
    name: str
    """Its name for people."""
    url: str = ""
    """The address that it leads to, where it is a link to another document."""


def name_of_control(node: Node) -> str:
    """Return the name of a control: its text, otherwise its label for those who can't see it."""
    label = node.attributes.get("aria-label") or node.attributes.get("title") or ""
    if text := node.text:
        return text[: _NAME_CHARS + 1]
    pictured = (each.attributes.get("alt") or each.attributes.get("aria-label") for each in node.walk())
    return (label or next((each for each in pictured if each), ""))[: _NAME_CHARS + 1].strip()


def may_press(node: Node) -> bool:
    """Tell whether an element is a link or a button, or likely is one to scripts, by its class."""
    if node.tag in ("a", "button") or node.role in ("button", "link"):
        return True
    return node.tag in ("div", "span", "li") and not node.elements and bool(_PRESSED.search(_class(node)))


def is_button(node: Node) -> bool:
    """Tell whether an element is a button rather than a link."""
    return node.tag != "a" and may_press(node)


def _class(node: Node) -> str:
    return node.attributes.get("class", "")


def is_in_form(node: Node) -> bool:
    """Tell whether a button may send a form that people fill in, such as a step of an order."""
    form = node.closest("form") if is_button(node) else None
    return form is not None and any(
        each.attributes.get("type", "text").lower() not in _UNFILLED
        for each in form.find("input", "select", "textarea")
    )


def relations(node: Node) -> list[str]:
    """Return the relations of a link to what it leads to (`rel`)."""
    return node.attributes.get("rel", "").lower().split()


def class_of_item(node: Node) -> str:
    """Return the class of the element around a control that holds nothing else."""
    parent = node.parent
    return parent.attributes.get("class", "") if parent is not None and len(parent.elements) == 1 else ""


def is_disabled(node: Node) -> bool:
    """Tell whether a control cannot be used; a class of its own or of the item around it may say so."""
    attributes = node.attributes
    if "disabled" in attributes or attributes.get("aria-disabled", "").lower() == "true":
        return True
    return _DISABLED.search(f"{attributes.get('class', '')} {class_of_item(node)}") is not None


def leads_here(node: Node, snapshot: Snapshot) -> bool:
    """Tell whether a link leads to the page that it is on, and not only to a place in it."""
    href = node.attributes.get("href", "")
    return bool(href) and "#" not in href and urldefrag(snapshot.url).url == href


def control_of(node: Node, snapshot: Snapshot) -> Control:
    """Return the control that an element is; a link to a place of the page itself leads to no other document."""
    href = node.attributes.get("href", "")
    leads = href.startswith(("http:", "https:")) and urldefrag(href).url != urldefrag(snapshot.url).url
    return Control(node, name_of_control(node), href if leads and node.tag == "a" else "")
