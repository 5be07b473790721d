"""Works out what the noun phrases and the values of a clause mean: from parts of its tree to targets. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from lark import Token

from webrun_nb.agents.local.language.grammar import readings
from webrun_nb.agents.local.language.intents import (
    Condition,
    Like,
    Result,
    Superlative,
    Target,
    Test,
    Value,
    ValueOf,
)
from webrun_nb.agents.local.language.split import unquote
from webrun_nb.agents.local.language.tree_parts import Part, SenselessError, between
from webrun_nb.agents.local.language.vocabulary import count_of, key_of, ordinal_of, role_of

_TESTS: Mapping[str, Test] = {
    "STARTS": "starts", "ENDS": "ends", "CONTAINS": "contains", "LESS": "<", "GREATER": ">", "AT_MOST": "<=",
    "AT_LEAST": ">=", "IS": "is",
}  # fmt: skip
_OPPOSITE: Mapping[Test, Test] = {"is": "is not", "contains": "lacks"}
ARTICLE = re.compile(r"(?:the|an?|my|your|their|its)\s+", re.I)


def thing_of(words: str) -> Target | None:
    """Return the target that a noun phrase by itself says; None where it is none."""
    for reading in readings(words, "thing"):
        with suppress(SenselessError):
            return target_in(Part(reading.tree, words))
    return None


# --- things -----------------------------------------------------------------------------------------------------------


_POSTS = ("near", "within", "named", "most", "having", "amount", "within_range", "field", "state", "following")
"""The rules of the phrases that stand after a noun."""


def things_in(part: Part) -> Target | None:
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
            into.append(target_in(Part(child, part.clause)))
        elif child.data == "nth" and named:  # "all boxes except the second"
            ordinal = Part(child, part.clause).token("ORDINAL")
            into.append(Target(role=named[0].role, ordinal=ordinal_of(ordinal) if ordinal else None))
    if not named:
        return None
    last = named[-1]  # "the red and the blue button", "the "A" and "B" boxes"
    shared = [replace(each, role=each.role or last.role) if each.words else each for each in named]
    first = named[0]
    if first.role and not first.words and first.near:  # "the boxes for apples, pears and plums"
        shared = [first, *(replace(first, near=each.words) if is_only_named(each) else each for each in named[1:])]
    return replace(shared[0], others=tuple(shared[1:]), besides=tuple(besides))


def target_in(part: Part) -> Target:
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
        words=name_in(name) if name else str(number or ""),
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
    return _possessive(target)


def name_in(name: Part) -> str:
    """Return a name without the article before it; one in quotes as it stands."""
    text = unquote(name.text)
    if name.token("QUOTED") is not None:
        return text
    return text[match.end() :] if (match := _LOWER_ARTICLE.match(text)) else text


_LOWER_ARTICLE = re.compile(r"(?:the|an?|my|your|their|its)\s+(?=\S)")


def _possessive(target: Target) -> Target:
    """Return a target with what its name says of the owner: "Bob's row" is the row of Bob."""
    owner = _OWNER.match(target.words)
    if owner is None or target.is_quoted or not (target.role in _CONTAINERS | {"item"} or owner["rest"]):
        return target
    rest = owner["rest"].strip()
    said = target.said.removeprefix(owner[0][: len(owner[0]) - len(owner["rest"])]).strip() if target.said else ""
    return replace(target, words=rest, near=f"{owner['owner']} {target.near}".strip(), said=said)


_OWNER = re.compile(r"(?P<owner>[A-Z@][^'’]*?)['’]s?(?=\s|$)(?P<rest>.*)$")


def _is_plural(role: Token) -> bool:
    return role.lower().endswith("s") and not role.lower().endswith("ss")


def _said(part: Part) -> str:
    """Return the name and the role as they were said, without what stands around them."""
    tokens = [child for child in part.tree.children if isinstance(child, Token) and child.type in ("ROLE", "NUMBER")]
    name = part.part("name")
    tokens += list(name.tokens()) if name else []
    ordered = sorted(tokens, key=lambda token: token.start_pos or 0)
    return between(part.clause, ordered[0], ordered[-1]).replace('"', "") if ordered else ""


def _superlative(part: Part | None) -> Superlative | None:
    if part is None:
        return None
    key = key_of("superlatives", part.text)
    return Superlative(part.text, key[1:], key.startswith("+"))


def _plain(part: Part | None) -> Target:
    """Return the target of a noun phrase without anything around it."""
    if part is None:
        return Target()
    name, role = part.part("name"), part.token("ROLE")
    return Target(
        name_in(name) if name else "",
        role_of(role) if role else "",
        said=part.text.replace('"', ""),
        is_quoted=bool(name and name.token("QUOTED")),
    )


_CONTAINERS = frozenset({
    "field", "paragraph", "list", "table", "row", "column", "section", "card", "dialog", "menu", "form", "select",
})  # fmt: skip
"""Roles of things that contain others: "the text of the second box" is in it."""


_CORNERS = frozenset({"corner", "side", "edge", "half", "part", "area"})


def _with_post(target: Target, post: Part) -> Target:
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
                raise SenselessError  # "below 50" is a comparison
            return replace(target, near=f"{target.near} {words}".strip())
        case "within":
            if post.token("ALL") is not None:  # "Like on all posts": each of them
                target = replace(target, every=True)
            ordinal = post.token("ORDINAL")
            place = plains[0] if plains else Target()
            if place.words.casefold() in _CORNERS and qualities:  # a place on the screen, not a thing of the page
                return replace(target, qualities=(*target.qualities, *qualities))
            place = replace(place, ordinal=ordinal_of(ordinal) if ordinal else None, qualities=qualities)
            if len(plains) > 1:
                place = replace(place, near=plains[1].words or plains[1].said)
            return replace(target, within=replace(place, within=target.within))
        case "named":
            name = post.part("name")
            words = name_in(name) if name else ""
            return replace(target, words=words or target.words, is_quoted=bool(name and name.token("QUOTED")))
        case "most":
            most = _superlative(post.part("superlative"))
            by = (plains[0].words or plains[0].said) if plains else ""
            if most is None:
                return replace(target, near=f"{target.near} {by}".strip())
            return replace(target, superlative=replace(most, by=most.by or by))
        case "having" | "field":
            condition = condition_in(post)
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
            return replace(target, conditions=(*target.conditions, range_in(post)))
        case "following":
            return target  # "the text below" is the one of the page
    return target


def range_in(part: Part) -> Condition:
    """Return the test of a range: "between 3 and 7"."""
    low, high = (unquote(bound.text) for bound in part.parts("bound"))
    return Condition(part.text, "between", low, high)


def condition_in(part: Part) -> Condition:
    """Return the test of a condition, and what it compares with.

    Raises
    ------
    SenselessError
        A part of it is missing.
    """
    token = next((t for t in _tests_of(part)), None)
    value = next(iter(part.parts("text", "result", "value_of", "like", "extreme")), None)
    if token is None or value is None:
        raise SenselessError
    said = text_in(value)
    test = _TESTS[token.type]
    if token.lower() in _PLACES and not re.search(r"\d", said):
        raise SenselessError  # "below the picture" is a place
    if part.token("NOT") is not None and test in _OPPOSITE and part.rule not in ("compares",):
        test = _OPPOSITE[test]
    return Condition(part.text, test, said)


_PLACES = frozenset({"below", "under", "above", "over"})
"""Words of comparisons that are words of places too."""


def _tests_of(part: Part) -> Iterator[Token]:
    tests = [child for child in part.tree.children if isinstance(child, Token) and child.type in _TESTS]
    ordered = sorted(tests, key=lambda token: token.type == "IS")  # "is less than": the test is "less than"
    return iter(ordered)


# --- values -----------------------------------------------------------------------------------------------------------


def text_in(part: Part) -> str:
    """Return the text that a value says, without its quotes."""
    quoted = part.token("QUOTED")
    return unquote(str(quoted)) if quoted is not None else unquote(part.text)


def value_in(part: Part, *, as_thing: bool = False) -> Value:
    """Return the value of a step; as a thing where a text would be what the page shows ("copy the first paragraph")."""
    found = next(iter(part.parts("text", "result", "value_of", "like", "extreme")), None)
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
            target = posted(Target(), posts)
            token = found.token("UNIT")
            unit = key_of("units", token) if token else ""
            at = ordinal_of(ordinal) if ordinal else None
            if target.conditions and at is None:
                return Like(found.text, target.conditions)
            for each in ("word", "line", "sentence", "letter", "number"):
                if unit == each:
                    return ValueOf(found.text, target, each, at)
            return ValueOf(found.text, target)
        case "extreme":
            token = found.token("UNIT", "ROLE")
            kind = role_of(token) or "text" if token else ""
            target = posted(Target(role=kind), posts)
            return ValueOf(found.text, replace(target, superlative=_superlative(found.part("superlative"))))
        case "like":
            target = posted(Target(role=role_of(role) if role else ""), posts)
            return Like(found.text, target.conditions) if target.conditions else ValueOf(found.text, target)
    text = text_in(found)
    if as_thing and found.token("QUOTED") is None:
        return ValueOf(text, _shown_thing(text))
    return text


def _shown_thing(text: str) -> Target:
    """Return the thing whose text is meant: the second paragraph, or the value beside the label "Order number"."""
    thing = thing_of(text)
    if thing is None or (thing.words and thing.role in ("", "number", "text") and thing == _plain_target(thing)):
        return Target(role="text", near=ARTICLE.sub("", text))
    return thing


def _plain_target(target: Target) -> Target:
    """Return a target with its name alone."""
    return Target(target.words, target.role, said=target.said)


def posted(target: Target, posts: Sequence[Part]) -> Target:
    """Return a target with all that the phrases after its noun say."""
    for post in posts:
        target = _with_post(target, post)
    return target


def is_only_named(target: Target) -> bool:
    """Return whether a target is named by its name alone."""
    named = Target(target.words, said=target.said, is_quoted=target.is_quoted, others=target.others)
    return bool(target.words) and replace(target, role="" if target.role == "option" else target.role) == named
