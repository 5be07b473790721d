"""Looks up the names in `{{ expression }}` and `--schema NAME` where the magic is run.

A magic may be run in a function: `get_ipython().run_cell_magic("webrun", "task", text)`, or a `%webrun` line in its
body. There a name means what it means in Python: the function's own, an enclosing function's, then the module's. The
text is no code to Python, so that a function does not capture a name that only the text mentions. Where such a name may
be an enclosing function's, it is refused, never taken from the notebook.
"""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Iterator, Mapping, Sequence
from types import CodeType, FrameType

from webrun_nb.notebook.syntax.errors import CommandError

__all__ = ["Scope", "caller_of"]

_NOT_CALLERS = ("IPython.", "ipykernel.", "webrun_nb.")
_RUN_AT_ONCE = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>"})
"""Comprehensions with a frame of their own (before Python 3.12); they run in the frame of the code around them."""


def caller_of(frame: FrameType | None) -> FrameType | None:
    """Return the frame of the code that runs a magic: the nearest outside of IPython and of this package."""
    while frame is not None and str(frame.f_globals.get("__name__", "")).startswith(_NOT_CALLERS):
        frame = frame.f_back
    return frame


class Scope(Mapping[str, object]):
    """Maps the names that are visible where a magic is run to their values.

    Parameters
    ----------
    notebook : mapping of str to object
        The notebook's names (IPython's `user_ns`).
    caller : frame, optional
        See `caller_of`.
    """

    def __init__(self, notebook: Mapping[str, object], caller: FrameType | None = None) -> None:
        self._notebook = notebook
        self._layers: list[Mapping[str, object]] = []
        self._hidden: frozenset[str] | None = frozenset()
        """Names of enclosing functions that can't be read from here; None where those functions are unknown."""
        self._unset: set[str] = set()
        """Variables of the caller that have no value yet."""
        self._module: Mapping[str, object] = {}
        self._line = None if caller is None else (caller.f_code.co_filename, caller.f_lineno)
        if caller is not None:
            self._read(caller)

    def __getitem__(self, name: str) -> object:
        for layer in self._layers:
            if name in layer:
                return layer[name]
        if name in self._unset:
            raise CommandError(f"{name} has no value yet where this runs", f"set {name} first")
        known = name in self._module or name in self._notebook
        if known and (self._hidden is None or name in self._hidden):
            raise CommandError(
                f"{name} may be a variable of the enclosing function or of the notebook, and only this text names it",
                f"give the function a parameter: def f(..., {name}={name})",
            )
        if name in self._module and name in self._notebook and self._module[name] is not self._notebook[name]:
            raise CommandError(
                f"{name} is one thing in the module that runs this and another in the notebook",
                f"give the function a parameter that is called otherwise than {name}",
            )
        return self._module[name] if name in self._module else self._notebook[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for layer in (*self._layers, self._module, self._notebook) for name in layer))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return name in self._unset or any(name in layer for layer in (*self._layers, self._module, self._notebook))

    @property
    def is_result_used(self) -> bool:
        """True if the line that runs the magic does something with its result: `code = %webrun code`.

        False for a line that consists of the magic, and where the source of the line is not known.
        """
        if self._line is None:
            return False
        name, number = self._line
        try:
            module = ast.parse("".join(linecache.getlines(name)))
        except SyntaxError:
            return False
        around = [
            node
            for node in ast.walk(module)
            if isinstance(node, ast.stmt) and node.lineno <= number <= (node.end_lineno or node.lineno)
        ]
        return bool(around) and not isinstance(max(around, key=lambda node: node.lineno), ast.Expr)

    def _read(self, frame: FrameType) -> None:
        if frame.f_globals is not self._notebook:
            self._module = frame.f_globals
        while frame.f_locals is not frame.f_globals:  # not at the top level of a cell or module
            code = frame.f_code
            self._layers.append(frame.f_locals)
            if code.co_flags & inspect.CO_OPTIMIZED:  # a function, not a class body
                self._unset.update({*code.co_varnames, *code.co_cellvars, *code.co_freevars} - set(frame.f_locals))
            around = frame.f_back
            if code.co_name in _RUN_AT_ONCE and around is not None:
                frame = around
                continue
            if "<locals>" in code.co_qualname:
                enclosing = _enclosing(frame)
                self._hidden = None if enclosing is None else frozenset(_variables(enclosing, code))
            return


def _enclosing(frame: FrameType) -> CodeType | None:
    """Return the code of the outermost function around a function; None if it isn't found."""
    code = frame.f_code
    outermost = code.co_qualname.partition(".<locals>")[0]
    found: object = frame.f_globals.get(outermost.partition(".")[0])
    for part in outermost.split(".")[1:]:  # a method
        found = getattr(found, part, None)
    candidates: list[object] = [getattr(inspect.unwrap(found), "__code__", None)] if callable(found) else []
    around = frame.f_back
    while around is not None:
        candidates.append(around.f_code)
        around = around.f_back
    return next((each for each in candidates if isinstance(each, CodeType) and _path(each, code)), None)


def _path(outer: CodeType, inner: CodeType) -> Sequence[CodeType]:
    """Return the codes from `outer` to the one directly around `inner`; empty if `inner` is not within `outer`."""
    for const in outer.co_consts:
        if const is inner:
            return [outer]
        if isinstance(const, CodeType) and (rest := _path(const, inner)):
            return [outer, *rest]
    return []


def _variables(outer: CodeType, inner: CodeType) -> Iterator[str]:
    """Yield the variables of the functions around `inner`, from `outer` on; those of a class body are not visible."""
    for code in _path(outer, inner):
        if code.co_flags & inspect.CO_OPTIMIZED:
            yield from (*code.co_varnames, *code.co_cellvars, *code.co_freevars)
