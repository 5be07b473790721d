"""The parts of the tree of a clause, by their rules and tokens, and the words that they stand for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lark import Token, Tree


class SenselessError(Exception):
    """Raised for a tree whose words make no sense together."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the tree of a clause."""

    tree: Tree[Token]
    clause: str

    @property
    def rule(self) -> str:
        """The rule of the grammar."""
        return str(self.tree.data)

    def parts(self, *rules: str) -> list[Part]:
        """Return the parts right below it, of these rules."""
        found = [Part(child, self.clause) for child in self.tree.children if isinstance(child, Tree)]
        return [part for part in found if not rules or part.rule in rules]

    def part(self, *rules: str) -> Part | None:
        """Return the first part right below it, of these rules."""
        return next(iter(self.parts(*rules)), None)

    def token(self, *types: str) -> Token | None:
        """Return its first own token of these types."""
        found = (child for child in self.tree.children if isinstance(child, Token))
        return next((token for token in found if token.type in types), None)

    def tokens(self) -> Iterator[Token]:
        """Yield all of its tokens."""
        return (token for token in self.tree.scan_values(lambda value: isinstance(value, Token)))

    @property
    def text(self) -> str:
        """The words of the clause that it stands for."""
        tokens = list(self.tokens())
        return between(self.clause, tokens[0], tokens[-1]) if tokens else ""


def between(clause: str, first: Token, last: Token) -> str:
    """Return the words of a clause from one token to another."""
    assert first.start_pos is not None
    assert last.end_pos is not None
    return clause[first.start_pos : last.end_pos].strip()
