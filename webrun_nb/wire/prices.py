"""Prices as documented in 2026 (section 5). Configurable on the emulator."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars."""

    compute_usd_per_minute: Decimal = Decimal("0.02")
    input_usd_per_million_tokens: Decimal = Decimal("0.60")
    output_usd_per_million_tokens: Decimal = Decimal("2.70")
    proxy_usd_per_gb: Decimal = Decimal("4.00")


PRICES_2026 = Prices()
"""`webrun-browser-pro`; `webrun-browser-fast` differs in its output tokens (1.80)."""
