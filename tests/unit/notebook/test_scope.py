"""Tests of the names that `{{ }}` sees: those in the scope of the code that runs the magic, as in Python."""

from __future__ import annotations

import types
from collections.abc import Callable

import pytest
from IPython.core.interactiveshell import InteractiveShell

from webrun_nb.notebook.syntax.errors import CommandError
from webrun_nb.tables.templates import TemplateError, fill

RUN = "get_ipython().run_cell_magic('webrun', 'task --dry-run', 'List {{ x }}')"


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    """Return a shell in which the text of a task is filled and recorded, and no task runs."""
    shell = InteractiveShell()
    shell.run_cell("%load_ext webrun_nb")
    shell.user_ns["filled_texts"] = filled_texts = []
    monkeypatch.setattr(
        "webrun_nb.notebook.commands.dispatch.Dispatcher.run",
        lambda _, invocation, scope: filled_texts.append(fill(invocation.arguments.text, scope)),
    )
    shell.user_ns["get_ipython"] = lambda: shell
    return shell


def filled_texts(shell: InteractiveShell, cell: str) -> list[str]:
    result = shell.run_cell(cell)
    if result.error_in_exec is not None:
        raise result.error_in_exec
    found: list[str] = shell.user_ns["filled_texts"]
    return found


LOCAL, GLOBAL = "List local", "List global"
SEEN = {
    "the notebook's": (f"{RUN}", GLOBAL),
    "a function's own": (f"def f(x):\n    {RUN}\nf('local')", LOCAL),
    "a line in a function": (
        "def f(x):\n    get_ipython().run_line_magic('webrun', 'answer List {{ x }}')\nf('local')",
        LOCAL,
    ),
    "a function without it": (f"def f(y):\n    {RUN}\nf('local')", GLOBAL),
    "a comprehension in a function": (f"def f(x):\n    [{RUN} for _ in (1,)]\nf('local')", LOCAL),
    "a comprehension's own": (f"[{RUN} for x in ('local',)]", LOCAL),
    "a closure that mentions it": (
        f"def f(x):\n    def g():\n        x\n        {RUN}\n    return g\nf('local')()",
        LOCAL,
    ),
    "a closure, f without it": (
        f"def f(y):\n    def g():\n        {RUN}\n    return g\nf('local')()",
        GLOBAL,
    ),
    "a method, not its class": (f"class A:\n    x = 'class'\n    def m(self):\n        {RUN}\nA().m()", GLOBAL),
    "a class body": (f"class A:\n    x = 'local'\n    {RUN}", LOCAL),
    "an async function": (f"async def f(x):\n    {RUN}\nawait f('local')", LOCAL),
    "a lambda": (f"(lambda x: {RUN})('local')", LOCAL),
}


@pytest.mark.parametrize("name", SEEN)
def test_a_name_means_what_it_means_in_the_code_that_runs_the_magic(shell: InteractiveShell, name: str) -> None:
    cell, expected = SEEN[name]
    assert filled_texts(shell, f"x = 'global'\n{cell}") == [expected]


REFUSED = {
    "only the text connects": f"def f(x):\n    def g():\n        {RUN}\n    return g\nf('local')()",
    "called by its own function": f"def f(x):\n    def g():\n        {RUN}\n    g()\nf('local')",
    "a generator": f"def f(x):\n    list({RUN} for _ in (1,))\nf('local')",
    "a function that can't be found": (
        f"def f(x):\n    def g():\n        {RUN}\n    return g\ng = f('local')\ndel f\ng()"
    ),
    "two functions around it": (
        f"def f(x):\n    def g():\n        def h():\n            {RUN}\n        return h\n    return g\nf('local')()()"
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_name_that_may_be_an_enclosing_functions_is_refused(shell: InteractiveShell, name: str) -> None:
    with pytest.raises(CommandError, match="x may be a variable of the enclosing function") as raised:
        filled_texts(shell, f"x = 'global'\n{REFUSED[name]}")
    assert "def f(..., x=x)" in raised.value.hint


def test_a_variable_without_a_value_is_refused(shell: InteractiveShell) -> None:
    with pytest.raises(CommandError, match="x has no value yet"):
        filled_texts(shell, f"x = 'global'\ndef f():\n    {RUN}\n    x = 'local'\nf()")


def test_a_name_that_is_nowhere_is_refused_as_before(shell: InteractiveShell) -> None:
    with pytest.raises(TemplateError, match="there is no 'x' in the notebook"):
        filled_texts(shell, f"def f():\n    {RUN}\nf()")


@pytest.fixture
def helper(shell: InteractiveShell) -> types.ModuleType:
    """Return a module with a function that runs the magic, as a notebook imports it."""
    module = types.ModuleType("helper")
    module.__dict__["get_ipython"] = lambda: shell
    exec(f"def run():\n    {RUN}", module.__dict__)
    shell.user_ns["helper"] = module
    return module


@pytest.mark.parametrize(
    ("set_names", "expected"),
    [
        (lambda shell, module: module.__dict__.update(x="module"), "List module"),
        (lambda shell, module: shell.user_ns.update(x="global"), "List global"),
    ],
)
def test_a_function_of_a_module_sees_its_module_then_the_notebook(
    shell: InteractiveShell, helper: types.ModuleType, set_names: Callable[..., None], expected: str
) -> None:
    set_names(shell, helper)
    assert filled_texts(shell, "helper.run()") == [expected]


def test_a_name_of_both_the_module_and_the_notebook_is_refused(
    shell: InteractiveShell, helper: types.ModuleType
) -> None:
    helper.__dict__["x"], shell.user_ns["x"] = "module", "global"
    with pytest.raises(CommandError, match="one thing in the module"):
        filled_texts(shell, "helper.run()")


@pytest.mark.parametrize(
    ("cell", "is_used"),
    [
        ("%webrun code", False),
        ("text = %webrun code", True),
        ("if True:\n    %webrun code", False),
        ("def f():\n    text = %webrun code\n    return text\nf()", True),
        ("def f():\n    return get_ipython().run_line_magic('webrun', 'code')\nf()", True),
        ("x = 1\n%webrun code\ny = 2", False),
        ("exec(\"get_ipython().run_line_magic('webrun', 'code')\")", False),
    ],
)
def test_a_result_is_used_where_the_line_assigns_or_returns_it(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, cell: str, is_used: bool
) -> None:
    seen: list[bool] = []
    run = "webrun_nb.notebook.commands.dispatch.Dispatcher.run"
    monkeypatch.setattr(run, lambda _, invocation, scope: seen.append(scope.is_result_used))
    assert shell.run_cell(cell).success
    assert seen == [is_used]
