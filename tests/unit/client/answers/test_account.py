"""Tests of reading what a server says of the account and of itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from webrun_nb.client.answers.account import AccountUsage, Health, read_account, read_health, read_models
from webrun_nb.client.answers.fields import Fields


@pytest.mark.parametrize(
    ("body", "account"),
    [
        ({"success": True, "balance": 12}, AccountUsage(Decimal(12))),
        (
            {"balance": 12.5, "currentPeriodSpend": 0.1, "spendingLimit": None, "remaining": 9},
            AccountUsage(Decimal("12.5"), Decimal("0.1"), None, Decimal(9)),
        ),
        ({}, AccountUsage()),
    ],
)
def test_an_account_is_read_as_far_as_it_is_known(body: dict[str, Any], account: AccountUsage) -> None:
    assert read_account(Fields(body)) == account


@pytest.mark.parametrize(
    ("body", "health"),
    [
        ({"status": "healthy", "instancesAvailable": True, "instanceCount": 3}, Health("healthy", True, 3)),
        ({"status": "ok", "instancesAvailable": 2, "instanceCount": 2}, Health("ok", True, 2)),
        ({}, Health("unknown")),
    ],
)
def test_health_is_read_in_both_forms(body: dict[str, Any], health: Health) -> None:
    assert read_health(Fields(body)) == health


def test_models_are_their_names() -> None:
    assert read_models(Fields({"object": "list", "data": [{"id": "webrun-browser-1"}, {"object": "model"}]})) == [
        "webrun-browser-1"
    ]
