"""Tests of the bank's pages over its application: login in two steps, statements, confirmed transfers."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from pyotp import TOTP

from helpers.practice_client import Visitor
from webrun_nb.practice.accounts import BANK

EVERYDAY, SAVINGS, ALICE = "2004-118-07", "2004-118-15", "2004-555-31"


@pytest.fixture
def visitor() -> Visitor:
    return Visitor("bank")


def password(visitor: Visitor, who: str = "ada", **changed: str) -> None:
    visitor.post("/login", **{"user": who, "password": BANK[who].password, **changed})


def code_of(visitor: Visitor, who: str = "ada", *, later_s: float = 0) -> str:
    at = datetime.fromtimestamp(visitor.clocks_s[0] + later_s, UTC)
    return TOTP(BANK[who].otp_secret).at(at)


def come_in(visitor: Visitor) -> None:
    password(visitor)
    visitor.post("/verify", code=code_of(visitor))
    assert visitor.here.path == "/accounts"


def on_the_phone(visitor: Visitor) -> list[str]:
    return re.findall(r"is (\d{6})\.", Visitor("bank", visitor.sites).get("/phone").text)


def send(visitor: Visitor, **changed: str) -> None:
    visitor.post("/transfer", **{"from": EVERYDAY, "to": ALICE, "amount": "50", "reference": "", **changed})


def test_the_login_page_says_every_practice_account(visitor: Visitor) -> None:
    shown = visitor.get("/login").text
    for account in BANK.values():
        assert account.password in shown
        assert account.otp_secret in shown


@pytest.mark.parametrize("wrong", [{"password": "guess"}, {"user": "nobody"}])
def test_a_wrong_password_does_not_lead_to_the_code(visitor: Visitor, wrong: dict[str, str]) -> None:
    password(visitor, **wrong)
    assert (visitor.here.path, visitor.here.status, visitor.cookies) == ("/login", 401, {})


@pytest.mark.parametrize("path", ["/accounts", f"/accounts/{EVERYDAY}", "/transfer", "/transfer/confirm"])
def test_the_password_alone_opens_nothing(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).path == "/login"
    password(visitor)
    assert visitor.get(path).path == "/verify"


def test_the_code_of_the_app_lets_in(visitor: Visitor) -> None:
    come_in(visitor)
    assert "Everyday account" in visitor.here.text


@pytest.mark.parametrize(
    ("later_s", "path"), [(-30, "/accounts"), (30, "/accounts"), (90, "/verify"), (-90, "/verify")]
)
def test_a_code_is_valid_for_its_half_minute_and_the_neighbouring_ones(
    visitor: Visitor, later_s: float, path: str
) -> None:
    password(visitor)
    visitor.post("/verify", code=code_of(visitor, later_s=later_s))
    assert visitor.here.path == path


def test_a_code_is_valid_by_any_of_the_clocks(visitor: Visitor) -> None:
    password(visitor)
    code = code_of(visitor)
    visitor.clocks_s = (visitor.clocks_s[0] + 3600, visitor.clocks_s[0])
    visitor.post("/verify", code=code)
    assert visitor.here.path == "/accounts"


def test_the_cookie_changes_with_the_second_step(visitor: Visitor) -> None:
    password(visitor)
    before = dict(visitor.cookies)
    visitor.post("/verify", code=code_of(visitor))
    visitor.cookies = before
    assert visitor.get("/accounts").path == "/login"


def test_after_five_wrong_codes_the_password_is_asked_for_again(visitor: Visitor) -> None:
    password(visitor)
    for _ in range(5):
        assert visitor.here.path == "/verify"
        visitor.post("/verify", code="000000")
    assert visitor.here.path == "/login"
    assert visitor.get("/accounts").path == "/login"


def test_a_code_by_message_is_on_the_phone(visitor: Visitor) -> None:
    password(visitor, "grace")
    [code] = on_the_phone(visitor)
    visitor.post("/verify", code=code)
    assert visitor.here.path == "/accounts"


def test_another_message_makes_the_first_code_worthless(visitor: Visitor) -> None:
    password(visitor, "grace")
    visitor.post("/verify/message")
    new, old = on_the_phone(visitor)
    visitor.post("/verify", code=old)
    assert visitor.here.path == ("/accounts" if old == new else "/verify")


def test_an_empty_code_is_no_code(visitor: Visitor) -> None:
    password(visitor)
    visitor.post("/verify", code="")
    assert visitor.here.path == "/verify"


def test_a_user_with_an_app_can_ask_for_a_message(visitor: Visitor) -> None:
    password(visitor)
    visitor.post("/verify/message")
    visitor.post("/verify", code=on_the_phone(visitor)[0])
    assert visitor.here.path == "/accounts"


def test_a_cookie_from_before_a_restart_opens_nothing(visitor: Visitor) -> None:
    come_in(visitor)
    later = Visitor("bank")
    later.cookies = visitor.cookies
    assert later.get("/accounts").path == "/login"


def test_balances_follow_from_the_entries(visitor: Visitor) -> None:
    come_in(visitor)
    rows = list(csv.DictReader(io.StringIO(visitor.get(f"/accounts/{EVERYDAY}/statement.csv").text)))
    assert visitor.here.headers["Content-Disposition"].startswith(f'attachment; filename="statement-{EVERYDAY}.csv"')
    assert len(rows) == 13
    assert rows[6]["description"] == 'Bookshop Quarto, "Sketch of the Engine"'
    assert sum(round(float(row["amount_usd"]) * 100) for row in rows) + 184025 == round(
        float(rows[-1]["balance_usd"]) * 100
    )


@pytest.mark.parametrize("path", ["/accounts/2004-731-02", "/accounts/2004-731-02/statement.csv"])
def test_a_foreign_account_is_not_found(visitor: Visitor, path: str) -> None:
    come_in(visitor)
    assert visitor.get(path).status == 404


def test_nothing_is_sent_before_it_is_confirmed(visitor: Visitor) -> None:
    come_in(visitor)
    send(visitor)
    assert visitor.here.path == "/transfer/confirm"
    assert "Alice Moreau" in visitor.here.text
    assert visitor.count("transfers") == 0


def test_a_confirmed_transfer_is_on_the_statement(visitor: Visitor) -> None:
    come_in(visitor)
    send(visitor, amount="$1,050.50", reference="concert")
    visitor.post("/transfer/confirm")
    assert visitor.here.path == f"/accounts/{EVERYDAY}"
    assert "$1,050.50 was sent to Alice Moreau." in visitor.here.text
    assert "To Alice Moreau: concert" in visitor.here.text
    assert "-$1,050.50" in visitor.here.text


def test_sending_twice_is_seen_in_the_counts(visitor: Visitor) -> None:
    come_in(visitor)
    send(visitor)
    visitor.post("/transfer/confirm")
    visitor.post("/transfer/confirm")
    assert (visitor.count("transfers"), visitor.count("transfer requests")) == (1, 2)


def test_money_between_own_accounts_stays_the_same(visitor: Visitor) -> None:
    come_in(visitor)
    send(visitor, to=SAVINGS, amount="100")
    visitor.post("/transfer/confirm")
    assert "$9,711.84" in visitor.get("/accounts").text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "0"), ("amount", "-5"), ("amount", "fifty"), ("amount", ""), ("amount", "1e3"),
        ("amount", "10000.01"), ("amount", "9999"), ("to", ""), ("to", EVERYDAY),
        ("to", "2004-731-02"), ("from", "2004-731-02"),
    ],
)  # fmt: skip
def test_an_invalid_transfer_is_reported_at_its_field(visitor: Visitor, field: str, value: str) -> None:
    come_in(visitor)
    send(visitor, **{field: value})
    assert visitor.here.status == 422
    assert f'id="{field}-problem"' in visitor.here.text
    assert visitor.get("/transfer/confirm").path == "/transfer"


@pytest.mark.parametrize("path", ["/transfer/confirm", "/logout", "/verify/message"])
def test_nothing_is_done_by_looking(visitor: Visitor, path: str) -> None:
    come_in(visitor)
    visitor.get(path)
    assert visitor.count("transfer requests") == 0
    assert visitor.get("/accounts").path == "/accounts"
