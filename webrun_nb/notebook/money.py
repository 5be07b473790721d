"""What a task or session costs, as people read it (grammar, Money).

On the emulator nobody pays; what is shown there is what the hosted service would take: compute was measured,
tokens are an estimate. On the hosted service an amount is what was taken. The two are different things and
are never added.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

__all__ = ["Cost"]

_SMALLEST_USD = Decimal("0.0001")
"""A hundredth of a cent: the last digit shown of anything."""
_CENT_USD = Decimal("0.01")
_KNOWN_DIGITS_OF_AN_ESTIMATE = 2


@dataclass(frozen=True, slots=True)
class Cost:
    """Money in US dollars; an amount that isn't known is None, never 0.

    The parts are those of the usage's `breakdown` (contract, section 5).

    Raises
    ------
    ValueError
        An amount is negative or not finite.
    """

    amount_usd: Decimal | None
    emulated: bool
    compute_usd: Decimal | None = None
    idle_usd: Decimal | None = None
    tokens_usd: Decimal | None = None
    proxy_usd: Decimal | None = None

    def __post_init__(self) -> None:
        for name in _AMOUNTS:
            amount = getattr(self, name)
            if amount is not None and not (amount.is_finite() and amount >= 0):
                raise ValueError(f"{name} can't be {amount}")

    @classmethod
    def from_usage(cls, usage: Mapping[str, Any]) -> Cost:
        """Read the `usage` of an answer; `emulated` is there on the emulator only."""
        breakdown = usage.get("breakdown") or {}
        return cls(
            amount_usd=_decimal(usage.get("cost")),
            emulated=bool(usage.get("emulated", False)),
            compute_usd=_decimal(breakdown.get("compute")),
            idle_usd=_decimal(breakdown.get("idle")),
            tokens_usd=_decimal(breakdown.get("tokens")),
            proxy_usd=_decimal(breakdown.get("proxy")),
        )

    def __add__(self, other: Cost) -> Cost:
        """Add two costs of the same kind; a sum with an unknown part is unknown.

        Raises
        ------
        ValueError
            One is emulated, the other was paid.
        """
        if self.emulated != other.emulated:
            raise ValueError("an emulated cost and a paid one can't be added")
        sums = {name: _sum(getattr(self, name), getattr(other, name)) for name in _AMOUNTS}
        return Cost(emulated=self.emulated, **sums)

    def __str__(self) -> str:
        """`$0.0123`, or `≈ $0.0123` where it is emulated."""
        return _usd(self.amount_usd, self._last_digit(), approximate=self.emulated)

    def summary(self) -> str:
        """Say all that is known in one line, for the card and the end of a task."""
        if not self.emulated:
            return str(self)
        if self.amount_usd is None:
            return "emulated · you pay $0.00 · hosted, the cost is unknown"
        parts = [
            f"{name} {_usd(amount, _SMALLEST_USD)} measured"
            for name, amount in (
                ("compute", self.compute_usd),
                ("idle", self.idle_usd),
                ("proxy", self.proxy_usd),
            )
            if amount is not None and (amount or name == "compute")
        ]
        if self.tokens_usd is not None:
            parts.append(f"tokens {_usd(self.tokens_usd, self._last_digit(), approximate=True)} estimated")
        detail = f" ({', '.join(parts)})" if parts else ""
        return f"emulated · you pay $0.00 · hosted {self}{detail}"

    def to_json(self) -> dict[str, float | bool | None]:
        """Return it as plain JSON, for `df.attrs`."""
        amounts = {name: getattr(self, name) for name in _AMOUNTS}
        known = {name: None if amount is None else float(amount) for name, amount in amounts.items()}
        return {"emulated": self.emulated, **known}

    def _last_digit(self) -> Decimal:
        """Value of the last digit that is known: a total is no more exact than the estimate in it."""
        if not self.emulated or not self.tokens_usd:
            return _SMALLEST_USD
        last = Decimal(1).scaleb(self.tokens_usd.adjusted() - _KNOWN_DIGITS_OF_AN_ESTIMATE + 1)
        return max(last, _SMALLEST_USD)


_AMOUNTS = tuple(field.name for field in fields(Cost) if field.name != "emulated")


def _decimal(value: float | int | str | Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other


def _usd(amount: Decimal | None, last_digit: Decimal, *, approximate: bool = False) -> str:
    """Write an amount with no digit below `last_digit` and none that the amount itself doesn't have."""
    if amount is None:
        return "cost unknown"
    if amount == 0:
        return "$0.00"
    if amount < _SMALLEST_USD / 2:
        return f"< ${_SMALLEST_USD}"
    with localcontext() as context:
        context.prec = 50
        steps = (amount / last_digit).quantize(Decimal(1), ROUND_HALF_UP)
        rounded = (steps * last_digit).normalize()
        if rounded != rounded.quantize(_CENT_USD) or last_digit > _CENT_USD:
            shown = f"{rounded:f}"
        else:
            shown = f"{rounded.quantize(_CENT_USD):f}"
    return f"≈ ${shown}" if approximate else f"${shown}"
