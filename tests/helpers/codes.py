"""The members of types of `webrun_nb.common.codes`."""

from __future__ import annotations

from typing import Any, get_args


def codes_in(kind: Any) -> set[str]:
    """Return the codes of a literal type, or of a union of such."""
    members = get_args(kind)
    return {code for member in members for code in ({member} if isinstance(member, str) else codes_in(member))}
