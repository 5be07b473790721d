"""The limits of a task's language model: requests, tokens and dollars, each checked before it is spent."""

from __future__ import annotations

from decimal import Decimal

from genai_prices import Usage, calc_price
from pydantic_ai.messages import ModelResponse

from webrun_nb.agents.base import AgentError, ModelOptions, TokenUse
from webrun_nb.common.codes import TaskFailureCode
from webrun_nb.common.language_models import split_model
from webrun_nb.common.money import exact_dollars
from webrun_nb.common.text import counted

MOST_ANSWER_TOKENS = 4_096
"""The longest answer to one request."""
_LEAST_ANSWER_TOKENS = 256
"""The shortest one that can hold a call."""
_BYTES_PER_TOKEN = 2
"""Fewer than any usual text has, so that a request is never larger than it was taken for."""


class Spending:
    """The requests, tokens and dollars of a task.

    Parameters
    ----------
    options : ModelOptions
        The model and the limits.
    tokens : TokenUse
        Increased by what each request took.

    Raises
    ------
    AgentError
        `MODEL_PRICE_UNKNOWN`: there is a limit in dollars, and the model's price is not known.
    """

    def __init__(self, options: ModelOptions, tokens: TokenUse) -> None:
        self._options = options
        self._tokens = tokens
        self._provider, self._name = split_model(options.model)
        self._requests = 0
        self._all_counted, self._all_priced = not tokens.estimated, True
        self._granted = 0
        """The longest answer that the request may have that is under way."""
        self._lost_tokens = 0
        """The most tokens of answers that were lost."""
        self._charged_usd = Decimal(0)
        """The most that was charged so far; stays 0 where the price is not known, as then there is no limit on it."""
        if options.max_cost_usd is not None and self.price_usd(1, 1) is None:
            raise AgentError(
                TaskFailureCode.MODEL_PRICE_UNKNOWN,
                f"The price of {options.model} is not known, so that a limit in dollars can't be kept.",
            )

    def price_usd(self, prompt: int, completion: int) -> Decimal | None:
        """Return the price of a request; None where it is not known, as for the user's own endpoints."""
        if self._options.url is not None:
            return None
        usage = Usage(input_tokens=prompt, output_tokens=completion)
        try:
            return calc_price(usage, model_ref=self._name, provider_id=self._provider).total_price
        except LookupError:
            return None

    def answer_tokens(self, request_bytes: int) -> int:
        """Return how long the answer to the next request may be, in tokens.

        Parameters
        ----------
        request_bytes : int
            The size of the request.

        Raises
        ------
        AgentError
            `MODEL_LIMIT_REACHED`: it would go beyond a limit, so that it is not made.
        """
        options, used = self._options, self._tokens
        if self._requests >= options.max_steps:
            raise _reached(
                "emulator.maxSteps",
                f"The model was asked {counted(self._requests, 'time')} (emulator.maxSteps), and has not finished.",
            )
        prompt = -(-request_bytes // _BYTES_PER_TOKEN)
        if options.max_input_tokens is not None and used.prompt + prompt > options.max_input_tokens:
            raise _reached(
                "maxInputTokens",
                f"The next request may take {prompt:,} tokens; {used.prompt:,} of {options.max_input_tokens:,} "
                "(maxInputTokens) are used.",
            )
        most = MOST_ANSWER_TOKENS
        if options.max_output_tokens is not None:
            written = used.completion + self._lost_tokens
            most = min(most, options.max_output_tokens - written)
            if most < _LEAST_ANSWER_TOKENS:
                raise _reached(
                    "maxOutputTokens",
                    f"The model may have written {written:,} of {options.max_output_tokens:,} tokens "
                    "(maxOutputTokens).",
                )
        if options.max_cost_usd is not None:
            left = options.max_cost_usd - self._charged_usd
            while (price := self.price_usd(prompt, most)) is None or price > left:
                most //= 2
                if most < _LEAST_ANSWER_TOKENS:
                    raise _reached(
                        "emulator.maxModelCost",
                        f"The next request may cost more than what is left of {exact_dollars(options.max_cost_usd)} "
                        "(your key).",
                    )
        self._granted = most
        used.prompt_under_way = -(-request_bytes // 4)
        return most

    def settle(self) -> None:
        """Note that no request is under way any more: it was counted, or refused, for which nothing is charged."""
        self._tokens.prompt_under_way = 0

    def count(self, response: ModelResponse, request_bytes: int) -> None:
        """Count what a request took, by its provider's numbers; without any, by its size."""
        usage = response.usage
        prompt, completion = usage.input_tokens, usage.output_tokens
        is_counted = prompt > 0 and completion > 0 and not usage.unmeasured_requests
        if not is_counted:
            prompt, completion = -(-request_bytes // 4), -(-len(repr(response.parts)) // 4)
            self._all_counted = False
        self._requests += 1
        used = self._tokens
        used.prompt += prompt
        used.completion += completion
        used.model_requests += 1
        used.estimated = not self._all_counted
        price = self.price_usd(prompt, completion) if is_counted else None
        self._charged_usd += self._most_usd(request_bytes) if price is None else price
        self._all_priced = self._all_priced and price is not None
        used.model_cost_usd = (
            (used.model_cost_usd or Decimal(0)) + price if self._all_priced and price is not None else None
        )

    def count_lost(self, request_bytes: int) -> None:
        """Count a request whose answer was lost on the way: what it took is not known, and may have been charged."""
        self._requests += 1
        self._lost_tokens += self._granted
        self._charged_usd += self._most_usd(request_bytes)
        self._all_counted = self._all_priced = False
        used = self._tokens
        used.prompt += -(-request_bytes // 4)
        used.model_requests += 1
        used.estimated, used.model_cost_usd = True, None

    def _most_usd(self, request_bytes: int) -> Decimal:
        """Return the most that the request under way may be charged; 0 where the price is not known."""
        return self.price_usd(-(-request_bytes // _BYTES_PER_TOKEN), self._granted) or Decimal(0)


def _reached(limit: str, message: str) -> AgentError:
    """Return the error for a limit, a field of the task, that the next request would go beyond."""
    return AgentError(TaskFailureCode.MODEL_LIMIT_REACHED, message, {"limit": limit})
