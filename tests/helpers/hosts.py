"""What tests of browsers name, as a user's configuration does: this machine, where their pages are."""

from __future__ import annotations

LOCAL_HOSTS = ("127.0.0.1", "localhost", "*.localhost")
