"""Options that several commands have."""

from __future__ import annotations

from webrun_nb.client.tasks.options import DEFAULT_CACHE_AGE
from webrun_nb.common.practice_sites import PRACTICE_SITES
from webrun_nb.notebook.display.results import DEFAULT_ROWS
from webrun_nb.notebook.syntax import values
from webrun_nb.notebook.syntax.spec import Option


def session_name(help_text: str = "which session, if not the current one") -> Option:
    """Return the plain word that names a live session."""
    return Option("", "name", help_text, "NAME", values.name, names="session")


def url_option(help_text: str) -> Option:
    """Return `--url`; completion offers the practice sites."""
    sites = tuple(f"practice:{site}" for site in PRACTICE_SITES)
    return Option("--url", "url", help_text, "URL", values.url, choices=sites)


def secret_option() -> Option:
    """Return `--secret`, which names a login and never holds its value."""
    text = "a login for that host: NAME_EMAIL, NAME_PASSWORD, …, the keyring, or a prompt; repeatable"
    return Option("--secret", "secrets", text, "HOST=NAME", values.secret, repeated=True)


def env_option(help_text: str) -> Option:
    """Return `--env`, which names an environment."""
    return Option("--env", "env", help_text, "ENV", values.environment, names="env")


def policy_option(help_text: str) -> Option:
    """Return `--policy`, which names a policy."""
    return Option("--policy", "policy", help_text, "POLICY", values.words, names="policy")


# --- of tasks and maps ------------------------------------------------------------------------------------------------

SCHEMA = Option(
    "--schema",
    "schema",
    "the shape of the answer: columns, a name in the notebook, a .json file, or '{…}'",
    "S",
    values.schema_text,
    names="schema",
)
OUT = Option("-o", "out", "bind the result to this name, as a DataFrame", "VAR", values.variable, names="variable")
ROWS = Option("-n", "rows", f"rows to show ({DEFAULT_ROWS}); all are collected", "ROWS", values.rows)
TIMEOUT = Option(
    "--timeout", "timeout_ms", "the most time it may take: 90s, 2m, 1m30s; up to 300s", "2m", values.task_duration_ms
)
FILE = Option("--file", "files", "a file that it may upload to a page; repeatable", "PATH", values.path, repeated=True)
EXPECT = Option(
    "--expect",
    "expect",
    'what the answer must be: "rows >= 100", "price not null"; or an error page to be read: "status = 404"',
    "COND",
    values.condition,
    repeated=True,
)
CACHE = Option(
    "--cache",
    "cache",
    f"take the kept answer of the same task, at most so old ({DEFAULT_CACHE_AGE}); else keep its own",
    "AGE",
    values.cache_age,
    bare=DEFAULT_CACHE_AGE,
)
REFRESH = Option("--refresh", "refresh", "run it in any case, and keep its answer for --cache")
FLAT = Option("--flat", "flat", "make columns with dotted names of the records within records: address.city")
BACKGROUND = Option("--bg", "job", "run in the background, as the job of this name", "JOB", values.job)
RAW = Option("--raw", "raw", "leave {{ }} as it is")
QUIET = Option("-q", "quiet", "show no rows; so does a ; at the end")
