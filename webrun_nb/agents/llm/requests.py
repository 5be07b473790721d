"""One request to a language model: asked again where that is safe, otherwise ended in one line with a stable code.

A request changes nothing but what is spent, so that it may be repeated where its answer was lost; what a lost one may
have cost is counted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from pydantic_ai.direct import model_request, model_request_stream
from pydantic_ai.exceptions import (
    ContentFilterError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestTimeout,
    ModelServerError,
    ModelTimeoutError,
    ModelUnavailableError,
    UnexpectedModelBehavior,
    UserError,
)
from pydantic_ai.messages import BinaryContent, ModelMessage, ModelResponse
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.settings import ModelSettings

from webrun_nb.agents.base import AgentError, ModelOptions
from webrun_nb.agents.llm.connection import REQUEST_TIMEOUT_S, WrongAddressError, address_of
from webrun_nb.agents.llm.spending import Spending
from webrun_nb.agents.llm.thoughts import Thoughts
from webrun_nb.common.codes import ModelFault, TaskFailureCode
from webrun_nb.common.hosts import host_of, is_loopback
from webrun_nb.common.language_models import OWN_KEY_VARIABLE, PROVIDERS, split_model, variables_of_key
from webrun_nb.common.text import counted, shortened

Sleep = Callable[[float], Awaitable[object]]

_BROKEN_STREAMS = 2
"""Streams in a row that have broken off, after which whole answers are asked for."""
_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 30.0
_SAID_CHARS = 200
_PART_BYTES = 20
_PICTURE_BYTES = 6_000
"""The size that a picture of the view counts with in the estimate of tokens: about 3,000 tokens at most."""


@dataclass(frozen=True, slots=True)
class Patience:
    """The limits on the attempts at one request."""

    attempts: int = 4
    """The most times that the same is asked."""
    silence_s: float = REQUEST_TIMEOUT_S
    """The longest time in which nothing of the answer arrives."""
    whole_s: float = 300.0
    """The longest time for an answer that trickles in."""


USUAL_PATIENCE = Patience()


class TooLongError(Exception):
    """Raised where a request has more than the model can read: it may be shortened and made again."""


class NoToolsError(Exception):
    """Raised where the model can't be given tools: it may be asked in another form."""


