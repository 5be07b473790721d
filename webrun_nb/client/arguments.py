"""Checks the arguments of public functions, and shows the options they take as keywords in their signatures."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar

from webrun_nb.client.errors import ArgumentError
from webrun_nb.common.text import closest_match

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = re.compile(r"^\*\*options(?:\n .*)*", re.MULTILINE)
"""The place in a docstring where the options are described."""
_TEXTS = frozenset({"str", "str | None"})
"""The annotations of arguments that are text. Values of other types are checked where they are used."""


def keywords_of(*options: type[Any], without: Collection[str] = ()) -> Callable[[F], F]:
    """Show the fields of dataclasses in place of a function's `**options`, in its signature and its documentation.

    Parameters
    ----------
    *options : type
        Dataclasses whose fields all have a default value, and are described in their docstrings' `Parameters`. Of
        fields with the same name the first one counts.
    without : collection of str
        The fields that the function does not take.
    """

    def decorate(function: F) -> F:
        whole = inspect.signature(function)
        named = [parameter for parameter in whole.parameters.values() if parameter.kind is not parameter.VAR_KEYWORD]
        shown = {
            field.name: inspect.Parameter(
                field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=field.type
            )
            for each in reversed(options)
            for field in fields(each)
            if field.name not in without
        }
        function.__signature__ = whole.replace(parameters=[*named, *shown.values()])  # type: ignore[attr-defined]
        texts = {name: text for each in reversed(options) for name, text in _descriptions(each) if name not in without}
        described = "\n".join(texts.values())
        function.__doc__ = _OPTIONS.sub(lambda _: described, inspect.cleandoc(function.__doc__ or ""))
        return function

    return decorate


def _descriptions(options: type[Any]) -> Iterator[tuple[str, str]]:
    """Yield the name and the description of each parameter in a class's docstring."""
    section = inspect.cleandoc(options.__doc__ or "").partition("Parameters\n----------\n")[2]
    for entry in re.findall(r"^\w.*(?:\n .*)*", section, re.MULTILINE):
        yield re.split(r"\W", entry, maxsplit=1)[0], entry


def check_arguments(
    function: str, signature: inspect.Signature, args: Sequence[object], kwargs: Mapping[str, object]
) -> None:
    """Check the arguments of a call: all names are known, none is missing, and text arguments are text.

    Parameters
    ----------
    function : str
        The function's name, for the message.
    signature : inspect.Signature
        Its signature, without `self`.
    args, kwargs : sequence, mapping
        The arguments of the call.

    Raises
    ------
    ArgumentError
        The function can't be called with them.
    """
    parameters = signature.parameters
    known = list(parameters)
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    for name in kwargs:
        if name not in parameters and not takes_any:
            raise unknown_argument(function, name, known)
    try:
        given = signature.bind(*args, **kwargs).arguments
    except TypeError as error:
        raise ArgumentError(f"{function}(): {error}", f"it has: {', '.join(known)}") from None
    for name, value in given.items():
        kind = str(parameters[name].annotation)
        if kind in _TEXTS and not isinstance(value, str) and not (value is None and kind != "str"):
            raise ArgumentError(f"{function}() takes text as {name}, not {type(value).__name__}", f"{name}='…'")


def unknown_argument(function: str, name: str, known: Sequence[str]) -> ArgumentError:
    """Return the error for an argument that a function does not have; it names the one that was probably meant."""
    meant = closest_match(name, known)
    hint = f"did you mean {meant}?" if meant else f"it has: {', '.join(known)}"
    return ArgumentError(f"{function}() has no argument {name!r}", hint)
