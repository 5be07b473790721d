"""Tests of the configuration from environment variables."""

from __future__ import annotations

import pytest

from webrun_nb import config
from webrun_nb.common.language_models import KEY_VARIABLES

KEY = "sk-a-key-of-some-model"


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("OPENAI_API_KEY", "GOOGLE_API_KEY", "WEBRUN_MODEL_KEY"):
        monkeypatch.setenv(variable, KEY)


def test_a_child_process_gets_no_key_of_a_language_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELSE", "here")
    environment = config.child_environment(without=KEY_VARIABLES, OWN="1")
    assert KEY not in environment.values()
    assert (environment["ELSE"], environment["OWN"]) == ("here", "1")


def test_an_emulator_removes_them_before_it_starts_browsers() -> None:
    assert config.model_key("OPENAI_API_KEY") == KEY
    config.remove_variables(KEY_VARIABLES)
    assert [config.model_key(variable) for variable in KEY_VARIABLES if config.model_key(variable)] == []
