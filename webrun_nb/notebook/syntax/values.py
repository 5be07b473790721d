"""What the values of options may be: each function turns the text of one value into what a command holds.

All of them raise `CommandError` with a message that starts with what the value was given for (`what`, such as
`--timeout`).
"""

from __future__ import annotations

import json
import keyword
import re
from decimal import Decimal

from webrun_nb.client.errors import RequestError
from webrun_nb.client.expectations import expected_statuses
from webrun_nb.client.proxies import parse_proxy
from webrun_nb.client.secrets import SOURCES, check_name
from webrun_nb.notebook.syntax.errors import CommandError

MIN_TASK_MS = 1_000
MAX_TASK_MS = 300_000
"""`maxDuration` may be 1000…300000 ms (contract, section 3)."""

_DURATION = re.compile(r"(?:(?P<minutes>\d+(?:\.\d+)?)m)?(?:(?P<seconds>\d+(?:\.\d+)?)s?)?", re.ASCII | re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*", re.ASCII)


def is_name(value: str) -> bool:
    """Tell whether a session of that name can be named on a line."""
    return _NAME.fullmatch(value) is not None


def name(value: str, what: str) -> str:
    """Check the name of a session."""
    if not is_name(value):
        raise CommandError(
            f"{what}: {value!r} can't be a session's name",
            "use letters, digits, _ and -, such as shop or shop-2",
        )
    return value


def words(value: str, what: str) -> str:
    """Check that there is anything at all."""
    if not value.strip():
        raise CommandError(f"{what} is empty", "a value with spaces goes in quotes")
    return value.strip()


def task_duration_ms(value: str, what: str) -> int:
    """Read `2m`, `90s`, `1m30s` or `150` (seconds) as ms, within what a task may take."""
    found = _DURATION.fullmatch(value)
    if not value or found is None:
        raise CommandError(f"{what}: {value!r} is not a duration", "write 90s, 2m, 1m30s, or seconds: 150; at most 5m")
    minutes, seconds = Decimal(found["minutes"] or 0), Decimal(found["seconds"] or 0)
    duration_ms = int((minutes * 60 + seconds) * 1000)
    if duration_ms > MAX_TASK_MS:
        raise CommandError(
            f"{what}: {value} is longer than a task may take, 300 s",
            "at most 5m; split longer work into several tasks",
        )
    if duration_ms < MIN_TASK_MS:
        raise CommandError(f"{what}: {value} is shorter than a task may take, 1 s", "write seconds or minutes: 90s, 2m")
    return duration_ms


def rows(value: str, what: str) -> int:
    """Read a number of rows to show, 0 or more."""
    if not re.fullmatch(r"\d{1,9}", value, re.ASCII):
        raise CommandError(f"{what}: {value!r} is not a number of rows", "write a whole number, 0 or more: -n 20")
    return int(value)


def variable(value: str, what: str) -> str:
    """Check the name of the notebook's variable that a result is bound to."""
    if not value.isidentifier() or keyword.iskeyword(value):
        raise CommandError(f"{what}: {value!r} can't be a variable's name", "use a Python name: -o laptops")
    return value


def job(value: str, what: str) -> str:
    """Check the name of a background job, which is a name in the notebook, too."""
    if not value.isidentifier() or keyword.iskeyword(value):
        write = f"{what} laptops" if what.startswith("-") else "%webrun jobs lists the jobs"
        raise CommandError(f"{what}: {value!r} can't be a job's name", f"a job's name is a Python name: {write}")
    return value


def url(value: str, what: str) -> str:
    """Check that there is a URL at all; whether it can be opened shows once its `{{ }}` are filled."""
    if not value.strip():
        raise CommandError(f"{what} is empty", "write it with its scheme: --url https://example.com")
    return value.strip()


def secret(value: str, what: str) -> tuple[str, str]:
    """Read `HOST=NAME`: for which host, and what the secret is called. What is no name is not repeated."""
    host, equals, called = value.rpartition("=")
    if not equals or not host.strip():
        raise CommandError(f"{what}: a host and a name are needed", f"write {what} shop.example.com=SHOP")
    try:
        return host.strip().lower(), check_name(called)
    except RequestError as error:
        raise CommandError(f"{what}: {error.message}", error.hint) from None


def environment(value: str, what: str) -> str:
    """Check that an environment is named; which there are, the server says."""
    if not value.strip():
        raise CommandError(f"{what} is empty", "write an environment's name or id; %webrun env lists them")
    return value.strip()


def proxy(value: str, what: str) -> str:
    """Check how a proxy is written; what can't be read is not repeated, as it may hold a password."""
    try:
        parse_proxy(value.strip())
    except RequestError as error:
        raise CommandError(f"{what}: {error.message}", error.hint) from None
    return value.strip()


def condition(value: str, what: str) -> str:
    """Check what a task may expect."""
    try:
        expected_statuses(value)
    except RequestError as error:
        raise CommandError(f"{what}: {error.message}", error.hint) from None
    return value.strip()


def path(value: str, what: str) -> str:
    """Check that there is a path at all; whether there is such a file shows when it is opened."""
    if not value.strip():
        raise CommandError(f"{what} is empty", "write a path; one with spaces needs quotes")
    return value


def text(value: str, what: str) -> str:
    """Take any text."""
    return value


def schema_text(value: str, what: str) -> str:
    """Check that a schema's text survived the line; `schema.resolve` gives it meaning.

    JSON that is not in single quotes loses its own quotes to the shell's rules (lab notes, Jupyter 15).
    """
    if not value.strip():
        raise CommandError(f"{what} is empty", "write columns: --schema 'name:str, price:float?'")
    if value.lstrip().startswith(("{", "[")):
        try:
            json.loads(value)
        except ValueError as error:
            raise CommandError(
                f"{what}: this JSON can't be read (unquoted JSON loses its quotes on a line)",
                """put it in single quotes: --schema '{"type": "object", "properties": {…}}'""",
            ) from error
    return value.strip()


def asyncio_setting(value: str, what: str) -> str:
    """Accept `on` alone (`what` is that word, too): nest-asyncio can't be taken back."""
    if value == "off":
        raise CommandError("asyncio can't be turned off again in a running kernel", "restart the kernel")
    if value != what:
        raise CommandError(f"asyncio takes {what}, not {value!r}", f"%webrun asyncio {what}")
    return value


def key_source(value: str, what: str) -> str:
    """Check the name of a place that keys come from."""
    if value not in SOURCES:
        raise CommandError(f"{what} takes {', '.join(SOURCES)}, not {value!r}", "the key itself never stands in a cell")
    return value


def count(value: str, what: str) -> int:
    """Read a number of things, 1 or more."""
    return _whole(value, what, 1, 1_000_000)


def task_id(value: str, what: str) -> str:
    """Check a task's id, or the name of a job."""
    if not re.fullmatch(r"\w{1,64}", value):
        raise CommandError(f"{what}: {value!r} is no task", "%webrun history lists their ids")
    return value


# --- the emulator's ---------------------------------------------------------------------------------------------

_SPAN = re.compile(
    r"(?:(?P<days>\d+)d)?(?:(?P<hours>\d+)h)?(?:(?P<minutes>\d+)m)?(?:(?P<seconds>\d+)s?)?", re.ASCII | re.IGNORECASE
)
_UNITS_MS = {"days": 86_400_000, "hours": 3_600_000, "minutes": 60_000, "seconds": 1_000}
MAX_SPAN_MS = 366 * _UNITS_MS["days"]


def span_ms(value: str, what: str) -> int:
    """Read `6m`, `90s`, `1h30m`, `2d` or `150` (seconds) as ms."""
    found = _SPAN.fullmatch(value)
    if not value or found is None:
        raise CommandError(f"{value!r} is not a span of time", "write 6m, 90s, 1h30m, 2d, or seconds: 150")
    span = sum(int(found[unit] or 0) * ms for unit, ms in _UNITS_MS.items())
    if span > MAX_SPAN_MS:
        raise CommandError(f"{value} is more than a year", "a year at once is the most")
    return span


def limit_usd(value: str, what: str) -> float | None:
    """Read dollars, or `none` for no limit."""
    if value.lower() == "none":
        return None
    if not re.fullmatch(r"\d{1,9}(\.\d{1,6})?", value, re.ASCII):
        raise CommandError(f"{what}: {value!r} is no amount", f"write dollars, {what} 0.05, or {what} none")
    return float(value)


def budget_usd(value: str, what: str) -> Decimal:
    """Read what something may cost at most, in dollars."""
    if not re.fullmatch(r"\$?\d{1,9}(\.\d{1,6})?", value, re.ASCII) or not Decimal(value.lstrip("$")):
        raise CommandError(f"{what}: {value!r} is no amount", f"write dollars, more than nothing: {what} 0.05")
    return Decimal(value.lstrip("$"))


def fps(value: str, what: str) -> int:
    """Read pictures a second."""
    return _whole(value, what, 1, 30)


def limit_count(value: str, what: str) -> int | None:
    """Read a number of sessions, or `none` for no limit."""
    return None if value.lower() == "none" else _whole(value, what, 0, 1_000_000)


def times(value: str, what: str) -> int:
    """Read how many calls a fault is for."""
    return _whole(value, what, 1, 1_000_000)


def http_status(value: str, what: str) -> int:
    """Read the HTTP status of an error."""
    return _whole(value, what, 400, 599)


def delay_ms(value: str, what: str) -> int:
    """Read ms."""
    return _whole(value, what, 0, 600_000)


def endpoint(value: str, what: str) -> str:
    """Check the name of an endpoint; which there are, the emulator says."""
    if not re.fullmatch(r"[a-z]+(-[a-z]+)*", value, re.ASCII):
        raise CommandError(f"{value!r} is no endpoint", "write start-session, send-message, session-status, task, …")
    return value


def error_code(value: str, what: str) -> str:
    """Check a code such as `INSTANCE_UNAVAILABLE`."""
    if not re.fullmatch(r"[A-Z]+(_[A-Z]+)*", value, re.ASCII):
        raise CommandError(f"{what}: {value!r} is no code", "write it as the service does: INSTANCE_UNAVAILABLE")
    return value


def _whole(value: str, what: str, least: int, most: int) -> int:
    if not re.fullmatch(r"\d{1,9}", value, re.ASCII) or not least <= int(value) <= most:
        raise CommandError(f"{what}: {value!r} can't be used", f"write a whole number, {least} to {most}")
    return int(value)
