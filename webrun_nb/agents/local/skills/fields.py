"""Makes one control hold a value, whatever kind of control it is, and checks that it does."""

from __future__ import annotations

from decimal import Decimal

from webrun_nb.agents.local.skills.calendars import calendar_in
from webrun_nb.agents.local.skills.choices import choose_options
from webrun_nb.agents.local.skills.comboboxes import enter_choice, is_surely_offered, pick, suggestions
from webrun_nb.agents.local.skills.pickers import clock_in, enter_day, enter_time
from webrun_nb.agents.local.skills.sliders import is_slider, set_amount, set_slider
from webrun_nb.agents.local.skills.values import (
    NO,
    YES,
    in_format,
    native_value,
    order_of_format,
    read_day,
    read_number,
    read_time,
    same_moment,
    same_text,
)
from webrun_nb.agents.local.skills.working import (
    Work,
    Worker,
    again,
    called,
    do,
    fail,
    inside,
    look_until,
    new_things,
    same_element,
    self_checked,
    things,
)
from webrun_nb.browsers.actions import Click, Leave, Press, Type, TypeSecret
from webrun_nb.browsers.observation import Element, Observation
from webrun_nb.common.credentials.marks import marked_secret

CHECKABLE = frozenset({"checkbox", "radio", "switch", "menuitemcheckbox", "menuitemradio"})
_CONTROLS = CHECKABLE | {"textbox", "searchbox", "combobox", "listbox", "slider", "spinbutton"}
_NATIVE = frozenset({"date", "time", "month", "week", "datetime-local", "color"})
_SUGGESTS_MS = 500
"""Longest wait for suggestions of a field that need not have any."""
_CLOSES_MS = 700
"""Longest wait for a calendar or a clock to close."""
_MOST_WORDS_OF_A_NUMBER = 2
"""A number and its unit: "3 and register" is no number."""
_MOST_SHOWN = 190
"""Characters of a value that every look has."""


def enter(worker: Worker, element: Element, value: str, sentence: str, *, adds: bool = False) -> Work[None]:
    """Make a control hold a value.

    Parameters
    ----------
    worker : Worker
        The task.
    element : Element
        The control, from the last look.
    value : str
        The value as a person writes it: a text, a number, a date, the name of an option, `yes` or `no`. The mark of a
        secret is typed as the secret; of a password field, no look tells whether it holds it.
    sentence : str
        The sentence that it is done for.
    adds : bool, optional
        Put a text at the end of what a field has.

    Raises
    ------
    AgentError
        The control does not take the value, in one line that quotes what it shows instead.
    """
    control = _control_in(element, (yield from worker.look()))
    yield from self_checked(worker, _enter(worker, control, value, sentence, adds=adds))


def _control_in(element: Element, seen: Observation) -> Element:
    """Return the one control inside an element that is only drawn around it; else the element itself."""
    if element.tag in ("input", "select", "textarea") or element.role in _CONTROLS:
        return element
    held = [e for e in seen.all_elements if e.role in _CONTROLS and inside(element, e)]
    return held[0] if len(held) == 1 else element


def _enter(worker: Worker, element: Element, value: str, sentence: str, *, adds: bool) -> Work[None]:
    if (secret := marked_secret(value)) is not None:
        yield from do(worker, TypeSecret(element.ref, secret, called(element)), sentence)
        now = yield from again(worker, element)
        if now is not None and element.input_type != "password" and not now.value:
            fail(sentence, f'"{called(element)}" stays empty')
    elif element.role in CHECKABLE or element.input_type in ("checkbox", "radio"):
        yield from _set_state(worker, element, _yes_or_no(element, value, sentence), sentence)
    elif element.tag == "select" or element.role == "listbox":
        yield from choose_options(worker, element, (value,), sentence, keeps=adds)
    elif element.input_type == "file":
        fail(sentence, f'"{called(element)}" takes files of the task, not a text')
    elif element.input_type in _NATIVE:
        yield from _enter_native(worker, element, value, sentence)
    elif is_slider(element):
        yield from set_slider(worker, element, _number(element, value, sentence), sentence)
    elif element.role == "spinbutton":
        yield from set_amount(worker, element, _number(element, value, sentence), sentence)
    elif element.role == "combobox" or (element.has_popup and element.tag not in ("input", "textarea")):
        yield from enter_choice(worker, element, value, sentence)
    elif element.readonly:
        yield from _enter_readonly(worker, element, value, sentence)
    else:
        yield from enter_text(worker, element, value, sentence, adds=adds)


