"""Formats amounts of US dollars, and reads them from numbers of the wire."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_SMALLEST_SHOWN = Decimal("0.0001")
"""A hundredth of a cent: costs are known to this digit."""


def from_number(amount_usd: float) -> Decimal:
    """Return an amount of the wire as the decimal number it was written as.

    >>> from_number(0.1)
    Decimal('0.1')
    """
    return Decimal(str(amount_usd))


def exact_dollars(amount_usd: Decimal) -> str:
    """Return an amount with all its digits, and at least its cents.

    >>> exact_dollars(Decimal("0.05")), exact_dollars(Decimal(2)), exact_dollars(Decimal("0.005"))
    ('$0.05', '$2.00', '$0.005')
    """
    digits = -int(amount_usd.normalize().as_tuple().exponent)
    return f"${amount_usd:.{max(2, digits)}f}"


def rounded_dollars(amount_usd: Decimal) -> str:
    """Return an amount rounded to hundredths of a cent, the digits of a cost that are known.

    >>> rounded_dollars(Decimal("0.00412"))
    '$0.0041'
    """
    return f"${amount_usd.quantize(_SMALLEST_SHOWN, ROUND_HALF_UP):f}"
