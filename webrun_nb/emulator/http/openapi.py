"""What `/openapi.json` says beyond what FastAPI finds out by itself."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

_BEARER = "apiKey"
_NEEDS_NO_KEY = ("/start/health", "/task/")
_FASTAPIS_OWN = ("HTTPValidationError", "ValidationError")


def document(app: FastAPI) -> None:
    """Have `app` describe itself as the contract does: keys as bearer tokens, and bad input as a 400 (section 2)."""
    describe_by_fastapi = app.openapi

    def describe() -> dict[str, Any]:
        if app.openapi_schema is not None:
            return app.openapi_schema
        schema = describe_by_fastapi()
        components = schema["components"]
        components["securitySchemes"] = {_BEARER: {"type": "http", "scheme": "bearer"}}
        schema["security"] = [{_BEARER: []}]
        for name in _FASTAPIS_OWN:
            components["schemas"].pop(name, None)
        for path, operations in schema["paths"].items():
            for operation in operations.values():
                operation["responses"].pop("422", None)
                if path.startswith(_NEEDS_NO_KEY):
                    operation["security"] = []
        return schema

    app.openapi = describe  # type: ignore[method-assign]  # FastAPI's documented way to extend the description
