"""Options that several commands have."""

from __future__ import annotations

from webrun_nb.common.practice_sites import PRACTICE_SITES
from webrun_nb.notebook.syntax import values
from webrun_nb.notebook.syntax.spec import Option


def session_name(help_text: str = "which session, if not the current one") -> Option:
    """Return the plain word that names a live session."""
    return Option("", "name", help_text, "NAME", values.name, names="session")


def url_option(help_text: str) -> Option:
    """Return `--url`; completion offers the practice sites."""
    sites = tuple(f"practice:{site}" for site in PRACTICE_SITES)
    return Option("--url", "url", help_text, "URL", values.url, choices=sites)


def secret_option() -> Option:
    """Return `--secret`, which names a login and never holds its value."""
    text = "a login for that host: NAME_EMAIL, NAME_PASSWORD, …, the keyring, or a prompt; repeatable"
    return Option("--secret", "secrets", text, "HOST=NAME", values.secret, repeated=True)


def env_option(help_text: str) -> Option:
    """Return `--env`, which names an environment."""
    return Option("--env", "env", help_text, "ENV", values.environment, names="env")


def policy_option(help_text: str) -> Option:
    """Return `--policy`, which names a policy."""
    return Option("--policy", "policy", help_text, "POLICY", values.words, names="policy")
