"""Works out what a clause means: from a tree of the grammar to an intent. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace

from lark import Token, Tree

from webrun_nb.agents.local.language.addresses import address_of
from webrun_nb.agents.local.language.grammar import readings
from webrun_nb.agents.local.language.intents import (
    Choose,
    ClickOn,
    Condition,
    Copy,
    CopyValues,
    DragTo,
    Fill,
    FillForm,
    Find,
    Focus,
    FollowPath,
    Hover,
    Intent,
    NamedAction,
    Open,
    Premise,
    Request,
    Result,
    SelectText,
    SetChecked,
    SetOpen,
    Solve,
    Style,
    Target,
    ValueOf,
)
from webrun_nb.agents.local.language.keys import key_press
from webrun_nb.agents.local.language.nouns import (
    ARTICLE,
    condition_in,
    is_only_named,
    name_in,
    range_in,
    target_in,
    text_in,
    things_in,
    value_in,
)
from webrun_nb.agents.local.language.split import unquote
from webrun_nb.agents.local.language.tree_parts import Part, SenselessError, between
from webrun_nb.agents.local.language.vocabulary import key_of, role_of, times_of
from webrun_nb.browsers.actions import ClickManner

_CHECKABLE = frozenset({"checkbox", "radio", "switch"})
_SET_BY_VALUE = frozenset({"slider", "spinner", "field"})
_MANNERS: Mapping[str, ClickManner] = {
    "DOUBLE_CLICK": "double-click", "RIGHT_CLICK": "right-click", "MIDDLE_CLICK": "middle-click",
}  # fmt: skip


def intent_of(tree: Tree[Token], clause: str) -> Intent | None:
    """Return the step that a tree of a clause says; None where its words make no sense together."""
    sentence = Part(tree, clause)
    step = sentence.part("step")
    what = step.parts()[0] if step else None
    if what is None:
        return None
    purpose = sentence.part("purpose")
    if purpose is not None and ((verb := purpose.token("VERB")) is None or verb[0].isupper()):
        return None  # "to Boston on Friday" is no purpose
    with suppress(SenselessError):
        intent = _STEPS[what.rule](what)
        context = sentence.part("context")
        if context is None or intent is None:
            return intent
        thing = context.part("thing")
        return _within(intent, target_in(thing)) if thing else intent
    return None


def request_in(clause: str) -> Request | None:
    """Return the request that a clause is, where it can be read as one."""
    read = (intent_of(reading.tree, clause) for reading in readings(clause))
    found = [intent for intent in read if isinstance(intent, Request)]
    return max(found, key=lambda request: len(request.parts), default=None)


def premise_of(tree: Tree[Token], clause: str) -> Premise | None:
    """Return the premise that a tree of the rules `premise` and `question` says; None where it makes no sense."""
    with suppress(SenselessError):
        premise = _premise(tree, clause)
        if premise is None or not _TWO_PREMISES.search(_unquoted(clause)):
            return premise
    return None


_TWO_PREMISES = re.compile(
    r"\s(?:is|are|isn't|aren't|has)\s.*\s(?:and|or|but)\s.*\s(?:is|are|isn't|aren't|has)\b", re.I
)
"""Two premises in one: "Ham is ticked and Olives is not"."""


def _premise(tree: Tree[Token], clause: str) -> Premise | None:
    part = Part(tree, clause)
    thing = part.part("thing")
    if thing is None:
        return None
    target = target_in(thing)
    negated = part.token("NOT", "NO", "THERE_NONE") is not None
    match part.rule:
        case "exists" | "gone":
            negated = negated or part.rule == "gone"
            return Premise(clause, target, Condition(part.text, "exists", negated=negated))
        case "has_state":
            quality = part.part("quality")
            state = quality.text.lower() if quality else ""
            if state in ("gone", "there", "visible", "hidden"):
                gone = state in ("gone", "hidden")
                return Premise(clause, target, Condition(part.text, "exists", negated=negated is not gone))
            return Premise(clause, target, Condition(part.text, "state", state, negated=negated))
        case "compares":
            return Premise(clause, target, replace(condition_in(part), negated=negated))
        case "is_within":
            return Premise(clause, target, replace(range_in(part), negated=negated))
    return None


def alike(intent: Intent) -> str:
    """Return the same text for intents that differ only in where a name ends and a role begins."""
    return _ROLES_IN_REPR.sub("", repr(_whole_names(intent)))


_ROLES_IN_REPR = re.compile(r"role='[^']*'")


def _whole_names(value: object) -> object:
    """Return a value with each target named by all its words."""
    if isinstance(value, Target):
        value = replace(value, words=ARTICLE.sub("", value.said or value.words), said="", every=False)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {each.name: _whole_names(getattr(value, each.name)) for each in fields(value)}
        return replace(value, **changed)
    return tuple(_whole_names(each) for each in value) if isinstance(value, tuple) else value


# --- steps ------------------------------------------------------------------------------------------------------------


def _click(part: Part) -> Intent | None:
    target = things_in(part)
    verb = part.token("DOUBLE_CLICK", "RIGHT_CLICK", "MIDDLE_CLICK", "CLICK")
    times, order = part.token("TIMES"), part.token("DIRECTION")
    if target is None or verb is None:
        return None
    ascending = None
    if order is not None:
        said = key_of("orders", order)
        if not said:
            return None
        ascending = said == "ascending"
        target = replace(target, every=target.count is None)
    manner: ClickManner = _MANNERS.get(verb.type, "click")
    return ClickOn(part.clause, target, manner, times=times_of(times) if times else 1, ascending=ascending)


def _press(part: Part) -> Intent | None:
    target, times = things_in(part), part.token("TIMES")
    things = part.part("things")
    if target is None or things is None:
        return None
    count = times_of(times) if times else 1
    key = key_press(part.clause, things.text)
    return replace(key, times=count) if key else ClickOn(part.clause, target, times=count)


def _type(part: Part) -> Intent | None:
    thing = part.part("thing")
    target = target_in(thing) if thing else Target()
    value = value_in(part)
    if thing is None and isinstance(value, str) and (said := _LABELLED.fullmatch(value)):
        return _labelled(part.clause, said)
    described = any(each.match(part.clause, _after_verb(part)) for each in (_DESCRIBES, _DESCRIBES_BY_PLACE))
    if thing is None and isinstance(value, str) and _NAMES_A_FIELD.search(_unquoted(value)):
        return None  # another reading knows the field
    if isinstance(value, str) and thing is not None and described:
        return None  # what the text is, not the text: it is never typed itself
    case = part.token("CASE")
    if case is not None:
        if not isinstance(value, str):
            return None
        value = value.upper() if key_of("cases", case) == "upper" else value.lower()
    return Fill(part.clause, value, _field(target))


_LABELLED = re.compile(r"(?:the|my|an?)\s+(?P<label>[^\W\d][\w -]*?)\s+(?P<value>[^\s\w]?\w*[\d@]\S*)", re.I)
"""A value after the name of its field: "the time 15:45", "my e-mail ada@example.org"."""


_NAMES_A_FIELD = re.compile(
    r"\s(?:in|into|to)\s+(?:the\s+)?(?:[\w-]+\s+)*(?:field|box|textbox|input|area|textarea)$", re.I
)


def _unquoted(text: str) -> str:
    return re.sub(r"[\"“][^\"”]*[\"”]", "", text)


_DESCRIBES = re.compile(
    r"(?:the|an?|any)\s+(?:[\w-]+\s+){0,3}?(?:number|value|word|answer|result|sum|total|name|title|date|price|text|code|items?"
    r"|amount|count|letter|line|option|e-?mail|address)s?\s+(?:of|from|in|that|which|shown|displayed|on|above|below|for|with)\b",
    re.I,
)
"""The beginning of a phrase that describes a text of the page."""
_DESCRIBES_BY_PLACE = re.compile(
    r"(?:the|an?)\s+(?-i:[a-z])[\w-]*(?:\s+[\w-]+)?\s+(?:of|from|in)\s+(?:the|this|that|each|all|its|my)\s+\S", re.I
)
"""The beginning of one that says where the text stands: "the author of the last post"."""


def _after_verb(part: Part) -> int:
    """Return where in the clause the words after the verb begin."""
    verb = part.token("TYPE", "FILL", "SET")
    return (verb.end_pos or 0) + 1 if verb is not None else 0


def _labelled(clause: str, said: re.Match[str]) -> Fill:
    label, value = said["label"], unquote(said["value"])
    if role_of(label) or key_of("units", label):  # "the number 7" is only what the value is called
        return Fill(clause, value, _field(Target()))
    return Fill(clause, value, Target(label, "field"))


def _field(target: Target) -> Target:
    """Return a target as one that takes a value: "the email" is a field of that name there, no message."""
    if target.role in _TAKES_VALUES or target.reference:
        return target
    return replace(
        target,
        words=target.words if target.words and not target.role else ARTICLE.sub("", target.said) or target.words,
        role="field",
        said="",
    )


_TAKES_VALUES = frozenset({"field", "select", "slider", "spinner", "checkbox", "radio", "switch", "option"})


def _type_quoted(part: Part) -> Intent | None:
    quoted, thing = part.token("QUOTED"), part.part("thing")
    return Fill(part.clause, unquote(str(quoted)), _field(target_in(thing))) if quoted and thing else None


_DONE = frozenset({"done", "complete", "completed", "finished", "checked", "ticked", "selected"})
_NOT_DONE = frozenset({"active", "incomplete", "undone", "unfinished", "open", "unchecked"})


def _mark(part: Part) -> Intent | None:
    """Read "mark X as done" as ticking its box, and as another state as the control of that name."""
    target, name = things_in(part), part.part("name")
    if target is None or name is None:
        return None
    state, negated = name.text.casefold(), part.token("NOT") is not None
    if state in _DONE | _NOT_DONE:
        near = target.words or target.near
        box = replace(target, words="", role="checkbox", near=near, said="", is_quoted=False)
        return SetChecked(part.clause, box, checked=(state in _DONE) is not negated)
    return NamedAction(part.clause, f"{'not ' if negated else ''}{name.text}", target)


def _fill_pairs(part: Part) -> Intent | None:
    pairs = part.part("pairs")
    if pairs is None:
        return None
    values = []
    for pair in pairs.parts("pair"):
        name, quoted = pair.part("name"), pair.token("QUOTED")
        if name is None or quoted is None:
            return None
        *before, label = re.split(
            r"\s*,\s*(?:and\s+)?", name.text
        )  # "first name Ada, email "…"": the first has no quotes
        if any(" " not in part for part in before):
            return None
        values += [*before, f"{label} {quoted}"]
    there = things_in(part)
    if len(values) == 1 and there is not None:  # "the password "x" into both text fields": the fields are named there
        return Fill(part.clause, unquote(str(quoted)), _field(there))
    return FillForm(part.clause, tuple(values))


def _fill_each(part: Part) -> Intent | None:
    """Read "enter Ada in the first name field and Lovelace in the last name field" as several values of a form."""
    things = part.parts("thing")
    values = part.parts("text", "result", "value_of", "like", "extreme")
    if len(values) != len(things) or (len(things) > 1 and any(value.rule != "text" for value in values)):
        return None
    if len(things) == 1:
        return Fill(part.clause, value_in(part), _field(target_in(things[0])))
    labels = [_label(thing) for thing in things]
    texts = [text_in(value) for value in values]
    if not all(labels) or any('"' in text or _CUT_SHORT.search(text) for text in texts):
        return None
    return FillForm(part.clause, tuple(f'{label} "{text}"' for label, text in zip(labels, texts, strict=True)))


_CUT_SHORT = re.compile(r",$|\s(?:and|or)$", re.I)
"""The end of a text whose last word joins it to the next one."""


def _label(thing: Part) -> str:
    """Return the words for a field's label: "the first name field" is called "first name"; empty if it is not named."""
    words = ARTICLE.sub("", thing.text.replace('"', ""))
    role = next((token for token in thing.tokens() if token.type == "ROLE" and words.endswith(str(token))), None)
    return words.removesuffix(str(role)).strip() if role and role_of(role) in _TAKES_VALUES else words


