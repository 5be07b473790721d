"""Tests of the configuration from environment variables."""

from __future__ import annotations

import pytest

from webrun_nb import config


def test_a_child_process_gets_no_key_of_a_language_model(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("OPENAI_API_KEY", "GOOGLE_API_KEY", "WEBRUN_MODEL_KEY"):
        monkeypatch.setenv(variable, "sk-a-key-of-some-model")
    monkeypatch.setenv("ELSE", "here")
    environment = config.child_environment(OWN="1")
    assert "sk-a-key-of-some-model" not in environment.values()
    assert (environment["ELSE"], environment["OWN"]) == ("here", "1")


def test_an_emulator_removes_them_before_it_starts_browsers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-a-key-of-some-model")
    config.remove_model_keys()
    assert config.model_key("OPENAI_API_KEY") is None
