"""Replaces `{{ expression }}` in a task's text and URL by values of the notebook.

Only `{{ }}` is special: `$900`, `{"json": 1}`, `{% %}` and `{# #}` stay as they are. Expressions are
Jinja expressions, including filters (`{{ names | join(", ") }}`). They run in Jinja's sandbox: they cannot change
objects or access attributes that start with `_`, and an unknown name is an error. A value that contains `{{ }}` is
inserted unchanged.
"""

from __future__ import annotations

import builtins
import contextlib
import math
import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sized
from functools import wraps
from types import ModuleType
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from webrun_nb.client.errors import WebRunError
from webrun_nb.common.codes import ToolkitErrorCode
from webrun_nb.common.text import closest_match

__all__ = ["Template", "TemplateError", "fill", "is_missing"]

# Jinja cannot turn statements and comments off, so they start with a character that no text may contain.
_NEVER = "\x00"
_RAW_HINT = "raw=True leaves {{ }} as it is"
MAX_CHARS = 10_000
"""Maximum length that a repetition, power or width may produce: the maximum length of a task's text."""
_PLACEHOLDER = re.compile(r"%[^a-zA-Z%]*|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
_WIDE = re.compile(r"\d{5,}|^%.*\*|:.*\{")
"""A placeholder whose text may be long: its width has many digits or is a variable."""
_FORMATS = frozenset({"format", "format_map"})
"""Methods whose arguments are values to format, not widths."""
_PADDING_FILTERS = ("center", "format", "indent")
_PADDING_METHODS = frozenset({"center", "expandtabs", "ljust", "rjust", "zfill", *_FORMATS})
_DEFAULT_REPR = re.compile(r"<.* at 0x[0-9a-fA-F]+>", re.DOTALL)


class TemplateError(WebRunError):
    """An `{{ expression }}` cannot be replaced by a value.

    Parameters
    ----------
    message : str
        One line: what is wrong.
    hint : str
        One line: what to write instead.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message, code=ToolkitErrorCode.ARGUMENT, hint=hint)


def fill(text: str, namespace: Mapping[str, object], *, raw: bool = False) -> str:
    """Return `text` with each `{{ expression }}` replaced by its value.

    Parameters
    ----------
    text : str
        The body of a cell, or a URL.
    namespace : mapping of str to object
        The notebook's names (IPython's `user_ns`).
    raw : bool
        Return `text` unchanged.

    Raises
    ------
    TemplateError
        An unknown name, an expression that is invalid or fails, a `{{` without an end, or a value that has no
        sensible text (None, NaN, functions, DataFrames, …).
    """
    return Template(text, raw=raw).fill(namespace)


class Template:
    """A text with `{{ expression }}`, parsed once, to be filled often.

    Parameters
    ----------
    text : str
        The text.
    raw : bool
        It is left unchanged.

    Raises
    ------
    TemplateError
        An expression is invalid, or a `{{` has no end.
    """

    def __init__(self, text: str, *, raw: bool = False) -> None:
        self.text = text
        self._template: jinja2.Template | None = None
        self._names: frozenset[str] = frozenset()
        if raw or "{{" not in text:
            return
        if _NEVER in text:
            raise TemplateError("the text contains a NUL character", "remove it, or use raw=True")
        environment = _environment()
        with _explained(text):
            tree = environment.parse(text)
            self._names = frozenset(node.name for node in tree.find_all(nodes.Name))
            self._template = environment.from_string(tree)

    @property
    def names(self) -> frozenset[str]:
        """The names that its expressions mention."""
        return self._names

    def fill(self, namespace: Mapping[str, object]) -> str:
        """Return the text with each expression replaced by its value; see `fill`."""
        if self._template is None:
            return self.text
        _check_names(self._names, namespace)
        with _explained(self.text):
            return self._template.render({name: namespace[name] for name in self._names})


@contextlib.contextmanager
def _explained(text: str) -> Iterator[None]:
    """Raise a TemplateError for what goes wrong while a template is read or filled.

    That is Jinja's own errors (missing attributes, refusals of the sandbox), and those of expressions in Python.
    """
    try:
        yield
    except jinja2.TemplateSyntaxError as error:
        raise _unreadable(text, error) from error
    except (
        jinja2.TemplateError,
        ArithmeticError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
    ) as error:
        reason = str(error) or type(error).__name__
        raise TemplateError(f"{{{{ }}}} cannot be evaluated: {reason}", _RAW_HINT) from error


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, with limits for powers, repetitions and widths, which can produce endless text."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for name in _PADDING_FILTERS:
            self.filters[name] = _bounded(name, self.filters[name])

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Evaluate a multiplication, power or `%` if the size of its result is limited."""
        if operator == "%":
            _check_widths(left)
        elif isinstance(left, int) and isinstance(right, int):
            bits = left.bit_length() * right if operator == "**" else left.bit_length() + right.bit_length()
            _check_size(bits)
        elif operator == "*":
            for many, times in ((left, right), (right, left)):
                if isinstance(many, Sized) and isinstance(times, int):
                    _check_size(len(many) * times)
        return super().call_binop(context, operator, left, right)

    def call(self, context: Context, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call an object, unless it would produce a text of a huge width."""
        method = getattr(obj, "__wrapped__", obj)  # the sandbox has a str.format of its own
        text, name = getattr(method, "__self__", None), getattr(method, "__name__", "")
        if isinstance(text, str | bytes) and name in _PADDING_METHODS:
            _check_widths(text, *(() if name in _FORMATS else (*args, *kwargs.values())))
        return super().call(context, obj, *args, **kwargs)


def _bounded(name: str, made: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that refuses huge widths."""

    @wraps(made)
    def bounded(*args: Any, **kwargs: Any) -> Any:
        if name in _FORMATS:
            _check_widths(args[0])
        else:
            _check_widths(None, *args[1:], *kwargs.values())
        return made(*args, **kwargs)

    return bounded


def _check_widths(format_text: object, *widths: object) -> None:
    """Raise an error for a huge width, in the placeholders of a format or as a number."""
    for placeholder in _PLACEHOLDER.findall(format_text) if isinstance(format_text, str) else ():
        if _WIDE.search(placeholder):
            _check_size(MAX_CHARS + 1)
    for width in widths:
        if isinstance(width, int):
            _check_size(width)


def _check_size(size: int) -> None:
    if size > MAX_CHARS:
        raise TemplateError(
            f"a {{{{ }}}} would become longer than the {MAX_CHARS:,} characters of a task",
            "compute it in a cell, and use the name of the result",
        )


def _environment() -> _Sandbox:
    return _Sandbox(
        block_start_string=_NEVER + "{%",
        block_end_string="%}" + _NEVER,
        comment_start_string=_NEVER + "{#",
        comment_end_string="#}" + _NEVER,
        undefined=jinja2.StrictUndefined,
        finalize=_as_text,
        keep_trailing_newline=True,
        autoescape=False,
    )


def _check_names(names: Collection[str], namespace: Mapping[str, object]) -> None:
    for name in sorted(names):
        if name.startswith("__"):
            raise TemplateError(f"{{{{ {name} }}}} is not available", "names that start with __ are reserved by Python")
        if name in namespace:
            continue
        meant = closest_match(
            name, [known for known in namespace if not known.startswith("_") and not _is_pythons(namespace, known)]
        )
        if meant:
            hint = f"did you mean {meant}?"
        elif hasattr(builtins, name):
            hint = "Python's functions are not available here; use a Jinja filter: {{ rows | length }}"
        else:
            hint = f"run the cell that sets it, or {_RAW_HINT}"
        raise TemplateError(f"{{{{ {name} }}}}: there is no {name!r} in the notebook", hint)


def _is_pythons(namespace: Mapping[str, object], name: str) -> bool:
    """Return whether a name is defined by Python or IPython: `open`, `exit`, `quit`, `get_ipython`, `In`."""
    return hasattr(builtins, name) or name in ("In", "Out", "exit", "quit", "get_ipython")


def _as_text(value: object) -> str:
    """Return the text of an expression's value; raise an error for values whose text is meaningless."""
    if isinstance(value, jinja2.Undefined):
        return str(value)  # raises an error that names the missing attribute
    kind = type(value).__name__
    if is_missing(value):
        raise TemplateError(f"a {{{{ }}}} is {value}", "assign a value first")
    if _is_frame(value):
        raise TemplateError(
            f"a {{{{ }}}} is a whole {kind}, whose text is only an excerpt",
            "write {{ df.name | join(', ') }} or {{ df.to_csv() }}",
        )
    if isinstance(value, bytes | bytearray | ModuleType) or callable(value):
        raise TemplateError(f"a {{{{ }}}} is a {kind}, not a text", "is a call's () or a .decode() missing?")
    text = str(value)
    if _DEFAULT_REPR.fullmatch(text):
        raise TemplateError(
            f"a {{{{ }}}} is a {kind}, which cannot be written as text",
            "name one of its attributes: {{ x.name }}",
        )
    return text


def is_missing(value: object) -> bool:
    """Return whether a value is None, NaN, `pandas.NA` or `NaT`."""
    if value is None:
        return True
    if isinstance(value, float):
        return math.isnan(value)
    pandas = sys.modules.get("pandas")  # a missing value of pandas exists only where pandas was imported
    return pandas is not None and (value is pandas.NA or value is pandas.NaT)


def _is_frame(value: object) -> bool:
    pandas, numpy = sys.modules.get("pandas"), sys.modules.get("numpy")
    return (pandas is not None and isinstance(value, pandas.DataFrame | pandas.Series | pandas.Index)) or (
        numpy is not None and isinstance(value, numpy.ndarray)
    )


def _unreadable(text: str, error: jinja2.TemplateSyntaxError) -> TemplateError:
    if "}}" not in text[text.rfind("{{") :]:
        return TemplateError("a {{ has no }}", f"add }}}}; {_RAW_HINT}")
    if re.search(r"\{\{-?\s*-?\}\}", text):
        return TemplateError("a {{ }} is empty", f"write an expression, for example {{{{ city }}}}; {_RAW_HINT}")
    return TemplateError(f"line {error.lineno}: the expression in {{{{ }}}} is invalid: {error.message}", _RAW_HINT)
