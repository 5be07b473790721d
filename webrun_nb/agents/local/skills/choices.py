"""Chooses options: of native lists, of list boxes of other elements, one or several."""

from __future__ import annotations

from collections.abc import Sequence

from webrun_nb.agents.local.skills.values import same_text
from webrun_nb.agents.local.skills.working import (
    Work,
    Worker,
    again,
    called,
    do,
    fail,
    inside,
    look_until,
    same_element,
    self_checked,
    things,
)
from webrun_nb.browsers.actions import Click, Press, Select
from webrun_nb.browsers.observation import Element, Observation

_MOST_NAMED = 12
"""Options that a message names."""


def options_named(options: Sequence[str], words: str) -> list[str]:
    """Return the options that words name: the same ones, else those that begin so, else those that have the words.

    >>> options_named(["New York", "York", "Yorkshire"], "york"), options_named(["2 Days", "10 days"], "10")
    (['York'], ['10 days'])
    >>> options_named(["Price: low to high", "Price: high to low"], "price")
    ['Price: low to high', 'Price: high to low']
    """
    said = " ".join(words.split()).casefold()
    if not said:
        return []
    shown = {option: " ".join(option.split()).casefold() for option in dict.fromkeys(options)}
    ranked = [(rank, option) for option, text in shown.items() if (rank := _alike(text, said))]
    best = max((rank for rank, _ in ranked), default=0)
    return [option for rank, option in ranked if rank == best]


def _alike(text: str, said: str) -> int:
    """Rate how well the text of an option fits what was said: 6 for the same, 0 for nothing alike."""
    if text == said:
        return 6
    if same_text(text, said):
        return 5
    if text.startswith(said):
        return 2 if text[len(said)].isalnum() else 4
    if f" {said} " in f" {text} ":
        return 3
    return int(said in text)


def the_option(worker: Worker, options: Sequence[str], words: str, of: Element, sentence: str) -> Work[str]:
    """Return the one option that words name; ask where several fit.

    Raises
    ------
    AgentError
        There is none; the message names those that there are.
    """
    found = options_named(options, words)
    if not found:
        shown = ", ".join(f'"{option}"' for option in options[:_MOST_NAMED])
        more = f" and {len(options) - _MOST_NAMED} more" if len(options) > _MOST_NAMED else ""
        fail(sentence, f'"{called(of)}" has no option "{words}"; it has {shown or "none"}{more}')
    if len(found) == 1:
        return found[0]
    position = yield from worker.choice(f'In "{sentence}": which option is "{words}"?', found[:_MOST_NAMED])
    return found[position]


def choose_options(
    worker: Worker, element: Element, wanted: Sequence[str], sentence: str, *, keeps: bool = False
) -> Work[None]:
    """Choose options of a list, and check that they are chosen.

    Parameters
    ----------
    wanted : sequence of str
        The options, as a person calls them. Several are for a list that takes several; none leaves none chosen.
    keeps : bool, optional
        Leave what is chosen already, where the list takes several.

    Raises
    ------
    AgentError
        The list has no such option, or takes one only, or does not take it.
    """
    yield from self_checked(worker, _choose_options(worker, element, wanted, sentence, keeps=keeps))


def _choose_options(
    worker: Worker, element: Element, wanted: Sequence[str], sentence: str, *, keeps: bool
) -> Work[None]:
    if element.tag != "select":
        yield from _choose_by_clicks(worker, element, wanted, sentence, keeps=keeps)
        return
    element = yield from _with_options(worker, element, wanted, sentence)
    names = []
    for words in wanted:
        names.append((yield from the_option(worker, element.options, words, element, sentence)))
    if len(names) != 1 and not element.multiple:
        fail(sentence, f'"{called(element)}" takes one option, and {len(names)} are to be chosen')
    if element.multiple and keeps:
        names = [*(each for each in element.selected_options if each not in names), *names]
    option = tuple(names) if element.multiple else names[0]
    yield from do(worker, Select(element.ref, option, called(element)), sentence)
    now = yield from again(worker, element)
    if now is not None and set(now.selected_options) != set(names):
        shown = ", ".join(f'"{each}"' for each in now.selected_options)
        fail(sentence, f'"{called(element)}" shows {shown or "nothing"} after the choice')


def _with_options(worker: Worker, element: Element, wanted: Sequence[str], sentence: str) -> Work[Element]:
    """Return a list once it has the options: some fill late, when another one has been chosen."""

    def has_them(seen: Observation) -> bool:
        now = same_element(element, seen) or element
        return all(options_named(now.options, words) for words in wanted)

    seen = yield from look_until(worker, has_them, sentence)
    return same_element(element, seen) or element


def _choose_by_clicks(
    worker: Worker, element: Element, wanted: Sequence[str], sentence: str, *, keeps: bool
) -> Work[None]:
    """Choose options of a list box that is made of other elements."""
    offered = options_in(element, (yield from worker.look()))
    names = [each.name for each in offered]
    chosen = []
    for words in wanted:
        chosen.append((yield from the_option(worker, names, words, element, sentence)))
    for number, name in enumerate(chosen):
        option = _option(element, (yield from worker.look()), name)
        if option is None:
            fail(sentence, f'the option "{name}" is not on the page any more')
        if option.selected is not True:
            more = bool(element.multiple and (number or keeps))
            yield from do(worker, _click(option, adds=more), sentence)
            yield from _check_chosen(worker, element, name, sentence)
    if not keeps:
        for option in options_in(element, (yield from worker.look())):
            if option.selected and option.name not in chosen:
                now = _option(element, (yield from worker.look()), option.name)
                if now is not None and now.selected:
                    yield from do(worker, _click(now, adds=True), sentence)
                    yield from worker.look(again=True)


def _click(option: Element, *, adds: bool) -> Click:
    return Click(option.ref, called(option), held=("Control",) if adds else ())


def _check_chosen(worker: Worker, element: Element, name: str, sentence: str) -> Work[None]:
    now = _option(element, (yield from worker.look(again=True)), name)
    if now is None or now.selected is not False:
        return
    yield from do(worker, Press("Space", now.ref, called(now)), sentence)
    now = _option(element, (yield from worker.look(again=True)), name)
    if now is not None and now.selected is False:
        fail(sentence, f'the option "{name}" of "{called(element)}" stays unselected')


def options_in(element: Element, seen: Observation) -> list[Element]:
    """Return the options of a list box that is made of other elements: those with the role, else what it lists."""
    held = [thing for thing in things(seen) if inside(element, thing) and thing.name]
    return [each for each in held if each.role == "option"] or [
        each for each in held if each.role in ("clickable", "listitem", "button", "link", "menuitem")
    ]


def _option(element: Element, seen: Observation, name: str) -> Element | None:
    return next((each for each in options_in(element, seen) if each.name == name), None)
