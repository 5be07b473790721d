"""What each verb asks for, as frozen values; `command.parse` makes them and `runner.Dispatcher` does them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from webrun_nb.client.secrets import Source


@dataclass(frozen=True, slots=True)
class PolicyList:
    """Return all policies (`quiet`: without showing them)."""

    quiet: bool = False


@dataclass(frozen=True, slots=True)
class PolicyCreate:
    """Make a policy, of a template, of a file's fields, or of both."""

    name: str
    template: str | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyShow:
    """Say what a policy does; `policy` is its name or id, as in all of these."""

    policy: str


@dataclass(frozen=True, slots=True)
class PolicyDelete:
    """Delete a policy."""

    policy: str


@dataclass(frozen=True, slots=True)
class PolicyAudit:
    """Return what a policy decided, and write it to files."""

    policy: str
    csv: str | None = None
    jsonl: str | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class PolicyTest:
    """Return what a policy would have decided on a task; without one, on the last."""

    policy: str
    task: str | None = None
    quiet: bool = False


PolicyCommand = PolicyList | PolicyCreate | PolicyShow | PolicyDelete | PolicyAudit | PolicyTest

DEFAULT_HISTORY = 20
"""Tasks of the history that are shown where `-n` doesn't say."""
DEFAULT_ROWS = 5
"""Rows of a result that are shown where `-n` doesn't say."""
FPS = 8
"""Pictures a second that a live view shows at most where `--fps` doesn't say."""


@dataclass(frozen=True, slots=True)
class Start:
    """Open a session and make it the current one; `new` forces another one beside a live one."""

    name: str | None = None
    url: str | None = None
    new: bool = False
    max_cost_usd: Decimal | None = None
    secrets: tuple[tuple[str, str], ...] = ()
    """Hosts, and the names of their secrets; never a value."""
    env: str | None = None
    policy: str | None = None
    proxy: str | None = None
    """As the line has it: its password stands elsewhere."""
    view: bool = False
    pictures: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """Show a session's card, or return all sessions as a DataFrame (`quiet`: without showing it)."""

    name: str | None = None
    all_sessions: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """Show a session's browser live."""

    name: str | None = None
    fps: int = FPS


@dataclass(frozen=True, slots=True)
class Pause:
    """Hold the current task."""

    name: str | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """Let the held task go on."""

    name: str | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """End the current task and keep the session."""

    name: str | None = None


@dataclass(frozen=True, slots=True)
class Terminate:
    """End a session, or all of them, and their billing."""

    name: str | None = None
    all_sessions: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer a guardrail. On a line `name` is None, and the first word of `text` may be the session's name."""

    text: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Return what sessions and tasks cost as a DataFrame, and sum it up."""

    plot: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """Run a task. `text`, `url` and `schema` are as written: templates unfilled, the schema unresolved.

    `timeout_ms` is the task's `maxDuration`; None leaves it to the service. `rows` are shown, all are
    collected.
    """

    text: str
    session: str | None = None
    url: str | None = None
    schema: str | None = None
    out: str | None = None
    rows: int = DEFAULT_ROWS
    timeout_ms: int | None = None
    end: bool = False
    dry_run: bool = False
    show_json: bool = False
    raw: bool = False
    env: str | None = None
    files: tuple[str, ...] = ()
    quiet: bool = False
    max_cost_usd: Decimal | None = None
    secrets: tuple[tuple[str, str], ...] = ()
    job: str | None = None
    policy: str | None = None
    expect: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Jobs:
    """Return this kernel's background jobs as a DataFrame (`quiet`: without showing it)."""

    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait for a job, `for_ms` at most, and show its result."""

    job: str
    for_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop a job's task."""

    job: str


@dataclass(frozen=True, slots=True)
class Login:
    """Use a hosted service, with the key from `source` (None: wherever there is one)."""

    source: Source | None = None
    base_url: str | None = None


@dataclass(frozen=True, slots=True)
class Logout:
    """Use the emulator again."""


