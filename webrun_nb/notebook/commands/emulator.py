"""Command `emulator` with its subcommands: its state, its clock, and failures on purpose."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from webrun_nb.client.answers.account import AccountUsage, read_account
from webrun_nb.client.answers.fields import Fields
from webrun_nb.client.errors import WebRunError
from webrun_nb.common.local_time import date_and_time
from webrun_nb.common.text import closest_match
from webrun_nb.notebook.api import toolkit
from webrun_nb.notebook.commands.options import session_name
from webrun_nb.notebook.syntax import values
from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.notebook.syntax.spec import Command, Option
from webrun_nb.notebook.text.markdown import NO_FORMULAS, html_text
from webrun_nb.notebook.workspace import Workspace

_INSTANCE_SAID = {"kill": "was killed", "hang": "hangs", "restore": "is being restored"}


@dataclass(frozen=True, slots=True)
class EmulatorStatus:
    """Arguments of `emulator status`: none."""


def status(workspace: Workspace, arguments: EmulatorStatus) -> None:
    """Print if the emulator runs, and where; starts nothing."""
    client, emulator = toolkit.current, toolkit.emulator
    if client is None or (emulator is not None and client.base_url == emulator.url and not emulator.running):
        print("the emulator is not running; it starts with the first session")
        return
    clock = client.control.state()["clock"]
    process = f" · pid {emulator.pid}" if emulator is not None and client.base_url == emulator.url else ""
    frozen = "" if clock["clockRunning"] else ", frozen"
    live = len(workspace.live_sessions)
    print(f"{client.base_url}{process} · {live} {_sessions(live)} open here · {_time(clock['now'])}{frozen}")


@dataclass(frozen=True, slots=True)
class EmulatorRestart:
    """Arguments of `emulator restart`: none."""


def restart(workspace: Workspace, arguments: EmulatorRestart) -> None:
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
    _announce_ends(workspace)
    print(f"{emulator.url} · pid {emulator.pid} · {len(lost)} {_sessions(len(lost))} ended with the one before")


@dataclass(frozen=True, slots=True)
class EmulatorAdvance:
    """Arguments of `emulator advance`."""

    span_ms: int


def advance(workspace: Workspace, arguments: EmulatorAdvance) -> None:
    """Advance the emulator's clock at once, and print which sessions ended."""
    now_ms = toolkit.client().control.advance(arguments.span_ms)
    _read_again(workspace)
    print(f"it is now {_time(now_ms)}")


@dataclass(frozen=True, slots=True)
class EmulatorFreeze:
    """Arguments of `emulator freeze` and `emulator unfreeze`."""

    frozen: bool


def freeze(workspace: Workspace, arguments: EmulatorFreeze) -> None:
    """Stop the emulator's clock, or start it again."""
    now_ms = toolkit.client().control.freeze(arguments.frozen)
    _read_again(workspace)
    print(f"the clock {'is stopped' if arguments.frozen else 'runs again'} at {_time(now_ms)}")


@dataclass(frozen=True, slots=True)
class EmulatorInstance:
    """Arguments of `emulator kill`, `emulator hang` and `emulator restore`."""

    action: Literal["kill", "hang", "restore"]
    name: str | None = None


def instance(workspace: Workspace, arguments: EmulatorInstance) -> None:
    """Kill, hang or restore a session's browser."""
    session = workspace.session(arguments.name)
    session.client.control.instance(session.session_id, arguments.action)
    session.status()
    print(f"the browser of {session.name} {_INSTANCE_SAID[arguments.action]}")


@dataclass(frozen=True, slots=True)
class EmulatorAccount:
    """Arguments of `emulator account`."""

    changes: tuple[tuple[str, float | bool | None], ...] = ()
    """The fields that are changed, with their new values; None removes a limit."""


def account(workspace: Workspace, arguments: EmulatorAccount) -> None:
    """Change the account's limits, or show them."""
    client = toolkit.client()
    if arguments.changes:
        now = client.control.account(**dict(arguments.changes))
    else:
        now = read_account(Fields.of(client.control.state()["account"]))
    print(_account_line(now))


@dataclass(frozen=True, slots=True)
class EmulatorFaults:
    """Arguments of `emulator faults`."""

    what: str | None
    """The endpoint; None removes all faults."""
    times: int = 1
    status: int | None = None
    code: str | None = None
    delay_ms: int | None = None
    drop: bool = False


def faults(workspace: Workspace, arguments: EmulatorFaults) -> None:
    """Make the next calls of an endpoint fail, or remove all faults."""
    control = toolkit.client().control
    if arguments.what is None:
        control.clear_faults()
        print("all faults are removed")
        return
    control.faults(
        arguments.what,
        times=arguments.times,
        status=arguments.status,
        code=arguments.code,
        delay_ms=arguments.delay_ms,
        drop=arguments.drop,
    )
    calls = "call" if arguments.times == 1 else f"{arguments.times} calls"
    print(f"the next {calls} of {arguments.what} will fail; %webrun emulator faults clear removes the fault")


