"""What every endpoint needs: the service, the caller, and where this server is reached."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from webrun_nb.emulator.service import Service


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _user(request: Request) -> str:
    user: str = request.state.user
    return user


def _base_url(request: Request) -> str:
    base_url: str = request.app.state.base_url
    return base_url


TheService = Annotated[Service, Depends(_service)]
TheUser = Annotated[str, Depends(_user)]
BaseUrl = Annotated[str, Depends(_base_url)]
