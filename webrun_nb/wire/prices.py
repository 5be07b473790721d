"""Prices as documented in 2026 (section 5). Configurable on the emulator."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Self


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars."""

    compute_usd_per_minute: Decimal = Decimal("0.02")
    input_usd_per_million_tokens: Decimal = Decimal("0.60")
    output_usd_per_million_tokens: Decimal = Decimal("2.70")
    proxy_usd_per_gb: Decimal = Decimal("4.00")

    def usd_per_minute(self, *, idle: bool) -> Decimal:
        """Return the price of a session's time: while a task runs, or idle."""
        return self.compute_usd_per_minute

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
            if name not in _FIELDS:
                raise ValueError(f"there is no price {name!r}; there are: {', '.join(_FIELDS)}")
            try:
                price_usd = Decimal(amount)
            except InvalidOperation:
                price_usd = Decimal("NaN")
            if not price_usd.is_finite() or price_usd < 0:
                raise ValueError(f"{change!r} is no price: write dollars, as in {name}=0.03")
            prices[_FIELDS[name]] = price_usd
        return replace(self, **prices)


_FIELDS = {
    "compute": "compute_usd_per_minute",
    "input": "input_usd_per_million_tokens",
    "output": "output_usd_per_million_tokens",
    "proxy": "proxy_usd_per_gb",
}


PRICES_2026 = Prices()
"""`webrun-browser-pro`; the price of output tokens of `webrun-browser-fast` is another: 1.80."""