def _copy_into(part: Part) -> Intent | None:
    thing = part.part("thing")
    return Fill(part.clause, value_in(part, as_thing=True), _field(target_in(thing))) if thing else None


def _set(part: Part) -> Intent | None:
    thing = part.part("thing")
    if thing is None:
        return None
    target = target_in(thing)  # of its own it is any control; "the email" is a field of that name
    return Fill(part.clause, value_in(part), _field(target) if target.role else target)


def _set_each(part: Part) -> Intent | None:
    """Read "set A to x and B to y" as filling in both."""
    things, values = part.parts("thing"), part.parts("text")
    if len(things) != len(values):
        raise SenselessError
    pairs = zip(things, values, strict=True)
    return FillForm(part.clause, tuple(f'{ARTICLE.sub("", thing.text)}: "{text_in(value)}"' for thing, value in pairs))


def _choose_from(part: Part) -> Intent | None:
    value, thing = value_in(part), part.part("thing")
    if thing is None:
        return None
    target = target_in(thing)
    if target.role in _SET_BY_VALUE or part.token("WITH") is not None:
        return Fill(part.clause, value, target)
    if not isinstance(value, str):
        return Fill(part.clause, value, replace(target, role=target.role or "select"))
    option, *others = _listed(part.part("text"), value)
    return Choose(part.clause, option, replace(target, role=target.role or "select"), tuple(others))


