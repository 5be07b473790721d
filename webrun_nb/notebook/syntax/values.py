"""Parsers of options' values: each turns the text of one value into the value of a field, or checks it.

All of them raise `CommandError` with a message that begins with the option's label, such as `--timeout`.
"""

from __future__ import annotations

import json
import keyword
import re
from decimal import Decimal
from typing import get_args

from webrun_nb.batch.options import MOST_AT_ONCE, OnError
from webrun_nb.client.errors import RequestError
from webrun_nb.client.proxies import parse_proxy
from webrun_nb.client.secrets import check_name
from webrun_nb.client.tasks.expectations import Expectations
from webrun_nb.common.durations import read_span_ms
from webrun_nb.common.language_models import MOST_STEPS, AgentName, ModelNameError, split_model
from webrun_nb.notebook.syntax.errors import CommandError

MIN_TASK_MS = 1_000
MAX_TASK_MS = 300_000
"""`maxDuration` may be 1000…300000 ms (contract, section 3)."""

_DURATION = re.compile(r"(?:(?P<minutes>\d+(?:\.\d+)?)m)?(?:(?P<seconds>\d+(?:\.\d+)?)s?)?", re.ASCII | re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*", re.ASCII)


def is_name(value: str) -> bool:
    """Return True if a session of that name can be named on a line."""
    return _NAME.fullmatch(value) is not None


def name(value: str, label: str) -> str:
    """Check the name of a session."""
    if not is_name(value):
        raise CommandError(
            f"{label}: {value!r} can't be a session's name",
            "use letters, digits, _ and -, such as shop or shop-2",
        )
    return value


def words(value: str, label: str) -> str:
    """Check that a value is not empty."""
    if not value.strip():
        raise CommandError(f"{label} is empty", "put values with spaces in quotes")
    return value.strip()


def task_duration_ms(value: str, label: str) -> int:
    """Parse `2m`, `90s`, `1m30s` or `150` (seconds) as ms, within the limits of a task."""
    found = _DURATION.fullmatch(value)
    if not value or found is None:
        raise CommandError(f"{label}: {value!r} is not a duration", "write 90s, 2m, 1m30s, or seconds: 150; at most 5m")
    minutes, seconds = Decimal(found["minutes"] or 0), Decimal(found["seconds"] or 0)
    duration_ms = int((minutes * 60 + seconds) * 1000)
    if duration_ms > MAX_TASK_MS:
        raise CommandError(
            f"{label}: {value} is longer than a task may take, 300 s",
            "at most 5m; split longer work into several tasks",
        )
    if duration_ms < MIN_TASK_MS:
        raise CommandError(f"{label}: {value} is shorter than a task may take, 1 s", "write 90s or 2m")
    return duration_ms


def rows(value: str, label: str) -> int:
    """Parse a number of rows to show, 0 or more."""
    if not re.fullmatch(r"\d{1,9}", value, re.ASCII):
        raise CommandError(f"{label}: {value!r} is not a number of rows", "write a whole number, 0 or more: -n 20")
    return int(value)


def variable(value: str, label: str) -> str:
    """Check the name of the notebook's variable that a result is bound to."""
    if not value.isidentifier() or keyword.iskeyword(value):
        raise CommandError(f"{label}: {value!r} can't be a variable's name", "use a Python name: -o laptops")
    return value


def job(value: str, label: str) -> str:
    """Check the name of a background job, which is also a variable of the notebook."""
    if not value.isidentifier() or keyword.iskeyword(value):
        write = f"{label} laptops" if label.startswith("-") else "%webrun jobs lists the jobs"
        raise CommandError(f"{label}: {value!r} can't be a job's name", f"a job's name is a Python name: {write}")
    return value


def url(value: str, label: str) -> str:
    """Check that a URL is not empty; the rest is checked once its `{{ }}` are filled."""
    if not value.strip():
        raise CommandError(f"{label} is empty", "write it with its scheme: --url https://example.com")
    return value.strip()


def secret(value: str, label: str) -> tuple[str, str]:
    """Parse `HOST=NAME`: the host, and the name of its secret. An invalid value is not repeated in the error."""
    host, equals, called = value.rpartition("=")
    if not equals or not host.strip():
        raise CommandError(f"{label}: a host and a name are needed", f"write {label} shop.example.com=SHOP")
    try:
        return host.strip().lower(), check_name(called)
    except RequestError as error:
        raise CommandError(f"{label}: {error.message}", error.hint) from None


def environment(value: str, label: str) -> str:
    """Check that the name of an environment is not empty; the server knows which exist."""
    if not value.strip():
        raise CommandError(f"{label} is empty", "write an environment's name or id; %webrun env lists them")
    return value.strip()


def proxy(value: str, label: str) -> str:
    """Check how a proxy is written; an invalid value is not repeated, as it may contain a password."""
    try:
        parse_proxy(value.strip())
    except RequestError as error:
        raise CommandError(f"{label}: {error.message}", error.hint) from None
    return value.strip()


def condition(value: str, label: str) -> str:
    """Check a condition of `--expect`."""
    try:
        Expectations.read(value)
    except RequestError as error:
        raise CommandError(f"{label}: {error.message}", error.hint) from None
    return value.strip()


def path(value: str, label: str) -> str:
    """Check that a path is not empty; the file is checked when it is opened."""
    if not value.strip():
        raise CommandError(f"{label} is empty", "write a path; one with spaces needs quotes")
    return value


def text(value: str, label: str) -> str:
    """Accept any text."""
    return value


def schema_text(value: str, label: str) -> str:
    """Check that a schema's text survived the line; `schema.resolve` interprets it.

    JSON that is not in single quotes loses its own quotes to the shell's rules.
    """
    if not value.strip():
        raise CommandError(f"{label} is empty", "write columns: --schema 'name:str, price:float?'")
    if value.lstrip().startswith(("{", "[")):
        try:
            json.loads(value)
        except ValueError as error:
            raise CommandError(
                f"{label}: this JSON can't be read (unquoted JSON loses its quotes on a line)",
                """put it in single quotes: --schema '{"type": "object", "properties": {…}}'""",
            ) from error
    return value.strip()


def count(value: str, label: str) -> int:
    """Parse a number, 1 or more."""
    return whole_number(value, label, 1, 1_000_000)


def task_id(value: str, label: str) -> str:
    """Check a task's id, or the name of a job."""
    if not re.fullmatch(r"\w{1,64}", value):
        raise CommandError(f"{label}: {value!r} is not a task", "%webrun history lists their ids")
    return value


def replay(value: str, label: str) -> str:
    """Check the id of a task whose steps are replayed, or the path of a recording."""
    return path(value, label).strip()


def span_ms(value: str, label: str) -> int:
    """Parse `6m`, `90s`, `1h30m`, `2d` or `150` (seconds) as ms."""
    try:
        return read_span_ms(value)
    except ValueError as error:
        hints = "write 6m, 90s, 1h30m, 2d, or seconds: 150; a year is the most"
        raise CommandError(f"{value!r} is {error}", hints) from None


def cache_age(value: str, label: str) -> str:
    """Check the greatest age of a kept answer, which stays as it is written: `1h`, `2d`."""
    if not span_ms(value, label):
        raise CommandError(f"{label}: {value} is no time at all", "--refresh runs the task and keeps its new answer")
    return value


def budget_usd(value: str, label: str) -> Decimal:
    """Parse the most that something may cost, in US dollars."""
    if not re.fullmatch(r"\$?\d{1,9}(\.\d{1,6})?", value, re.ASCII) or not Decimal(value.lstrip("$")):
        raise CommandError(f"{label}: {value!r} is not an amount", f"write dollars, more than 0: {label} 0.05")
    return Decimal(value.lstrip("$"))


AGENTS: tuple[str, ...] = get_args(AgentName)


def agent(value: str, label: str) -> str:
    """Check the name of an agent."""
    if value not in AGENTS:
        raise CommandError(f"{label}: there is no agent {value!r}", f"write {', '.join(AGENTS)}")
    return value


def model(value: str, label: str) -> str:
    """Check the name of a language model, `provider:name`."""
    try:
        split_model(value)
    except ModelNameError as error:
        raise CommandError(f"{label}: {error}", "") from None
    return value


def model_url(value: str, label: str) -> str:
    """Check the address of a language model."""
    if not re.fullmatch(r"https?://\S+", value):
        raise CommandError(f"{label}: {value!r} is no address", f"write {label} http://localhost:11434/v1")
    return value


def steps(value: str, label: str) -> int:
    """Parse the most requests to a language model."""
    return whole_number(value, label, 1, MOST_STEPS)


def header(value: str, label: str) -> str:
    """Check that the value of a header is not empty; the server checks the rest."""
    if not value.strip():
        raise CommandError(f"{label} is empty", f'write it in quotes: {label} "Mozilla/5.0 (…)"')
    return value


def run_id(value: str, label: str) -> str:
    """Check the id of a run of `map`."""
    if not re.fullmatch(r"\w{1,64}", value):
        raise CommandError(f"{label}: {value!r} is not a run", "%webrun runs lists their ids")
    return value


ALL, NONE = "all", "none"
ON_ERROR: tuple[str, ...] = get_args(OnError)


def columns(value: str, label: str) -> bool | tuple[str, ...]:
    """Parse names of columns, `name,city`; `all` becomes True."""
    if value.strip() == ALL:
        return True
    names = tuple(name.strip() for name in value.split(","))
    if not all(names):
        raise CommandError(f"{label}: a column's name is empty", f"write {label} name,city, or {label} {ALL}")
    return names


def all_or_none(value: str, label: str) -> bool:
    """Parse `all` as True and `none` as False."""
    if value not in (ALL, NONE):
        raise CommandError(f"{label}: {value!r} can't be used", f"write {label} {ALL} or {label} {NONE}")
    return value == ALL


def on_error(value: str, label: str) -> str:
    """Check what a map does with a row that failed."""
    if value not in ON_ERROR:
        raise CommandError(f"{label}: {value!r} can't be used", f"write {' or '.join(ON_ERROR)}")
    return value


def rows_at_once(value: str, label: str) -> int:
    """Parse a number of rows that may run at once."""
    return whole_number(value, label, 1, MOST_AT_ONCE)


def fps(value: str, label: str) -> int:
    """Parse pictures per second."""
    return whole_number(value, label, 1, 30)


def whole_number(value: str, label: str, least: int, most: int) -> int:
    """Parse a whole number from `least` to `most`."""
    if not re.fullmatch(r"\d{1,9}", value, re.ASCII) or not least <= int(value) <= most:
        raise CommandError(f"{label}: {value!r} can't be used", f"write a whole number, {least} to {most}")
    return int(value)
