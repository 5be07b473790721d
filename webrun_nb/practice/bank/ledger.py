"""The state of a visit to the bank: accounts with their entries, and the transfer that waits for confirmation."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from webrun_nb.practice.accounts import BANK, Account
from webrun_nb.practice.server import money

TODAY = "2026-03-14"
"""The bank's fixed date, so that its pages are the same every day."""
MAX_ENTRIES = 500
MAX_AMOUNT_USD = Decimal(10_000)

RECIPIENTS: Mapping[str, str] = {
    "2004-555-31": "Alice Moreau",
    "2004-620-08": "Bob Fischer",
    "2004-620-44": "Bob Martin",
    "2004-907-12": "Charity: Clean Wells",
}
"""Recipients of transfers. Two are called Bob, so that "to Bob" is ambiguous."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a statement, with the balance after it."""

    booked: str
    description: str
    amount_usd: Decimal
    balance_usd: Decimal


@dataclass
class BankAccount:
    """An account. `entries` are oldest first."""

    number: str
    name: str
    opening_usd: Decimal
    entries: list[Entry] = field(default_factory=list)

    @property
    def balance_usd(self) -> Decimal:
        """Current balance."""
        return self.entries[-1].balance_usd if self.entries else self.opening_usd

    def book(self, booked: str, description: str, amount_usd: Decimal) -> None:
        """Add an entry. The oldest ones go where there are too many."""
        self.entries.append(Entry(booked, description, amount_usd, self.balance_usd + amount_usd))
        del self.entries[:-MAX_ENTRIES]

    def to_csv(self) -> str:
        """Write its statement as CSV (RFC 4180), oldest entry first."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(["date", "description", "amount_usd", "balance_usd"])
        for entry in self.entries:
            writer.writerow([entry.booked, entry.description, entry.amount_usd, entry.balance_usd])
        return out.getvalue()


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer that waits for confirmation."""

    source: BankAccount
    number: str
    recipient: str
    amount_usd: Decimal
    reference: str


@dataclass
class Visit:
    """The state of one browser at the bank. Nothing is shown before `verified`."""

    account: Account
    accounts: list[BankAccount]
    verified: bool = False
    code: str = ""
    wrong_codes: int = 0
    draft: Transfer | None = None
    said: str = ""

    def find(self, number: str) -> BankAccount | None:
        """Return the account with this number."""
        return next((account for account in self.accounts if account.number == number), None)

    def recipients(self) -> list[tuple[str, str]]:
        """Return the recipients of transfers, own accounts last: number and label."""
        own = [(account.number, account.name) for account in self.accounts]
        return [(number, f"{name} ({number})") for number, name in (*RECIPIENTS.items(), *own)]

    def confirm(self, draft: Transfer) -> None:
        """Make a transfer."""
        self.draft = None
        about = f": {draft.reference}" if draft.reference else ""
        draft.source.book(TODAY, f"To {draft.recipient}{about}", -draft.amount_usd)
        if (own := self.find(draft.number)) is not None:
            own.book(TODAY, f"From {draft.source.name}{about}", draft.amount_usd)
        self.said = f"{money(draft.amount_usd)} was sent to {draft.recipient}."


def read_transfer(visit: Visit, typed: Mapping[str, str]) -> tuple[Transfer | None, dict[str, str]]:
    """Parse a transfer form; return the transfer, or the problem of each field."""
    problems: dict[str, str] = {}
    source = visit.find(typed["from"])
    names = {**RECIPIENTS, **{account.number: account.name for account in visit.accounts}}
    if source is None:
        problems["from"] = "Choose one of your accounts."
    if typed["to"] not in names:
        problems["to"] = "Choose who gets it."
    elif typed["to"] == typed["from"]:
        problems["to"] = "That is the account it comes from."
    plain = typed["amount"].removeprefix("$").strip().replace(",", "")
    amount_usd = Decimal(plain) if re.fullmatch(r"\d{1,9}(\.\d{1,2})?", plain, re.ASCII) else Decimal()
    if amount_usd <= 0:
        problems["amount"] = "Enter an amount in dollars, such as 50 or 12.30."
    elif amount_usd > MAX_AMOUNT_USD:
        problems["amount"] = f"At most {money(MAX_AMOUNT_USD)} at once."
    elif source is not None and amount_usd > source.balance_usd:
        problems["amount"] = f"There is only {money(source.balance_usd)} on that account."
    if problems or source is None:
        return None, problems
    return Transfer(source, typed["to"], names[typed["to"]], amount_usd, typed["reference"]), {}


@cache
def _accounts() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    accounts: dict[str, Sequence[Mapping[str, Any]]] = json.loads(
        Path(__file__).with_name("accounts.json").read_text(encoding="utf-8")
    )
    return accounts


def new_visit(key: str) -> Visit | None:
    """Return a new visit with a person's initial accounts; None for an unknown person."""
    if key not in BANK:
        return None
    accounts = []
    for held in _accounts()[key]:
        account = BankAccount(held["number"], held["name"], Decimal(held["opening"]))
        for booked, description, amount in held["entries"]:
            account.book(booked, description, Decimal(amount))
        accounts.append(account)
    return Visit(BANK[key], accounts)
