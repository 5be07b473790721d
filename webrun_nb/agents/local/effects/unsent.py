"""Forms that were filled in and not sent: found from the agent's own actions, so that the answer names them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from webrun_nb.browsers.actions import Action, Press, Select, Type, TypeSecret
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.text import shortened

_SEND_NOTHING = frozenset({
    "checkbox", "radio", "switch", "option", "textbox", "combobox", "menuitem", "listitem", "cell", "treeitem", "tab",
})  # fmt: skip
_SENDS = re.compile(r"submit|send|save|apply|confirm|register|sign up", re.I)
_NAME_CHARS = 80


@dataclass(frozen=True, slots=True)
class Unsent:
    """A form that was typed into and, as far as the agent's own actions tell, not sent."""

    field: Element
    value: str
    """The text that was typed into it last."""
    button: str
    """The name of the button that sends it; empty where several may."""
    is_choice: bool = False
    """Something was chosen, which a script of the page may have sent at once."""

    def remark(self, seen: Observation) -> str:
        """Return the sentence that says so; empty where the page does not hold what was typed any more."""
        same = (self.field.role, self.field.name, self.field.frame)
        shown = [e.value.casefold() for e in seen.all_elements if (e.role, e.name, e.frame) == same]
        if not any(value.startswith(self.value.casefold()) for value in shown if value):  # or a suggestion for it
            return ""
        button = f'"{shortened(self.button, _NAME_CHARS)}"' if self.button else "a button that sends it"
        if self.is_choice:
            field = shortened(self.field.name, _NAME_CHARS)
            return f'No step pressed {button}: what was chosen in "{field}" may not be kept.'
        return f"The form was not sent: no step pressed {button}."


def unsent_after(action: Action, seen: Observation | None, before: Unsent | None) -> Unsent | None:
    """Return the form that is filled in and not sent after an action; None where it may have been sent, or none is.

    Parameters
    ----------
    action : Action
        What was performed.
    seen : Observation or None
        The last look before it.
    before : Unsent or None
        The state before it.
    """
    if action.clicked_ref is not None:
        clicked = _at(seen, action.clicked_ref)
        return before if clicked is not None and clicked.role in _SEND_NOTHING else None
    match action:
        case Press() | Type(submit=True) | TypeSecret(submit=True):
            return None
        case Type(ref=ref, text=text):
            return _filled(seen, _at(seen, ref), text) or before
        case Select(ref=ref, option=str(option)):
            chosen = _filled(seen, _at(seen, ref), option)
            return before or (replace(chosen, is_choice=True) if chosen else None)
        case _:
            return before


def _filled(seen: Observation | None, field: Element | None, text: str) -> Unsent | None:
    """Return the form that a field belongs to: one with a button that sends it, and no search."""
    if seen is None or field is None or field.region or field.role == "searchbox":
        return None
    able = [e for e in seen.part_with(field).elements if e.enabled and not e.region]
    if field.in_form:
        own = [e for e in able if e.submits and e.in_form]
    else:  # a page whose script reads the fields: the button that is called so
        own = [e for e in able if e.role == "button" and not e.in_form and _SENDS.fullmatch(e.name.strip())]
    return Unsent(field, text, own[0].name if len(own) == 1 else "") if own else None


def _at(seen: Observation | None, ref: int) -> Element | None:
    return None if seen is None else next((element for element in seen.all_elements if element.ref == ref), None)
