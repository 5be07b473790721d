"""`%webrun emulator …`, in a notebook."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

from webrun_nb.client.errors import WebRunError
from webrun_nb.common.local_time import date_and_time
from webrun_nb.notebook.api import toolkit
from webrun_nb.notebook.commands.definitions import (
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
from webrun_nb.notebook.syntax import values
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.spec import Option, Verb
from webrun_nb.notebook.text.markdown import NO_FORMULAS, html_text
from webrun_nb.notebook.workspace import Workspace
from webrun_nb.wire.responses import AccountUsage

_INSTANCE_SAID = {"kill": "was killed", "hang": "hangs", "restore": "is to come back"}


def status(workspace: Workspace, command: EmulatorStatus) -> None:
    """Say whether it runs, and where; starts nothing."""
    client, emulator = toolkit.current, toolkit.emulator
    if client is None or (emulator is not None and client.base_url == emulator.url and not emulator.running):
        print("the emulator is not running; it starts with the first session")
        return
    clock = client.control.state()["clock"]
    process = f" · pid {emulator.pid}" if emulator is not None and client.base_url == emulator.url else ""
    stands = "" if clock["clockRunning"] else ", frozen"
    live = len(workspace.live_sessions)
    print(f"{client.base_url}{process} · {live} {_sessions(live)} open here · {_time(clock['now'])}{stands}")


def restart(workspace: Workspace, command: EmulatorRestart) -> None:
    """End this kernel's emulator and start another.

    Raises
    ------
    CommandError
        The current server is not this kernel's emulator.
    """
    if toolkit.elsewhere:
        raise CommandError(
            "the current server is not this kernel's emulator", "restart it where it was started, or %webrun logout"
        )
    lost = workspace.live_sessions
    emulator = toolkit.restart_emulator()
    _say_ended(workspace)
    print(f"{emulator.url} · pid {emulator.pid} · {len(lost)} {_sessions(len(lost))} ended with the one before")


def advance(workspace: Workspace, command: EmulatorAdvance) -> None:
    """Let time pass, and say what ended thereby."""
    now_ms = toolkit.client().control.advance(command.span_ms)
    _read_again(workspace)
    print(f"it is now {_time(now_ms)}")


def freeze(workspace: Workspace, command: EmulatorFreeze) -> None:
    """Stop the clock, or let it run."""
    now_ms = toolkit.client().control.freeze(command.frozen)
    _read_again(workspace)
    print(f"the clock {'stands still' if command.frozen else 'runs again'} at {_time(now_ms)}")


def instance(workspace: Workspace, command: EmulatorInstance) -> None:
    """Kill, hang or restore a session's browser."""
    session = workspace.session(command.name)
    session.client.control.instance(session.session_id, command.action)
    session.status()
    print(f"the browser of {session.name} {_INSTANCE_SAID[command.action]}")


def account(workspace: Workspace, command: EmulatorAccount) -> None:
    """Change the account's limits, or show them."""
    client = toolkit.client()
    if command.changes:
        now = client.control.account(**dict(command.changes))
    else:
        now = AccountUsage.model_validate({"success": True, **client.control.state()["account"]})
    print(_account_line(now))


def faults(workspace: Workspace, command: EmulatorFaults) -> None:
    """Have calls go wrong, or take that back."""
    control = toolkit.client().control
    if command.what is None:
        control.clear_faults()
        print("no faults are left")
        return
    control.faults(
        command.what,
        times=command.times,
        status=command.status,
        code=command.code,
        delay_ms=command.delay_ms,
        drop=command.drop,
    )
    calls = "call" if command.times == 1 else f"{command.times} calls"
    print(f"the next {calls} of {command.what} will go wrong; %webrun emulator faults clear takes it back")


def reset(workspace: Workspace, command: EmulatorReset) -> None:
    """End and empty everything."""
    toolkit.client().control.reset()
    _read_again(workspace)
    print("the emulator is as new")


def state(workspace: Workspace, command: EmulatorState) -> ShownState | None:
    """Return all there is to know."""
    found = toolkit.client().control.state()
    return None if command.quiet else ShownState(found)


