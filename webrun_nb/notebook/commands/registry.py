"""The verbs and how they are written. A new verb is one dataclass in `commands`, one row here, and who does it.

The parser and the help texts both read the table, so they can't disagree.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from webrun_nb.notebook.commands.definitions import (
    DEFAULT_HISTORY,
    DEFAULT_ROWS,
    Answer,
    Asyncio,
    Cancel,
    Code,
    Help,
    History,
    Jobs,
    Login,
    Logout,
    Pause,
    Resume,
    Start,
    Status,
    Stop,
    Task,
    Terminate,
    Usage,
    View,
    Wait,
)
from webrun_nb.notebook.commands.emulator import EMULATOR
from webrun_nb.notebook.commands.environments import ENV, FILE
from webrun_nb.notebook.commands.policies import POLICY, policy_option
from webrun_nb.notebook.commands.proxies import PROXY, SPECS
from webrun_nb.notebook.syntax import values
from webrun_nb.notebook.syntax.errors import CommandError, near
from webrun_nb.notebook.syntax.spec import Option, Verb

__all__ = ["VERBS", "Option", "Verb", "find_verb"]


_LONGEST_HINT = 100
_SENTENCE_WORDS = 2
"""Words behind an unknown verb from which on the line is taken for a sentence."""


def _verb_name(value: str, what: str) -> str:
    """Return the name of the verb that help is asked for (`what`)."""
    return find_verb(value).name


def _session(help_text: str = "which session, if not the current one") -> Option:
    return Option("", "name", help_text, "NAME", values.name)


def _secret() -> Option:
    text = "a login for that host: NAME_EMAIL, NAME_PASSWORD, …, the keyring, or a prompt; repeatable"
    return Option("--secret", "secrets", text, "HOST=NAME", values.secret, repeated=True)


def _env(help_text: str) -> Option:
    return Option("--env", "env", help_text, "ENV", values.environment)


def _job() -> Option:
    return Option("", "job", "its name, as given to --bg", "JOB", values.job, required=True)


VERBS: tuple[Verb, ...] = (
    Verb(
        "start",
        "open a session and make it the current one",
        Start,
        (
            _session("what to call it"),
            Option("--url", "url", "the page to open: practice:shop, http://host/{{ page }}", "URL", values.url),
            _env("the environment whose logins and files it has, by name or id; it keeps what the session leaves"),
            Option("--proxy", "proxy", "where all its traffic goes out: " + SPECS, "SPEC", values.proxy),
            Option("--max-cost", "max_cost_usd", "what it may cost; then it is ended", "USD", values.budget_usd),
            policy_option("what it may reach and do: a policy's name or id"),
            _secret(),
            Option("--view", "view", "show its browser live as well, below its card"),
            Option("--pictures", "pictures", "keep a small picture with each step, for the card's log; emulator only"),
            Option("--new", "new", "another session, even where one with that name and options is live"),
        ),
    ),
    Verb(
        "task",
        "run the task written below the line, in the current session or in one of its own",
        Task,
        (
            Option("-s", "session", "the session to run it in", "NAME", values.name),
            Option(
                "--url",
                "url",
                "the page to start from: practice:shop, http://host/{{ page }}",
                "URL",
                values.url,
            ),
            Option(
                "--schema",
                "schema",
                "the shape of the answer: columns, a name in the notebook, a .json file, or '{…}'",
                "S",
                values.schema_text,
            ),
            Option("-o", "out", "bind the result to this name, as a DataFrame", "VAR", values.variable),
            Option("-n", "rows", f"rows to show ({DEFAULT_ROWS}); all are collected", "ROWS", values.rows),
            Option(
                "--timeout",
                "timeout_ms",
                "how long it may take: 90s, 2m, 1m30s; 300s at most",
                "2m",
                values.task_duration_ms,
            ),
            Option("--max-cost", "max_cost_usd", "what it may cost; then it is stopped", "USD", values.budget_usd),
            policy_option("the same, for a task in a session of its own"),
            _secret(),
            Option(
                "--file",
                "files",
                "a file that it may upload to a page; repeatable",
                "PATH",
                values.path,
                repeated=True,
            ),
            Option(
                "--expect",
                "expect",
                'an error page to be read: "status = 404", "status in 400..499"; repeatable; emulator only',
                "COND",
                values.condition,
                repeated=True,
            ),
            _env("the environment of its session, where it has one of its own"),
            Option("--end", "end", "end the session after the task"),
            Option("--bg", "job", "return at once; the job has this name", "JOB", values.job),
            Option("--dry-run", "dry_run", "say what would be done, and what of the text would not; send nothing"),
            Option("--json", "show_json", "with --dry-run: show the request as well, as it would be sent"),
            Option("--raw", "raw", "leave {{ }} as it is"),
            Option("-q", "quiet", "show no rows; so does a ; at the end"),
        ),
        cell=True,
        shows_rows=True,
        exclusive=("-o", "--bg"),
    ),
    Verb(
        "status",
        "show a session's card, or a table of all sessions",
        Status,
        (
            _session(),
            Option("--all", "all_sessions", "all sessions, as a DataFrame"),
        ),
        exclusive=("NAME", "--all"),
        shows_rows=True,
    ),
    Verb(
        "view",
        "the live browser; click into it to take over",
        View,
        (_session(), Option("--fps", "fps", "pictures a second at most (8)", "8", values.fps)),
    ),
    Verb("pause", "let the current browser action finish, then hold the task", Pause, (_session(),)),
    Verb("resume", "let the held task go on", Resume, (_session(),)),
    Verb("stop", "end the task, keep the session", Stop, (_session(),)),
    Verb(
        "terminate",
        "end a session and its billing; safe twice",
        Terminate,
        (
            _session(),
            Option("--all", "all_sessions", "all sessions, those that dead kernels left open too"),
        ),
        aliases=("end",),
        exclusive=("NAME", "--all"),
    ),
    Verb(
        "answer",
        "answer what a task asks",
        Answer,
        (
            _session(),
            Option("", "text", "the answer: the rest of the line, as it is", "TEXT", required=True),
        ),
        verbatim=True,
    ),
    Verb(
        "usage",
        "what sessions and tasks cost, working and idle apart, as a DataFrame",
        Usage,
        (Option("--plot", "plot", "draw the days, with matplotlib"),),
        shows_rows=True,
    ),
    Verb("jobs", "the tasks in the background, as a DataFrame", Jobs, shows_rows=True),
    Verb(
        "wait",
        "wait for a task in the background, and show its result",
        Wait,
        (
            _job(),
            Option("--for", "for_ms", "no longer than that: 60s, 2m; the job goes on", "60s", values.span_ms),
        ),
    ),
    Verb("cancel", "stop a task in the background", Cancel, (_job(),)),
    Verb(
        "history",
        "past tasks, newest first, as a DataFrame",
        History,
        (
            _session("of one session"),
            Option("-n", "count", f"so many ({DEFAULT_HISTORY})", "20", values.count),
        ),
        shows_rows=True,
    ),
    Verb(
        "code",
        "a task of this notebook as plain Python, in the next cell; the last one, if TASK doesn't say",
        Code,
        (Option("", "task", "its id, or the name of a job", "TASK", values.task_id),),
    ),
    Verb(
        "login",
        "use the hosted service instead of the emulator",
        Login,
        (
            Option("--from", "source", "where the key comes from: env, keyring or prompt", "PLACE", values.key_source),
            Option("--base-url", "base_url", "another service than WebRun's own", "URL", values.url),
        ),
    ),
    Verb("logout", "use the emulator again", Logout),
    ENV,
    FILE,
    POLICY,
    PROXY,
    EMULATOR,
    Verb(
        "asyncio",
        "let asyncio.run(...) work in cells",
        Asyncio,
        (Option("", "setting", "on: from now on, in this kernel", "on", values.asyncio_setting, required=True),),
    ),
    Verb("help", "this text, or that of a verb", Help, (Option("", "verb", "which verb", "VERB", _verb_name),)),
)


CONFIG_HINT = "%config WebrunMagics lists the options, and %config WebrunMagics.max_cost = 0.50 sets one"


def find_verb(word: str, rest: Sequence[str] = ()) -> Verb:
    """Return the verb called `word`.

    Raises
    ------
    CommandError
        There is none; the hint names the near one, with the `rest` of the line where it is the part of a verb.
    """
    names = {name: verb for verb in VERBS for name in (verb.name, *verb.aliases)}
    if word in names:
        return names[word]
    if word == "config":
        raise CommandError(f"there is no verb {word!r}", CONFIG_HINT)
    parts: dict[str, list[str]] = {}
    for part in (part for verb in VERBS for part in verb.parts):
        parts.setdefault(part.word, []).append(part.magic)
    meant = word if word in parts else near(word, names) or near(word, parts)
    if meant not in names and len(rest) >= _SENTENCE_WORDS and not any(each.startswith("-") for each in rest):
        raise CommandError(
            f"there is no verb {word!r}",
            "a task is a cell: %%webrun task on its first line, the sentence on the next ones",
        )
    if meant in names:
        hint = f"did you mean {meant}?"
    elif meant is not None:
        whole = [shlex.join([*magic.split(), *rest])[:_LONGEST_HINT] for magic in parts[meant]]
        hint = f"did you mean {' or '.join(whole)}?"
    else:
        hint = f"there are: {', '.join(names)}"
    raise CommandError(f"there is no verb {word!r}", hint)
