"""Generator of identifiers in the contract's forms (section 1)."""

from __future__ import annotations

import random
import string

_ALPHABET = string.ascii_lowercase + string.digits


class IdSource:
    """Makes identifiers.

    Parameters
    ----------
    seed : int, optional
        Makes the sequence repeatable (`--seed`); without it the system's randomness is used.
    """

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.SystemRandom() if seed is None else random.Random(seed)

    def short(self) -> str:
        """Return a session's or task's id: 12 characters of `[a-z0-9]`."""
        return "".join(self._random.choices(_ALPHABET, k=12))

    def hex24(self) -> str:
        """Return an environment's or a file's id: 24 hex characters."""
        return f"{self._random.getrandbits(96):024x}"