def _listed(part: Part | None, value: str) -> list[str]:
    """Return the values of a list of words: "Ham, Eggs and Milk"."""
    phrase = part.part("phrase") if part else None
    if phrase is None:
        return [value]
    values: list[str] = []
    start: Token | None = None
    last: Token | None = None
    for token in phrase.tokens():
        if token.type in ("AND", "COMMA"):
            values += [between(phrase.clause, start, last)] if start and last else []
            start = last = None
        else:
            start, last = start or token, token
    values += [between(phrase.clause, start, last)] if start and last else []
    return [unquote(each) for each in values] or [value]


def _choose(part: Part) -> Intent | None:
    target = things_in(part)
    if target is None:
        return None
    every = (target, *target.others)
    if any(each.role in _CHECKABLE for each in every):
        return SetChecked(part.clause, target, checked=True)
    if all(each.role in _TEXTS for each in every):
        return SelectText(part.clause, target)
    if all(is_only_named(each) for each in every):
        return Choose(part.clause, target.words, Target(role="select"), tuple(each.words for each in target.others))
    return ClickOn(part.clause, target)


_TEXTS = frozenset({"text", "paragraph"})


def _choose_named(part: Part) -> Intent | None:
    name, quoted = part.part("name"), part.token("QUOTED")
    if name is None or quoted is None:
        return None
    return Choose(part.clause, unquote(str(quoted)), Target(name_in(name), "select"))


