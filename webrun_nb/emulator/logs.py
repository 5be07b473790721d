"""The emulator's log files: rotated, without secrets, and safe to show in a terminal."""

from __future__ import annotations

import logging
import logging.handlers
import os
from pathlib import Path

from webrun_nb.emulator.services.session_registry import SecretRegistry

_LOG_BYTES = 2_000_000


class RedactingFormatter(logging.Formatter):
    """Masks secrets, and removes control characters: a page's words must not steer the terminal that shows a log.

    Parameters
    ----------
    pattern : str or None
        As `logging.Formatter`'s `fmt`.
    secrets : SecretRegistry
        The secrets of all sessions.
    """

    def __init__(self, pattern: str | None, secrets: SecretRegistry) -> None:
        super().__init__(pattern)
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """Return the text of a record."""
        text = self._secrets.mask(super().format(record))
        return "".join(c if c == "\n" or c.isprintable() else "�" for c in text)


def set_up_logging(data_dir: Path, secrets: SecretRegistry) -> None:
    """Log into the data folder, and warnings to stderr as well."""
    folder = data_dir / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    to_file = logging.handlers.RotatingFileHandler(
        folder / "emulator.log", maxBytes=_LOG_BYTES, backupCount=3, encoding="utf-8"
    )
    to_file.setFormatter(RedactingFormatter(f"%(asctime)s {os.getpid()} %(levelname)s %(name)s: %(message)s", secrets))
    to_stderr = logging.StreamHandler()
    to_stderr.setLevel(logging.WARNING)
    to_stderr.setFormatter(RedactingFormatter(None, secrets))
    logging.basicConfig(level=logging.INFO, handlers=[to_file, to_stderr])
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it writes whole URLs; those of webhooks hold tokens