@dataclass(frozen=True, slots=True)
class EmulatorReset:
    """Arguments of `emulator reset`: none."""


def reset(workspace: Workspace, arguments: EmulatorReset) -> None:
    """End all sessions, delete everything, and reset the clock."""
    toolkit.client().control.reset()
    _read_again(workspace)
    print("the emulator is reset")


@dataclass(frozen=True, slots=True)
class EmulatorState:
    """Arguments of `emulator state`."""

    quiet: bool = False


def state(workspace: Workspace, arguments: EmulatorState) -> ShownState | None:
    """Return the whole state of the emulator."""
    found = toolkit.client().control.state()
    return None if arguments.quiet else ShownState(found)


class ShownState(dict[str, Any]):
    """The whole state of the emulator, as on the wire; displayed as a small table."""

    def rows(self) -> list[tuple[str, str]]:
        """Return the facts that are displayed, each with its name."""
        clock, account = self["clock"], read_account(Fields.of(self["account"]))
        statuses = Counter(session["status"] for session in self["sessions"])
        kinds = Counter(instance["kind"] for instance in self["instances"])
        faults = [f"the next {times} of {endpoint}" for endpoint, times in self["faults"].items()]
        return [
            ("clock", f"{_time(clock['now'])}, {'runs' if clock['clockRunning'] else 'stopped'}"),
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
    amounts = {"balance": account.balance, "spending limit": account.spending_limit}
    spent = [] if account.current_period_spend is None else [f"spent ${account.current_period_spend:.4f}"]
    shown = [f"{name} {'none' if amount is None else f'${amount:.4f}'}" for name, amount in amounts.items()]
    return " · ".join(["emulated account", *spent, *shown])


def _read_again(workspace: Workspace) -> None:
    """Read the state of the live sessions, so that the next cell knows it, and print which have ended."""
    for session in workspace.live_sessions:
        try:
            session.status()
        except WebRunError as error:
            print(f"{session.name}: {error.message}")
    workspace.drain_cards()  # this may be the last cell of a notebook
    _announce_ends(workspace)


def _announce_ends(workspace: Workspace) -> None:
    for session in workspace.sessions.values():
        workspace.announce_end(session)


def _sessions(count: int) -> str:
    return "session" if count == 1 else "sessions"


def _time(unix_ms: float) -> str:
    return date_and_time(unix_ms, seconds=True)


# --- how they are written ---------------------------------------------------------------------------------------------

_CLEAR = "clear"
_INSTANCE_START = "instance-start"
_ENDPOINTS = ("start-session", "send-message", "session-status", "run-task", "task", _INSTANCE_START, _CLEAR)
"""The values of `faults` that completion offers; the emulator knows more endpoints."""
_HOW = ("status", "code", "delay_ms", "drop")


def _account_arguments(**given: float | bool | None) -> EmulatorAccount:
    changes = {name: value for name, value in given.items() if name != "active"}
    if given.get("active"):
        changes["deactivated"] = False
    return EmulatorAccount(tuple(changes.items()))


def _faults_arguments(what: str, **given: object) -> EmulatorFaults:
    """Return the arguments, once the options are known to fit together.

    Raises
    ------
    CommandError
        An option is missing or doesn't fit.
    """
    how = [name for name in _HOW if name in given]
    if what not in _ENDPOINTS:
        meant = closest_match(what, _ENDPOINTS)
        raise CommandError(
            f"faults: there is nothing called {what!r}",
            f"did you mean {meant}?" if meant else f"there are: {', '.join(_ENDPOINTS)}",
        )
    if what == _CLEAR:
        if given:
            raise CommandError("faults clear takes no options", "it removes every fault: %webrun emulator faults clear")
        return EmulatorFaults(None)
    if what == _INSTANCE_START and how:
        raise CommandError(f"faults {what} takes --times alone", "it always means: the browser does not start")
    if what != _INSTANCE_START and not how:
        raise CommandError(f"faults {what}: how are the calls to fail?", "give --status 503, --delay 500 or --drop")
    return EmulatorFaults(what, **given)  # type: ignore[arg-type]


def _limit_usd(value: str, label: str) -> float | None:
    """Parse dollars, or `none` for no limit."""
    if value.lower() == "none":
        return None
    if not re.fullmatch(r"\d{1,9}(\.\d{1,6})?", value, re.ASCII):
        raise CommandError(f"{label}: {value!r} is not an amount", f"write dollars, {label} 0.05, or {label} none")
    return float(value)


def _limit_count(value: str, label: str) -> int | None:
    """Parse a number of sessions, or `none` for no limit."""
    return None if value.lower() == "none" else values.whole_number(value, label, 0, 1_000_000)


def _http_status(value: str, label: str) -> int:
    """Parse the HTTP status of an error."""
    return values.whole_number(value, label, 400, 599)


def _delay_ms(value: str, label: str) -> int:
    """Parse a delay in ms."""
    return values.whole_number(value, label, 0, 600_000)


def _endpoint(value: str, label: str) -> str:
    """Check the form of an endpoint's name; the emulator knows which endpoints there are."""
    if not re.fullmatch(r"[a-z]+(-[a-z]+)*", value, re.ASCII):
        raise CommandError(f"{value!r} is not an endpoint", "write start-session, send-message, task, …")
    return value


def _error_code(value: str, label: str) -> str:
    """Check the form of a code such as `INSTANCE_UNAVAILABLE`."""
    if not re.fullmatch(r"[A-Z]+(_[A-Z]+)*", value, re.ASCII):
        raise CommandError(f"{label}: {value!r} is not a code", "write it as the service does: INSTANCE_UNAVAILABLE")
    return value


def _session() -> Option:
    return session_name("the session, if not the current one")


EMULATOR = Command(
    "emulator",
    "look at the emulator, advance its clock, or make calls and browsers fail",
    EmulatorStatus,
    status,
    subcommands=(
        Command("emulator status", "if it runs, where, and the time of its clock", EmulatorStatus, status),
        Command("emulator restart", "end it with all its sessions, and start another", EmulatorRestart, restart),
        Command(
            "emulator advance",
            "advance its clock at once: timeouts, costs and limits follow",
            EmulatorAdvance,
            advance,
            (Option("", "span_ms", "by how much: 6m, 90s, 1h30m, 2d", "6m", values.span_ms, required=True),),
        ),
        Command("emulator freeze", "stop its clock", partial(EmulatorFreeze, True), freeze),
        Command("emulator unfreeze", "start its clock again", partial(EmulatorFreeze, False), freeze),
        Command(
            "emulator kill", "kill a session's browser", partial(EmulatorInstance, "kill"), instance, (_session(),)
        ),
        Command(
            "emulator hang", "make a session's browser hang", partial(EmulatorInstance, "hang"), instance, (_session(),)
        ),
        Command(
            "emulator restore",
            "restore a lost browser",
            partial(EmulatorInstance, "restore"),
            instance,
            (_session(),),
        ),
        Command(
            "emulator account",
            "change the account's limits (none removes one), or show them",
            _account_arguments,
            account,
            (
                Option("--balance", "balance", "dollars that are left", "USD", _limit_usd),
                Option("--spending-limit", "spending_limit", "dollars", "USD", _limit_usd),
                Option("--session-limit", "session_limit", "sessions at once", "N", _limit_count),
                Option("--deactivated", "deactivated", "refuse every call"),
                Option("--active", "active", "accept calls again"),
            ),
            exclusive=("--deactivated", "--active"),
        ),
        Command(
            "emulator faults",
            "make the next calls of an endpoint fail",
            _faults_arguments,
            faults,
            (
                Option(
                    "",
                    "what",
                    "start-session, send-message, session-status, task, …; instance-start; or clear",
                    "WHAT",
                    _endpoint,
                    required=True,
                    choices=_ENDPOINTS,
                ),
                Option("--times", "times", "how many calls (1)", "N", values.count),
                Option("--status", "status", "answer with this HTTP status", "503", _http_status),
                Option("--code", "code", "and with this code", "CODE", _error_code),
                Option("--delay", "delay_ms", "answer after a delay, in ms", "MS", _delay_ms),
                Option("--drop", "drop", "break the connection off"),
            ),
        ),
        Command("emulator reset", "end all sessions, delete everything, reset the clock", EmulatorReset, reset),
        Command("emulator state", "its whole state: a small table, and a dict", EmulatorState, state, shows_rows=True),
    ),
    examples=(
        "%webrun emulator status",
        "%webrun emulator account --spending-limit 5 --active",
        "%webrun emulator faults start-session --delay 50 --times 1",
    ),
    details="""\
All of it exists on the emulator only; the hosted service has none of it. More examples:
  %webrun emulator advance 6m                                  a forgotten session reaches its timeout
  %webrun emulator kill main                                   its browser dies: orphaned, then restored or failed
  %webrun emulator faults start-session --times 2 --status 503
  %webrun emulator faults instance-start --times 1             the next browser does not start
  %webrun emulator account --balance 0.05 --session-limit 2""",
)
"""`%webrun emulator`, and its subcommands."""

COMMANDS = (EMULATOR,)
