"""The hosts of this machine, which tests allow their browsers to reach, as a user's configuration would."""

from __future__ import annotations

LOCAL_HOSTS = ("127.0.0.1", "localhost", "*.localhost")
