"""How `%webrun emulator …` is written: the calls of the contract's section 12."""

from __future__ import annotations

from functools import partial

from webrun_nb.notebook import options
from webrun_nb.notebook.commands import (
    EmulatorAccount,
    EmulatorAdvance,
    EmulatorFaults,
    EmulatorFreeze,
    EmulatorInstance,
    EmulatorReset,
    EmulatorRestart,
    EmulatorState,
    EmulatorStatus,
)
from webrun_nb.notebook.errors import CommandError
from webrun_nb.notebook.grammar import Option, Verb

_CLEAR = "clear"
_INSTANCE_START = "instance-start"
_HOW = ("status", "code", "delay_ms", "drop")


def _account(**given: float | bool | None) -> EmulatorAccount:
    changes = {name: value for name, value in given.items() if name != "active"}
    if given.get("active"):
        changes["deactivated"] = False
    return EmulatorAccount(tuple(changes.items()))


def _faults(what: str, **given: object) -> EmulatorFaults:
    """Check what belongs together.

    Raises
    ------
    CommandError
        Something is missing or too much.
    """
    how = [name for name in _HOW if name in given]
    if what == _CLEAR:
        if given:
            raise CommandError(
                "faults clear takes no options", "it takes back every fault: %webrun emulator faults clear"
            )
        return EmulatorFaults(None)
    if what == _INSTANCE_START and how:
        raise CommandError(f"faults {what} takes --times alone", "it always means: the browser does not start")
    if what != _INSTANCE_START and not how:
        raise CommandError(f"faults {what}: what is to go wrong?", "give --status 503, --delay 500 or --drop")
    return EmulatorFaults(what, **given)  # type: ignore[arg-type]


def _name(help_text: str = "whose, if not the current session's") -> Option:
    return Option("", "name", help_text, "NAME", options.name)


EMULATOR = Verb(
    "emulator",
    "look at the emulator, and make time pass or things go wrong",
    EmulatorStatus,
    parts=(
        Verb("emulator status", "whether it runs, where, and what time it has", EmulatorStatus),
        Verb("emulator restart", "end it with all its sessions, and start another", EmulatorRestart),
        Verb(
            "emulator advance",
            "let time pass at once: timeouts, costs and limits follow",
            EmulatorAdvance,
            (Option("", "span_ms", "how much: 6m, 90s, 1h30m, 2d", "6m", options.span_ms, required=True),),
        ),
        Verb("emulator freeze", "stop its clock", partial(EmulatorFreeze, True)),
        Verb("emulator unfreeze", "let its clock run again", partial(EmulatorFreeze, False)),
        Verb("emulator kill", "kill a session's browser", partial(EmulatorInstance, "kill"), (_name(),)),
        Verb("emulator hang", "have a session's browser hang", partial(EmulatorInstance, "hang"), (_name(),)),
        Verb("emulator restore", "bring a lost browser back", partial(EmulatorInstance, "restore"), (_name(),)),
        Verb(
            "emulator account",
            "change the account's limits (none takes one away), or show them",
            _account,
            (
                Option("--balance", "balance", "dollars that are left", "USD", options.limit_usd),
                Option("--spending-limit", "spending_limit", "dollars", "USD", options.limit_usd),
                Option("--session-limit", "session_limit", "sessions at once", "N", options.limit_count),
                Option("--deactivated", "deactivated", "refuse everything"),
                Option("--active", "active", "refuse no more"),
            ),
            exclusive=("--deactivated", "--active"),
        ),
        Verb(
            "emulator faults",
            "have the next calls of an endpoint go wrong",
            _faults,
            (
                Option(
                    "",
                    "what",
                    "start-session, send-message, session-status, task, …; instance-start; or clear",
                    "WHAT",
                    options.endpoint,
                    required=True,
                ),
                Option("--times", "times", "how many calls (1)", "N", options.times),
                Option("--status", "status", "answer with this HTTP status", "503", options.http_status),
                Option("--code", "code", "and with this code", "CODE", options.error_code),
                Option("--delay", "delay_ms", "answer later, by so many ms", "MS", options.delay_ms),
                Option("--drop", "drop", "break the connection off"),
            ),
        ),
        Verb("emulator reset", "end and empty everything, set the clock back", EmulatorReset),
        Verb("emulator state", "all there is to know: a small table, and a dict", EmulatorState, shows_rows=True),
    ),
)
"""`%webrun emulator`, and each of its parts."""
