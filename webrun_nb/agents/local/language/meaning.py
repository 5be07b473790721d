"""Works out what a clause means: from a tree of the grammar to an intent. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass, replace

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
    Like,
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
    Superlative,
    Target,
    Test,
    Value,
    ValueOf,
)
from webrun_nb.agents.local.language.keys import key_press
from webrun_nb.agents.local.language.split import unquote
from webrun_nb.agents.local.language.vocabulary import count_of, key_of, ordinal_of, role_of, times_of
from webrun_nb.browsers.actions import ClickManner

_CHECKABLE = frozenset({"checkbox", "radio", "switch"})
_SET_BY_VALUE = frozenset({"slider", "spinner", "field"})
_TESTS: Mapping[str, Test] = {
    "STARTS": "starts", "ENDS": "ends", "CONTAINS": "contains", "LESS": "<", "GREATER": ">", "AT_MOST": "<=",
    "AT_LEAST": ">=", "IS": "is",
}  # fmt: skip
_MANNERS: Mapping[str, ClickManner] = {
    "DOUBLE_CLICK": "double-click", "RIGHT_CLICK": "right-click", "MIDDLE_CLICK": "middle-click",
}  # fmt: skip
_OPPOSITE: Mapping[Test, Test] = {"is": "is not", "contains": "lacks"}


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the tree of a clause."""

    tree: Tree[Token]
    clause: str

    @property
    def rule(self) -> str:
        return str(self.tree.data)

    def parts(self, *rules: str) -> list[_Part]:
        """Return the parts right below it, of these rules."""
        found = [_Part(child, self.clause) for child in self.tree.children if isinstance(child, Tree)]
        return [part for part in found if not rules or part.rule in rules]

    def part(self, *rules: str) -> _Part | None:
        return next(iter(self.parts(*rules)), None)

    def token(self, *types: str) -> Token | None:
        """Return its first own token of these types."""
        found = (child for child in self.tree.children if isinstance(child, Token))
        return next((token for token in found if token.type in types), None)

    def tokens(self) -> Iterator[Token]:
        return (token for token in self.tree.scan_values(lambda value: isinstance(value, Token)))

    @property
    def text(self) -> str:
        """The words of the clause that it stands for."""
        tokens = list(self.tokens())
        return _between(self.clause, tokens[0], tokens[-1]) if tokens else ""


def _between(clause: str, first: Token, last: Token) -> str:
    assert first.start_pos is not None
    assert last.end_pos is not None
    return clause[first.start_pos : last.end_pos].strip()


def intent_of(tree: Tree[Token], clause: str) -> Intent | None:
    """Return the step that a tree of a clause says; None where its words make no sense together."""
    sentence = _Part(tree, clause)
    step = sentence.part("step")
    what = step.parts()[0] if step else None
    if what is None:
        return None
    purpose = sentence.part("purpose")
    if purpose is not None and ((verb := purpose.token("VERB")) is None or verb[0].isupper()):
        return None  # "to Boston on Friday" is no purpose
    try:
        intent = _STEPS[what.rule](what)
    except _SenselessError:
        return None
    context = sentence.part("context")
    if context is None or intent is None:
        return intent
    thing = context.part("thing")
    return _within(intent, _target(thing)) if thing else intent


def request_in(clause: str) -> Request | None:
    """Return the request that a clause is, where it can be read as one."""
    read = (intent_of(reading.tree, clause) for reading in readings(clause))
    found = [intent for intent in read if isinstance(intent, Request)]
    return max(found, key=lambda request: len(request.parts), default=None)


def premise_of(tree: Tree[Token], clause: str) -> Premise | None:
    """Return the premise that a tree of the rules `premise` and `question` says; None where it makes no sense."""
    with suppress(_SenselessError):
        return _premise(tree, clause)
    return None