@dataclass(frozen=True, slots=True)
class History:
    """Return past tasks as a DataFrame, newest first: of one session, `count` at most."""

    name: str | None = None
    count: int = DEFAULT_HISTORY
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """Write a task as plain Python; the last one without `task`."""

    task: str | None = None


@dataclass(frozen=True, slots=True)
class Help:
    """Explain a verb, or show the first screen."""

    verb: str | None = None


@dataclass(frozen=True, slots=True)
class Asyncio:
    """Let `asyncio.run(...)` work in cells; `setting` is `on`, there is no other."""

    setting: str


@dataclass(frozen=True, slots=True)
class ProxyHelp:
    """Say how proxies are written and tried."""

    verb: str = "proxy"


@dataclass(frozen=True, slots=True)
class ProxyTest:
    """Try a proxy (`quiet`: without showing what came of it)."""

    proxy: str
    url: str | None = None
    quiet: bool = False


# --- environments and files -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EnvList:
    """Return all environments (`quiet`: without showing them)."""

    quiet: bool = False


@dataclass(frozen=True, slots=True)
class EnvCreate:
    """Make an environment."""

    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class EnvShow:
    """Say what an environment holds, and return its files."""

    name: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class EnvDelete:
    """Delete an environment with its files."""

    name: str


@dataclass(frozen=True, slots=True)
class EnvUpload:
    """Put an archive in the place of an environment's profile."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class EnvDownload:
    """Save an environment's archive."""

    name: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class FileList:
    """Return the last result's files, or those of an environment."""

    env: str | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class FileUpload:
    """Upload a file, into an environment or for an hour."""

    path: str
    env: str | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class FileDownload:
    """Save a file of the last result."""

    name: str | None = None
    to: str | None = None


@dataclass(frozen=True, slots=True)
class FileDelete:
    """Delete a file of an environment."""

    name: str
    env: str | None = None


# --- the emulator ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EmulatorStatus:
    """Say whether it runs, and where."""


@dataclass(frozen=True, slots=True)
class EmulatorRestart:
    """End it with all its sessions and start another."""


@dataclass(frozen=True, slots=True)
class EmulatorAdvance:
    """Let time pass at once."""

    span_ms: int


@dataclass(frozen=True, slots=True)
class EmulatorFreeze:
    """Stop its clock, or let it run again."""

    frozen: bool


@dataclass(frozen=True, slots=True)
class EmulatorInstance:
    """Kill a session's browser, have it hang, or restore it."""

    action: Literal["kill", "hang", "restore"]
    name: str | None = None


@dataclass(frozen=True, slots=True)
class EmulatorAccount:
    """Change the account, or show it where nothing is to be changed; None takes a limit away."""

    changes: tuple[tuple[str, float | bool | None], ...] = ()


@dataclass(frozen=True, slots=True)
class EmulatorFaults:
    """Have the next calls of `what` go wrong; without it, take all faults back."""

    what: str | None
    times: int = 1
    status: int | None = None
    code: str | None = None
    delay_ms: int | None = None
    drop: bool = False


@dataclass(frozen=True, slots=True)
class EmulatorReset:
    """End and empty everything, and set the clock back."""


@dataclass(frozen=True, slots=True)
class EmulatorState:
    """Return all there is to know of it (`quiet`: without showing it)."""

    quiet: bool = False


EmulatorCommand = (
    EmulatorStatus
    | EmulatorRestart
    | EmulatorAdvance
    | EmulatorFreeze
    | EmulatorInstance
    | EmulatorAccount
    | EmulatorFaults
    | EmulatorReset
    | EmulatorState
)
EnvCommand = EnvList | EnvCreate | EnvShow | EnvDelete | EnvUpload | EnvDownload
FileCommand = FileList | FileUpload | FileDownload | FileDelete
JobCommand = Jobs | Wait | Cancel
Command = (
    Start
    | Status
    | View
    | Pause
    | Resume
    | Stop
    | Terminate
    | Answer
    | Usage
    | Task
    | JobCommand
    | History
    | Code
    | Login
    | Logout
    | EnvCommand
    | FileCommand
    | ProxyHelp
    | ProxyTest
    | Help
    | Asyncio
    | EmulatorCommand
    | PolicyCommand
)
