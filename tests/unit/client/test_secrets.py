"""Tests of the sources of secrets, and that no text shows their values."""

from __future__ import annotations

import copy
import json
import pickle
import sys
from types import ModuleType, SimpleNamespace

import httpx
import pytest

from helpers.fake_service import FakeService
from webrun_nb.client.client import Client
from webrun_nb.client.errors import RequestError, TaskInterruptedError
from webrun_nb.client.secrets import check_name, find_key, find_login, find_secret
from webrun_nb.common.redacted import HostSecret, Secret, secrets_to_wire

VALUE = "correct horse 7"


@pytest.fixture(autouse=True)
def _no_keyring(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)


@pytest.fixture
def no_prompt(monkeypatch):
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    monkeypatch.setattr(sys, "stdin", None)


def keyring_with(entries, credential=None, broken=False):
    class KeyringError(Exception):
        pass

    def get(service, field):
        if broken:
            raise KeyringError("locked")
        return entries.get((service, field))

    ring = ModuleType("keyring")
    ring.get_password = get
    ring.get_credential = lambda service, username: credential
    errors = ModuleType("keyring.errors")
    errors.KeyringError = KeyringError
    return {"keyring": ring, "keyring.errors": errors}


def revealed(found):
    return {field: value.reveal() for field, value in found.items()}


def test_the_environment_comes_first(monkeypatch):
    monkeypatch.setenv("SHOP_EMAIL", "ada@example.com")
    monkeypatch.setenv("SHOP_PASSWORD", VALUE)
    monkeypatch.setenv("SHOP_OTP_SECRET", "JBSWY3DPEHPK3PXP")
    monkeypatch.setenv("SHOP_REGION", "eu")
    assert revealed(find_login("SHOP")) == {
        "email": "ada@example.com",
        "password": VALUE,
        "otp_secret": "JBSWY3DPEHPK3PXP",
    }


def test_an_empty_variable_is_none(monkeypatch, no_prompt):
    monkeypatch.setenv("SHOP_PASSWORD", "")
    with pytest.raises(RequestError, match="the secret SHOP was not found"):
        find_login("SHOP")


def test_the_keyring_adds_the_password_that_the_environment_lacks(monkeypatch):
    monkeypatch.setenv("SHOP_EMAIL", "ada@example.com")
    for name, module in keyring_with({("SHOP", "password"): VALUE, ("SHOP", "email"): "old@example.com"}).items():
        monkeypatch.setitem(sys.modules, name, module)
    assert revealed(find_login("SHOP")) == {"email": "ada@example.com", "password": VALUE}


def test_a_keyrings_whole_credential_will_do(monkeypatch):
    credential = SimpleNamespace(username="ada", password=VALUE)
    for name, module in keyring_with({}, credential).items():
        monkeypatch.setitem(sys.modules, name, module)
    assert revealed(find_login("SHOP")) == {"username": "ada", "password": VALUE}


def test_a_locked_keyring_is_passed_over(monkeypatch):
    for name, module in keyring_with({}, broken=True).items():
        monkeypatch.setitem(sys.modules, name, module)
    assert revealed(find_secret("SHOP", asked=("password",), prompt=lambda text: VALUE)) == {"password": VALUE}


def test_a_person_is_asked_last_and_for_both():
    asked = []
    answers = iter(["ada@example.com", VALUE])

    def prompt(text):
        asked.append(text)
        return next(answers)

    assert revealed(find_login("SHOP", prompt=prompt)) == {"email": "ada@example.com", "password": VALUE}
    assert asked == ["User name or e-mail for SHOP (hidden): ", "Password for SHOP (hidden): "]


def test_without_a_prompt_one_line_names_the_variables(no_prompt):
    with pytest.raises(RequestError) as error:
        find_login("SHOP")
    assert "SHOP_EMAIL, SHOP_PASSWORD" in error.value.hint
    assert "\n" not in str(error.value)


def test_a_front_end_without_prompts_counts_as_absent():
    def prompt(text):
        raise NotImplementedError  # what ipykernel's StdinNotImplementedError is one of

    with pytest.raises(RequestError, match="no one can be asked"):
        find_login("SHOP", prompt=prompt)


@pytest.mark.parametrize("value", ["hunter2", "s3cr3t!", "", "SHOP-2", "Shop"])
def test_a_value_in_the_names_place_is_refused_and_not_repeated(value):
    with pytest.raises(RequestError) as error:
        check_name(value)
    assert not value or value not in str(error.value) + error.value.hint


@pytest.mark.parametrize(
    "show",
    [repr, str, "{}".format, "{:>20}".format, lambda s: f"{s!r:9}", lambda s: repr({"a": [s]}), lambda s: str([s])],
)
def test_a_secret_shows_as_stars(show):
    assert VALUE not in show(Secret(VALUE))
    assert "***" in show(Secret(VALUE))


def test_a_secret_can_be_copied_and_compared_but_not_pickled():
    secret = Secret(VALUE)
    assert copy.deepcopy(secret) == secret == Secret(VALUE) != Secret("other")
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(secret)


def test_a_secret_is_no_json():
    with pytest.raises(TypeError):
        json.dumps({"password": Secret(VALUE)})


def test_a_requests_secrets_are_sent_but_not_shown():
    sent = secrets_to_wire([HostSecret("shop.localhost", (("password", Secret(VALUE)),))])
    body = {"message": {"actionType": "newTask", "secrets": sent}}
    assert json.loads(json.dumps(body))["message"]["secrets"] == [
        {"match": "shop.localhost", "fields": {"password": VALUE}}
    ]
    assert VALUE not in repr(body)
    assert VALUE not in repr(sent[0])


def interrupt(text: str) -> str:
    raise KeyboardInterrupt


def test_an_interrupted_prompt_is_one_line() -> None:
    with pytest.raises(TaskInterruptedError) as raised:
        find_login("SHOP", prompt=interrupt)
    assert str(raised.value) == "interrupted: SHOP was not given, and nothing was started"
    with pytest.raises(TaskInterruptedError) as raised:
        find_key("https://x.example", "prompt", prompt=interrupt)
    assert str(raised.value) == "interrupted: no key was given, and nothing has changed"


@pytest.mark.parametrize(
    "begin",
    [
        lambda client, session: client.start("b", secrets={"shop.example.com": "SHOP"}),
        lambda client, session: client.run_task("look", secrets={"shop.example.com": "SHOP"}),
        lambda client, session: session.task("look", secrets={"shop.example.com": "SHOP"}),
        lambda client, session: session.submit("look", secrets={"shop.example.com": "SHOP"}),
    ],
)
def test_an_interrupted_prompt_leaves_nothing_half_done(monkeypatch: pytest.MonkeyPatch, begin) -> None:
    service = FakeService()
    client = Client("http://127.0.0.1:9", key="k", transport=httpx.MockTransport(service), listen=False, ledger=None)
    session = client.start("a")
    sent = list(service.sent)
    monkeypatch.setitem(sys.modules, "ipykernel", ModuleType("ipykernel"))
    monkeypatch.setattr("getpass.getpass", interrupt)
    with pytest.raises(TaskInterruptedError, match="SHOP was not given"):
        begin(client, session)
    assert service.sent == sent
    assert list(client.sessions) == ["a"]
    client.close()