def _premise(tree: Tree[Token], clause: str) -> Premise | None:
    part = _Part(tree, clause)
    thing = part.part("thing")
    if thing is None:
        return None
    target = _target(thing)
    negated = part.token("NOT") is not None
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
            return Premise(clause, target, replace(_condition(part), negated=negated))
        case "is_within":
            return Premise(clause, target, replace(_range(part), negated=negated))
    return None


def alike(intent: Intent) -> str:
    """Return the same text for intents that differ only in where a name ends and a role begins."""
    return _ROLES_IN_REPR.sub("", repr(_whole_names(intent)))


_ROLES_IN_REPR = re.compile(r"role='[^']*'")


def _whole_names(value: object) -> object:
    """Return a value with each target named by all its words."""
    if isinstance(value, Target):
        value = replace(value, words=_ARTICLE.sub("", value.said or value.words), said="", every=False)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {each.name: _whole_names(getattr(value, each.name)) for each in fields(value)}
        return replace(value, **changed)
    return tuple(_whole_names(each) for each in value) if isinstance(value, tuple) else value


_ARTICLE = re.compile(r"(?:the|an?|my|your|their|its)\s+", re.I)


def thing_of(words: str) -> Target | None:
    """Return the target that a noun phrase by itself says; None where it is none."""
    for reading in readings(words, "thing"):
        with suppress(_SenselessError):
            return _target(_Part(reading.tree, words))
    return None


# --- steps ------------------------------------------------------------------------------------------------------------


def _click(part: _Part) -> Intent | None:
    target = _things(part)
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


def _press(part: _Part) -> Intent | None:
    target, times = _things(part), part.token("TIMES")
    things = part.part("things")
    if target is None or things is None:
        return None
    count = times_of(times) if times else 1
    key = key_press(part.clause, things.text)
    return replace(key, times=count) if key else ClickOn(part.clause, target, times=count)


def _type(part: _Part) -> Intent | None:
    thing = part.part("thing")
    target = _target(thing) if thing else Target()
    value = _value(part)
    if thing is None and isinstance(value, str) and (said := _LABELLED.fullmatch(value)):
        return _labelled(part.clause, said)
    case = part.token("CASE")
    if case is not None:
        if not isinstance(value, str):
            return None
        value = value.upper() if key_of("cases", case) == "upper" else value.lower()
    return Fill(part.clause, value, _field(target))


_LABELLED = re.compile(r"(?:the|my|an?)\s+(?P<label>[^\W\d][\w -]*?)\s+(?P<value>[^\s\w]?\w*[\d@]\S*)", re.I)
"""A value after the name of its field: "the time 15:45", "my e-mail ada@example.org"."""


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
        words=target.words if target.words and not target.role else _ARTICLE.sub("", target.said) or target.words,
        role="field",
        said="",
    )


_TAKES_VALUES = frozenset({"field", "select", "slider", "spinner", "checkbox", "radio", "switch", "option"})


def _type_quoted(part: _Part) -> Intent | None:
    quoted, thing = part.token("QUOTED"), part.part("thing")
    return Fill(part.clause, unquote(str(quoted)), _field(_target(thing))) if quoted and thing else None


_DONE = frozenset({"done", "complete", "completed", "finished", "checked", "ticked", "selected"})
_NOT_DONE = frozenset({"active", "incomplete", "undone", "unfinished", "open", "unchecked"})


def _mark(part: _Part) -> Intent | None:
    """Read "mark X as done" as ticking its box, and as another state as the control of that name."""
    target, name = _things(part), part.part("name")
    if target is None or name is None:
        return None
    state, negated = name.text.casefold(), part.token("NOT") is not None
    if state in _DONE | _NOT_DONE:
        near = target.words or target.near
        box = replace(target, words="", role="checkbox", near=near, said="", is_quoted=False)
        return SetChecked(part.clause, box, checked=(state in _DONE) is not negated)
    return NamedAction(part.clause, f"{'not ' if negated else ''}{name.text}", target)


