"""Codes of two-factor authentication from what an authenticator app is set up with (RFC 6238).

They are made for the real time of this machine, not for the emulator's clock: the site that asks for one compares it
with its own time, and no site on the web travels with ours.
"""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qs, urlsplit

import pyotp

_DIGESTS = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256, "SHA512": hashlib.sha512}


class _Authenticator(pyotp.TOTP):
    min_secret_length_bits = 0  # sites choose how long it is, and 80 bits are usual; what they gave has to do


def code_now(setup: str) -> str:
    """Return the code for this moment.

    Parameters
    ----------
    setup : str
        A base32 secret (blanks and lower case allowed), or the whole `otpauth://totp/…` address of the QR code.

    Raises
    ------
    ValueError
        It is neither; the message does not hold it.
    """
    try:
        return _authenticator(setup.strip()).now()
    except (ValueError, KeyError, IndexError):  # base32's message could hold the secret
        raise ValueError("otp_secret is neither base32 nor an otpauth://totp/ address") from None


def _authenticator(setup: str) -> pyotp.TOTP:
    if not setup.startswith("otpauth:"):
        return _Authenticator("".join(setup.split()).replace("-", "").upper())
    parts = urlsplit(setup)
    if parts.netloc != "totp":  # counters would have to be kept
        raise ValueError("no TOTP")
    given = parse_qs(parts.query)
    return _Authenticator(
        given["secret"][0],
        digits=int(given.get("digits", ["6"])[0]),
        digest=_DIGESTS[given.get("algorithm", ["SHA1"])[0].upper()],
        interval=int(given.get("period", ["30"])[0]),
    )