class Requester:
    """Makes the requests of one task.

    The words of an answer are told as they arrive. A request that is made again asks for a whole answer; so does each
    one, once the endpoint has refused to stream, or has sent something else than a stream with an end or an answer.

    Parameters
    ----------
    model : Model
        The model.
    options : ModelOptions
        Its name and key, which no message shows.
    spending : Spending
        The limits, checked before each attempt.
    sleep : callable
        Waits some seconds.
    whole_answers : set of str
        The models, each with its address, that can't stream; those that are found to be so are added.
    patience : Patience, optional
        The limits on the attempts at each request.
    """

    def __init__(
        self,
        model: Model,
        options: ModelOptions,
        spending: Spending,
        sleep: Sleep,
        whole_answers: set[str],
        patience: Patience = USUAL_PATIENCE,
    ) -> None:
        self._model = model
        self._options = options
        self._address = address_of(options)
        self._spending = spending
        self._sleep = sleep
        self._whole_answers = whole_answers
        self._patience = patience
        self._broken_streams = 0
        self._lost_answers = 0
        self._last_lost = ""

    async def ask(
        self, messages: Sequence[ModelMessage], parameters: ModelRequestParameters, thoughts: Thoughts
    ) -> ModelResponse:
        """Return the model's answer.

        Parameters
        ----------
        messages : sequence of ModelMessage
        parameters : ModelRequestParameters
        thoughts : Thoughts
            Tells what is said in the answer; after this, `Thoughts.end` tells the rest.

        Raises
        ------
        TooLongError, NoToolsError
            It may be asked again in another form.
        AgentError
            It can't be had; the code says why.
        """
        size = _bytes_of(messages, parameters)
        wait_s, lost = _FIRST_WAIT_S, ""
        fault: ModelFault | None = None
        answers = False
        for attempt in range(self._patience.attempts):
            if attempt:
                thoughts.note(f"{self._options.model}: {lost}. It is asked again.")
                await self._sleep(wait_s)
                wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
            try:
                most_tokens = self._spending.answer_tokens(size)
            except AgentError as error:
                if not self._lost_answers:
                    raise
                why = f"{error.message} Answers that were lost: {self._lost_answers}; the last: {self._last_lost}."
                raise AgentError(error.code, why, error.details) from error
            settings = ModelSettings(
                max_tokens=most_tokens,
                timeout=self._patience.silence_s,
                request_timeout=self._patience.whole_s,
                max_retries=0,
            )
            thoughts.begin()
            streams = attempt == 0 and self._name not in self._whole_answers
            try:
                response = await self._answer(messages, settings, parameters, thoughts if streams else None)
            except asyncio.CancelledError:
                self._spending.count_lost(size)
                raise
            except (ModelRateLimitError, ModelServerError, ModelUnavailableError) as error:
                lost, asked_s, answers = self._said(error), error.retry_after, True
                fault = ModelFault.RATE_LIMIT if isinstance(error, ModelRateLimitError) else None
                if error.in_stream:
                    self._count_lost(size, lost)
                if asked_s is not None and asked_s > _LONGEST_WAIT_S:
                    raise self._unavailable(
                        f"{lost}; it asks to wait {asked_s:.0f} s", fault=fault, answers=True
                    ) from error
                wait_s = max(wait_s, asked_s or 0)
            except (ModelConnectionError, ModelTimeoutError, ModelRequestTimeout) as error:
                if (wrong := _wrong_address(error)) is not None:
                    raise self._at_wrong_address(str(wrong)) from error
                lost, fault = self._said(error), None
                answers = isinstance(error, ModelConnectionError) and error.phase not in ("connect", "pool")
                if getattr(error, "phase", None) not in ("connect", "pool"):
                    self._count_lost(size, lost)
                    self._broken_streams += streams
                    if self._broken_streams == _BROKEN_STREAMS:
                        self._whole_answers.add(self._name)
                elif is_loopback(host_of(self._address) or ""):  # of this machine it is known at once
                    raise self._unavailable(
                        f"nothing answers at {self._address}; start {self._server} there, or name its right address"
                    ) from error
            except (ModelAPIError, UnexpectedModelBehavior, UserError) as error:
                if streams and _refuses_to_stream(error):
                    return await self._ask_whole("it does not stream its answers", messages, parameters, thoughts)
                lost, fault, answers = self._said(self._final(error, parameters)), None, True
                self._count_lost(size, lost)
                if streams and not getattr(error, "in_stream", False):
                    await self._sleep(wait_s)
                    return await self._ask_whole(lost, messages, parameters, thoughts)
            else:
                self._spending.count(response, size)
                if streams:
                    self._broken_streams = 0
                if response.finish_reason == "content_filter":
                    raise AgentError(
                        TaskFailureCode.MODEL_REFUSED, f"The provider's filter has stopped {self._options.model}."
                    )
                return response
            finally:
                self._spending.settle()
        times = f", {counted(self._patience.attempts, 'time')}" if self._patience.attempts > 1 else ""
        raise self._unavailable(f"{lost}{times}", fault=fault, answers=answers)

    def _count_lost(self, size: int, why: str) -> None:
        self._spending.count_lost(size)
        self._lost_answers += 1
        self._last_lost = why

    async def _ask_whole(
        self, why: str, messages: Sequence[ModelMessage], parameters: ModelRequestParameters, thoughts: Thoughts
    ) -> ModelResponse:
        """Ask for a whole answer, and for no stream from now on; attempts begin anew."""
        self._whole_answers.add(self._name)
        thoughts.note(f"{self._options.model}: {why}. It is asked again.")
        return await self.ask(messages, parameters, thoughts)

    @property
    def _name(self) -> str:
        return f"{self._options.model} {self._address}"

    async def _answer(
        self,
        messages: Sequence[ModelMessage],
        settings: ModelSettings,
        parameters: ModelRequestParameters,
        thoughts: Thoughts | None,
    ) -> ModelResponse:
        """Return the answer to one request, whole or, where there is someone to tell it, as a stream.

        Raises
        ------
        UnexpectedModelBehavior
            The stream has no end.
        """
        if thoughts is None:
            return await model_request(
                self._model, messages, model_settings=settings, model_request_parameters=parameters
            )
        async with model_request_stream(
            self._model, messages, model_settings=settings, model_request_parameters=parameters
        ) as stream:
            async for event in stream:
                thoughts.hear(event)
            response = stream.get()
        if response.finish_reason is None:
            raise UnexpectedModelBehavior("the answer broke off without an end")
        return response

    def _final(self, error: Exception, parameters: ModelRequestParameters) -> Exception:
        """Raise what asking again can't help; return an error of an answer that was malformed, which may be so once."""
        name, said = self._options.model, self._said(error)
        match error:
            case ModelAuthenticationError() | ModelHTTPError(status_code=401 | 403):
                raise AgentError(
                    TaskFailureCode.MODEL_KEY_INVALID,
                    f"{name}: {self._key_refused}: {said}.",
                    _details(ModelFault.OWN_KEY if self._options.url is not None else None),
                ) from error
            case ModelNotFoundError():
                raise AgentError(TaskFailureCode.MODEL_NOT_FOUND, f"There is no model {name}: {said}.") from error
            case ModelContextWindowExceededError():
                raise TooLongError(said) from error
            case ModelQuotaExceededError():
                raise self._unavailable(
                    f"its quota is used up: {said}", fault=ModelFault.QUOTA, answers=True
                ) from error
            case ContentFilterError():
                raise AgentError(
                    TaskFailureCode.MODEL_REFUSED, f"The provider's filter has stopped {name}: {said}."
                ) from error
            case ModelHTTPError(status_code=status) if 300 <= status < 400:
                raise self._at_wrong_address(
                    f"answers with a redirect (HTTP {status}), which is not followed"
                ) from error
            case ModelHTTPError() if parameters.function_tools and _is_about_tools(said):
                raise NoToolsError(said) from error
            case ModelHTTPError() if _is_about_length(said):
                raise TooLongError(said) from error
            case ModelHTTPError() | UserError():
                raise AgentError(TaskFailureCode.MODEL_UNSUITABLE, f"{name} refuses the request: {said}.") from error
        return error

    @property
    def _key_refused(self) -> str:
        if self._options.key:
            return "the key is refused"
        variables = variables_of_key(self._options.model, self._options.url) or (OWN_KEY_VARIABLE,)
        return f"it needs a key, and there is none: set {variables[0]} where Jupyter is started"

    @property
    def _server(self) -> str:
        """The program that serves the model, for people."""
        provider = PROVIDERS[split_model(self._options.model)[0]]
        return "its server" if provider.key_variables else provider.title

    def _unavailable(self, why: str, *, fault: ModelFault | None = None, answers: bool = False) -> AgentError:
        """Return the error for a model that can't be had; `answers` tells whether something answers at its address."""
        message = f"{self._options.model} can't be {'used' if answers else 'reached'}: {why}."
        return AgentError(TaskFailureCode.MODEL_UNAVAILABLE, message, _details(fault))

    def _at_wrong_address(self, why: str) -> AgentError:
        return self._unavailable(f"{self._address} {why}", fault=ModelFault.WRONG_ADDRESS, answers=True)

    def _said(self, error: Exception) -> str:
        """Return what an error says, on one line, without the key."""
        if isinstance(error, ModelHTTPError):
            text = f"HTTP {error.status_code}: {_message_in(error.body) or 'no reason given'}"
        elif isinstance(error, ModelRequestTimeout):
            text = f"no whole answer from {self._address} within {self._patience.whole_s:.0f} s"
        elif isinstance(error, ModelTimeoutError):
            text = f"no answer from {self._address} within {self._patience.silence_s:.0f} s"
        elif isinstance(error, ModelConnectionError):
            text = f"no whole answer from {self._address}: {_cause_of(error)}"
        else:
            text = str(error) or type(error).__name__
        if self._options.key:
            text = text.replace(self._options.key, "***")
        return shortened(text, _SAID_CHARS).rstrip(".")