def _fill_pairs(part: _Part) -> Intent | None:
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
    there = _things(part)
    if len(values) == 1 and there is not None:  # "the password "x" into both text fields": the fields are named there
        return Fill(part.clause, unquote(str(quoted)), _field(there))
    return FillForm(part.clause, tuple(values))


def _fill_each(part: _Part) -> Intent | None:
    """Read "enter Ada in the first name field and Lovelace in the last name field" as several values of a form."""
    things = part.parts("thing")
    values = part.parts("text", "result", "value_of", "like")
    if len(values) != len(things) or (len(things) > 1 and any(value.rule != "text" for value in values)):
        return None
    if len(things) == 1:
        return Fill(part.clause, _value(part), _field(_target(things[0])))
    labels = [_label(thing) for thing in things]
    texts = [_text(value) for value in values]
    if not all(labels) or any('"' in text or _CUT_SHORT.search(text) for text in texts):
        return None
    return FillForm(part.clause, tuple(f'{label} "{text}"' for label, text in zip(labels, texts, strict=True)))


_CUT_SHORT = re.compile(r",$|\s(?:and|or)$", re.I)
"""The end of a text whose last word joins it to the next one."""


def _label(thing: _Part) -> str:
    """Return the words for a field's label: "the first name field" is called "first name"; empty if it is not named."""
    words = _ARTICLE.sub("", thing.text.replace('"', ""))
    role = next((token for token in thing.tokens() if token.type == "ROLE" and words.endswith(str(token))), None)
    return words.removesuffix(str(role)).strip() if role and role_of(role) in _TAKES_VALUES else words


def _copy_into(part: _Part) -> Intent | None:
    thing = part.part("thing")
    return Fill(part.clause, _value(part, as_thing=True), _field(_target(thing))) if thing else None


def _set(part: _Part) -> Intent | None:
    thing = part.part("thing")
    if thing is None:
        return None
    target = _target(thing)  # of its own it is any control; "the email" is a field of that name
    return Fill(part.clause, _value(part), _field(target) if target.role else target)


def _choose_from(part: _Part) -> Intent | None:
    value, thing = _value(part), part.part("thing")
    if thing is None:
        return None
    target = _target(thing)
    if target.role in _SET_BY_VALUE or part.token("WITH") is not None:
        return Fill(part.clause, value, target)
    if not isinstance(value, str):
        return Fill(part.clause, value, replace(target, role=target.role or "select"))
    option, *others = _listed(part.part("text"), value)
    return Choose(part.clause, option, replace(target, role=target.role or "select"), tuple(others))


def _listed(part: _Part | None, value: str) -> list[str]:
    """Return the values of a list of words: "Ham, Eggs and Milk"."""
    phrase = part.part("phrase") if part else None
    if phrase is None:
        return [value]
    values: list[str] = []
    start: Token | None = None
    last: Token | None = None
    for token in phrase.tokens():
        if token.type in ("AND", "COMMA"):
            values += [_between(phrase.clause, start, last)] if start and last else []
            start = last = None
        else:
            start, last = start or token, token
    values += [_between(phrase.clause, start, last)] if start and last else []
    return [unquote(each) for each in values] or [value]


def _choose(part: _Part) -> Intent | None:
    target = _things(part)
    if target is None:
        return None
    every = (target, *target.others)
    if any(each.role in _CHECKABLE for each in every):
        return SetChecked(part.clause, target, checked=True)
    if all(each.role in _TEXTS for each in every):
        return SelectText(part.clause, target)
    if all(_is_only_named(each) for each in every):
        return Choose(part.clause, target.words, Target(role="select"), tuple(each.words for each in target.others))
    return ClickOn(part.clause, target)


_TEXTS = frozenset({"text", "paragraph"})


def _is_only_named(target: Target) -> bool:
    named = Target(target.words, said=target.said, is_quoted=target.is_quoted, others=target.others)
    return bool(target.words) and replace(target, role="" if target.role == "option" else target.role) == named


def _choose_named(part: _Part) -> Intent | None:
    name, quoted = part.part("name"), part.token("QUOTED")
    if name is None or quoted is None:
        return None
    return Choose(part.clause, unquote(str(quoted)), Target(_named(name), "select"))


