"""The faster Earley parser builds the forests that Lark's own parser builds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lark import Lark
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF
from lark.parsers.earley_forest import PackedNode, SymbolNode

from webrun_nb.agents.local.language.earley import with_faster_parser
from webrun_nb.agents.local.language.grammar import Start, parser_of_lark


def forest(root: Any) -> Iterator[object]:
    """List the nodes of a forest in the order in which they are reached, each once."""
    waiting, seen = [root], set[int]()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, SymbolNode):
            yield str(node.s), node.start, node.end
        elif isinstance(node, PackedNode):
            yield str(node.rule), node.start
        else:
            yield node.token.type, str(node.token), node.token.start_pos, node.token.end_pos
        waiting.extend(getattr(node, "children", ()))


@pytest.fixture(scope="module")
def usual() -> Lark:
    return parser_of_lark()


@pytest.fixture(scope="module")
def faster() -> Lark:
    return with_faster_parser(parser_of_lark())


@pytest.mark.parametrize(
    ("clause", "start"),
    [
        ('click the "Add to cart" button next to Aurora 14', "sentence"),
        ("type the third word of the paragraph into the Word field", "sentence"),
        ("for the second row, tick all boxes except the first and the last", "sentence"),
        ("book the cheapest flight from LAX to Boston on 10/25/2016", "sentence"),
        ("the total is over $50", "premise"),
        ('is the "Gift wrap" box checked', "question"),
        ("the first link with the lowest price", "thing"),
    ],
)
def test_forests_are_the_same(usual: Lark, faster: Lark, clause: str, start: Start) -> None:
    assert list(forest(faster.parse(clause, start=start))) == list(forest(usual.parse(clause, start=start)))


@pytest.mark.parametrize("clause", ["", "the", "click the button >>", "?"])
def test_what_is_no_clause_is_refused_alike(usual: Lark, faster: Lark, clause: str) -> None:
    with pytest.raises((UnexpectedCharacters, UnexpectedEOF)) as expected:
        usual.parse(clause, start="sentence")
    with pytest.raises(expected.type):
        faster.parse(clause, start="sentence")


def test_an_empty_symbol_is_completed_once_it_is_predicted() -> None:
    grammar = 'start: a b a "x"\na: "a"*\nb: a | "b"'

    def lark() -> Lark:
        return Lark(grammar, parser="earley", lexer="dynamic", ambiguity="forest", keep_all_tokens=True)

    for text in ("x", "aax", "abax", "bx"):
        assert list(forest(with_faster_parser(lark()).parse(text))) == list(forest(lark().parse(text)))
