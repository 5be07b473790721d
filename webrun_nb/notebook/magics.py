"""The magics `%webrun` and `%%webrun`: a thin layer between IPython and the commands.

Loading the extension imports only this module; the toolkit is imported with the first magic, its widgets with the first
card, and pandas with the first table.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand
from traitlets import Any, Bool, TraitError, observe, validate
from traitlets.utils.bunch import Bunch

import webrun_nb

if TYPE_CHECKING:
    from webrun_nb.notebook.commands.dispatch import Dispatcher


MATCHER = "webrun_nb"
"""The name of the matcher that completes lines of `%webrun`."""


class OnOff(Bool[bool, bool]):
    """A Bool whose error says which values are valid."""

    def error(self, obj: object, value: object, *about: object) -> NoReturn:
        """Raise the error with the valid values."""
        raise TraitError(
            f"{self.name}: {value!r} can't be used; write True or False: %config WebrunMagics.{self.name} = True"
        )


@magics_class
class WebrunMagics(Magics):
    """The magics `%webrun` and `%%webrun`; `%config WebrunMagics` lists and sets their options."""

    short_errors = OnOff(True, help="Show an error as one line; False shows tracebacks.").tag(config=True)

    max_cost = Any(
        None,
        help="What all sessions of this notebook may cost together, in US dollars; then they are ended. None: no limit."
        " Kept while the kernel lives; sessions of the emulator and of the hosted service are counted apart.",
    ).tag(config=True)

    agent = Any(
        None,
        help="Who does the tasks that name no agent: 'local' (rules), 'llm' (a language model), 'auto' (the model where"
        " the rules fail). None: 'llm' if there is a model, else 'local'. On the emulator alone.",
    ).tag(config=True)

    model = Any(
        None,
        help="The language model of the tasks that name none: 'openai:gpt-4.1-mini', 'ollama:qwen3'. Its key is read"
        " from the provider's own environment variable.",
    ).tag(config=True)

    model_url = Any(
        None, help="The model's address, where that is not its provider's: an endpoint that speaks OpenAI's protocol."
    ).tag(config=True)

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._dispatcher: Dispatcher | None = None
        self._shown_before: Callable[[], bool] | None = None

    def print_open_sessions_at_end(self) -> None:
        """Print at the end of the running cell which sessions are open, unless it loads the magics again."""
        assert self.shell is not None, "magics live in a shell"
        self.shell.events.register("post_execute", self._print_open_sessions)

    def print_reloaded(self) -> None:
        """Print that the magics are loaded again, and which sessions are open."""
        from webrun_nb.notebook.display import open_sessions

        self._unregister_print()
        open_sessions.print_reloaded()

    def _print_open_sessions(self) -> None:
        from webrun_nb.notebook.display import open_sessions

        self._unregister_print()
        open_sessions.print_open()

    def _unregister_print(self) -> None:
        assert self.shell is not None, "magics live in a shell"
        if self._print_open_sessions in self.shell.events.callbacks["post_execute"]:
            self.shell.events.unregister("post_execute", self._print_open_sessions)

    def enter(self) -> None:
        """Show errors as this notebook's options say; called when one of its cells begins."""
        from webrun_nb.client.errors import show_as

        self._shown_before = show_as(lambda: self.short_errors)

    def leave(self) -> None:
        """Show errors as before; called when a cell has ended. One shell may run a cell of another."""
        from webrun_nb.client.errors import show_as

        if self._shown_before is not None:
            show_as(self._shown_before)
            self._shown_before = None

    @validate("max_cost")
    def _check_amount(self, proposal: Bunch) -> object:
        from webrun_nb.client.errors import WebRunError
        from webrun_nb.client.monitoring.budget import limit_usd

        try:
            limit_usd(proposal.value)
        except WebRunError as error:
            write = "write US dollars, %config WebrunMagics.max_cost = 0.50, or None for no limit"
            raise TraitError(f"max_cost: {error.message}; {write}") from error  # traitlets restores the old value
        return proposal.value

    @observe("max_cost")
    def _limit(self, change: Bunch) -> None:
        from webrun_nb.notebook.api import toolkit

        toolkit.limit(change.new)

    @validate("agent", "model", "model_url")
    def _check_agent(self, proposal: Bunch) -> object:
        from webrun_nb.notebook.syntax import values
        from webrun_nb.notebook.syntax.errors import CommandError

        if proposal.value is None:
            return None
        try:
            return getattr(values, proposal.trait.name)(str(proposal.value), proposal.trait.name)
        except CommandError as error:
            raise TraitError("; ".join(part for part in (error.message, error.hint) if part)) from error

    @observe("agent", "model", "model_url")
    def _choose_agent(self, _: Bunch) -> None:
        from webrun_nb.client.tasks.agent_choice import AgentChoice
        from webrun_nb.notebook.api import toolkit

        toolkit.choose_agent(AgentChoice(self.agent, self.model, self.model_url))

    @no_var_expand
    @line_cell_magic
    def webrun(self, line: str, cell: str | None = None) -> object:
        """Run a command of the toolkit: `%webrun help` lists them."""
        from webrun_nb.client.errors import ShortTracebackMixin
        from webrun_nb.notebook.commands.dispatch import Dispatcher
        from webrun_nb.notebook.commands.registry import COMMANDS
        from webrun_nb.notebook.hints import rewrite_for_magics
        from webrun_nb.notebook.scope import Scope, caller_of
        from webrun_nb.notebook.syntax.parser import parse

        if self._dispatcher is None:
            assert self.shell is not None, "magics live in a shell"
            self._dispatcher = Dispatcher(self.shell, COMMANDS)
        scope = Scope(self._dispatcher.names, caller_of(sys._getframe(1)))
        try:
            return self._dispatcher.run(parse(COMMANDS, line, cell), scope)
        except ShortTracebackMixin as error:
            rewrite_for_magics(error)
            raise

    @staticmethod
    def keep_empty_cells(lines: list[str]) -> list[str]:
        """Pass empty cells of `%%webrun` on to the magic: IPython would refuse them without saying what to write."""
        if lines and lines[0].startswith("%%webrun") and not "".join(lines[1:]).strip():
            return [f"{lines[0].rstrip()}\n", " \n"]
        return lines

    def complete(self, context: CompletionContext) -> SimpleMatcherResult:
        """Return the completions of a line; starts nothing, and asks a server only if one is already used."""
        from webrun_nb.notebook.commands.registry import COMMANDS
        from webrun_nb.notebook.syntax.completion import complete

        names = {} if self._dispatcher is None else self._dispatcher.known_names()
        found = complete(COMMANDS, context.text_until_cursor, names)
        if found is None:
            return SimpleMatcherResult(completions=[], suppress=False)
        completions = _OnlyThese(SimpleCompletion(name) for name in found.names)
        return SimpleMatcherResult(
            completions=completions, matched_fragment=found.fragment, ordered=True, suppress=True
        )