def _run(part: _Part) -> Intent | None:
    verb, name, quoted = part.token("VERB"), part.part("name"), part.token("QUOTED")
    if verb is None or name is None or quoted is None:
        return None
    if any(token.type in ("TO", "WITH", "FROM", "FOR", "IN", "INTO", "IT", "AS") for token in name.tokens()):
        raise _SenselessError
    return Request(part.clause, str(verb).lower(), Target(), ((_named(name), unquote(str(quoted))),))


def _copy_values(part: _Part) -> Intent | None:
    thing = part.part("thing")
    return CopyValues(part.clause, _target(thing) if thing else Target())


def _check(part: _Part) -> Intent | None:
    target = _things(part)
    if target is None:
        return None
    role = target.role if target.role in _CHECKABLE else "checkbox"
    besides = tuple(replace(each, role=role) if not each.words else each for each in target.besides)
    target = replace(target, role=role, every=target.every and target.count is None, besides=besides)
    return SetChecked(part.clause, target, checked=part.rule == "check")


def _path(part: _Part) -> Intent | None:
    levels = tuple(unquote(name.text) for name in part.parts("level"))
    return FollowPath(part.clause, levels)


def _set_open(is_open: bool) -> Callable[[_Part], Intent | None]:
    def make(part: _Part) -> Intent | None:
        target = _things(part)
        return SetOpen(part.clause, target, is_open) if target is not None else None

    return make


def _close(part: _Part) -> Intent | None:
    target = _things(part)
    if target is None:
        return None
    if target.role in ("section", "tree", "menu"):
        return SetOpen(part.clause, target, is_open=False)
    return NamedAction(part.clause, "close", target)


def _drag(part: _Part) -> Intent | None:
    things = [_target(thing) for thing in part.parts("thing")]
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


def _on_things(make: Callable[[str, Target], Intent]) -> Callable[[_Part], Intent | None]:
    def made(part: _Part) -> Intent | None:
        target = _things(part)
        return make(part.clause, target) if target is not None else None

    return made


def _clear(part: _Part) -> Intent | None:
    target = _things(part)
    return Fill(part.clause, "", replace(target, role=target.role or "field")) if target is not None else None


def _copy(part: _Part) -> Intent | None:
    return Copy(part.clause, _value(part, as_thing=True))


def _paste(part: _Part) -> Intent | None:
    thing = part.part("thing")
    target = _target(thing) if thing else Target()
    return Fill(part.clause, Result("the copied text", "copied"), replace(target, role=target.role or "field"))


def _find(part: _Part) -> Intent | None:
    if part.rule == "find_value":
        value = _value(part)
        return Copy(part.clause, value) if isinstance(value, ValueOf) and value.unit else None
    target = _things(part)
    return Find(part.clause, target) if target is not None else None


def _submit(part: _Part) -> Intent | None:
    target = _things(part)
    if target is None or target.reference or (not target.words and target.role in ("form", "")):
        return ClickOn(part.clause, Target("submit", "submit"))
    return NamedAction(part.clause, "submit", target)


_TEXT_NOUN = re.compile(r"(?:the\s+)?(?:text|words?|phrase)\s+(?=\S)", re.I)


def _style(part: _Part) -> Intent | None:
    style = part.token("STYLE")
    value = next(iter(part.parts("text", "result", "value_of", "like")), None)
    if style is None or value is None:
        return None
    said = _value(part)
    everything = value.text.casefold() in ("everything", "all", "the text", "it", "all the text", "all of it")
    if everything or not isinstance(said, str):
        target = Target(every=True)
    else:
        target = Target(_TEXT_NOUN.sub("", said).removesuffix(" the"), "text", is_quoted=True)
    return Style(part.clause, target, key_of("styles", style) or str(style).lower())


