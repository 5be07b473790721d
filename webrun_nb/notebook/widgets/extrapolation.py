"""Values that change with time alone, as JSON: the kernel sends a value and its rate, and pages extrapolate.

A page shows `value + perMs × elapsed` (`static/extrapolation.js`), so that it continues while a cell runs. A message is
sent only when something other than time has changed a state.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

_DRIFT_MS = 500
"""Pages show whole seconds: a difference that time makes up in half of one is not seen."""
_SMALLEST_DRIFT = 1e-6
"""Tolerance for constant values: rounding."""
_QUANTITY = {"value", "perMs"}


def quantity(value: Decimal | int | None, per_ms: Decimal | int = 0) -> dict[str, Any] | None:
    """Return a value that grows by `per_ms` each millisecond, as JSON; None where the value is not known.

    Decimals become text, as JSON numbers could not hold all of their digits.
    """
    return None if value is None else {"value": _json(value), "perMs": _json(per_ms)}


def is_extrapolation_of(shown: Any, state: Any, elapsed_ms: float) -> bool:
    """Return whether a page that was sent `shown` has come to `state` by itself, `elapsed_ms` later.

    Quantities may differ by what grows in half a second; everything else has to be equal.
    """
    if isinstance(state, dict) and isinstance(shown, dict) and shown.keys() == state.keys():
        if state.keys() == _QUANTITY:
            return _has_grown_to(shown, state, elapsed_ms)
        return all(
            is_extrapolation_of(shown[key], value, elapsed_ms)
            if isinstance(value, dict | list)
            else shown[key] == value
            for key, value in state.items()
        )
    if isinstance(state, list) and isinstance(shown, list) and len(shown) == len(state):
        return all(is_extrapolation_of(old, new, elapsed_ms) for old, new in zip(shown, state, strict=True))
    return bool(shown == state)


def _has_grown_to(shown: dict[str, Any], state: dict[str, Any], elapsed_ms: float) -> bool:
    rate = float(state["perMs"])
    expected = float(shown["value"]) + rate * elapsed_ms
    drift = abs(rate) * _DRIFT_MS + _SMALLEST_DRIFT
    return bool(shown["perMs"] == state["perMs"]) and abs(float(state["value"]) - expected) <= drift


def _json(number: Decimal | int) -> str | int:
    return f"{number:f}" if isinstance(number, Decimal) else number