def _yes_or_no(element: Element, value: str, sentence: str) -> bool:
    said = value.strip().casefold()
    if said in YES or same_text(said, element.name):
        return True
    if said not in NO:
        fail(sentence, f'"{called(element)}" is ticked or not: "{value}" is neither yes nor no')
    return False


def _number(element: Element, value: str, sentence: str) -> Decimal:
    said = _limit_of(element, value) or value
    wanted = read_number(said) if len(said.split()) <= _MOST_WORDS_OF_A_NUMBER else None
    if wanted is None:
        fail(sentence, f'"{called(element)}" takes a number, and "{value}" is none')
    return wanted


def _limit_of(element: Element, value: str) -> str:
    """Return the limit of a control that "the maximum" or "the lowest" says; empty for other values."""
    said = value.strip().casefold().removeprefix("the ").removesuffix(" value")
    if said in ("maximum", "max", "highest", "most"):
        return element.maximum
    return element.minimum if said in ("minimum", "min", "lowest", "least") else ""


def set_state(worker: Worker, element: Element, wanted: bool, sentence: str) -> Work[None]:
    """Tick or untick a box, choose a radio button, or turn a switch; nothing is done where it is so already.

    Raises
    ------
    AgentError
        It stays as it was, after a click and after the space bar.
    """
    yield from self_checked(worker, _set_state(worker, element, wanted, sentence))


def _set_state(worker: Worker, element: Element, wanted: bool, sentence: str) -> Work[None]:
    if state_of(element) is wanted:
        return
    if element.role in ("radio", "menuitemradio") and not wanted:
        fail(sentence, f'"{called(element)}" is one of several choices: it is left by choosing another one')
    failed = yield from worker.act(Click(element.ref, called(element)), sentence)
    now = yield from again(worker, element)
    if now is None or (failed is None and state_of(now) in (wanted, None)):  # gone, or it displays no state
        return
    yield from do(worker, Press("Space", now.ref, called(now)), sentence)
    now = yield from again(worker, element)
    if now is not None and state_of(now) not in (wanted, None):
        fail(sentence, f'"{called(element)}" stays {"unticked" if wanted else "ticked"}')


def state_of(element: Element) -> bool | None:
    """Return whether a control is ticked, pressed or selected; None where it displays no such state."""
    for state in (element.checked, element.pressed, element.selected):
        if state is not None:
            return state
    return None


# --- texts ------------------------------------------------------------------------------------------------------------


def enter_text(worker: Worker, element: Element, text: str, sentence: str, *, adds: bool = False) -> Work[None]:
    """Type a text into a field; key by key where the field does not hold it then.

    Raises
    ------
    AgentError
        The field shows something else.
    """
    text = yield from _in_format_of(worker, element, text)
    wanted = f"{element.value}{text}" if adds else text
    before = yield from worker.look()
    types_keys = element.has_popup or _may_suggest(element)
    failed = yield from worker.act(Type(element.ref, text, called(element), by_keys=types_keys, adds=adds), sentence)
    now = yield from again(worker, element)
    if now is None:
        if failed is not None:
            fail(sentence, failed.message, failed.code)
        return
    if not _holds(now, wanted) and not types_keys:
        yield from do(worker, Type(now.ref, wanted, called(now), by_keys=True), sentence)
        now = yield from again(worker, element)
    if now is not None and not _holds(now, wanted):
        shown = f'shows "{now.value}"' if now.value else "stays empty"
        fail(sentence, f'"{called(element)}" {shown} instead of "{wanted}"')
    if now is not None and text:
        yield from _settle_popup(worker, now, before, wanted, sentence, waits=types_keys)


def _may_suggest(element: Element) -> bool:
    """Tell whether a field turns off the browser's own suggestions, as those with suggestions of the page do."""
    return element.role == "textbox" and element.input_type in ("", "text", "search") and "off" in element.hint.split()


def _in_format_of(worker: Worker, element: Element, text: str) -> Work[str]:
    """Return a day in the format that a field asks for, where it asks for one; other texts as they are."""
    hint = f"{element.placeholder} {element.label} {element.name}"
    order = order_of_format(hint)
    day = read_day(text, order) if order else None
    written = in_format(day.day, hint) if day else None
    if written is None or same_text(written, text):
        return text
    yield from worker.note(f'"{text}" is written as {written}, as the field asks for it.')
    return written


def _holds(now: Element, wanted: str) -> bool:
    if now.input_type == "password":
        return True  # no look has its content
    shown, wanted = " ".join(now.value.split()), " ".join(wanted.split())
    if len(shown) >= _MOST_SHOWN:
        return same_text(shown[:_MOST_SHOWN], wanted[:_MOST_SHOWN])
    return shown == wanted or same_text(shown, wanted) or same_moment(shown, wanted)


