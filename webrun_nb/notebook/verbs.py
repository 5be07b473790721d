"""The verbs: what each asks for (a frozen dataclass) and how it is written (a row of `VERBS`).

The parser and the help texts both read the table, so they can't disagree; a new verb is one dataclass and one
row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from webrun_nb.notebook import options
from webrun_nb.notebook.errors import CommandError, near

DEFAULT_ROWS = 5
"""Rows of a result that are shown where `-n` doesn't say."""


# --- the commands -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Start:
    """Open a session and make it the current one; `new` forces another one beside a live one."""

    name: str | None = None
    url: str | None = None
    new: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """Show a session's card, or return all sessions as a DataFrame (`quiet`: without showing it)."""

    name: str | None = None
    all_sessions: bool = False
    quiet: bool = False


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
    raw: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Help:
    """Explain a verb, or show the first screen."""

    verb: str | None = None


@dataclass(frozen=True, slots=True)
class Asyncio:
    """Let `asyncio.run(...)` work in cells; `setting` is `on`, there is no other."""

    setting: str


Command = Start | Status | Stop | Terminate | Task | Help | Asyncio


# --- how they are written -----------------------------------------------------------------------------------


def _verb_name(value: str, what: str) -> str:
    """Return the name of the verb that help is asked for (`what`)."""
    return find_verb(value).name


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may be written after a verb.

    Parameters
    ----------
    flag : str
        `--url`, `-o`; empty for a word without a flag.
    field : str
        The field of the verb's dataclass that it sets.
    help : str
        What it does, in one line.
    metavar : str
        What its value is called; empty for a switch.
    convert : callable
        Takes the value's text and what it was given for; raises `CommandError`.
    required : bool
        Only for a word without a flag.
    """

    flag: str
    field: str
    help: str
    metavar: str = ""
    convert: Callable[[str, str], object] = options.name
    required: bool = False

    @property
    def label(self) -> str:
        """What it is called in usage lines and errors."""
        return self.flag or self.metavar


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb: its names, its options, and the command it makes.

    `cell`: it is written as `%%webrun` with its text on the lines below. `exclusive`: labels of options of
    which only one may be given. `shows_rows`: a trailing `;` sets the command's `quiet`.
    """

    name: str
    summary: str
    build: Callable[..., Command]
    options: tuple[Option, ...] = ()
    aliases: tuple[str, ...] = ()
    exclusive: tuple[str, ...] = ()
    cell: bool = False
    shows_rows: bool = False

    @property
    def magic(self) -> str:
        """How a line with this verb starts."""
        return f"{'%%' if self.cell else '%'}webrun {self.name}"


def _session(help_text: str) -> Option:
    return Option("", "name", help_text, "NAME", options.name)


VERBS: tuple[Verb, ...] = (
    Verb(
        "start",
        "open a session and make it the current one",
        Start,
        (
            _session("what to call it"),
            Option("--url", "url", "the page to open; {{ }} is filled from the notebook", "URL", options.url),
            Option("--new", "new", "another session, even where one with that name and options is live"),
        ),
    ),
    Verb(
        "task",
        "run the task written below the line, in the current session or in one of its own",
        Task,
        (
            Option("-s", "session", "the session to run it in", "NAME", options.name),
            Option(
                "--url",
                "url",
                "the page to start from; {{ }} is filled from the notebook",
                "URL",
                options.url,
            ),
            Option(
                "--schema",
                "schema",
                "the shape of the answer: columns, a name in the notebook, a .json file, or '{…}'",
                "S",
                options.schema_text,
            ),
            Option("-o", "out", "bind the result to this name, as a DataFrame", "VAR", options.variable),
            Option("-n", "rows", f"rows to show ({DEFAULT_ROWS}); all are collected", "ROWS", options.rows),
            Option(
                "--timeout",
                "timeout_ms",
                "how long it may take: 90s, 2m, 1m30s; 300s at most",
                "2m",
                options.task_duration_ms,
            ),
            Option("--end", "end", "end the session after the task"),
            Option("--dry-run", "dry_run", "show what would be sent, and send nothing"),
            Option("--raw", "raw", "leave {{ }} as it is"),
            Option("-q", "quiet", "show no rows; so does a ; at the end"),
        ),
        cell=True,
        shows_rows=True,
    ),
    Verb(
        "status",
        "show a session's card, or a table of all sessions",
        Status,
        (
            _session("which session, if not the current one"),
            Option("--all", "all_sessions", "all sessions, as a DataFrame"),
        ),
        exclusive=("NAME", "--all"),
        shows_rows=True,
    ),
    Verb(
        "stop",
        "end the task, keep the session",
        Stop,
        (_session("which session, if not the current one"),),
    ),
    Verb(
        "terminate",
        "end a session and its billing; safe twice",
        Terminate,
        (
            _session("which session, if not the current one"),
            Option("--all", "all_sessions", "all sessions"),
        ),
        aliases=("end",),
        exclusive=("NAME", "--all"),
    ),
    Verb(
        "asyncio",
        "let asyncio.run(...) work in cells",
        Asyncio,
        (Option("", "setting", "on: from now on, in this kernel", "on", options.asyncio_setting, required=True),),
    ),
    Verb("help", "this text, or that of a verb", Help, (Option("", "verb", "which verb", "VERB", _verb_name),)),
)


def find_verb(word: str) -> Verb:
    """Return the verb called `word`.

    Raises
    ------
    CommandError
        There is none; the hint names the near one.
    """
    names = {name: verb for verb in VERBS for name in (verb.name, *verb.aliases)}
    if word in names:
        return names[word]
    meant = near(word, names)
    raise CommandError(
        f"there is no verb {word!r}", f"did you mean {meant}?" if meant else f"there are: {', '.join(names)}"
    )