def _run(part: Part) -> Intent | None:
    verb, name, quoted = part.token("VERB"), part.part("name"), part.token("QUOTED")
    if verb is None or name is None or quoted is None:
        return None
    if any(token.type in ("TO", "WITH", "FROM", "FOR", "IN", "INTO", "IT", "AS") for token in name.tokens()):
        raise SenselessError
    return Request(part.clause, str(verb).lower(), Target(), ((name_in(name), unquote(str(quoted))),))


def _copy_values(part: Part) -> Intent | None:
    thing = part.part("thing")
    return CopyValues(part.clause, target_in(thing) if thing else Target())


def _check(part: Part) -> Intent | None:
    target = things_in(part)
    if target is None:
        return None
    role = target.role if target.role in _CHECKABLE else "checkbox"
    besides = tuple(replace(each, role=role) if not each.words else each for each in target.besides)
    target = replace(target, role=role, every=target.every and target.count is None, besides=besides)
    return SetChecked(part.clause, target, checked=part.rule == "check")


def _path(part: Part) -> Intent | None:
    levels = tuple(unquote(name.text) for name in part.parts("level"))
    return FollowPath(part.clause, levels)


def _set_open(is_open: bool) -> Callable[[Part], Intent | None]:
    def make(part: Part) -> Intent | None:
        target = things_in(part)
        return SetOpen(part.clause, target, is_open) if target is not None else None

    return make


def _close(part: Part) -> Intent | None:
    target = things_in(part)
    if target is None:
        return None
    if target.role in ("section", "tree", "menu"):
        return SetOpen(part.clause, target, is_open=False)
    return NamedAction(part.clause, "close", target)


def _drag(part: Part) -> Intent | None:
    things = [target_in(thing) for thing in part.parts("thing")]
    if part.rule == "drag" and len(things) == 2:
        if things[0].role in ("slider", "spinner") and re.fullmatch(r"[-+]?\d[\d.,]*%?", things[1].words):
            return Fill(part.clause, things[1].words, things[0])  # "move the slider to 30"
        before, after = part.token("BEFORE"), part.token("AFTER")
        return DragTo(part.clause, things[0], things[1], "before" if before else "after" if after else "onto")
    direction = part.token("DIRECTION")
    for place in ("left", "right", "up", "down", "first", "last"):
        if direction is not None and key_of("directions", direction) == place:
            return DragTo(part.clause, things[0], None, place)
    return None


def _on_things(make: Callable[[str, Target], Intent]) -> Callable[[Part], Intent | None]:
    def made(part: Part) -> Intent | None:
        target = things_in(part)
        return make(part.clause, target) if target is not None else None

    return made


def _clear(part: Part) -> Intent | None:
    target = things_in(part)
    return Fill(part.clause, "", replace(target, role=target.role or "field")) if target is not None else None


def _copy(part: Part) -> Intent | None:
    return Copy(part.clause, value_in(part, as_thing=True))


def _paste(part: Part) -> Intent | None:
    thing = part.part("thing")
    target = target_in(thing) if thing else Target()
    return Fill(part.clause, Result("the copied text", "copied"), replace(target, role=target.role or "field"))


