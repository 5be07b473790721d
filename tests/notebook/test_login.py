"""Tests in a kernel of `%webrun login` and `logout`, with a second emulator in place of the hosted service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.kernels import Kernel, running_kernel, value

KEY = "wr_the-key-of-the-other-service-42"
TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def service(start_emulator) -> Iterator[Any]:
    """Run another emulator, with its own key and without a control API: any server that follows the contract."""
    running = start_emulator(key=KEY)
    yield running
    running.end()


@pytest.fixture(scope="module")
def kernel(tmp_path_factory, service) -> Iterator[Kernel]:
    folder = str(tmp_path_factory.mktemp("data"))
    keyring = {"PYTHON_KEYRING_BACKEND": "helpers.fake_keyring.FakeKeyring", "PYTHONPATH": f"{TESTS}:{Path.cwd()}"}
    with running_kernel(WEBRUN_DATA_DIR=folder, WEBRUN_API_KEY=KEY, **keyring) as kernel:
        assert kernel.run("%load_ext webrun_nb").status == "ok"
        yield kernel


def live(service: Any) -> list[str]:
    return [
        each["sessionId"]
        for each in service.get("/start/sessions")[1]["sessions"]
        if each["status"] in ("pending", "active")
    ]


def test_a_login_sends_the_work_to_the_service_and_a_logout_says_what_stays(kernel, service):
    said = kernel.run(f"%webrun login --base-url {service.url}").text
    assert f"logged in to {service.url}" in said
    assert KEY not in said
    kernel.run("%webrun start there")
    there = value(kernel.run("webrun.start('there').session_id"))
    assert there in live(service)
    assert "Electronics" in kernel.run("print(webrun.run_task('get the title', url='practice:shop').text)").text
    said = kernel.run("%webrun logout").text
    assert f"logged out of {service.url}" in said
    assert "there stays open there" in said
    kernel.run("%webrun start here")
    assert value(kernel.run("webrun.start('here').session_id")) not in live(service)
    kernel.run("%webrun terminate --all")
    assert there not in live(service)
    assert "not logged in" in kernel.run("%webrun logout").text


def test_what_only_the_emulator_has_says_so_in_one_line(kernel, service):
    kernel.run(f"%webrun login --base-url {service.url}")
    assert "EMULATOR_ONLY" in kernel.run("%webrun emulator advance 6m").one_line
    assert "not this kernel's emulator" in kernel.run("%webrun emulator restart").one_line
    kernel.run("%webrun logout")


def test_a_wrong_key_is_one_line_and_changes_nothing(kernel, service):
    kernel.run("import keyring; keyring.set_password('webrun-nb', '127.0.0.1', 'wr_a-wrong-key-4711')")
    refused = kernel.run(f"%webrun login --from keyring --base-url {service.url}").one_line
    assert f"INVALID_API_KEY: {service.url} does not know this key" in refused
    assert "wr_a-wrong" not in refused
    assert "not logged in" in kernel.run("%webrun logout").text


def test_the_keyring_has_the_key(kernel, service):
    kernel.run(f"import keyring; keyring.set_password('webrun-nb', '127.0.0.1', {KEY!r})")
    kernel.run("import os; os.environ.pop('WEBRUN_API_KEY')")
    assert "logged in" in kernel.run(f"%webrun login --base-url {service.url}").text
    kernel.run("%webrun logout")


def test_a_key_that_is_nowhere_is_one_line_with_the_way_to_give_one(kernel, service):
    kernel.run("import keyring, os; os.environ.pop('WEBRUN_API_KEY', None)")
    assert "WEBRUN_API_KEY is not set" in kernel.run(f"%webrun login --from env --base-url {service.url}").one_line
    nobody = kernel.run(f"%webrun login --from prompt --base-url {service.url}").one_line
    assert "no one can be asked here" in nobody


def test_a_person_can_be_asked_for_the_key(kernel, service):
    asked = kernel.run(f"%webrun login --from prompt --base-url {service.url}", typed=KEY)
    assert "logged in" in asked.text
    assert KEY not in str(asked.outputs)
    kernel.run("%webrun logout")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--base-url http://service.example.com", "use https"),
        ("--base-url service.example.com", "with its scheme"),
        ("--from vault", "--from takes env, keyring, prompt, not 'vault'"),
        ("--key wr_4711-not-a-real-key-0815", "cell is saved with its notebook"),
    ],
)
def test_what_cannot_be_used_is_one_line(kernel, line, said):
    assert said in kernel.run(f"%webrun login {line}").one_line


def test_nothing_of_a_session_shows_the_key(kernel, service):
    kernel.run("import os; os.environ['WEBRUN_API_KEY'] = " + repr(KEY))
    kernel.run(f"%webrun login --base-url {service.url}")
    shown = kernel.run("client = webrun.start('x').client\nprint(client, client.http, vars(client))\n%webrun status")
    kernel.run("%webrun terminate --all\n%webrun logout")
    assert KEY not in str(shown.outputs)


SECRET = "--secret shop.localhost=NOT_SET_ANYWHERE"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("%webrun login --from prompt --base-url {url}", "no key was given, and nothing has changed"),
        (f"%webrun start asked {SECRET}", "NOT_SET_ANYWHERE was not given, and nothing was started"),
        (f"%%webrun task {SECRET}\nlog in", "NOT_SET_ANYWHERE was not given, and nothing was started"),
    ],
)
def test_an_interrupted_prompt_is_one_line_and_leaves_nothing_half_done(kernel, service, cell, said):
    before = live(service)
    ran = kernel.run(cell.format(url=service.url), interrupt_prompt=True)
    assert ran.one_line == f"TaskInterruptedError INTERRUPTED: interrupted: {said}"
    assert live(service) == before
    assert "not logged in" in kernel.run("%webrun logout").text
    names = "from webrun_nb.notebook.api import toolkit\n[s for s in toolkit.client().sessions if s != 'here']"
    assert value(kernel.run(names)) == []
