"""Formatting of amounts in US dollars, and conversion from JSON numbers."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_SMALLEST_SHOWN = Decimal("0.0001")
"""Costs are known to a hundredth of a cent."""


def from_number(amount_usd: float) -> Decimal:
    """Return an amount given as a JSON number as the decimal number that was written.

    >>> from_number(0.1)
    Decimal('0.1')
    """
    return Decimal(str(amount_usd))


def exact_dollars(amount_usd: Decimal) -> str:
    """Return an amount with all of its digits, and at least two decimals.

    >>> exact_dollars(Decimal("0.05")), exact_dollars(Decimal(2)), exact_dollars(Decimal("0.005"))
    ('$0.05', '$2.00', '$0.005')
    """
    digits = -int(amount_usd.normalize().as_tuple().exponent)
    return f"${amount_usd:.{max(2, digits)}f}"


def rounded_dollars(amount_usd: Decimal) -> str:
    """Return an amount rounded to four decimals, the precision in which costs are known.

    >>> rounded_dollars(Decimal("0.00412"))
    '$0.0041'
    """
    return f"${amount_usd.quantize(_SMALLEST_SHOWN, ROUND_HALF_UP):f}"


def rounded_to_cents(amount_usd: Decimal) -> str:
    """Return an amount in cents, as forecasts are shown; one that is less than a cent is not rounded to nothing.

    >>> rounded_to_cents(Decimal("0.0985")), rounded_to_cents(Decimal("0.004"))
    ('$0.10', 'less than $0.01')
    """
    rounded_usd = amount_usd.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return "less than $0.01" if amount_usd > 0 and not rounded_usd else f"${rounded_usd:f}"
