"""The agents of a task, and the providers of language models: the one table of their addresses and keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from webrun_nb.common.text import closest_match

AgentName = Literal["local", "llm", "auto"]
"""`local` understands plain sentences by rules; `llm` is a language model; `auto` is the model where the rules fail."""

DEFAULT_AGENT: AgentName = "local"
DEFAULT_MAX_STEPS = 40
MOST_STEPS = 200
"""The largest number of steps that a task may allow a model."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of language models, or a program that serves them.

    `url` is the address of its chat completions as OpenAI defines them; None where it has a protocol of its own.
    """

    title: str
    url: str | None
    key_variables: tuple[str, ...] = ()
    """The environment variables that hold its key, the first that is set wins; none where it takes no key."""


PROVIDERS: Mapping[str, Provider] = {
    "openai": Provider("OpenAI", "https://api.openai.com/v1", ("OPENAI_API_KEY",)),
    "anthropic": Provider("Anthropic", None, ("ANTHROPIC_API_KEY",)),
    "google": Provider("Google", None, ("GEMINI_API_KEY", "GOOGLE_API_KEY")),
    "mistral": Provider("Mistral", "https://api.mistral.ai/v1", ("MISTRAL_API_KEY",)),
    "groq": Provider("Groq", "https://api.groq.com/openai/v1", ("GROQ_API_KEY",)),
    "cohere": Provider("Cohere", "https://api.cohere.ai/compatibility/v1", ("CO_API_KEY", "COHERE_API_KEY")),
    "openrouter": Provider("OpenRouter", "https://openrouter.ai/api/v1", ("OPENROUTER_API_KEY",)),
    "deepseek": Provider("DeepSeek", "https://api.deepseek.com", ("DEEPSEEK_API_KEY",)),
    "together": Provider("Together AI", "https://api.together.xyz/v1", ("TOGETHER_API_KEY",)),
    "fireworks": Provider("Fireworks AI", "https://api.fireworks.ai/inference/v1", ("FIREWORKS_API_KEY",)),
    "cerebras": Provider("Cerebras", "https://api.cerebras.ai/v1", ("CEREBRAS_API_KEY",)),
    "xai": Provider("xAI", "https://api.x.ai/v1", ("XAI_API_KEY",)),
    "ollama": Provider("Ollama", "http://localhost:11434/v1"),
    "lmstudio": Provider("LM Studio", "http://localhost:1234/v1"),
    "vllm": Provider("vLLM", "http://localhost:8000/v1"),
    "llamacpp": Provider("llama.cpp", "http://localhost:8080/v1"),
}
"""By the name that stands before the colon in `provider:name`. Programs have the address that they have by default."""

OWN_KEY_VARIABLE = "WEBRUN_MODEL_KEY"
"""The environment variable with the key for a model at an address of the user's own."""
KEY_VARIABLES = frozenset(
    {OWN_KEY_VARIABLE, *(name for provider in PROVIDERS.values() for name in provider.key_variables)}
)
"""All environment variables that may hold the key of a model."""


class ModelNameError(ValueError):
    """Raised for the name of a model that cannot be used; the message says what is right."""


def split_model(model: str) -> tuple[str, str]:
    """Return the provider and the name in `provider:name`; the name may have colons.

    >>> split_model("ollama:qwen3:8b")
    ('ollama', 'qwen3:8b')

    Raises
    ------
    ModelNameError
        There is no such provider, or no name.
    """
    provider, colon, name = model.partition(":")
    if provider and name.strip() and provider not in PROVIDERS:
        meant = closest_match(provider, PROVIDERS)
        raise ModelNameError(
            f"there is no provider {provider[:60]!r}{f' (did you mean {meant}?)' if meant else ''}; the providers are "
            f"{', '.join(PROVIDERS)}; a model at another address is openai:NAME, with that address"
        )
    if not colon or not name.strip() or not provider:
        raise ModelNameError(
            f"{model[:60]!r} is not provider:name, such as openai:gpt-4.1-mini or ollama:qwen3; the providers are "
            + ", ".join(PROVIDERS)
        )
    return provider, name


def key_name(model: str, url: str | None) -> str:
    """Return the name that the key of a model is kept under: its address or its provider, where alone it is sent."""
    return url or split_model(model)[0]


def variables_of_key(model: str, url: str | None) -> tuple[str, ...]:
    """Return the environment variables that may hold the key for a model; none for a program, which takes no key."""
    return (OWN_KEY_VARIABLE,) if url is not None else PROVIDERS[split_model(model)[0]].key_variables


def endpoint_of(model: str, url: str | None) -> str | None:
    """Return the address of a model's chat completions: `url`, or its provider's; None for a protocol of its own.

    Raises
    ------
    ModelNameError
        There is no such provider or no name, the provider's protocol cannot be had at another address, or the address
        has a password.
    """
    name, _ = split_model(model)
    provider = PROVIDERS[name]
    if url is None:
        return provider.url
    if "@" in urlsplit(url).netloc:
        raise ModelNameError(f"the address of the model has a password, which would be shown: use {OWN_KEY_VARIABLE}")
    if provider.url is None:
        raise ModelNameError(
            f"{provider.title} has a protocol of its own: with an address of a model, name it openai:NAME, which is "
            "OpenAI's protocol"
        )
    return url
