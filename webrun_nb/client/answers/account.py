"""Reads what a server says of the account and of itself (sections 5 and 11)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from webrun_nb.client.answers.fields import Fields


@dataclass(frozen=True, slots=True)
class AccountUsage:
    """The account's money in US dollars; None where the server does not say, or where there is no limit."""

    balance: Decimal | None = None
    current_period_spend: Decimal | None = None
    spending_limit: Decimal | None = None
    remaining: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """The state of the service."""

    status: str
    instances_available: bool | None = None
    instance_count: int | None = None


def read_account(fields: Fields) -> AccountUsage:
    """Read the answer to `GET /account/usage`."""
    return AccountUsage(
        balance=fields.amount_usd("balance"),
        current_period_spend=fields.amount_usd("currentPeriodSpend"),
        spending_limit=fields.amount_usd("spendingLimit"),
        remaining=fields.amount_usd("remaining"),
    )


def read_health(fields: Fields) -> Health:
    """Read the answer to `GET /start/health`."""
    available = fields.values.get("instancesAvailable")
    known = isinstance(available, bool | int)
    return Health(fields.text("status") or "unknown", bool(available) if known else None, fields.count("instanceCount"))


def read_models(fields: Fields) -> list[str]:
    """Read the answer to `GET /v1/models`: the models' names."""
    return [name for each in fields.objects("data") if (name := each.text("id")) is not None]


def read_acknowledged(fields: Fields) -> str:
    """Read the answer to a message that is only acknowledged: its text, which may be empty."""
    return fields.text("message") or ""
