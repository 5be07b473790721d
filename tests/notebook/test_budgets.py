"""Tests in a kernel of `--max-cost` on sessions and tasks, and of `%config WebrunMagics.max_cost`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest

from helpers.kernels import IMPORT_WAITING, Kernel, running_kernel, value

BUDGET_ENDED = "terminated · budget"
ENDED = f"""
{IMPORT_WAITING}
import threading
def ended(session):
    "Wait until a session has ended; return how."
    return wait_for_snapshot(session, lambda snapshot: snapshot.ended).state_label
def sessions():
    "Return the sessions of this kernel, by name."
    from webrun_nb.notebook.api import toolkit
    return toolkit.client().sessions
"""


SETTLE = """
%webrun emulator faults clear
%webrun emulator unfreeze
%config WebrunMagics.max_cost = None
%webrun terminate --all
"""
"""Removes whatever a test has left, also one that failed half-way."""


@pytest.fixture(scope="module")
def shared_kernel(tmp_path_factory) -> Iterator[Kernel]:
    with running_kernel(WEBRUN_DATA_DIR=str(tmp_path_factory.mktemp("data"))) as kernel:
        assert kernel.run("%load_ext webrun_nb\n" + ENDED).status == "ok"
        yield kernel


@pytest.fixture
def kernel(shared_kernel: Kernel) -> Iterator[Kernel]:
    yield shared_kernel
    assert shared_kernel.run(SETTLE).status == "ok"


LIST_LAPTOPS = "List the laptops under $400."


@pytest.fixture(scope="module")
def all_but_the_answer_usd(shared_kernel: Kernel) -> str:
    """Return what listing the laptops costs at a stopped clock, less a part of the tokens of its answer.

    The answer is the last step, with which the task ends: no reading before the end shows a higher cost than this.
    """
    shared_kernel.run("%webrun start measured\n%webrun emulator freeze")
    assert shared_kernel.run(f"%%webrun task --url practice:shop -o rows\n{LIST_LAPTOPS}").status == "ok"
    cost = Decimal(value(shared_kernel.run("str(webrun.last.cost_usd)")))
    assert shared_kernel.run(SETTLE).status == "ok"
    return f"{(cost - Decimal('0.0002')).normalize():f}"


def test_an_idle_session_is_ended_when_its_budget_is_spent(kernel):
    shown = kernel.run("%webrun start idle --max-cost 0.05")
    (card,) = [o["data"]["text/plain"] for o in shown.outputs if "[webrun-card]" in o.get("data", {})["text/plain"]]
    assert "emulated budget $0.05" in card
    kernel.run("%webrun emulator advance 2m")
    assert value(kernel.run("session = webrun.start('idle', max_cost_usd=0.05)\nsession.ended")) is False
    kernel.run("%webrun emulator advance 1m")
    assert value(kernel.run("ended(session)")) == "terminated · budget"
    assert value(kernel.run("0.06 <= float(session.snapshot.cost_usd) < 0.07")) is True


def test_a_task_is_stopped_when_its_budget_is_spent_and_the_session_kept(kernel):
    kernel.run("%webrun start kept")
    ran = kernel.run("%%webrun task --max-cost 0.0005\nwait for 60 seconds")
    assert "BUDGET_REACHED: the task's emulated budget of $0.0005 is spent" in ran.one_line
    assert "you pay $0.00" in ran.one_line
    assert "the session is kept" in ran.one_line
    assert value(kernel.run("webrun.start('kept').ended")) is False


def test_a_task_with_a_session_of_its_own_ends_its_session_with_its_budget(kernel):
    ran = kernel.run("%%webrun task --max-cost 0.000001\nwait for 60 seconds")
    assert "its session has ended with it; allow more with --max-cost" in ran.one_line


WAITING = """
from webrun_nb.notebook.api import toolkit
session, spent = webrun.start({session}), threading.Event()
def spend(snapshot):
    "Let three minutes pass once the task waits."
    if "wait" in str(snapshot.last_action).lower() and not spent.is_set():
        spent.set()
        threading.Thread(target=get_ipython().run_line_magic, args=("webrun", "emulator advance 3m")).start()
