"""Tests of the public names of the package: their list, documentation and signatures."""

from __future__ import annotations

import inspect
import pydoc
import re
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

import webrun_nb
from webrun_nb.client.environments import Environments
from webrun_nb.client.policies import Policies

PUBLIC = {
    "AuthenticationError",
    "BudgetError",
    "Client",
    "ConnectionLostError",
    "EmulatorStartError",
    "ExpectationError",
    "GuardrailError",
    "LimitError",
    "MapRun",
    "PageResult",
    "PaymentError",
    "ProtocolError",
    "Question",
    "Secret",
    "RequestError",
    "Session",
    "SessionGoneError",
    "SessionSnapshot",
    "TaskFailedError",
    "TaskHandle",
    "TaskInterruptedError",
    "TaskResult",
    "WebRunError",
    "aextract",
    "amap",
    "aresult",
    "arun_task",
    "astart",
    "asubmit_task",
    "environments",
    "extract",
    "history",
    "last",
    "map",
    "load_ipython_extension",
    "on_guardrail",
    "plot_usage",
    "policies",
    "record",
    "result",
    "run_task",
    "start",
    "submit_task",
    "unload_ipython_extension",
    "usage",
}


def test_the_public_names_are_these() -> None:
    assert set(webrun_nb.__all__) == PUBLIC


def test_every_public_name_is_there() -> None:
    assert [name for name in webrun_nb.__all__ if not hasattr(webrun_nb, name)] == []


def test_every_public_thing_is_documented() -> None:
    assert [name for name in PUBLIC - {"last"} if not inspect.getdoc(getattr(webrun_nb, name))] == []


INTERNAL = {
    *(
        "about",
        "resolve_guardrail",
        "resolve_unattended",
        "end_over_budget",
        "prepare_task",
        "note_submitted",
        "note_earlier_task",
        "note_task",
        "restart_session",
        "begin_task",
        "refuse_if_spent",
        "send",
        "start_for_run",
    ),
    *("load_ipython_extension", "unload_ipython_extension"),
}
"""Methods for the toolkit's own parts and for IPython."""


def _callables() -> Iterator[tuple[str, Callable[..., object]]]:
    for name in sorted(PUBLIC - {"last", "environments", "policies"}):
        thing = getattr(webrun_nb, name)
        members = inspect.getmembers(thing, inspect.isfunction) if inspect.isclass(thing) else [(name, thing)]
        yield from ((f"{name}.{own}", fn) for own, fn in members if not own.startswith("_") and own not in INTERNAL)


def test_every_public_call_says_what_it_takes() -> None:
    def silent(fn: Callable[..., object]) -> bool:
        text, taken = inspect.getdoc(fn) or "", set(inspect.signature(fn).parameters) - {"self"}
        section = text.partition("Parameters\n")[2]
        return not text or any(not re.search(rf"^[\w, *]*\b{name}\b", section, re.MULTILINE) for name in taken)

    assert [name for name, fn in _callables() if silent(fn)] == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(webrun_nb, "nonsense")


def test_functions_show_how_they_are_called() -> None:
    assert "self" not in inspect.signature(webrun_nb.start).parameters
    assert next(iter(inspect.signature(webrun_nb.run_task).parameters)) == "text"


@pytest.mark.parametrize(
    ("current", "members"), [(webrun_nb.environments, Environments), (webrun_nb.policies, Policies)]
)
def test_help_shows_the_methods_of_the_current_clients_objects(current: object, members: type) -> None:
    methods = {name: fn for name, fn in inspect.getmembers(members, inspect.isfunction) if not name.startswith("_")}
    assert {name for name in dir(current) if not name.startswith("_")} == set(methods)
    text = pydoc.plain(pydoc.render_doc(current))
    assert [name for name in methods if f"{name}(self" not in text] == []
    for name, method in methods.items():
        shown = list(inspect.signature(getattr(current, name)).parameters.values())
        assert shown == list(inspect.signature(method).parameters.values())[1:], name


def test_help_of_a_function_shows_its_real_signature() -> None:
    assert "start(name:" in pydoc.plain(pydoc.render_doc(webrun_nb.start))


LOADED = "import sys, webrun_nb; {then}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"


def _loaded_by(then: str) -> set[str]:
    code = LOADED.format(then=then)
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_the_import_is_light() -> None:
    assert not _loaded_by("pass") & {"pandas", "socketio", "httpx", "pydantic", "IPython", "jsonschema"}


def test_what_is_heavy_waits_until_it_is_needed() -> None:
    assert not _loaded_by("webrun_nb.start") & {"pandas", "socketio", "aiohttp", "jsonschema", "IPython"}


def test_the_emulator_starts_without_what_only_some_tasks_need() -> None:
    loaded = _loaded_by("import webrun_nb.emulator.server")
    assert not loaded & {"lark", "dateparser", "babel", "numpy", "httpx", "requests", "tornado", "pydantic_ai"}