def _details(fault: ModelFault | None) -> dict[str, str]:
    return {} if fault is None else {"fault": fault}


def _wrong_address(error: BaseException) -> WrongAddressError | None:
    """Return the refusal of an address from which an error followed; None for another error."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, WrongAddressError):
        cause = cause.__cause__
    return cause


def _cause_of(error: BaseException) -> str:
    """Return what the first error in a chain of errors says, from which the others followed."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error) or type(error).__name__


def _bytes_of(messages: Sequence[ModelMessage], parameters: ModelRequestParameters) -> int:
    """Return the size of what a request says, with some bytes for the form of each part."""
    said = [value for each in messages for part in each.parts for value in _said_in(part)]
    pictures = sum(isinstance(value, BinaryContent) for value in said)
    texts = [str(value) for value in said if not isinstance(value, BinaryContent)]
    texts += [f"{tool.name}{tool.description}{tool.parameters_json_schema}" for tool in parameters.function_tools]
    return sum(len(text.encode()) + _PART_BYTES for text in texts) + pictures * _PICTURE_BYTES


def _said_in(part: object) -> list[object]:
    content = getattr(part, "content", "")
    return [*(content if isinstance(content, list) else [content]), getattr(part, "args", "")]


def _message_in(body: object) -> str:
    """Return the words of an error's body, which providers put in different places."""
    if isinstance(body, dict):
        inner = body.get("error", body.get("message", body.get("detail", "")))
        return _message_in(inner) if inner else ""
    return str(body) if body else ""


def _refuses_to_stream(error: Exception) -> bool:
    """Return whether an endpoint refuses a request because its answer is asked for as a stream."""
    if not isinstance(error, ModelHTTPError) or error.in_stream or error.status_code in (401, 403):
        return False
    return "stream" in _message_in(error.body).casefold()


def _is_about_tools(said: str) -> bool:
    lower = said.casefold()
    return "tool" in lower or "function call" in lower


def _is_about_length(said: str) -> bool:
    lower = said.casefold()
    return "context" in lower and ("length" in lower or "window" in lower or "exceed" in lower)
