"""The connection to a language model: to its provider's host, or to the address that the user gave, and to no other."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus
from typing import Any

import httpx2
from pydantic_ai.models import Model
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from webrun_nb.agents.base import AgentError, ModelOptions
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.hosts import host_of
from webrun_nb.common.language_models import PROVIDERS, ModelNameError, endpoint_of, split_model

Connect = Callable[[ModelOptions], AbstractAsyncContextManager[Model]]
"""Opens the connection to a model for one task."""

REQUEST_TIMEOUT_S = 120.0
_CONNECT_TIMEOUT_S = 10.0
_OWN_URLS = {"anthropic": "https://api.anthropic.com", "google": "https://generativelanguage.googleapis.com"}
"""The addresses of the providers that have a protocol of their own."""
_NO_KEY = "none"
"""Sent where an endpoint takes no key: the protocol's client needs one."""
_OF_STREAMS = {"content-type": "text/event-stream"}
_WITH_END = OpenAIModelProfile(openai_chat_streaming_requires_finish_reason=True)
"""Without it, a stream that broke off between two events is taken for a whole answer."""


class WrongAddressError(httpx2.RequestError):
    """Raised for an address that answers with a redirect or a web page, and so is no model's endpoint."""


def address_of(options: ModelOptions) -> str:
    """Return the address that requests to a model go to.

    Raises
    ------
    ModelNameError
        There is no such provider, or no name.
    """
    return endpoint_of(options.model, options.url) or _OWN_URLS[split_model(options.model)[0]]


@asynccontextmanager
async def connected(options: ModelOptions) -> AsyncIterator[Model]:
    """Open the connection to a model; it is closed at the end.

    Raises
    ------
    AgentError
        `MODEL_NOT_FOUND`: there is no such provider. `MODEL_KEY_INVALID`: it needs a key, and there is none.
    """
    try:
        provider, name = split_model(options.model)
        url = address_of(options)
    except ModelNameError as error:
        raise AgentError(TaskFailureCode.MODEL_NOT_FOUND, str(error)) from None
    variables = PROVIDERS[provider].key_variables
    if variables and not options.key and options.url is None:
        raise AgentError(
            TaskFailureCode.MODEL_KEY_INVALID,
            f"{PROVIDERS[provider].title} needs a key, and there is none: set {variables[0]} where Jupyter is started.",
        )
    host = host_of(url)

    async def check_host(request: httpx2.Request) -> None:
        if host_of(str(request.url)) != host:
            raise httpx2.RequestError(f"requests to the model go to {host} alone", request=request)

    async def check_answer(answer: httpx2.Response) -> None:
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if answer.is_redirect:
            raise WrongAddressError(
                f"answers with a redirect (HTTP {answer.status_code}), which is not followed", request=answer.request
            )
        if kind == "text/html" and answer.status_code in (200, 404, 405):
            raise WrongAddressError(f"answers with a web page (HTTP {answer.status_code})", request=answer.request)

    client = _Client(
        follow_redirects=False,
        timeout=httpx2.Timeout(REQUEST_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S),
        event_hooks={"request": [check_host], "response": [check_answer]},
    )
    async with client:
        yield _model(provider, name, url, options.key or _NO_KEY, client)


class _Client(httpx2.AsyncClient):
    """A client that takes a whole completion for a stream of one event, where an endpoint sends that instead."""

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """Send a request."""
        response = await super().send(request, **options)
        is_whole = response.headers.get("content-type", "").startswith("application/json")
        if not (is_whole and response.status_code == HTTPStatus.OK and request.url.path.endswith("/chat/completions")):
            return response
        if not json.loads(request.content).get("stream"):
            return response
        content = _as_stream(await response.aread())
        return httpx2.Response(HTTPStatus.OK, headers=_OF_STREAMS, content=content, request=request)


def _as_stream(body: bytes) -> bytes:
    """Return a chat completion as a stream of one event; a body that is none as it is, in which no event is found."""
    try:
        completion = json.loads(body)
        choices = [
            {
                "index": choice.get("index", 0),
                "delta": {
                    **choice["message"],
                    "tool_calls": [
                        {**call, "index": place} for place, call in enumerate(choice["message"].get("tool_calls") or ())
                    ],
                },
                "finish_reason": choice.get("finish_reason") or "stop",
            }
            for choice in completion["choices"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return body
    event = {**completion, "object": "chat.completion.chunk", "choices": choices}
    return f"data: {json.dumps(event)}\n\ndata: [DONE]\n\n".encode()


def _model(provider: str, name: str, url: str, key: str, client: httpx2.AsyncClient) -> Model:
    match provider:
        case "anthropic":  # its packages and Google's take a second to import, and most tasks need neither
            from pydantic_ai.models.anthropic import AnthropicModel
            from pydantic_ai.providers.anthropic import AnthropicProvider

            return AnthropicModel(name, provider=AnthropicProvider(api_key=key, base_url=url, http_client=client))
        case "google":
            from pydantic_ai.models.google import GoogleModel
            from pydantic_ai.providers.google import GoogleProvider

            return GoogleModel(name, provider=GoogleProvider(api_key=key, base_url=url, http_client=client))
        case "openai":
            openai = OpenAIProvider(base_url=url, api_key=key, http_client=client)
            return OpenAIChatModel(name, provider=openai, profile=_WITH_END)
    compatible = OpenAICompatibleProvider(provider, base_url=url, api_key=key, http_client=client)
    return OpenAIChatModel(name, provider=compatible, profile=_WITH_END)
