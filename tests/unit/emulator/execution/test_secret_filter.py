"""Tests of the filter between a session's browser and everything else, and of the text in the log."""

from __future__ import annotations

import gc
import logging
from dataclasses import replace

import pytest

from helpers.snapshots import snapshot_of_html
from webrun_nb.browsers.actions import Navigate, Type, TypeSecret
from webrun_nb.browsers.observation import Element, FieldPlace, Observation
from webrun_nb.browsers.protocol import BrowserError
from webrun_nb.emulator.domain.errors import CommandRefusedError
from webrun_nb.emulator.domain.secrets.vault import Vault
from webrun_nb.emulator.execution.secret_filter import SecretFilter, extract_secrets, redact_event
from webrun_nb.emulator.logs import RedactingFormatter
from webrun_nb.emulator.services.session_registry import SecretRegistry
from webrun_nb.wire.requests import TaskFields

PASSWORD = "correct-horse-7"
SECRETS = [{"match": "x.com", "fields": {"password": PASSWORD}}]


@pytest.fixture
def vault() -> Vault:
    vault = Vault()
    vault.put("x.com", {"password": PASSWORD})
    return vault


def test_an_observation_has_names_in_place_of_values(vault):
    element = Element(0, "textbox", f"for {PASSWORD}", "input", value=PASSWORD)
    seen = SecretFilter(vault).redact_observation(Observation("https://x.com/", "t", (element,), f"it is {PASSWORD}"))
    assert seen.secrets == ("password",)
    assert PASSWORD not in repr(seen)
    assert (seen.elements[0].ref, seen.elements[0].role) == (0, "textbox")


def test_a_snapshot_has_no_secret_in_texts_attributes_or_embedded_data(vault):
    half = len(PASSWORD) // 2
    html = (
        f"<html><title>{PASSWORD}</title><p title='{PASSWORD}'>it is {PASSWORD}</p><b>{PASSWORD[:half]}</b>"
        f'<i>{PASSWORD[half:]}</i><script type=\'application/ld+json\'>{{"a": "{PASSWORD}"}}</script></html>'
    )
    page = snapshot_of_html(html, url=f"https://x.com/?p={PASSWORD}")
    seen = SecretFilter(vault).redact_snapshot(replace(page, frames=(snapshot_of_html(f"<html>{PASSWORD}</html>"),)))
    told = [seen.url, seen.title, *seen.embedded, seen.frames[0].root.text]
    for node in seen.root.walk():
        told += [node.content, *node.attributes.values()]
    assert not any(PASSWORD in text for text in told)
    assert (seen.root.text, seen.frames[0].root.text) == ("it is *** ******", "***")


@pytest.mark.parametrize(
    ("html", "shows"),
    [
        ("<p>nothing</p>", False),
        (f"<p>it is {PASSWORD}</p>", True),
        (f"<p title='{PASSWORD}'>x</p>", True),
        (f"<b>{PASSWORD[:5]}</b><b>{PASSWORD[5:]}</b>", True),
    ],
)
def test_a_page_with_a_secret_is_told(vault, html, shows):
    secrets = SecretFilter(vault)
    page = snapshot_of_html(f"<html>{html}</html>")
    frame = snapshot_of_html(f"<html>{html}</html>")
    assert secrets.shows_secret(secrets.redact_snapshot(page)) is shows
    around = secrets.redact_snapshot(replace(snapshot_of_html("<html></html>"), frames=(frame,)))
    assert secrets.shows_secret(around) is shows


def test_a_secret_is_opened_for_its_place_alone(vault):
    opened = SecretFilter(vault).insert_secrets(TypeSecret(3, "password", "Password"))
    assert (opened.ref, opened.target) == (3, "Password")
    assert opened.release(FieldPlace("https://x.com/", (), "password")) == PASSWORD
    with pytest.raises(BrowserError, match=r"meant for evil\.example: nothing was typed") as error:
        opened.release(FieldPlace("https://evil.example/", (), "password"))
    assert error.value.code == "BLOCKED_BY_POLICY"


@pytest.mark.parametrize(
    ("action", "why"),
    [(Type(0, "***"), "typed by its name"), (Navigate("https://x.com/?p=***"), "holds a secret")],
)
def test_stars_are_not_sent_in_a_secrets_place(vault, action, why):
    with pytest.raises(BrowserError, match=why):
        SecretFilter(vault).insert_secrets(action)
    assert SecretFilter(Vault()).insert_secrets(action) is action


def test_an_error_says_what_went_wrong_without_it(vault):
    with pytest.raises(BrowserError, match="did not load") as error, SecretFilter(vault).redact_errors():
        raise BrowserError("NAVIGATION_TIMEOUT", f"https://x.com/?p={PASSWORD} did not load")
    assert PASSWORD not in str(error.value)
    assert error.value.__cause__ is None


def test_a_task_is_kept_without_its_secrets():
    vault = Vault()
    fields = TaskFields.model_validate({"prompt": f"type {PASSWORD}", "secrets": SECRETS})
    kept, for_agent = extract_secrets(fields, vault, "t1")
    assert (kept.secrets, kept.prompt) == ([], "type ***")
    assert for_agent.text == "type ***"
    assert vault.names("https://x.com/") == ("password",)


def test_the_mark_of_a_secret_is_typed_as_the_secret(vault):
    vault.read_text("t1", "enter the password hunter2")
    filter_ = SecretFilter(vault)
    action = filter_.read_mark(Type(3, "⟦password⟧", "Password", submit=True))
    assert action == TypeSecret(3, "password", "Password", submit=True)
    assert filter_.read_mark(Type(3, "password")) == Type(3, "password")
    with pytest.raises(BrowserError, match="typed by its name"):
        filter_.insert_secrets(Type(3, "it is ⟦password⟧"))


def test_what_is_refused_is_not_kept():
    vault = Vault()
    wrong = [*SECRETS, {"match": "no host", "fields": {"password": PASSWORD}}]
    with pytest.raises(CommandRefusedError, match=r"secrets\[1\]\.match"):
        extract_secrets(TaskFields.model_validate({"secrets": wrong}), vault, "t1")
    assert vault.empty


def test_requests_show_none_of_it():
    fields = TaskFields.model_validate({"secrets": SECRETS})
    assert PASSWORD not in f"{fields!r} {fields} {fields.secrets!r}"


def test_the_structure_of_an_event_stays(vault):
    vault.put("x.com", {"username": "agent"})
    event = {
        "type": "agent",
        "taskId": "agent",
        "content": f"agent says {PASSWORD}",
        "data": {"name": "agent", "target": "agent"},
    }
    assert redact_event(event, vault) == {
        "type": "agent",
        "taskId": "agent",
        "content": "*** says ***",
        "data": {"name": "agent", "target": "***"},
    }


def test_the_log_is_written_without_them(vault):
    live = SecretRegistry()
    live.watch(vault)
    try:
        raise ValueError(f"it was {PASSWORD}")
    except ValueError as error:
        what = (type(error), error, error.__traceback__)
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "at %s", (f"http://x/?{PASSWORD}",), what)
    text = RedactingFormatter("%(message)s", live).format(record)
    assert PASSWORD not in text
    assert "at http://x/?***" in text
    assert "ValueError: it was ***" in text


def test_the_log_keeps_no_session_alive():
    live = SecretRegistry()
    vault = Vault()
    live.watch(vault)
    del vault
    gc.collect()
    assert len(live._vaults) == 0