def _settle_popup(
    worker: Worker, field: Element, before: Observation, text: str, sentence: str, *, waits: bool
) -> Work[None]:
    """Pick the suggestion that is called like the text; close a calendar or a list that lies over the page now."""
    seen = yield from worker.look()
    if waits:
        seen = yield from look_until(worker, lambda now: suggestions(before, now, field, text), sentence, _SUGGESTS_MS)
    offered = suggestions(before, seen, field, text)
    # A text that only repeats what was typed is no offer: pages show a preview of it.
    exact = [each for each in offered if same_text(each.name, text) and each.role not in ("text", "paragraph")]
    longer = [each for each in offered if _with_remark(each.name, text)]
    if exact or len(longer) == 1:
        yield from pick(worker, same_element(field, seen) or field, (exact or longer)[0], sentence)
        return
    is_list = any(is_surely_offered(each) for each in offered) and field.input_type != "search"
    new = new_things(before, seen)
    if is_list or calendar_in(new) or clock_in(new):
        yield from _leave(worker, field, text, sentence)


def _leave(worker: Worker, field: Element, text: str, sentence: str) -> Work[None]:
    """Close what a field has opened and leave the field; it may take such a value from there alone.

    Raises
    ------
    AgentError
        The field does not keep the text.
    """
    now = yield from again(worker, field)
    if now is not None:
        yield from do(worker, Press("Escape", now.ref, called(now)), sentence)
        now = yield from again(worker, field)
    if now is not None:
        yield from do(worker, Leave(now.ref, called(now)), sentence)
        yield from worker.look(again=True)
        seen = yield from look_until(
            worker, lambda seen: not (calendar_in(things(seen)) or clock_in(things(seen))), sentence, _CLOSES_MS
        )
        now = same_element(field, seen)
    if now is None or _holds(now, text):
        return
    day, clock = read_day(text, order_of_format(field.placeholder)), read_time(text)
    if day is not None:
        yield from enter_day(worker, now, day.day, sentence)
    elif clock is not None:
        yield from enter_time(worker, now, clock, sentence)
    else:
        shown = f'shows "{now.value}"' if now.value else "is empty"
        fail(sentence, f'"{called(field)}" {shown} once it is left, instead of "{text}"')


def _with_remark(name: str, text: str) -> bool:
    """Tell whether a suggestion is called like a text, with something in brackets or after a dash behind it.

    A text that stands in the brackets ("SHV" of "Shreveport, LA (SHV)") calls it, too.
    """
    plain, said = " ".join(name.split()).casefold(), " ".join(text.split()).casefold()
    if plain.endswith((f"({said})", f"[{said}]")):
        return True
    return plain.startswith(said) and plain[len(said) :].lstrip()[:1] in ("(", "[", "-", "–", "—", "|", "·")


# --- dates, times and colours -----------------------------------------------------------------------------------------


def _enter_native(worker: Worker, element: Element, value: str, sentence: str) -> Work[None]:
    read = native_value(element.input_type, value)
    if read is None:
        fail(sentence, f'"{called(element)}" takes a {element.input_type.replace("-local", "")}, and "{value}" is none')
    own, assumed = read
    if assumed:
        yield from worker.note(f'"{value}" is read as {assumed}: {own}.')
    for low, high in ((element.minimum, own), (own, element.maximum)):
        if low and high and element.input_type != "color" and low > high:
            limits = " to ".join((element.minimum or "…", element.maximum or "…"))
            fail(sentence, f'"{called(element)}" goes from {limits}, and {own} is not in between')
    yield from do(worker, Type(element.ref, own, called(element)), sentence)
    now = yield from again(worker, element)
    if now is not None and now.value not in (own, own.removesuffix(":00")):
        fail(sentence, f'"{called(element)}" shows "{now.value}" instead of "{own}"')


def _enter_readonly(worker: Worker, element: Element, value: str, sentence: str) -> Work[None]:
    """Fill in a field that cannot be typed into: with the calendar or the list that it opens."""
    day = read_day(value, order_of_format(f"{element.placeholder} {element.label}"))
    clock = read_time(value)
    if day is not None:
        if day.assumed:
            yield from worker.note(f'"{value}" is read as {day.assumed}: {day.day.isoformat()}.')
        yield from enter_day(worker, element, day.day, sentence)
    elif clock is not None:
        yield from enter_time(worker, element, clock, sentence)
    else:
        yield from enter_choice(worker, element, value, sentence)
