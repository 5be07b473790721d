"""Reads a clause by the grammar (`grammar.lark`), and ranks the trees that it has.

A tree costs more, the more words that could say what is done, to what and where, it takes for a part of a name: the
cheapest trees come first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product
from typing import Literal, cast

from lark import Lark, Token, Tree
from lark.exceptions import LarkError
from lark.parsers.earley_forest import ForestNode, PackedNode, SymbolNode, TokenNode

from webrun_nb.agents.local.language.earley import with_faster_parser
from webrun_nb.agents.local.language.vocabulary import terminals

Start = Literal["sentence", "premise", "question", "thing"]

MOST_READINGS = 6
"""How many trees of one clause are kept."""
_KEPT = 12
"""How many trees of a part of a clause are kept while the clause is put together."""
MOST_WORDS = 60
"""A longer clause is not read: none that a person would write has so many words outside of quotes."""

_COST_OF_PIECE: Mapping[str, float] = {
    "RUN": 0, "NUMBER": 0.1, "COUNT": 0.2, "DET": 0.4, "ROLE": 0.6, "UNIT": 0.6, "QUALITY": 0.8, "ORDINAL": 0.8,
    "STYLE": 0.3, "OF": 1.5, "AND": 2.5, "OR": 2.5, "COMMA": 2.5,
}  # fmt: skip
"""The cost of taking a word of the vocabulary for a part of a name."""
_COST_OF_OTHER_PIECE = 2.0
_COST_OF_RULE: Mapping[str, float] = {
    "do": 5, "phrase": 0.3, "request": 1.5, "style": -0.5, "path": -1, "like": 0.2, "value_of": 0.4, "set": 0.1,
    "set_each": -0.5, "find_value": -1, "mark": -0.5, "result": -0.2, "following": 0.2, "near": 0.1, "within": 0.1,
    "choose_from": -0.6, "purpose": 1.5, "type_each": -0.5, "amount": -0.5, "run": 3, "copy_values": -1,
    "choose_named": -0.3,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """One tree of a clause, and what it costs."""

    cost: float
    tree: Tree[Token]


_Part = tuple[float, tuple["Tree[Token] | Token", ...]]
"""One way to read a part of a clause: its cost, and the children that it gives to the tree around it."""


@cache
def _parser() -> Lark:
    return with_faster_parser(parser_of_lark())


def parser_of_lark() -> Lark:
    """Return the grammar with Lark's own parser."""
    grammar = (files("webrun_nb.agents.local.language") / "grammar.lark").read_text(encoding="utf-8")
    patterns = terminals()
    used = sorted(set(re.findall(r"(?<![\w\"])[A-Z][A-Z_]+(?!\w)", re.sub(r"//.*", "", grammar))))
    defined = [f"{name}: /{patterns[name]}/i" for name in used if name != "QUOTED"]
    quoted = r'QUOTED: /"[^"]*"|“[^”]*”|«[^»]*»|‘[^’]*’|`[^`]*`|(?<!\w)\'[^\']+\'(?!\w)/'
    return Lark(
        "\n".join([grammar, *defined, quoted]),
        parser="earley",
        lexer="dynamic",
        ambiguity="forest",
        keep_all_tokens=True,
        start=["sentence", "premise", "question", "thing"],
    )


def readings(clause: str, start: Start = "sentence") -> Sequence[Reading]:
    """Read a clause.

    Parameters
    ----------
    clause : str
        One clause; quotes stand in it as they were written.
    start : {'sentence', 'premise', 'question', 'thing'}
        What it is.

    Returns
    -------
    sequence of Reading
        The trees, the cheapest first; none where the grammar does not know the clause.
    """
    if not clause.strip() or len(re.sub(r"\"[^\"]*\"|“[^”]*”", "", clause).split()) > MOST_WORDS:
        return ()
    template, cuts = _emptied(clause)
    return [Reading(each.cost, _filled(each.tree, clause, cuts)) for each in _readings(template, start)]


@lru_cache(maxsize=512)
def _readings(clause: str, start: Start) -> tuple[Reading, ...]:
    try:
        forest = cast(ForestNode, _parser().parse(clause, start=start))
    except LarkError:
        return ()
    trees = [Reading(cost, tree) for cost, (tree,) in _Best().of(forest) if isinstance(tree, Tree)]
    return tuple(trees[:MOST_READINGS])