def _find(part: Part) -> Intent | None:
    if part.rule == "find_value":
        value = value_in(part)
        return Copy(part.clause, value) if isinstance(value, ValueOf) and value.unit else None
    target = things_in(part)
    return Find(part.clause, target) if target is not None else None


def _submit(part: Part) -> Intent | None:
    target = things_in(part)
    if target is None or target.reference or (not target.words and target.role in ("form", "")):
        return ClickOn(part.clause, Target("submit", "submit"))
    return NamedAction(part.clause, "submit", target)


_TEXT_NOUN = re.compile(r"(?:the\s+)?(?:text|words?|phrase)\s+(?=\S)", re.I)


def _style(part: Part) -> Intent | None:
    style = part.token("STYLE")
    value = next(iter(part.parts("text", "result", "value_of", "like", "extreme")), None)
    if style is None or value is None:
        return None
    said = value_in(part)
    everything = value.text.casefold() in ("everything", "all", "the text", "it", "all the text", "all of it")
    if everything or not isinstance(said, str):
        target = Target(every=True)
    else:
        target = Target(_TEXT_NOUN.sub("", said).removesuffix(" the"), "text", is_quoted=True)
    return Style(part.clause, target, key_of("styles", style) or str(style).lower())


def _open(part: Part) -> Intent | None:
    things, target = part.part("things"), things_in(part)
    if things is None or target is None:
        return None
    url = address_of(things.text)
    if url is not None:
        return Open(part.clause, url)
    return ClickOn(part.clause, target, navigates=True)


def _request(part: Part) -> Intent | None:
    verb, thing = part.token("ADD"), part.part("thing")
    if verb is None or thing is None:
        return None
    if any(each.token("FROM", "FOR") for each in thing.parts("near")):
        return None  # "from LAX" is a part of the request
    pairs = []
    for each in part.parts("part"):
        value, label = each.part("phrase"), next(each.tokens())
        if value is None:
            return None
        pairs.append((str(label).lower().rstrip(":"), unquote(value.text.strip(" ,"))))
    what = target_in(thing)
    if what.is_quoted:  # "an event named "Lunch""
        pairs.insert(0, ("named", what.words))
        what = replace(what, words=ARTICLE.sub("", thing.text.split('"')[0].split("“")[0]).strip(), is_quoted=False)
    return Request(part.clause, str(verb).lower(), what, tuple(pairs))


def _do(part: Part) -> Intent | None:
    verb, target = part.token("VERB"), things_in(part)
    if verb is None:
        return None
    to = part.part("thing")
    has_text = part.part("text", "result", "value_of", "like", "extreme") is not None
    text = value_in(part) if has_text else ""
    return NamedAction(part.clause, str(verb), target or Target(), text, target_in(to) if to else None)


_STEPS: Mapping[str, Callable[[Part], Intent | None]] = {
    "click": _click,
    "press": _press,
    "type": _type,
    "type_there": _type,
    "type_quoted": _type_quoted,
    "mark": _mark,
    "fill": _fill_pairs,
    "fill_with": _fill_each,
    "type_each": _fill_each,
    "copy_into": _copy_into,
    "set": _set,
    "set_each": _set_each,
    "choose_from": _choose_from,
    "choose": _choose,
    "choose_named": _choose_named,
    "run": _run,
    "copy_values": _copy_values,
    "check": _check,
    "uncheck": _check,
    "path": _path,
    "expand": _set_open(True),
    "collapse": _set_open(False),
    "close": _close,
    "hover": _on_things(Hover),
    "drag": _drag,
    "drag_along": _drag,
    "highlight": _on_things(SelectText),
    "focus": _on_things(Focus),
    "clear": _clear,
    "copy": _copy,
    "paste": _paste,
    "find": _find,
    "find_value": _find,
    "submit": _submit,
    "solve": _on_things(Solve),
    "style": _style,
    "open": _open,
    "request": _request,
    "do": _do,
}
"""How each rule below `step` is read."""


def _within(intent: Intent, place: Target) -> Intent | None:
    """Say of a step that what it acts on is within a place, which the clause names before it; None if it can't be."""
    match intent:
        case (
            ClickOn(target=target)
            | Fill(target=target)
            | SetChecked(target=target)
            | NamedAction(target=target)
            | SetOpen(target=target)
            | Style(target=target)
        ):
            return replace(intent, target=replace(target, within=target.within or place))
        case Choose(target=target):
            return replace(intent, target=replace(target, within=target.within or place))
        case Hover(target=target) | Focus(target=target) | SelectText(target=target) | Find(target=target):
            return replace(intent, target=replace(target, within=target.within or place))
        case _:
            return None  # the place would be left out in silence
