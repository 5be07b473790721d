"""Works out problems that a page states: sums and equations with one unknown."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from webrun_nb.browsers.observation import Observation

_MOST_CHARS = 60
_SIGNS = str.maketrans({"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", ":": "/", "^": "^"})
_TERM = r"[\d.,a-zA-Z()+*/\s-]"
_EQUATION = re.compile(rf"(?P<left>{_TERM}{{1,40}})=(?P<right>{_TERM}{{0,40}}|\s*\?)\s*\??\s*$")
_SUM = re.compile(r"^[\s\d.()+*/-]*\d\s*[-+*/]\s*[\d(][\s\d.()+*/-]*$")
_DATE = re.compile(r"\b\d{4}-\d{1,2}-\d{1,2}\b|\b\d{1,2}([/.-])\d{1,2}\1(?:\d{4}|\d{2})\b")
_ASKS = re.compile(r"^(?:what\s+is|how\s+much\s+is|calculate|compute|solve|work\s+out)\s*:?\s*", re.I)
_OPERATIONS: Mapping[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip


def solution_on(seen: Observation) -> str | None:
    """Return the solution of the one problem that a page states; None where it states none, or several."""
    lines = [text.text or text.name for text in seen.texts] + seen.text.split("\n")
    solutions = {found for line in lines for found in [solution_of(line)] if found is not None}
    return solutions.pop() if len(solutions) == 1 else None


def solution_of(line: str) -> str | None:
    """Return the solution of a line ("3 + 4 =": 7, "2x - 3 = 5": 4); None where it states no problem.

    >>> solution_of("3 x 4 =")
    '12'
    >>> solution_of("x - 3 = 5")
    '8'
    """
    if len(line) > _MOST_CHARS:
        return None
    if _DATE.search(line):
        return None
    text = _ASKS.sub("", line.translate(_SIGNS).strip())
    equation = _EQUATION.search(text)
    if equation is not None:
        left, right = equation["left"].strip(), equation["right"].strip(" ?")
        if not right:
            return _number(_calculated(re.sub(r"(?<=\d)\s*x\s*(?=\d)", "*", left)))
        return _number(_solved(left, right))
    return _number(_calculated(text.rstrip("? "))) if _SUM.match(text.rstrip("? ")) else None


def _number(value: Fraction | None) -> str | None:
    if value is None:
        return None
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.10g}"


def _solved(left: str, right: str) -> Fraction | None:
    """Solve an equation that is linear in its one unknown."""
    names = set(re.findall(r"[a-zA-Z]+", left + right))
    if len(names) != 1 or len(name := names.pop()) != 1:
        return None
    at = [_difference(left, right, name, Fraction(value)) for value in (0, 1, 2)]
    zero, one, two = at
    if zero is None or one is None or two is None or one - zero == 0 or two - one != one - zero:
        return None
    return -zero / (one - zero)


def _difference(left: str, right: str, name: str, value: Fraction) -> Fraction | None:
    a, b = (_calculated(re.sub(rf"(?<=[\d)])\s*(?={name})", "*", side), {name: value}) for side in (left, right))
    return None if a is None or b is None else a - b


def _calculated(text: str, names: Mapping[str, Fraction] | None = None) -> Fraction | None:
    """Calculate an expression of numbers, names, signs and brackets."""
    try:
        tree = ast.parse(text.replace(",", "").strip(), mode="eval")
        return _value(tree.body, names or {})
    except (SyntaxError, ValueError, ZeroDivisionError, RecursionError, KeyError):
        return None


def _value(node: ast.expr, names: Mapping[str, Fraction]) -> Fraction:
    """Return the value of a part of an expression.

    Raises
    ------
    ValueError
        It is something else than arithmetic.
    """
    match node:
        case ast.Constant(value=int() | float() as number):
            return Fraction(str(number))
        case ast.Name(id=name):
            return names[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, names)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _value(operand, names)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATIONS:
            return _OPERATIONS[type(sign)](_value(left, names), _value(right, names))
    raise ValueError(ast.dump(node))


def problems_in(seen: Observation) -> Iterator[str]:
    """Yield the lines of a page that state a problem."""
    for line in seen.text.split("\n"):
        if solution_of(line) is not None:
            yield line
