"""The secrets of all sessions that live: for what belongs to none of them alone, such as the log."""

from __future__ import annotations

from weakref import WeakSet

from webrun_nb.emulator.domain.vault import Vault


class LiveSecrets:
    """Vaults by weak reference: a session that is gone is not kept for its sake."""

    def __init__(self) -> None:
        self._vaults: WeakSet[Vault] = WeakSet()

    def watch(self, vault: Vault) -> None:
        """Mask what this vault holds, as long as there is one."""
        self._vaults.add(vault)

    def mask(self, text: str) -> str:
        """Return a text as it may be written down."""
        for vault in list(self._vaults):
            text = vault.masker.text(text)
        return text
