"""What every endpoint needs: the service, the caller, and where this server is reached."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from webrun_nb.emulator.services.sessions import Service


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _user(request: Request) -> str:
    user: str = request.state.user
    return user


def _asking_user(request: Request) -> str | None:
    user: str | None = getattr(request.state, "user", None)
    return user


def _base_url(request: Request) -> str:
    base_url: str | None = request.app.state.base_url
    return base_url or f"http://{request.headers['host']}"  # the door has seen to it that this is one of our names


TheService = Annotated[Service, Depends(_service)]
TheUser = Annotated[str, Depends(_user)]
TheUserIfAny = Annotated[str | None, Depends(_asking_user)]
"""The caller of an endpoint that may be open to callers without a key."""
BaseUrl = Annotated[str, Depends(_base_url)]
