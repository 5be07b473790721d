"""Names of models, and the addresses that belong to them."""

from __future__ import annotations

import pytest

from webrun_nb.common.language_models import ModelNameError, endpoint_of, split_model


@pytest.mark.parametrize(
    ("model", "parts"),
    [("openai:gpt-4.1-mini", ("openai", "gpt-4.1-mini")), ("ollama:qwen3:8b", ("ollama", "qwen3:8b"))],
)
def test_a_model_has_a_provider_and_a_name(model: str, parts: tuple[str, str]) -> None:
    assert split_model(model) == parts


@pytest.mark.parametrize("model", ["", "gpt-4.1", "openai:", "openai: ", ":x"])
def test_another_name_is_refused_with_the_right_form(model: str) -> None:
    with pytest.raises(ModelNameError, match=r"provider:name, such as openai:.* the providers are openai, anthropic"):
        split_model(model)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("opnai:gpt-4", r"there is no provider 'opnai' \(did you mean openai\?\); the providers are openai, "),
        ("OpenAI:x", r"'OpenAI' \(did you mean openai\?\)"),
        ("nobody:x", r"there is no provider 'nobody'; the providers are .*; a model at another address is openai:NAME"),
    ],
)
def test_a_provider_that_there_is_not_is_named(model: str, said: str) -> None:
    with pytest.raises(ModelNameError, match=said):
        split_model(model)


def test_a_model_is_reached_at_its_provider_or_at_the_address_that_was_given() -> None:
    assert endpoint_of("ollama:qwen3", None) == "http://localhost:11434/v1"
    assert endpoint_of("ollama:qwen3", "http://10.0.0.5:11434/v1") == "http://10.0.0.5:11434/v1"
    assert endpoint_of("anthropic:claude", None) is None


def test_a_protocol_of_its_own_has_no_other_address() -> None:
    with pytest.raises(ModelNameError, match=r"Anthropic has a protocol of its own: .* name it openai:NAME"):
        endpoint_of("anthropic:claude", "http://localhost:1/v1")
