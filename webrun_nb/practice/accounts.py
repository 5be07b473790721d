"""The published credentials of the practice sites.

They are for teaching and testing, stand on each site's login page, and are valid nowhere else. Do not use them, or
anything like them, anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

SecondFactor = Literal["none", "authenticator", "message"]


@dataclass(frozen=True, slots=True)
class Account:
    """A person who can log in.

    `login` is what they type: an e-mail address at the shop, a user name at the bank. `second_factor` is what is asked
    for after the password: a time-based code (RFC 6238: SHA-1, 6 digits, 30 s) of `otp_secret`, or a code that comes by
    message.
    """

    key: str
    name: str
    login: str
    password: str
    second_factor: SecondFactor = "none"
    otp_secret: str = ""
    address: Mapping[str, str] = field(default_factory=dict)
    """Delivery address at the shop; empty for a person who has not ordered before."""


SHOP: Mapping[str, Account] = {
    account.key: account
    for account in (
        Account(
            "ada",
            "Ada Lovelace",
            "ada@example.org",
            "notes-on-the-engine",
            address={"street": "12 St James’s Square", "city": "London", "postcode": "SW1Y 4JH"},
        ),
        Account("grace", "Grace Hopper", "grace@example.org", "first-actual-bug"),
    )
}
BANK: Mapping[str, Account] = {
    account.key: account
    for account in (
        Account("ada", "Ada Lovelace", "ada", "bernoulli-numbers", "authenticator", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
        Account("grace", "Grace Hopper", "grace", "nanosecond-of-wire", "message"),
    )
}
