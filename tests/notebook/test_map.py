"""Tests in a kernel of `%%webrun map`: its table, its end and how it goes on, in the background, and bad input."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from helpers.kernels import IMPORT_WAITING, Kernel, Ran, running_kernel, value

PAGES = """
import pandas as pd
site = "practice:directory/companies/alderbeck-"
pages = pd.DataFrame({"site": ["a", "b"], "url": [site + "analytics", site + "bearings"]}, index=["x", "y"])
broken = [site + "glass", site + "dairies"]
"""
NAME = "Get the name."
STOP_BUTTON = """
import os, signal, threading
from webrun_nb.batch.run import MapRun
def press():
    "Press the stop button once a row runs."
    wait_until(lambda: any(run.progress.running for run in runs))
    os.kill(os.getpid(), signal.SIGINT)
runs, begin = [], MapRun.begin
def watched(run):
    runs.append(run)
    begin(run)
MapRun.begin = watched
threading.Thread(target=press, daemon=True).start()
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory) -> Iterator[Kernel]:
    with running_kernel(WEBRUN_DATA_DIR=str(tmp_path_factory.mktemp("data"))) as kernel:
        assert kernel.run("%load_ext webrun_nb\n" + IMPORT_WAITING + PAGES).status == "ok"
        yield kernel


def cards(ran: Ran) -> list[str]:
    shown = [output["data"]["text/plain"] for output in ran.outputs if "data" in output]
    return [text for text in shown if "[webrun-card]" in text]


def test_a_row_for_each_page_rejoins_the_index_and_every_word_of_the_line_is_true(kernel):
    options = "--concurrency 2 --per-host 2 --polite none --status --with-url --keep site -o found"
    ran = kernel.run(f'%%webrun map pages --schema "name:str, city:str?" {options}\nGet the name and the city.')
    assert ran.status == "ok", ran.errors
    (card,) = cards(ran)
    assert card.startswith("[webrun-card]\nmap found · ")
    line = r"^2 rows × 11 · 2 done, 0 failed · [\d.]+ s · ≈ \$0\.\d{4} \(emulated, you pay \$0\.00\) · found$"
    assert re.search(line, ran.text, re.MULTILINE), ran.text
    table = "found[['site', 'source_url', 'name', 'city', '_status']].reset_index().values.tolist()"
    assert value(kernel.run(table)) == [
        ["x", "a", "practice:directory/companies/alderbeck-analytics", "Alderbeck Analytics", "Aarhus", "done"],
        ["y", "b", "practice:directory/companies/alderbeck-bearings", "Alderbeck Bearings", "Cork", "done"],
    ]
    assert value(kernel.run("webrun.last.df.equals(found), webrun.last.progress.state")) == (True, "complete")
    assert value(kernel.run("webrun.start('other').terminate(), webrun.last.progress.state")) == (None, "complete")
    listed = kernel.run("runs = %webrun runs\nrow = runs.iloc[0]\nassert row.run == webrun.last.id")
    assert listed.status == "ok", listed.errors
    assert value(kernel.run("row['name'], row.state, int(row.done), bool(row.cost_usd > 0)")) == (
        "found", "complete", 2, True,
    )  # fmt: skip


def test_the_code_of_a_map_is_the_call(kernel):
    code = kernel.run("code = %webrun code\nprint(code)").text
    assert 'run = webrun.map(\n    pages,\n    "Get the name and the city.",\n' in code
    assert "    keep=['site'],\n" in code
    assert code.endswith("found = run.df\n\n")