class ShownState(dict[str, Any]):
    """The emulator's state, whole, as on the wire; it is displayed as a small table."""

    def rows(self) -> list[tuple[str, str]]:
        """Return the facts that are displayed, each with its name."""
        clock, account = self["clock"], AccountUsage.model_validate({"success": True, **self["account"]})
        statuses = Counter(session["status"] for session in self["sessions"])
        kinds = Counter(instance["kind"] for instance in self["instances"])
        faults = [f"the next {times} of {endpoint}" for endpoint, times in self["faults"].items()]
        return [
            ("clock", f"{_time(clock['now'])}, {'runs' if clock['clockRunning'] else 'stands still'}"),
            ("sessions", _counted(statuses)),
            ("browsers", _counted(kinds)),
            ("account", _account_line(account)),
            ("compute", f"${self['prices']['computePerMinute']} per minute"),
            ("faults", "; ".join(faults) or "none"),
            ("webhooks", f"{len(self['webhooks'])} delivered or tried" if self["webhooks"] else "none"),
        ]

    def __repr__(self) -> str:
        lines = [f"{name:<10} {text}" for name, text in self.rows()]
        return "\n".join([*lines, _WHOLE_STATE])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def _repr_html_(self) -> str:
        row = '<tr><th style="text-align:left">{}</th><td style="text-align:left">{}</td></tr>'
        cells = "".join(row.format(html_text(name), html_text(text)) for name, text in self.rows())
        return f'<table class="{NO_FORMULAS}">{cells}</table><p>{html_text(_WHOLE_STATE)}</p>'


_WHOLE_STATE = "all of it, as a dict: state = %webrun emulator state"


def _counted(kinds: Counter[str]) -> str:
    """Return `3 (2 completed, 1 active)`."""
    each = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    return f"{kinds.total()} ({each})" if kinds else "none"


def _account_line(account: AccountUsage) -> str:
    limits = [("balance", account.balance), ("spending limit", account.spending_limit)]
    shown = [f"{name} {'none' if amount is None else f'${amount:.4f}'}" for name, amount in limits]
    return " · ".join(["emulated account", f"spent ${account.current_period_spend:.4f}", *shown])


def _read_again(workspace: Workspace) -> None:
    """Read what has become of the live sessions, so that the next cell knows, and say which have ended."""
    for session in workspace.live_sessions:
        try:
            session.status()
        except WebRunError as error:
            print(f"{session.name}: {error.message}")
    workspace.drain_cards()  # the last cell of a notebook may be this one
    _say_ended(workspace)


def _say_ended(workspace: Workspace) -> None:
    for session in workspace.sessions.values():
        workspace.say_ended(session)


def _sessions(count: int) -> str:
    return "session" if count == 1 else "sessions"


def _time(unix_ms: float) -> str:
    return date_and_time(unix_ms, seconds=True)


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
    return Option("", "name", help_text, "NAME", values.name)


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
            (Option("", "span_ms", "how much: 6m, 90s, 1h30m, 2d", "6m", values.span_ms, required=True),),
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
                Option("--balance", "balance", "dollars that are left", "USD", values.limit_usd),
                Option("--spending-limit", "spending_limit", "dollars", "USD", values.limit_usd),
                Option("--session-limit", "session_limit", "sessions at once", "N", values.limit_count),
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
                    values.endpoint,
                    required=True,
                ),
                Option("--times", "times", "how many calls (1)", "N", values.times),
                Option("--status", "status", "answer with this HTTP status", "503", values.http_status),
                Option("--code", "code", "and with this code", "CODE", values.error_code),
                Option("--delay", "delay_ms", "answer later, by so many ms", "MS", values.delay_ms),
                Option("--drop", "drop", "break the connection off"),
            ),
        ),
        Verb("emulator reset", "end and empty everything, set the clock back", EmulatorReset),
        Verb("emulator state", "all there is to know: a small table, and a dict", EmulatorState, shows_rows=True),
    ),
)
"""`%webrun emulator`, and each of its parts."""