leave = session.subscribe(spend)
wait_until(lambda: session.monitor.listening)  # no event of the task is missed
"""


def test_a_task_ends_with_its_sessions_budget(kernel):
    assert kernel.run("%webrun start tight --max-cost 0.05").status == "ok"
    assert kernel.run(WAITING.format(session="'tight', max_cost_usd=0.05")).status == "ok"
    ran = kernel.run("%%webrun task\nwait for 60 seconds")
    assert "BUDGET_REACHED: the session's emulated budget of $0.05 is spent" in ran.one_line
    assert "the session was ended" in ran.one_line


def test_a_notebooks_budget_ends_all_its_sessions_and_refuses_more(kernel):
    kernel.run("%webrun start one\n%webrun start two\none, two = webrun.start('one'), webrun.start('two')")
    kernel.run("%config WebrunMagics.max_cost = 0.0001")
    assert value(kernel.run("ended(one), ended(two)")) == ("terminated · budget", "terminated · budget")
    assert "the budget of the notebook ($0.0001 emulated) is spent" in kernel.run("%webrun start three").one_line
    kernel.run("%config WebrunMagics.max_cost = None")
    assert kernel.run("%webrun start three").status == "ok"


def test_no_amount_is_one_line_and_changes_nothing(kernel):
    assert "-1 is not a valid budget" in kernel.run("%config WebrunMagics.max_cost = -1").text
    assert value(kernel.run("get_ipython().magics_manager.registry['WebrunMagics'].max_cost is None")) is True
    assert "is not a valid budget" in kernel.run("webrun.start('x', max_cost_usd='much')").one_line


TWO_ROWS = "partial result: 2 rows, bound to no name"


@pytest.mark.parametrize(("limit", "code"), [("--max-cost 0.05", "BUDGET_REACHED"), ("--timeout 2m", "TASK_TIMEOUT")])
def test_a_task_that_is_cut_short_shows_what_it_had(kernel, limit, code):
    assert kernel.run("%webrun start shopping").status == "ok"
    assert kernel.run(WAITING.format(session="'shopping'")).status == "ok"
    ran = kernel.run(
        f'%%webrun task --url practice:shop --schema "name:str, price:float" -o cut {limit}\n'
        "List the laptops under $400. Wait for 200 seconds."
    )
    assert code in ran.one_line
    assert TWO_ROWS in ran.text
    assert value(kernel.run("'cut' in globals()")) is False
    assert kernel.run("leave()").status == "ok"


def test_after_a_spent_budget_the_next_task_is_refused_until_a_session_is_started_or_a_budget_named(kernel):
    kernel.run("%webrun start b --max-cost 0.002")
    kernel.run("%webrun emulator advance 1m")
    assert value(kernel.run("ended(sessions()['b'])")) == BUDGET_ENDED
    for cell in (
        "%%webrun task\nList the laptops",
        "%%webrun task --bg job\nList the laptops",
        "%%webrun task -s b\nGo",
    ):
        line = kernel.run(cell).one_line
        assert "BUDGET_REACHED: the budget of session b ($0.002 emulated) is spent" in line
        assert "nothing was started" in line
        assert "`%webrun start b --max-cost 0.004`" in line
    assert "is spent" in kernel.run("%webrun start b --max-cost 0.002").one_line
    task = "%%webrun task --url practice:shop --max-cost 1 -o one\nList the laptops under $400."
    assert kernel.run(task).status == "ok"
    assert "is spent" in kernel.run("%%webrun task\nList the laptops").one_line
    assert kernel.run("%webrun start b\n%webrun terminate b").status == "ok"
    assert kernel.run(task.replace(" --max-cost 1", "")).status == "ok"


def test_what_is_left_of_a_budget_limits_tasks_in_sessions_of_their_own(kernel):
    kernel.run("%webrun start c --max-cost 0.5\nc = webrun.start('c', max_cost_usd='0.5')\n%webrun terminate c")
    before = value(kernel.run("float(c.budget.left_usd)"))
    assert kernel.run("%%webrun task --url practice:shop -o rows\nList the laptops under $400.").status == "ok"
    assert 0 < value(kernel.run("float(c.budget.left_usd)")) < before
    kernel.run("%webrun start c --max-cost 0.5")
    shown = kernel.run("%webrun status c").outputs
    assert any("of it spent before" in output.get("data", {}).get("text/plain", "") for output in shown)


HISTORY = "df = %webrun history -n 1\nfloat(df.over_budget_usd.iloc[0]) == float(webrun.last.over_budget_usd)"


def test_a_short_task_that_cost_more_than_its_budget_says_so(kernel, all_but_the_answer_usd):
    kernel.run("%webrun start short\n%webrun emulator freeze")
    budget = all_but_the_answer_usd
    ran = kernel.run(f"%%webrun task -s short --url practice:shop --max-cost {budget} -o rows\n{LIST_LAPTOPS}")
    assert f"≈ $0.0002 over its budget of ${budget}: the task ended before it could be stopped" in ran.text
    shown = kernel.run("%webrun status short").outputs
    assert any(
        "tasks exceeded their own budgets by" in output.get("data", {}).get("text/plain", "") for output in shown
    )
    assert value(kernel.run("webrun.last.over_budget_usd > 0")) is True
    assert value(kernel.run(HISTORY)) is True


def test_a_task_that_cost_more_than_its_sessions_budget_says_so(kernel, all_but_the_answer_usd):
    budget = all_but_the_answer_usd
    kernel.run("%webrun emulator freeze")  # first: the session is to cost no more than its task
    kernel.run(f"%webrun start cc --max-cost {budget}\nsession = sessions()['cc']")
    ran = kernel.run(f"%%webrun task --url practice:shop -o rows\n{LIST_LAPTOPS}")
    assert f"≈ $0.0002 over session cc's budget of ${budget}: the task ended before it could be stopped" in ran.text
    assert value(kernel.run("webrun.last.over_budget_usd > 0")) is True
    assert value(kernel.run(HISTORY)) is True
    assert value(kernel.run("ended(session)")) == BUDGET_ENDED
    shown = kernel.run("%webrun status cc").outputs
    assert any("exceeded by" in output.get("data", {}).get("text/plain", "") for output in shown)
    refused = kernel.run("%%webrun task\nList the laptops")
    assert f"the budget of session cc (${budget} emulated) is spent" in refused.one_line
    assert f"`%webrun start cc --max-cost {(2 * Decimal(budget)).normalize():f}`" in refused.one_line
    assert "sessions of their own" not in refused.text
    assert kernel.run("%webrun start cc").status == "ok"


def test_history_has_the_cost_of_the_task_alone_which_the_line_below_its_cell_names_too(kernel):
    kernel.run("%webrun emulator faults task --delay 3000")
    ran = kernel.run("%%webrun task --url practice:shop --max-cost 1 -o rows\nList the laptops under $400.")
    history = "df = %webrun history -n 1\n(float(df.cost_usd.iloc[0]), float(webrun.last.cost_usd))"
    listed, cost = value(kernel.run(history))
    assert listed == cost
    [summary] = [line for line in ran.text.splitlines() if " rows × " in line]
    assert re.findall(r"\$\d\.\d{4}", summary)[-1] == f"${cost:.4f}"


def test_a_notebooks_budget_counts_on_after_a_restart_of_the_emulator(kernel):
    kernel.run("%webrun start d\nd = webrun.start('d')")
    kernel.run("%config WebrunMagics.max_cost = 0.0001")
    assert value(kernel.run("ended(d)")) == BUDGET_ENDED
    kernel.run("%webrun emulator restart")
    assert "the budget of the notebook ($0.0001 emulated) is spent" in kernel.run("%webrun start e").one_line
    assert kernel.run("%config WebrunMagics.max_cost = None").status == "ok"