def test_one_that_ended_early_binds_nothing_and_goes_on_where_it_ended(kernel):
    failed = kernel.run(f"%%webrun map broken --on-error raise --concurrency 1 -o early\n{NAME}")
    assert "ROW_FAILED: row 0 failed: NAVIGATION_FAILED" in failed.one_line
    assert value(kernel.run("'early' in globals(), webrun.last.progress.done, webrun.last.progress.failed")) == (
        False, 0, 1,
    )  # fmt: skip
    assert "go on with --resume " in failed.one_line
    ran = kernel.run("get_ipython().run_cell_magic('webrun', f'map --resume {webrun.last.id} --on-error keep', ' ')")
    assert ran.status == "ok", ran.errors
    assert "2 rows × 1 · 1 done, 1 failed" in ran.text
    assert "failed: row 0 · NAVIGATION_FAILED: " in ran.text
    assert "with hints and ids: webrun.last.failures; webrun.last.retry() runs them again" in ran.text
    assert value(kernel.run("webrun.last.failures[['row', 'code']].values.tolist()")) == [[0, "NAVIGATION_FAILED"]]


def test_an_interrupt_ends_its_rows_and_sessions_and_the_same_cell_goes_on(kernel):
    assert kernel.run(STOP_BUTTON).status == "ok"
    interrupted = kernel.run("%%webrun map pages -o waited --new --no-robots\nwait for 60 seconds")
    assert "was interrupted: 0 of 2 rows are done and kept, its sessions have ended" in interrupted.one_line
    assert value(kernel.run("'waited' in globals(), webrun.last.progress.state")) == (False, "interrupted")
    assert value(kernel.run("webrun.last.progress.sessions")) == 0
    again = kernel.run("%%webrun map pages --bg waited\nwait for 60 seconds")
    assert again.status == "ok", again.errors
    assert value(kernel.run("waited.id == runs[0].id")) is True


def test_one_in_the_background_is_a_job(kernel):
    assert "the job waited still runs" in kernel.run("%%webrun map pages --bg waited\nx").one_line
    assert "the job continues: %webrun wait waited" in kernel.run("%webrun wait waited --for 1s").text
    table = "jobs = %webrun jobs\njobs.set_index('job').loc['waited'].state"
    assert value(kernel.run(table)) in ("starting", "running")
    stopped = kernel.run("%webrun cancel waited").text
    assert "job waited was stopped; 0 of 2 rows are done; what is done is kept; go on with" in stopped
    assert "was stopped" in kernel.run("%webrun wait waited").one_line
    assert "has ended already: stopped" in kernel.run("%webrun cancel waited").text


def test_a_budget_ends_it(kernel):
    spent = kernel.run("%%webrun map pages --max-cost 0.0001 --concurrency 1 --new\nGet the name.")
    assert "BUDGET_REACHED: the run's emulated budget of $0.0001 is spent" in spent.one_line


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("map\nx", "map needs the name of its input"),
        ("map pags\nx", "there is no name 'pags' in the notebook · did you mean pages?"),
        ("map pages\n", "the cell has no text for map"),
        ("map pages --resume r2\n", "the cell has no text for map"),
        ("map --resume r2\n", "RUN_NOT_FOUND: there is no run 'r2'"),
        ("map pages --url practice:shop/{{ row.sitee }}\nx", "has no column 'sitee' · did you mean site?"),
        ("map pages --keep sit --new\nx", "has no column 'sit' · did you mean site?"),
        ("map pages.url\nx", "'pages.url' can't be a variable's name"),
        ("map pages --concurrency 99\nx", "--concurrency: '99' can't be used · write a whole number, 1 to 64"),
        ("map pages --on-error stop\nx", "--on-error: 'stop' can't be used · write keep or raise"),
        ("map pages --polite some\nx", "--polite: 'some' can't be used · write --polite all or --polite none"),
        ("map pages --limit 0\nx", "--limit: '0' can't be used"),
        ("map pages --dask tcp://127.0.0.1:9 --new\nx", "127.0.0.1:9"),
        ("map pages --dry-run --bg dry\nx", "a dry run is not for the background"),
    ],
)
def test_bad_input_is_one_line_and_starts_nothing(kernel, cell, says):
    before = value(kernel.run("len(get_ipython().run_line_magic('webrun', 'runs'))"))
    assert says in kernel.run(f"%%webrun {cell}").one_line
    assert value(kernel.run("len(get_ipython().run_line_magic('webrun', 'runs'))")) == before
