"""`practice:bank`: a bank with a login in two steps, statements to download, and transfers that have to be confirmed.

Its people are in `practice.accounts`. Ada's second step is a code of an authenticator app (time-based, RFC 6238);
Grace gets hers by message, which is on the phone at `/phone`; Ada can have one sent as well.
"""

from __future__ import annotations

from webrun_nb.practice.bank.pages import Bank

__all__ = ["create"]


def create() -> Bank:
    """Create the site, with nothing done on it yet."""
    return Bank()