def _open(part: _Part) -> Intent | None:
    things, target = part.part("things"), _things(part)
    if things is None or target is None:
        return None
    url = address_of(things.text)
    if url is not None:
        return Open(part.clause, url)
    return ClickOn(part.clause, target, navigates=True)


def _request(part: _Part) -> Intent | None:
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
    what = _target(thing)
    if what.is_quoted:  # "an event named "Lunch""
        pairs.insert(0, ("named", what.words))
        what = replace(what, words=_ARTICLE.sub("", thing.text.split('"')[0].split("“")[0]).strip(), is_quoted=False)
    return Request(part.clause, str(verb).lower(), what, tuple(pairs))


def _do(part: _Part) -> Intent | None:
    verb, target = part.token("VERB"), _things(part)
    if verb is None:
        return None
    to = part.part("thing")
    has_text = part.part("text", "result", "value_of", "like") is not None
    text = _value(part) if has_text else ""
    return NamedAction(part.clause, str(verb), target or Target(), text, _target(to) if to else None)


_STEPS: Mapping[str, Callable[[_Part], Intent | None]] = {
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


def _within(intent: Intent, place: Target) -> Intent:
    """Say of a step that what it acts on is within a place, which the clause names before it."""
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
        case _:
            return intent


# --- things -----------------------------------------------------------------------------------------------------------


_POSTS = ("near", "within", "named", "most", "having", "amount", "within_range", "field", "state", "following")
"""The rules of the phrases that stand after a noun."""


def _things(part: _Part) -> Target | None:
    """Return the things that a step is about, as one target; None where it names none."""
    things = part.part("things")
    if things is None:
        return None
    named: list[Target] = []
    besides: list[Target] = []
    into = named
    for child in things.tree.children:
        if isinstance(child, Token):
            into = besides if child.type == "EXCEPT" else into
        elif child.data == "thing":
            into.append(_target(_Part(child, part.clause)))
        elif child.data == "nth" and named:  # "all boxes except the second"
            ordinal = _Part(child, part.clause).token("ORDINAL")
            into.append(Target(role=named[0].role, ordinal=ordinal_of(ordinal) if ordinal else None))
    if not named:
        return None
    last = named[-1]  # "the red and the blue button", "the "A" and "B" boxes"
    shared = [replace(each, role=each.role or last.role) if each.words else each for each in named]
    first = named[0]
    if first.role and not first.words and first.near:  # "the boxes for apples, pears and plums"
        shared = [first, *(replace(first, near=each.words) if _is_only_named(each) else each for each in named[1:])]
    return replace(shared[0], others=tuple(shared[1:]), besides=tuple(besides))


def _target(part: _Part) -> Target:
    """Return the target that a noun phrase says."""
    if part.token("IT") is not None:
        return Target(reference="it")
    if part.token("NOTHING") is not None:
        return Target(count=0)
    if len(part.tree.children) == 1 and (word := part.token("ALL")) is not None and word.istitle():
        return Target(words=str(word), said=str(word))  # "click All": a tab, a filter
    name, role, number = part.part("name"), part.token("ROLE"), part.token("NUMBER")
    every, count, ordinal = part.token("ALL"), part.token("COUNT"), part.token("ORDINAL")
    means_all = bool(role and _is_plural(role)) and not (name or number or ordinal or count)
    target = Target(
        words=_named(name) if name else str(number or ""),
        role=role_of(role) if role else "",
        ordinal=ordinal_of(ordinal) if ordinal else None,
        said=_said(part) if role or number else "",
        is_quoted=bool(name and name.token("QUOTED")),
        every=every is not None or means_all,
        count=count_of(count) if count else None,
        qualities=tuple(quality.text.lower() for quality in part.parts("quality")),
        superlative=_superlative(part.part("superlative")),
        reference="its" if (det := part.token("DET")) and det.lower() in ("its", "their") else "",
    )  # fmt: skip
    for post in part.parts(*_POSTS):
        target = _with_post(target, post)
    return target


def _named(name: _Part) -> str:
    """Return a name without the article before it; one in quotes as it stands."""
    text = unquote(name.text)
    if name.token("QUOTED") is not None:
        return text
    return text[match.end() :] if (match := _LOWER_ARTICLE.match(text)) else text


_LOWER_ARTICLE = re.compile(r"(?:the|an?|my|your|their|its)\s+(?=\S)")


def _is_plural(role: Token) -> bool:
    return role.lower().endswith("s") and not role.lower().endswith("ss")


def _said(part: _Part) -> str:
    """Return the name and the role as they were said, without what stands around them."""
    tokens = [child for child in part.tree.children if isinstance(child, Token) and child.type in ("ROLE", "NUMBER")]
    name = part.part("name")
    tokens += list(name.tokens()) if name else []
    ordered = sorted(tokens, key=lambda token: token.start_pos or 0)
    return _between(part.clause, ordered[0], ordered[-1]).replace('"', "") if ordered else ""


def _superlative(part: _Part | None) -> Superlative | None:
    if part is None:
        return None
    key = key_of("superlatives", part.text)
    return Superlative(part.text, key[1:], key.startswith("+"))


def _plain(part: _Part | None) -> Target:
    """Return the target of a noun phrase without anything around it."""
    if part is None:
        return Target()
    name, role = part.part("name"), part.token("ROLE")
    return Target(
        _named(name) if name else "",
        role_of(role) if role else "",
        said=part.text.replace('"', ""),
        is_quoted=bool(name and name.token("QUOTED")),
    )


_CONTAINERS = frozenset({
    "field", "paragraph", "list", "table", "row", "column", "section", "card", "dialog", "menu", "form", "select",
})  # fmt: skip
"""Roles of things that contain others: "the text of the second box" is in it."""


def _with_post(target: Target, post: _Part) -> Target:
    """Add to a target what a phrase after its noun says."""
    plains = [_plain(each) for each in post.parts("plain")]
    qualities = tuple(each.text.lower() for each in post.parts("quality"))
    match post.rule:
        case "near":
            beside = plains[0] if plains else Target()
            if post.token("FROM", "OF") is not None and beside.role in _CONTAINERS:
                ordinal = post.token("ORDINAL")
                place = replace(beside, ordinal=ordinal_of(ordinal) if ordinal else None, qualities=qualities)
                return replace(target, within=replace(place, within=target.within))
            # Not its role: "the button of the Aurora card" belongs to what says Aurora.
            words = beside.words or beside.said
            if post.token("BEFORE", "AFTER") is not None and re.fullmatch(r"[-+$£€]?\d[\d.,]*", words):
                raise _SenselessError  # "below 50" is a comparison
            return replace(target, near=f"{target.near} {words}".strip())
        case "within":
            ordinal = post.token("ORDINAL")
            place = plains[0] if plains else Target()
            place = replace(place, ordinal=ordinal_of(ordinal) if ordinal else None, qualities=qualities)
            if len(plains) > 1:
                place = replace(place, near=plains[1].words or plains[1].said)
            return replace(target, within=replace(place, within=target.within))
        case "named":
            name = post.part("name")
            words = _named(name) if name else ""
            return replace(target, words=words or target.words, is_quoted=bool(name and name.token("QUOTED")))
        case "most":
            most = _superlative(post.part("superlative"))
            by = (plains[0].words or plains[0].said) if plains else ""
            if most is None:
                return replace(target, near=f"{target.near} {by}".strip())
            return replace(target, superlative=replace(most, by=most.by or by))
        case "having" | "field":
            condition = _condition(post)
            field = (plains[0].words or plains[0].said) if post.rule == "field" and plains else ""
            return replace(target, conditions=(*target.conditions, replace(condition, field=field)))
        case "amount":  # "with at least 4 stars"
            test, number = next(_tests_of(post)), post.token("NUMBER")
            condition = Condition(post.text, _TESTS[test.type], str(number), field=plains[0].words or plains[0].said)
            return replace(target, conditions=(*target.conditions, condition))
        case "state":
            negated = post.token("NOT") is not None
            if negated:
                condition = Condition(post.text, "state", qualities[0], negated=True)
                return replace(target, conditions=(*target.conditions, condition))
            return replace(target, qualities=(*target.qualities, *qualities))
        case "within_range":
            return replace(target, conditions=(*target.conditions, _range(post)))
        case "following":
            return target  # "the text below" is the one of the page
    return target


def _range(part: _Part) -> Condition:
    """Return the test of a range: "between 3 and 7"."""
    low, high = (unquote(bound.text) for bound in part.parts("bound"))
    return Condition(part.text, "between", low, high)


class _SenselessError(Exception):
    """Raised for a tree whose words make no sense together."""


def _condition(part: _Part) -> Condition:
    """Return the test of a condition, and what it compares with.

    Raises
    ------
    _SenselessError
        A part of it is missing.
    """
    token = next((t for t in _tests_of(part)), None)
    value = next(iter(part.parts("text", "result", "value_of", "like")), None)
    if token is None or value is None:
        raise _SenselessError
    said = _text(value)
    test = _TESTS[token.type]
    if token.lower() in _PLACES and not re.search(r"\d", said):
        raise _SenselessError  # "below the picture" is a place
    if part.token("NOT") is not None and test in _OPPOSITE and part.rule not in ("compares",):
        test = _OPPOSITE[test]
    return Condition(part.text, test, said)


_PLACES = frozenset({"below", "under", "above", "over"})
"""Words of comparisons that are words of places too."""


def _tests_of(part: _Part) -> Iterator[Token]:
    tests = [child for child in part.tree.children if isinstance(child, Token) and child.type in _TESTS]
    ordered = sorted(tests, key=lambda token: token.type == "IS")  # "is less than": the test is "less than"
    return iter(ordered)


# --- values -----------------------------------------------------------------------------------------------------------


def _text(part: _Part) -> str:
    quoted = part.token("QUOTED")
    return unquote(str(quoted)) if quoted is not None else unquote(part.text)


def _value(part: _Part, *, as_thing: bool = False) -> Value:
    """Return the value of a step; as a thing where a text would be what the page shows ("copy the first paragraph")."""
    found = next(iter(part.parts("text", "result", "value_of", "like")), None)
    if found is None:
        return ""
    posts = found.parts(*_POSTS)
    ordinal, role = found.token("ORDINAL"), found.token("ROLE")
    match found.rule:
        case "result":
            token = found.token("RESULT")
            kind = key_of("results", token) if token else ""
            return Result(found.text, "copied" if kind == "copied" else "answer")
        case "value_of":
            target = _posted(Target(), posts)
            token = found.token("UNIT")
            unit = key_of("units", token) if token else ""
            at = ordinal_of(ordinal) if ordinal else None
            if target.conditions and at is None:
                return Like(found.text, target.conditions)
            for each in ("word", "line", "sentence", "letter", "number"):
                if unit == each:
                    return ValueOf(found.text, target, each, at)
            return ValueOf(found.text, target)
        case "like":
            target = _posted(Target(role=role_of(role) if role else ""), posts)
            return Like(found.text, target.conditions) if target.conditions else ValueOf(found.text, target)
    text = _text(found)
    if as_thing and found.token("QUOTED") is None:
        return ValueOf(text, _shown_thing(text))
    return text


def _shown_thing(text: str) -> Target:
    """Return the thing whose text is meant: the second paragraph, or the value beside the label "Order number"."""
    thing = thing_of(text)
    if thing is None or (thing.words and thing.role in ("", "number", "text") and thing == _plain_target(thing)):
        return Target(role="text", near=_ARTICLE.sub("", text))
    return thing


def _plain_target(target: Target) -> Target:
    """Return a target with its name alone."""
    return Target(target.words, target.role, said=target.said)


def _posted(target: Target, posts: Sequence[_Part]) -> Target:
    for post in posts:
        target = _with_post(target, post)
    return target
