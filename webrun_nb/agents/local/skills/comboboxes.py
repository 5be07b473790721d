"""Works fields with suggestions, and lists that open on a click: type, wait, pick, and check that it was taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from webrun_nb.agents.local.language.intents import Condition
from webrun_nb.agents.local.skills.choices import options_named
from webrun_nb.agents.local.skills.values import read_number, same_text
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
from webrun_nb.browsers.actions import Click, Hover, Press, Type
from webrun_nb.browsers.observation import Element, Observation

_OFFERS = ("option", "menuitem", "listitem", "clickable", "button", "link", "text", "cell", "paragraph")
"""The roles of suggestions, the surest first."""
_PLAIN = frozenset({"text", "cell", "paragraph", "listitem"})
"""Roles of what suggests nothing unless it holds what was typed."""
_NEAR_PX = 450
"""The distance of a list of suggestions from its field, at most."""
_MOST_CHARS = 200
_MARKS = 12
"""Characters that a chosen thing may show after its name: a cross that removes it."""
_MOST_CLICKS = 2
_MOST_NAMED = 12
_MOST_SCROLLS = 40


@dataclass(frozen=True, slots=True)
class Wish:
    """An option that is wanted: by its name, or any that fits conditions."""

    words: str
    """As a person says it."""
    typed: str
    """The text to type, so that it is suggested."""
    fits: Callable[[str], bool] | None = None
    """Tells whether an option is one of those that are wanted; None where the one called `words` is."""

    def among(self, names: Sequence[str]) -> list[str]:
        """Return the names that it fits, best first."""
        if self.fits is None:
            return options_named(names, self.words)
        return [name for name in names if self.fits(name)]


def wish_for(words: str, conditions: Sequence[Condition]) -> Wish:
    """Return the wish for any option that fits conditions: "an item that starts with S and ends with e"."""
    starts = next((c.value for c in conditions if c.test == "starts" and not c.negated), "")
    holds = next((c.value for c in conditions if c.test in ("is", "contains") and not c.negated), "")
    return Wish(words, starts or holds, lambda name: all(fits(name, condition) for condition in conditions))


def fits(text: str, condition: Condition) -> bool:
    """Tell whether a text fits a condition; case does not count.

    >>> fits("Senegal", Condition("starts with Se", "starts", "se")), fits("7", Condition("less than 5", "<", "5"))
    (True, False)
    """
    return _fits(" ".join(text.split()).casefold(), condition) is not condition.negated


def _fits(text: str, condition: Condition) -> bool:
    value = " ".join(condition.value.split()).casefold()
    match condition.test:
        case "is":
            return text == value
        case "is not":
            return text != value
        case "contains":
            return value in text
        case "lacks":
            return value not in text
        case "starts":
            return text.startswith(value)
        case "ends":
            return text.endswith(value)
        case "exists" | "state":
            return bool(text)
    number, low, high = read_number(text), read_number(condition.value), read_number(condition.high)
    if number is None or low is None:
        return False
    match condition.test:
        case "<":
            return number < low
        case "<=":
            return number <= low
        case ">":
            return number > low
        case ">=":
            return number >= low
        case "between":
            return high is not None and low <= number <= high


def choose_suggestion(worker: Worker, element: Element, wish: Wish, sentence: str, *, free: bool) -> Work[str]:
    """Type into a field with suggestions, or open a list, and pick what is wanted; return its name.

    Parameters
    ----------
    free : bool
        The field may keep a text that it has not suggested, which is said then.

    Raises
    ------
    AgentError
        Nothing that is suggested fits, or the field does not take it.
    """
    return (yield from self_checked(worker, _choose_suggestion(worker, element, wish, sentence, free=free)))


def _choose_suggestion(worker: Worker, element: Element, wish: Wish, sentence: str, *, free: bool) -> Work[str]:
    before = yield from worker.look()
    types = element.tag in ("input", "textarea") and not element.readonly
    if types and wish.typed:
        yield from do(worker, Type(element.ref, wish.typed, called(element), by_keys=True), sentence)
    else:
        yield from do(worker, Click(element.ref, called(element)), sentence)
    yield from worker.look(again=True)

    def offered_in(seen: Observation) -> list[Element]:
        return suggestions(before, seen, same_element(element, seen) or element, wish.typed if types else "")

    seen = yield from look_until(worker, lambda now: wish.among([e.name for e in offered_in(now)]), sentence)
    offered = offered_in(seen)
    offered = yield from _scrolled(worker, element, before, offered, wish, sentence)
    named = wish.among([each.name for each in offered])
    if named:
        name = named[0]
        if wish.fits is None and len(named) > 1:
            position = yield from worker.choice(f'In "{sentence}": which is "{wish.words}"?', named[:_MOST_NAMED])
            name = named[position]
        yield from pick(worker, element, next(each for each in offered if each.name == name), sentence)
        return name
    if free and not offered and wish.fits is None:
        yield from worker.note(f'"{called(element)}" suggested nothing for "{wish.words}"; it stays as it is typed.')
        return wish.typed
    shown = ", ".join(f'"{each.name}"' for each in offered[:_MOST_NAMED])
    fail(sentence, f'"{called(element)}" offers nothing like "{wish.words}"; it offers {shown or "nothing"}')


def _scrolled(
    worker: Worker, element: Element, before: Observation, offered: list[Element], wish: Wish, sentence: str
) -> Work[list[Element]]:
    """Scroll through a list that has only some of its options on the page; return those at which one fits."""
    for _ in range(_MOST_SCROLLS):
        if not offered or wish.among([each.name for each in offered]):
            break
        names = {each.name for each in offered}
        failed = yield from worker.act(Hover(offered[-1].ref, called(offered[-1])), sentence)
        if failed is not None:
            break
        seen = yield from worker.look(again=True)
        more = suggestions(before, seen, same_element(element, seen) or element)
        if not more or {each.name for each in more} <= names:
            break
        offered = more
        fitting = [each for each in offered if each.name in wish.among(list(names | {e.name for e in offered}))]
        if fitting:  # such lists use their elements again as they are scrolled: it has to be still when it is clicked
            yield from worker.act(Hover(fitting[0].ref, called(fitting[0])), sentence)
            seen = yield from worker.look(again=True)
            return suggestions(before, seen, same_element(element, seen) or element)
    return offered


def suggestions(before: Observation, after: Observation, field: Element, typed: str = "") -> list[Element]:
    """Return what a field suggests since it was typed into, in the order of the page.

    Those are new things near it, of one kind; texts alone count only where they hold what was typed.
    """
    new = [e for e in new_things(before, after) if place_of(e) != place_of(field) and e.enabled and _is_offer(e, field)]
    new = innermost(new)
    said = typed.casefold()
    for role in _OFFERS:
        found = [e for e in new if e.role == role and (role not in _PLAIN or (said and said in e.name.casefold()))]
        if found:
            return found
    open_list = [e for e in things(after) if e.role == "option" and e.tag != "option" and _is_offer(e, field)]
    return [e for e in open_list if not said or said in e.name.casefold()]


def is_surely_offered(element: Element) -> bool:
    """Tell whether a suggestion is one by its role, and not only a text that holds what was typed."""
    return element.role not in _PLAIN


def _is_offer(element: Element, field: Element) -> bool:
    if not element.name or len(element.name) >= _MOST_CHARS or element.frame != field.frame:
        return False
    if element.box is None or field.box is None or element.role == "option":
        return True
    across = element.box.x < field.box.x + field.box.width and field.box.x < element.box.x + element.box.width
    return across and -_NEAR_PX <= element.box.y - field.box.y <= _NEAR_PX


def pick(worker: Worker, field: Element, option: Element, sentence: str) -> Work[None]:
    """Pick a suggestion: with the mouse, else with the keyboard; check that the field took it.

    Raises
    ------
    AgentError
        The field took nothing.
    """
    before = yield from worker.look()
    typed = same_element(field, before) or field
    here: Element | None = option
    for _ in range(_MOST_CLICKS):  # lists are drawn anew while one types, and an option that was seen is replaced
        if here is None:
            break
        failed = yield from worker.act(Click(here.ref, called(here)), sentence)
        seen = yield from worker.look(again=True)
        if failed is None and _took(before, seen, typed, option):
            return
        here = _option_again(option, seen)
    seen, now = yield from _look_at(worker, field)
    if here is not None and now is not None and field.role == "combobox":
        listed = [e.name for e in things(seen) if e.role == option.role and _parent(e) == _parent(here)]
        times = listed.index(option.name) + 1
        yield from do(worker, Press("ArrowDown", now.ref, called(now), times), sentence)
        yield from do(worker, Press("Enter"), sentence)
        yield from worker.look(again=True)
        seen, now = yield from _look_at(worker, field)
    if not _took(before, seen, typed, option):
        fail(sentence, f'"{called(field)}" did not take "{option.name}"; it shows "{now.value if now else ""}"')


def _look_at(worker: Worker, field: Element) -> Work[tuple[Observation, Element | None]]:
    seen = yield from worker.look()
    return seen, same_element(field, seen)


def _option_again(option: Element, seen: Observation) -> Element | None:
    """Return an option that is still offered; None where its list is closed."""
    same = (option.role, option.name, _parent(option))
    there = [e for e in things(seen) if (e.role, e.name, _parent(e)) == same]
    return next((e for e in there if place_of(e) == place_of(option)), there[0] if there else None)


def _parent(element: Element) -> tuple[int, str]:
    frame, path = place_of(element)
    return frame, path.rpartition(" > ")[0]


def _took(before: Observation, after: Observation, field: Element, option: Element) -> bool:
    """Tell whether a field shows an option: in itself, or as a new thing beside it; gone fields count as well.

    `field` is as it was before the option was clicked. As long as its list is open, the option stands in the list too,
    and only the field's own value counts.
    """
    now = same_element(field, after)
    if now is None:
        return True
    offered = _option_again(option, after)
    if offered is not None and offered.selected:
        return True
    was_so = same_text(field.value, option.name)  # as it was typed, which is no choice yet
    if not was_so and any(same_text(shown, option.name) for shown in (now.value, now.text, now.name)):
        return True
    if offered is not None:
        return False
    if was_so and same_text(now.value, option.name):
        return True
    wanted, was, is_now = option.name.casefold(), _shown(field), _shown(now)
    if is_now.count(wanted) > was.count(wanted):
        return True
    if now.value and now.value != field.value and now.value.casefold() in wanted:
        return True  # some fields take a part of what they suggest: a code, a name without its address
    beside = [e for e in new_things(before, after) if place_of(e) != place_of(now)]
    return any(e.name.casefold().startswith(wanted) and len(e.name) <= len(wanted) + _MARKS for e in beside)


def _shown(element: Element) -> str:
    return " ".join(dict.fromkeys((element.value, element.text, element.name))).casefold()


def enter_choice(worker: Worker, element: Element, words: str, sentence: str) -> Work[None]:
    """Choose what is called so in a field with suggestions, or in a list that opens on a click."""
    editable = element.tag in ("input", "textarea") and not element.readonly
    if same_text(element.value, words):
        return
    yield from choose_suggestion(worker, element, Wish(words, words if editable else ""), sentence, free=editable)
