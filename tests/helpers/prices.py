"""Prices in tests: those of the contract, once more, and fakes for all tests that are about something else."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from webrun_nb.wire.prices import Prices

RUNNING_USD_PER_MINUTE = Decimal("0.02")
"""Of the wire contract (section 5), written apart from the package's table, which is checked against it."""
IDLE_USD_PER_MINUTE = Decimal("0.02")
"""As `RUNNING_USD_PER_MINUTE`."""


@dataclass(frozen=True, slots=True)
class FakePrices(Prices):
    """Prices that stay as they are whatever the service charges, with one of their own for idle time."""

    compute_usd_per_minute: Decimal = Decimal("0.02")
    input_usd_per_million_tokens: Decimal = Decimal("0.60")
    output_usd_per_million_tokens: Decimal = Decimal("2.70")
    proxy_usd_per_gb: Decimal = Decimal(4)
    idle_usd_per_minute: Decimal = Decimal("0.02")

    def usd_per_minute(self, *, idle: bool) -> Decimal:
        return self.idle_usd_per_minute if idle else self.compute_usd_per_minute


FAKE_PRICES = FakePrices()
