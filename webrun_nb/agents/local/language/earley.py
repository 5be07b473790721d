"""Lark's Earley parser, with the two loops made cheaper that take nearly all of its time. The forests are the same."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from lark import Lark
from lark.parsers.earley_common import Item
from lark.parsers.xearley import Parser


def with_faster_parser(lark: Lark) -> Lark:
    """Replace the parser of a grammar.

    Parameters
    ----------
    lark : Lark
        A grammar that was read with ``parser="earley"``, ``lexer="dynamic"`` and ``ambiguity="forest"``.

    Returns
    -------
    Lark
        The same object.
    """
    usual = lark.parser.parser
    assert type(usual) is Parser, "not the Earley parser with the dynamic lexer"
    faster = _Parser.__new__(_Parser)
    faster.__dict__.update(usual.__dict__)
    lark.parser.parser = faster
    return lark


class _Parser(Parser):
    """The parser, with what a column awaits in a table.

    Lark predicts all that a symbol can begin with again for each item that awaits the symbol, and looks through a whole
    column for the items that await what was completed. Here each rule is predicted once in a column, and each column
    has a table of its items by the symbol that they await. Items are added in the same order as by Lark.
    """

    def predict_and_complete(
        self, i: int, to_scan: Any, columns: Any, awaiting: list[dict[str, list[Any]]], node_cache: dict[Any, Any]
    ) -> None:
        """Add to column `i` what its items predict and complete.

        `awaiting` is the argument that Lark has for the transitive items of right recursion, a dict for each column:
        Lark makes no such items, and the dicts are the tables here.
        """
        column, table = columns[i], awaiting[i]
        predicted, rules = set[str](), set[int]()
        held: dict[str, Any] = {}  # the nodes of symbols that are completed without a character
        items = deque[Any]()

        def node(item: Any) -> Any:
            label = (item.s, item.start, i)
            if label not in node_cache:
                node_cache[label] = self.SymbolNode(*label)  # type: ignore[no-untyped-call]
            return node_cache[label]

        def enter(item: Any) -> None:
            if item.expect is not None:
                table.setdefault(item.expect.name, []).append(item)
            items.append(item)

        def add(item: Any) -> None:
            if item.expect is not None and item.expect.is_term:
                to_scan.add(item)
            elif item not in column:
                column.add(item)
                enter(item)

        def completed(item: Any) -> Iterator[Any]:
            if item.node is None:
                item.node = node(item)
                item.node.add_family(item.s, item.rule, item.start, None, None)
            if item.start == i:
                held[item.rule.origin.name] = item.node
            for originator in tuple(awaiting[item.start].get(item.s.name, ())):
                new = originator.advance()
                new.node = node(new)
                new.node.add_family(new.s, new.rule, i, originator.node, item.node)
                yield new

        def begun(item: Any) -> Iterator[Any]:
            symbol = item.expect.name
            if symbol not in predicted:
                predicted.add(symbol)
                new_rules = [rule for rule in self.predictions[item.expect] if id(rule) not in rules]
                rules.update(map(id, new_rules))
                for rule in new_rules:
                    yield Item(rule, 0, i)  # type: ignore[no-untyped-call]
            if symbol in held:
                new = item.advance()
                new.node = node(new)
                new.node.add_family(new.s, new.rule, new.start, item.node, held[symbol])
                yield new

        for item in column:
            enter(item)
        while items:
            item = items.pop()
            for new in completed(item) if item.is_complete else begun(item):
                add(new)