class _OnlyThese(list[SimpleCompletion]):
    """Completions that suppress all others, even when empty: IPython asks if the length is 0."""

    def __len__(self) -> int:
        return super().__len__() or 1


def load(ipython: InteractiveShell) -> None:
    """Register the magics, and the name `webrun` in the notebook unless it is taken. Starts nothing.

    A shell that had them before has the same ones again: its current session, jobs, names, cards and options. Then a
    line says so.
    """
    known = _magics_of(ipython)
    magics = known or WebrunMagics(ipython)
    unload(ipython)
    if known is not None:
        known.print_reloaded()
    ipython.register_magics(magics)
    ipython.input_transformers_cleanup.append(WebrunMagics.keep_empty_cells)
    matcher = context_matcher(identifier=MATCHER, priority=1)(lambda context: magics.complete(context))
    ipython.Completer.custom_matchers.append(matcher)
    ipython.events.register("pre_execute", magics.enter)
    ipython.events.register("post_execute", magics.leave)
    magics.enter()  # for the cell that loads them
    if "webrun" not in ipython.user_ns:
        ipython.push({"webrun": webrun_nb}, interactive=False)  # type: ignore[no-untyped-call]


def unload_and_say(ipython: InteractiveShell) -> None:
    """Unregister the magics; a line at the end of the cell says which sessions stay open."""
    unload(ipython)
    if (magics := _magics_of(ipython)) is not None:
        magics.print_open_sessions_at_end()


def unload(ipython: InteractiveShell) -> None:
    """Unregister the magics, if they are registered; sessions, jobs and cards stay."""
    magics = _magics_of(ipython)
    for kind in ("line", "cell"):
        ipython.magics_manager.magics[kind].pop("webrun", None)
    if WebrunMagics.keep_empty_cells in ipython.input_transformers_cleanup:
        ipython.input_transformers_cleanup.remove(WebrunMagics.keep_empty_cells)
    matchers = ipython.Completer.custom_matchers
    matchers[:] = [known for known in matchers if getattr(known, "matcher_identifier", "") != MATCHER]
    if magics is not None and magics.enter in ipython.events.callbacks["pre_execute"]:
        ipython.events.unregister("pre_execute", magics.enter)
        ipython.events.unregister("post_execute", magics.leave)
        magics.leave()


def _magics_of(ipython: InteractiveShell) -> WebrunMagics | None:
    """Return the magics that were loaded into a shell, even if they were unloaded since."""
    return next((each for each in ipython.configurables if isinstance(each, WebrunMagics)), None)
