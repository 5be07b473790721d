"""Tests in a kernel of kept answers: `--cache`, `--refresh`, and `%webrun cache`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from helpers.kernels import Kernel, Ran, running_kernel, value

LAPTOPS = "List the laptops under $400, cheapest first."
OPTIONS = '--url practice:shop --schema "name:str, price:float"'


@pytest.fixture(scope="module")
def kernel(tmp_path_factory) -> Iterator[Kernel]:
    """Return a kernel in which a task was run whose answer is kept; `first` is its table."""
    with running_kernel(WEBRUN_DATA_DIR=str(tmp_path_factory.mktemp("data"))) as kernel:
        assert kernel.run("%load_ext webrun_nb\nimport webrun_nb as webrun").status == "ok"
        nothing = kernel.run("%webrun cache")
        assert "0 kept answers, 0 bytes of at most 500.0 MB" in nothing.text
        assert "kept" not in task(kernel, "--cache -o first").text
        yield kernel


def task(kernel: Kernel, options: str, text: str = LAPTOPS) -> Ran:
    ran = kernel.run(f"%%webrun task {OPTIONS} {options}\n{text}")
    assert ran.status == "ok", ran.errors
    return ran


def sessions(kernel: Kernel) -> int:
    """Return the number of sessions and of tasks in the ledger."""
    kernel.run("used = %webrun usage")
    return int(value(kernel.run("len(used)")))


def test_the_same_task_shows_the_kept_answer_with_its_age_and_costs_nothing(kernel):
    before = sessions(kernel)
    ran = task(kernel, "--cache 2h -o again")
    line = re.compile(r"2 rows × 2 · kept answer of \d+ (s|min) ago · \$0\.00 now · again\n")
    assert line.search(ran.text), ran.text
    assert sessions(kernel) == before
    told = "again.equals(first), again.attrs['webrun']['cached'], webrun.last.provenance.column.nunique()"
    assert value(kernel.run(told)) == (True, True, 2)
    assert value(kernel.run("again.attrs['webrun']['captured_at'] == first.attrs['webrun']['captured_at']")) is True


def test_a_dry_run_says_that_it_would_be_taken(kernel):
    ran = task(kernel, "--cache 2h --dry-run")
    assert "a kept answer of at most 2 h would be taken instead, if there is one" in ran.text
    assert "no kept answer would be taken (--refresh)" in task(kernel, "--refresh --dry-run").text


def test_an_open_session_takes_it_too_and_says_that_its_page_is_as_it_was(kernel):
    assert kernel.run("%webrun start shop").status == "ok"
    ran = task(kernel, "--cache")
    assert "kept answer of" in ran.text
    assert "session shop has not run it: its page is as it was; --refresh runs it" in ran.text
    assert "kept answer" not in task(kernel, "--refresh").text


def test_the_answer_of_a_task_that_clicks_a_button_is_not_kept_and_says_so(kernel):
    ran = task(kernel, "-s shop --cache", "Type 'scout' into the search field\nClick Search\nList the laptops")
    assert "not kept: it may have changed something (type " in ran.text
    assert "not kept: something may have been changed in its session before" in task(kernel, "-s shop --cache").text
    assert "has not run it and has ended (--end)" not in task(kernel, "-s shop --end").text


def test_a_session_that_was_to_end_with_its_task_ends_with_a_kept_answer(kernel):
    assert kernel.run("%webrun start brief").status == "ok"
    assert "session brief has not run it and has ended (--end)" in task(kernel, "-s brief --cache --end").text


def test_what_can_not_be_kept_is_refused_in_one_line(kernel):
    assert "it has no URL · leave out --cache and --refresh; " in kernel.run("%%webrun task --cache\nList.").one_line
    login = f"%%webrun task {OPTIONS} --cache --secret practice:shop=SHOP\nList."
    assert "it is given a login · leave out --cache and --refresh" in kernel.run(login).one_line
    job = kernel.run(f"%%webrun task {OPTIONS} --refresh --bg job\nList.")
    assert "a task in the background takes no kept answer" in job.one_line


def test_the_code_of_a_task_keeps_its_age(kernel):
    task(kernel, "--cache 3h -o again")
    kernel.run("code = get_ipython().run_line_magic('webrun', 'code')\nbefore = again\nexec(str(code))")
    assert value(kernel.run("\"cache='3h'\" in code, again.equals(before)")) == (True, True)


def test_the_kept_answers_are_listed_and_cleared(kernel):
    ran = kernel.run("kept = %webrun cache")
    assert re.search(r"1 kept answer, \d+ (bytes|kB) of at most 500\.0 MB, in .*answers\.sqlite3", ran.text)
    assert value(kernel.run("kept.url.tolist(), kept.text.tolist()")) == (["practice:shop"], [LAPTOPS])
    assert kernel.run("%webrun cache clear").text.startswith("removed: 1 kept answer, ")
    assert kernel.run("%webrun cache;").text.startswith("0 kept answers, ")


def test_a_damaged_file_is_one_line_and_the_task_is_run(kernel):
    kernel.run("import os\nfile = os.path.join(os.environ['WEBRUN_DATA_DIR'], 'answers.sqlite3')")
    kernel.run("open(file, 'wb').write(b'not a database at all' * 100)")
    ran = task(kernel, "--cache")
    assert re.search(r"\n?not kept: the kept answers in .*answers\.sqlite3 can't be used: ", ran.text)
    assert "%webrun cache clear removes the file" in kernel.run("%webrun cache").one_line
    assert "which could not be read" in kernel.run("%webrun cache clear").text
    assert "not kept" not in task(kernel, "--cache").text
    assert "kept answer of" in task(kernel, "--cache").text
