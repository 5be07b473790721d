"""Prices as documented in 2026 (section 5). Configurable on the emulator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal, InvalidOperation
from typing import Annotated, Self

from pydantic import Field
from pydantic.alias_generators import to_camel

from webrun_nb.common.money import from_number
from webrun_nb.wire.base import Response


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars. The first word of a field is the name of the price in `--price NAME=USD`."""

    compute_usd_per_minute: Decimal = Decimal("0.02")
    input_usd_per_million_tokens: Decimal = Decimal("0.60")
    output_usd_per_million_tokens: Decimal = Decimal("2.70")
    proxy_usd_per_gb: Decimal = Decimal("4.00")

    def usd_per_minute(self, *, idle: bool) -> Decimal:
        """Return the price of a session's time: while a task runs, or idle."""
        # The service's price list has one price for both.
        return self.compute_usd_per_minute

    def to_wire(self) -> dict[str, float]:
        """Return the prices under their wire names: `{"computePerMinute": 0.02, …}`."""
        return {wire_name: float(getattr(self, field)) for wire_name, field in _BY_WIRE_NAME.items()}

    @classmethod
    def from_wire(cls, amounts_usd: Mapping[str, float]) -> Self:
        """Return the prices that a server has sent; the documented ones for those that it has not."""
        known = {name: amount for name, amount in amounts_usd.items() if name in _BY_WIRE_NAME}
        return cls(**{_BY_WIRE_NAME[name]: from_number(amount) for name, amount in known.items()})

    def changed(self, changes: Iterable[str]) -> Self:
        """Return the list with some prices changed, written as `compute=0.03`.

        Parameters
        ----------
        changes : iterable of str
            `NAME=USD`; the names are `compute` (per minute), `input` and `output` (per million tokens) and `proxy`
            (per GB).

        Raises
        ------
        ValueError
            In one line: an unknown name, or no price.
        """
        prices: dict[str, Decimal] = {}
        for change in changes:
            name, _, amount = change.partition("=")
            if name not in _BY_OPTION:
                raise ValueError(f"there is no price {name!r}; there are: {', '.join(_BY_OPTION)}")
            try:
                price_usd = Decimal(amount)
            except InvalidOperation:
                price_usd = Decimal("NaN")
            if not price_usd.is_finite() or price_usd < 0:
                raise ValueError(f"{change!r} is no price: write dollars, as in {name}=0.03")
            prices[_BY_OPTION[name]] = price_usd
        return replace(self, **prices)


_BY_OPTION: Mapping[str, str] = {field.name.partition("_")[0]: field.name for field in fields(Prices)}
_BY_WIRE_NAME: Mapping[str, str] = {to_camel(field.name.replace("_usd_", "_")): field.name for field in fields(Prices)}

PRICES_2026 = Prices()
"""`webrun-browser-pro`; the price of output tokens of `webrun-browser-fast` is another: 1.80."""


class PricesAnswer(Response):
    """The prices in the answer of `GET /_emulator/state` (section 12)."""

    prices: dict[str, Annotated[float, Field(ge=0)]]
