"""Archives of profiles in the emulator's format (docs/deviations.md, section 8)."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterable, Mapping

EMPTY_STATE: Mapping[str, object] = {"cookies": [], "origins": []}
_MANIFEST: Mapping[str, object] = {"format": "webrun-profile", "version": 1}


def profile_archive(
    state: Mapping[str, object] = EMPTY_STATE,
    files: Iterable[tuple[str, bytes]] = (),
    manifest: Mapping[str, object] = _MANIFEST,
) -> bytes:
    """Return an archive (`.tar.gz`) of a profile with a storage state and files."""
    parts = [
        ("manifest.json", json.dumps(manifest).encode()),
        ("storage-state.json", json.dumps(state).encode()),
        *((f"files/{name}", content) for name, content in files),
    ]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in parts:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()
