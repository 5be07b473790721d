"""Refuses keys and passwords in what is typed into a cell.

A cell is saved with its notebook and kept in IPython's history, so a secret in it is as good as published.
The patterns are meant to catch real secrets and to leave instructions *about* passwords alone ("click
the Forgot password link", "enter the password"); the message never repeats the match.
"""

from __future__ import annotations

import re

from webrun_nb.common.column_types import BY_LABEL
from webrun_nb.notebook.syntax.errors import CommandError

_KEYS = re.compile(
    r"""(?<![A-Za-z0-9])(?:
        enig_[A-Za-z0-9_-]{6,}                             # WebRun
      | wr_(?=[A-Za-z_-]{0,60}\d)[A-Za-z0-9_-]{12,}        # WebRun; a digit tells it from a name
      | sk-(?=[A-Za-z_-]{0,60}\d)[A-Za-z0-9_-]{16,}        # OpenAI, Anthropic and others
      | sk_(?:live|test)_[A-Za-z0-9]{16,}                  # Stripe
      | glpat-[A-Za-z0-9_-]{16,} | npm_[A-Za-z0-9]{30,} | hf_[A-Za-z0-9]{30,} | pypi-[A-Za-z0-9_-]{40,}
      | SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}         # SendGrid
      | otpauth://[^\s]*[?&]secret=                        # what an authenticator is set up with
      | gh[opsur]_[A-Za-z0-9]{20,} | github_pat_\w{20,}    # GitHub
      | xox[abposr]-[A-Za-z0-9-]{10,}                      # Slack
      | AKIA[0-9A-Z]{16} | AIza[A-Za-z0-9_-]{30,}          # AWS, Google
      | eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.       # a JSON web token
      | Bearer\s+(?=[^\s\d]*\d)[A-Za-z0-9._~+/-]{16,}      # an Authorization header
    ) | -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----
      | \bhttps?://[^\s/@:?\#{}]+:[^\s/@{}]+@              # https://user:password@host
    """,
    re.VERBOSE,
)

_PASSWORD = r"(?:password|passwd|pwd|passphrase|passcode)"
_QUOTE = "[\"'“”‘’`]"
_WORD = r"[^\s\"'“”‘’`{}\[\]<>()|]"
_QUOTED = rf"{_QUOTE}(?P<value>{_WORD}{{3,}}){_QUOTE}"
_IS = rf"(?:{_QUOTE}?\s*[:=]\s*|\s+is\s+)"

_PASSWORDS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # password: x, password = x, password is x, "password": "x"
        rf"\b{_PASSWORD}{_IS}{_QUOTE}?(?P<value>{_WORD}{{3,}})",
        # the password "x"; fill in the password with "x"
        rf"\b{_PASSWORD}\s+(?:field\s+)?(?:with\s+)?{_QUOTED}",
        # type "x" into the password field
        rf"\b(?:type|enter|put|write|fill\s+in|use)\s+{_QUOTED}\s+(?:in|into|as|for)\s+(?:the\s+)?"
        rf"{_QUOTE}?{_PASSWORD}\b",
        # with password x, where x has letters and digits
        rf"\b{_PASSWORD}\s+(?P<value>(?=[^\s\d]*\d)(?=[^\sA-Za-z]*[A-Za-z])(?:(?![:,]){_WORD}){{6,}})",
    )
)
# Words with many meanings count only in front of something that looks like a key: with a digit in it.
_OTHER = re.compile(
    r"\b(?:(?:api|access|secret|private)[ _-]?key|token|client[ _-]?secret|secret|otp)"
    rf"{_IS}{_QUOTE}?(?=[^\s\"']*\d)[A-Za-z0-9._~+/=-]{{6,}}",
    re.IGNORECASE,
)

# What follows `password is` or `Password:` in sentences and column lists without being a password.
_ORDINARY_WORDS = """
the that this its any not too now only also still never always just what how where when
whether who and but for from with within without between below above under near inside right next visible
empty blank wrong correct incorrect invalid valid okay optional mandatory strong weak short long old new same
different show hide forgot reset change field box input page form link button label string text enum none null
true false unknown
"""
_ORDINARY = frozenset((*_ORDINARY_WORDS.split(), *BY_LABEL))
_ORDINARY_ENDING = re.compile(r"[a-z'-]{2,}(?:ed|ing|ive|able|ible|ful|ly|less|ary)")


def _looks_made_up(value: str) -> bool:
    word = value.rstrip(".,;:!?").lower()
    return len(word) >= 3 and word not in _ORDINARY and not _ORDINARY_ENDING.fullmatch(word)


def refuse_credentials(text: str) -> None:
    """Refuse text that looks as if it contained a key or a password.

    Parameters
    ----------
    text : str
        A magic's line, a cell's body, or either once its `{{ }}` are filled.

    Raises
    ------
    CommandError
        The text looks like a secret; the message does not repeat it.
    """
    if _KEYS.search(text) or _OTHER.search(text):
        raise CommandError(
            "this looks as if it contained a key, and a cell is saved with its notebook",
            "take it out; the key of the hosted service belongs in the environment, as WEBRUN_API_KEY; "
            "a login's secrets are named, --secret HOST=NAME",
        )
    if any(_looks_made_up(found["value"]) for pattern in _PASSWORDS for found in pattern.finditer(text)):
        raise CommandError(
            "this looks as if it contained a password, and a cell is saved with its notebook",
            "take it out; --secret HOST=NAME looks it up: NAME_PASSWORD in the environment, or the keyring",
        )
