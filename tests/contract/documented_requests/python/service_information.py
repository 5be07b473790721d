"""Ask what the service offers and whether it is available."""

from __future__ import annotations

from typing import Any

import httpx
from service import BASE_URL, get


def main() -> dict[str, Any]:
    health = httpx.get(f"{BASE_URL}/start/health", trust_env=False).json()  # needs no key
    without_key = httpx.get(f"{BASE_URL}/v1/models", trust_env=False)
    return {"health": health, "models": get("/v1/models"), "models_without_key": without_key.status_code}
