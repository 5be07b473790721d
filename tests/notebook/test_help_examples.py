"""Tests in a kernel of the examples of `%webrun help`, and of the options that no other test uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.kernels import IMPORT_WAITING, Kernel, running_kernel
from webrun_nb.notebook.commands.registry import COMMANDS
from webrun_nb.notebook.syntax.help import examples
from webrun_nb.notebook.syntax.spec import Command

ELSEWHERE = {"pause", "resume", "stop", "answer", "login", "logout"}
"""Verbs that need a task under way, or a key: test_session_commands.py and test_login.py have them."""
REPO = Path(__file__).parents[2]
CELLS = [cell for cell in examples(COMMANDS) if cell.lstrip("%").split()[1] not in ELSEWHERE]


@pytest.fixture(scope="module")
def kernel(tmp_path_factory) -> Iterator[Kernel]:
    with running_kernel(WEBRUN_DATA_DIR=str(tmp_path_factory.mktemp("data"))) as kernel:
        assert kernel.run("%load_ext webrun_nb\n" + IMPORT_WAITING).status == "ok"
        yield kernel


def test_one_after_the_other_they_work(kernel):
    assert [(cell, ran.errors) for cell in CELLS if (ran := kernel.run(cell)).status != "ok"] == []


def test_a_session_can_be_watched_from_its_start(kernel):
    ran = kernel.run("%webrun start watched --view --pictures")
    assert ran.status == "ok", ran.errors
    assert kernel.run("%webrun terminate watched").status == "ok"


def test_a_dropped_connection_is_one_line(kernel):
    kernel.run("%webrun emulator faults start-session --drop --times 9")
    assert "CONNECTION_LOST" in kernel.run("%webrun start").one_line
    assert kernel.run("%webrun emulator faults clear").status == "ok"


def test_a_deactivated_account_is_one_line(kernel):
    kernel.run("%webrun emulator account --deactivated")
    assert "ACCOUNT_DEACTIVATED" in kernel.run("%webrun start").one_line
    assert kernel.run("%webrun emulator account --active").status == "ok"


def test_a_browser_that_hangs_is_noticed_and_can_be_brought_back(kernel):
    """No new browser starts until the loss was seen: a session that is restored at once is never shown as lost."""
    assert kernel.run("%webrun start slow").status == "ok"
    becomes = "wait_until(lambda: webrun.start('slow').status().status, lambda status: status == '{}');"
    assert kernel.run(becomes.format("active")).status == "ok"
    assert kernel.run("%webrun emulator faults instance-start --times 1000").status == "ok"
    assert kernel.run("%webrun emulator hang slow").status == "ok"
    assert kernel.run(becomes.format("orphaned")).status == "ok"
    assert kernel.run("%webrun emulator faults clear").status == "ok"
    brought_back = kernel.run("%webrun emulator restore slow")
    assert brought_back.status == "ok", brought_back.errors
    assert kernel.run(becomes.format("active")).status == "ok"
    assert kernel.run("%webrun terminate slow").status == "ok"


def written(command: Command) -> Iterator[tuple[str, str]]:
    """Yield each form of a verb, with each of its options."""
    yield command.name, ""
    yield from ((command.name, option.flag) for option in command.options if option.flag)
    for subcommand in command.subcommands:
        yield from written(subcommand)


def test_every_verb_and_option_is_in_a_test_or_a_notebook_that_is_one():
    texts = [path.read_text(encoding="utf-8") for path in sorted((REPO / "tests").rglob("*.py"))]
    texts += [path.read_text(encoding="utf-8") for path in sorted((REPO / "notebooks").glob("*.ipynb"))]
    lines = "\n".join([*texts, *examples(COMMANDS)]).replace("\\n", "\n").splitlines()

    def named(verb: str, flag: str) -> bool:
        wanted = rf"(?<![\w-]){re.escape(flag)}(?![\w-])" if flag else rf"\b{re.escape(verb)}\b"
        return any(re.search(wanted, line) for line in lines)

    missing = [each for command in COMMANDS for each in written(command) if not named(*each)]
    assert missing == []
