"""Writes the texts of `%webrun help` from the registry of commands. Pure."""

from __future__ import annotations

import textwrap

from webrun_nb.notebook.syntax.spec import Command, Registry

_FIRST_SCREEN = ("start", "task", "status", "terminate", "help")
_WIDTH = 96
_USAGE_LINES = 3
"""The most lines of a usage on the first screen."""

_FIRST_STEPS = """\
%%webrun task --url practice:shop --schema "name:str, price:float, in_stock:bool" -o laptops
List the laptops under $900, cheapest first.

With no session open, a task runs in a session of its own, which ends with it. An open session costs
money on the hosted service even when it does nothing: %webrun terminate ends it."""


def help_text(registry: Registry, verb: str | None = None) -> str:
    """Return the help of one verb as plain text, or the first screen.

    Raises
    ------
    CommandError
        There is no such verb.
    """
    return _first_screen(registry) if verb is None else _verb_screen(registry.find(verb))


def examples(registry: Registry) -> list[str]:
    """Return the example cells of all commands; in this order they work one after the other."""
    return [cell for command in registry for cell in command.examples]


def usage(command: Command) -> str:
    """Return how a command is written, such as `%webrun start [NAME] [--url URL] [--new]`."""
    subcommands = [each.last_word for each in command.subcommands]
    either = [option for option in command.options if option.label in command.exclusive]
    if subcommands:
        either = list(command.options)
    alternatives = [*(option.usage for option in either), *subcommands]
    words = [f"[{' | '.join(alternatives)}]"] if alternatives else []
    words += [
        option.usage if option.required else f"[{option.usage}]{'...' if option.repeated else ''}"
        for option in command.options
        if option not in either
    ]
    return " ".join([command.magic, *words])


def option_lines(command: Command) -> list[str]:
    """Return a line per option: how it is written, and what it does."""
    width = max((len(option.usage) for option in command.options), default=0)
    return [f"  {option.usage:<{width}}  {option.help}" for option in command.options]


def _first_screen(registry: Registry) -> str:
    shown = [registry.find(name) for name in _FIRST_SCREEN]
    blocks = [f"{_shortened_usage(command)}\n    {command.summary}" for command in shown]
    others = ", ".join(command.name for command in registry if command not in shown)
    also = textwrap.fill(f"Also: {others}.", _WIDTH)
    more = "%webrun help VERB says more; %webrun help docs lists the chapters of the manual."
    return "\n".join([*blocks, "", also, more, "", _FIRST_STEPS])


def _verb_screen(command: Command) -> str:
    lines = [_wrapped_usage(command), f"    {command.summary}"]
    if command.aliases:
        lines.append(f"    also written: {', '.join(command.aliases)}")
    if options := option_lines(command):
        lines += ["", *options]
    for subcommand in command.subcommands:
        indented = [f"  {line}" for line in option_lines(subcommand)]
        lines += ["", _wrapped_usage(subcommand), f"    {subcommand.summary}", *indented]
    shown = [f"  {line}" for cell in command.examples for line in cell.splitlines()]
    lines += ["", "Examples" if len(command.examples) > 1 else "Example", *shown]
    if command.details:
        lines += ["", command.details]
    return "\n".join(lines)


def _shortened_usage(command: Command) -> str:
    """Return the first lines of a command's usage; the options on the others are in the help of the verb."""
    lines = _wrapped_usage(command).splitlines()
    return "\n".join(lines) if len(lines) <= _USAGE_LINES else "\n".join(lines[:_USAGE_LINES]) + " …"


def _wrapped_usage(command: Command) -> str:
    # An option and its value stay together: their space is no place to break a line.
    kept = usage(command).replace(" [", "\n[").replace(" ", "\N{NO-BREAK SPACE}").replace("\n[", " [")
    wrapped = textwrap.fill(kept, _WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
    return wrapped.replace("\N{NO-BREAK SPACE}", " ")