_QUOTATION = re.compile(r'("[^"]*"|“[^”]*”)')
_Cuts = Sequence[tuple[int, int]]
"""The parts that were taken out of a clause: position and number of characters of each."""


def _emptied(clause: str) -> tuple[str, _Cuts]:
    """Take out what is quoted: the same sentence with other names, as a batch has it, is read only once."""
    template, cuts = "", list[tuple[int, int]]()
    for at, part in enumerate(_QUOTATION.split(clause)):
        if at % 2 and len(part) > 2:
            cuts.append((len(template) + 1, len(part) - 2))
            part = part[0] + part[-1]
        template += part
    return template, cuts


def _filled(tree: Tree[Token], clause: str, cuts: _Cuts) -> Tree[Token]:
    """Return a tree of the clause from that of the clause without its quotations."""

    def moved(position: int | None) -> int:
        at = position or 0
        return at + sum(size for cut, size in cuts if cut < at)

    def each(child: Tree[Token] | Token) -> Tree[Token] | Token:
        if isinstance(child, Tree):
            return _filled(child, clause, cuts)
        start, end = moved(child.start_pos), moved(child.end_pos)
        return Token(child.type, clause[start:end], start_pos=start, end_pos=end)

    return Tree(tree.data, [each(child) for child in tree.children])


_PHRASAL = re.compile(r"(?:^|\s)(?:log|sign|check|clock|opt|zoom|opt|dial|tune|fill|buy|join)\s+in$", re.I)
"""Verbs of two words, which are names of controls too."""
_NO_END = frozenset({"DET", "AND", "OR", "COMMA", "IN", "INTO", "TO", "OF", "FOR", "WITH", "BY", "AS", "FROM", "NOT"})
"""Words that no name ends with."""


def _is_name_cut_short(pieces: Sequence[Tree[Token] | Token]) -> bool:
    """Tell whether a name ends with a word that must be followed by another; "Log in" and "Check in" do not."""
    words = [str(token) for piece in pieces if isinstance(piece, Tree) for token in piece.children]
    if len(words) > 1 and _PHRASAL.search(" ".join(words[-2:])):
        return False
    last = pieces[-1] if pieces else None
    token = last.children[0] if isinstance(last, Tree) and last.children else None
    return isinstance(token, Token) and token.type in _NO_END


class _Best:
    """Finds the cheapest trees in a forest.

    A forest holds each part of a clause once, whatever it is a part of, and so does this: the number of trees grows by
    powers of the number of words, that of the parts does not.
    """

    def __init__(self) -> None:
        self._known: dict[int, list[_Part]] = {}

    def of(self, node: ForestNode) -> list[_Part]:
        """Return the cheapest ways to read a part of the clause."""
        if isinstance(node, TokenNode):
            return [(0.0, (node.token,))]
        if id(node) not in self._known:
            self._known[id(node)] = []  # a part that holds itself adds no way
            assert isinstance(node, SymbolNode)
            found = [way for packed in node.children for way in self._ways(node, packed)]
            self._known[id(node)] = sorted(found, key=lambda way: way[0])[:_KEPT]
        return self._known[id(node)]

    def _ways(self, node: SymbolNode, packed: PackedNode) -> Iterator[_Part]:
        for ways in product(*map(self.of, packed.children)):
            cost = sum(way[0] for way in ways)
            children = [child for way in ways for child in way[1]]
            if node.is_intermediate or packed.rule.origin.name.startswith("_"):
                yield cost, tuple(children)  # the part of a rule, or a rule that is no tree of its own
                continue
            tree = Tree(packed.rule.alias or packed.rule.origin.name, children)
            if tree.data == "name" and _is_name_cut_short(children):
                continue
            yield cost + _own_cost(tree), (tree,)


def _own_cost(tree: Tree[Token]) -> float:
    if tree.data == "piece":
        return _COST_OF_PIECE.get(getattr(tree.children[0], "type", ""), _COST_OF_OTHER_PIECE)
    return _COST_OF_RULE.get(str(tree.data), 0.0)
