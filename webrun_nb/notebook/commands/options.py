"""Options that several commands have."""

from __future__ import annotations

from dataclasses import dataclass

from webrun_nb.client.tasks.options import DEFAULT_CACHE_AGE, CommonTaskKeywords
from webrun_nb.common.language_models import DEFAULT_MAX_STEPS, OWN_KEY_VARIABLE, PROVIDERS, AgentName
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
OF_THE_TABLE = (SCHEMA, OUT, ROWS)
"""The options that say what the table is like, and where it goes."""
OF_THE_ANSWER = (FILE, EXPECT, CACHE, REFRESH, FLAT)
"""The options that say what each task needs, and what its answer is like."""
AGENT = Option(
    "--agent",
    "agent",
    "who does it: local (rules), llm (a language model), auto (the model where the rules fail)",
    "|".join(values.AGENTS),
    values.agent,
    choices=values.AGENTS,
)
MODEL = Option(
    "--model",
    "model",
    "the language model: openai:NAME, anthropic:NAME, ollama:NAME, …; its key is read from its provider's variable",
    "PROVIDER:NAME",
    values.model,
    choices=tuple(f"{provider}:" for provider in PROVIDERS),
)
MODEL_URL = Option(
    "--model-url",
    "model_url",
    f"the model's address, an endpoint that speaks OpenAI's protocol; its key is {OWN_KEY_VARIABLE}",
    "URL",
    values.model_url,
)
MAX_STEPS = Option("--max-steps", "max_steps", f"requests to the model ({DEFAULT_MAX_STEPS})", "N", values.steps)
VISION = Option("--vision", "vision", "show the model pictures of the pages")
MAX_TOKENS = Option("--max-tokens", "max_input_tokens", "the most tokens that it may read", "N", values.count)
USER_AGENT = Option("--user-agent", "user_agent", "the User-Agent that pages are sent", "TEXT", values.header)
REPLAY = Option(
    "--replay",
    "replay",
    "no agent: the recorded steps of a task, or of a file; the text may be left out",
    "TASK|FILE",
    values.replay,
    names="task",
)
HEAL = Option("--heal", "heal", "with --replay: an agent goes on where a step can't be taken any more")
OF_THE_AGENT = (AGENT, MODEL, MODEL_URL, MAX_STEPS, MAX_TOKENS, VISION, USER_AGENT, REPLAY, HEAL)
"""The options that say who does a task, as whom, and with how much of a model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentArguments:
    """Arguments of `task` and `map` that `OF_THE_AGENT` sets."""

    agent: AgentName | None = None
    model: str | None = None
    model_url: str | None = None
    max_steps: int | None = None
    max_input_tokens: int | None = None
    vision: bool = False
    user_agent: str | None = None
    replay: str | None = None
    heal: bool = False

    def of_agent(self) -> CommonTaskKeywords:
        """Return these arguments as the client takes them."""
        return {
            "agent": self.agent,
            "model": self.model,
            "model_url": self.model_url,
            "max_steps": self.max_steps,
            "max_input_tokens": self.max_input_tokens,
            "vision": self.vision,
            "user_agent": self.user_agent,
            "replay": self.replay,
            "heal": self.heal,
        }

    def given_of_agent(self) -> dict[str, object]:
        """Return those that are given, for `code`."""
        return {name: value for name, value in self.of_agent().items() if value}


BACKGROUND = Option("--bg", "job", "run in the background, as the job of this name", "JOB", values.job)
RAW = Option("--raw", "raw", "leave {{ }} as it is")
QUIET = Option("-q", "quiet", "show no rows; so does a ; at the end")
