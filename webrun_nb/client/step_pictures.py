"""The picture that the emulator keeps with a step."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class StepPicture:
    """The page right after a step, a small JPEG; a notebook shows it where it is a cell's last line."""

    number: int
    """Of the step, as `steps` counts them in `seq`."""
    jpeg: bytes = field(repr=False)

    def save(self, path: str | Path) -> Path:
        """Write the JPEG to a file, and return where it is."""
        target = Path(path)
        target.write_bytes(self.jpeg)
        return target

    def _repr_jpeg_(self) -> bytes:
        return self.jpeg
