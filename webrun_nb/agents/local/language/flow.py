"""Puts steps together that hold only if, until or for each of something: "if the box is empty, tick it". Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice

from webrun_nb.agents.local.language.intents import Extract, ForEach, If, Intent, Premise, Repeat, Unclear
from webrun_nb.agents.local.language.nouns import thing_of

ReadClause = Callable[[str], Intent]
ReadPremise = Callable[[str], Premise | None]

_IF = re.compile(r"(?P<how>if|unless|in\s+case|when(?:ever)?|once|as\s+soon\s+as)\s+(?P<rest>.+)$", re.I | re.S)
_OTHERWISE = re.compile(r"(?:otherwise|else|if\s+not|or\s+else)\b[\s,]*(?P<rest>.*)$", re.I | re.S)
_IF_LAST = re.compile(
    r"(?P<step>.+?)\s+(?P<how>if|unless|until|till|when|once|as\s+long\s+as|while)\s+(?P<rest>.+)$", re.I | re.S
)
_ACTS = re.compile(r"(?:open|click|visit|go\s+to|tick|check|select|press|delete|remove|add|type|enter)\b", re.I)
_FOR_EACH = re.compile(
    rf"for\s+(?P<things>(?:each|every|all)\b.+?)(?:\s*[,:]\s*|\s+(?={_ACTS.pattern}))(?P<rest>.+)$", re.I | re.S
)
_KEEPS = re.compile(r"keep\s+(?:on\s+)?(?P<verb>click|press|tap|scroll|hit|push|load|open)ing\s", re.I)
_VERB_OF = re.compile(
    r"(?P<verb>double[- ]click|right[- ]click|click|tap|press|select|choose|pick|check|tick|uncheck|untick|open|expand"
    r"|delete|remove|drag|hover)(?:\s+(?:on|over))?\s+",
    re.I,
)
"""The verb of a step, for a clause after it that leaves it out."""
_NOTHING = re.compile(r"(?:do\s+)?nothing|skip(?:\s+it)?|leave\s+it(?:\s+alone)?|stop", re.I)
_AGAIN = re.compile(r"(?:and\s+)?(?:repeat|keep\s+going|continue|do\s+(?:this|that|it|so)(?:\s+again)?)\b.*$", re.I)
_WAITS = frozenset({"when", "once", "as soon as", "whenever"})
_MOST_CUTS = 5
"""The most commas after "if" at which the premise may end."""
MOST_TURNS = 50
"""The most turns of "until": a page on which it does not end is told so."""


def read(sentences: Sequence[Sequence[str]], clause: ReadClause, premise: ReadPremise) -> list[Intent]:
    """Read sentences, each of them clauses, as steps.

    Parameters
    ----------
    sentences : sequence of sequence of str
        The clauses of each sentence.
    clause, premise : callable
        Read a clause as a step, and the words after "if" as what holds then (None where they are not understood).
    """
    out: list[Intent] = []
    for clauses in sentences:
        out += _Sentence(clause, premise, out).read(list(clauses))
    return out


class _Sentence:
    """The reading of one sentence.

    Parameters
    ----------
    clause, premise : callable
        As in `read`.
    before : list of Intent
        The steps of the sentences before it; "otherwise" at its beginning belongs to the last of them.
    """

    def __init__(self, clause: ReadClause, premise: ReadPremise, before: list[Intent]) -> None:
        self._clause = clause
        self._premise = premise
        self._before = before

    def read(self, clauses: list[str]) -> list[Intent]:
        """Read the clauses; the step of an earlier sentence may be replaced in `before`."""
        otherwise = _OTHERWISE.match(clauses[0])
        if otherwise and self._before and isinstance(self._before[-1], If):
            rest = [otherwise["rest"], *clauses[1:]] if otherwise["rest"] else clauses[1:]
            self._before[-1] = replace(self._before[-1], otherwise=tuple(self._steps(rest)))
            return []
        return self._steps(clauses)

    def _steps(self, clauses: list[str]) -> list[Intent]:
        out: list[Intent] = []
        at = 0
        while at < len(clauses):
            words, rest = _KEEPS.sub(lambda said: f"{said['verb']} ", clauses[at]), clauses[at + 1 :]
            if _NOTHING.fullmatch(words):
                pass
            elif (said := _IF.match(words)) and (step := self._if(words, said, rest)):
                return [*out, *step]
            elif (each := _FOR_EACH.match(words)) and _ACTS.match(each["rest"]):
                return [*out, *self._for_each(words, each, rest)]
            elif (last := _IF_LAST.match(words)) and (step := self._if_last(words, last, out)):
                out += step
            elif last is not None and self._is_condition(last):
                out.append(Unclear(words, understood=last["step"]))
            else:
                read = self._clause(words)
                if isinstance(read, Unclear) and out and (verb := _VERB_OF.match(out[-1].sentence)):
                    again = self._clause(f"{verb['verb']} {words}")  # "click the first link, then the second one"
                    read = read if isinstance(again, Unclear | Extract) else replace(again, sentence=words)
                out.append(read)
            at += 1
        return out

    def _is_condition(self, last: re.Match[str]) -> bool:
        """Tell whether a clause is a step and a condition that was not understood: it is not followed without it."""
        is_quoted = last["step"].count('"') % 2 == 1 or last["step"].count("“") > last["step"].count("”")
        how = last["how"].lower()
        return (
            how in ("if", "unless") and not is_quoted and not isinstance(self._clause(last["step"]), Unclear | Extract)
        )

    def _if(self, words: str, said: re.Match[str], rest: list[str]) -> list[Intent] | None:
        """Read "if …, steps; otherwise steps" up to the end of the sentence."""
        condition, first = self._apart(said["rest"])
        found = self._premise(condition) if condition else None
        if found is None:
            return None
        clauses = [first, *rest] if first else rest
        then, otherwise = _cut_at_otherwise(clauses)
        if not then and not otherwise:
            return None
        how = " ".join(said["how"].lower().split())
        sentence = ", ".join([words, *rest])
        if how in _WAITS:
            return [Repeat(words, (), until=found), *self._steps(then)]
        premise = _negated(found) if how == "unless" else found
        return [If(sentence, premise, tuple(self._steps(then)), tuple(self._steps(otherwise)))]

    def _apart(self, text: str) -> tuple[str, str]:
        """Cut "the box is empty, tick it" into the premise and the first step."""
        for mark in (r"\s*,\s*(?:then\s+)?", r"\s+then\s+"):
            for cut in islice(re.finditer(mark, text), _MOST_CUTS):
                if self._premise(text[: cut.start()]):
                    return text[: cut.start()], text[cut.end() :]
        if self._premise(text):
            return text, ""
        for cut in re.finditer(r"\s+", text):  # "if it is empty tick it"
            before, after = text[: cut.start()], text[cut.end() :]
            if _ACTS.match(after) and self._premise(before):
                return before, after
        return "", ""

    def _if_last(self, words: str, said: re.Match[str], before: list[Intent]) -> list[Intent] | None:
        """Read "step until …", "step if …"."""
        found = self._premise(said["rest"])
        if found is None:
            return None
        how = " ".join(said["how"].lower().split())
        if _AGAIN.fullmatch(said["step"]) and how in ("until", "till"):
            before = before or self._before  # "Click Next. Repeat this until …"
            if not before:
                return None
            steps, before[:] = tuple(before), []
            return [Repeat(words, steps, until=found)]
        if re.fullmatch(r"wait", said["step"], re.I):
            return [Repeat(words, (), until=found)]
        step = self._clause(said["step"])
        if isinstance(step, Unclear | Extract):
            return None
        if how in ("until", "till"):
            return [Repeat(words, (step,), until=found)]
        if how in ("while", "as long as"):
            return [Repeat(words, (step,), until=_negated(found))]
        if how in _WAITS:
            return [Repeat(words, (), until=found), step]
        return [If(words, _negated(found) if how == "unless" else found, (step,))]

    def _for_each(self, words: str, said: re.Match[str], rest: list[str]) -> list[Intent]:
        things = thing_of(said["things"])
        if things is None:
            return [Unclear(", ".join([words, *rest]))]
        steps = tuple(self._steps([said["rest"], *rest]))
        return [ForEach(", ".join([words, *rest]), replace(things, every=True), steps)]


def _cut_at_otherwise(clauses: Sequence[str]) -> tuple[list[str], list[str]]:
    for at, words in enumerate(clauses):
        if said := _OTHERWISE.match(words):
            return list(clauses[:at]), [*([said["rest"]] if said["rest"] else []), *clauses[at + 1 :]]
    return list(clauses), []


def _negated(premise: Premise) -> Premise:
    return replace(premise, condition=replace(premise.condition, negated=not premise.condition.negated))
