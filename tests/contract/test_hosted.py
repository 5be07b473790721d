"""A test that reports whether the contract tests ran against the hosted service as well (see conftest)."""

from __future__ import annotations

import pytest

from helpers import hosted_service


def test_the_contract_is_tested_on_the_hosted_service(emulator):
    if not hosted_service.KEY:
        pytest.skip("WEBRUN_API_KEY is not set: the contract's tests run against the emulator alone")
    status, account = emulator.get("/account/usage")
    assert (status, account["success"]) == (200, True)
