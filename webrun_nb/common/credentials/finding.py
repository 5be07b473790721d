"""Finds the user names, passwords and codes that a text in plain English holds. Pure, linear in the text's length.

A *naming word* says what a value is: "password", "PIN", "verification code". Its value follows it (`password: x`,
`the password "x"`, `password is x`), stands before it (`"x" as the password`), or is one of a pair (`ada / x`).

A quoted value is taken as it is. An unquoted one ends at white space, without final full stops, commas and the like;
a final "!" is part of it, as many passwords end so and few instructions do. Text *about* passwords ("click Forgot
password", "the password field", "reset my password") holds none. In doubt a value is taken: a password that is not
recognised would be stored and shown in clear.
"""

from __future__ import annotations

import re

from webrun_nb.common.credentials.credential import Credential
from webrun_nb.common.credentials.named import named_secrets
from webrun_nb.common.credentials.pairs import pairs, user_name
from webrun_nb.common.credentials.values import NO_VALUE

_ADDRESS = re.compile(r"\bhttps?://[^\s\"'<>“”]{1,2000}", re.I)
_PARAMETER = re.compile(
    r"[?&](?:password|passwd|pass|pwd|pin|otp|(?:api|access)_?(?:key|token)|token)=([^&#\s]{1,200})", re.I
)


def find_credentials(text: str) -> tuple[Credential, ...]:
    """Find the credentials in a text.

    Returns
    -------
    tuple of Credential
        In the order of the text, none overlapping another. User names are found only beside a secret or behind "log
        in as", and at most one of them, as a text can name the users of anything.

    Examples
    --------
    >>> [(found.kind, found.value) for found in find_credentials('log in as ada with password s3cret!, then sort')]
    [('username', 'ada'), ('password', 's3cret!')]
    >>> find_credentials('Click "Forgot password" and read what the password field says')
    ()
    """
    found: dict[int, Credential] = {}
    in_addresses = _in_addresses(text)
    text = _ADDRESS.sub(lambda match: NO_VALUE * len(match[0]), text)
    for credential in (*in_addresses, *pairs(text), *named_secrets(text)):
        if not any(credential.start < other.end and other.start < credential.end for other in found.values()):
            found[credential.start] = credential
    secrets = sorted((each for each in found.values() if each.is_secret), key=lambda each: each.start)
    users = [each for each in found.values() if not each.is_secret] or user_name(text, secrets)
    return tuple(sorted((*secrets, *users[:1]), key=lambda each: each.start))


def masked(text: str) -> str:
    """Return a text with `***` in the place of each secret that it holds; user names stay.

    >>> masked("Log in as ada with password s3cret!")
    'Log in as ada with password ***'
    """
    for found in reversed(find_credentials(text)):
        if found.is_secret:
            text = f"{text[: found.start]}***{text[found.end :]}"
    return text


def _in_addresses(text: str) -> list[Credential]:
    """Find the secrets in the parameters of addresses; their other words name nothing."""
    return [
        Credential("token", found[1], found.start(1), found.end(1))
        for address in _ADDRESS.finditer(text)
        for found in _PARAMETER.finditer(text, *address.span())
    ]
