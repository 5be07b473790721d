"""`practice:admin`: an admin area under `/admin/` with buttons that delete things, for trying policies.

It has no login, so that a rule for `*/admin/*` can be tried at once, and no confirmation. Each browser changes data
of its own.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from webrun_nb.practice.server import GUEST, Handler, Site, Visits, download, first_value, read_form, redirect, route

__all__ = ["create"]

_MAX_TYPED = 80
_ROLES = ("reader", "editor", "owner")


@dataclass
class User:
    """A user of the wiki."""

    login: str
    name: str
    role: str

    @property
    def email(self) -> str:
        """E-mail address."""
        return f"{self.login}@example.org"


@dataclass
class AdminData:
    """The users and settings of one visit."""

    users: dict[str, User]
    settings: dict[str, str] = field(default_factory=lambda: {"title": "Marrow Wiki", "signup": "1", "maintenance": ""})
    said: str = ""


def _new_data(account: str) -> AdminData | None:
    people = (
        User("alice", "Alice Moreau", "owner"),
        User("bob", "Bob Fischer", "editor"),
        User("carol", "Carol Nwosu", "editor"),
        User("dave", "Dave Lindqvist", "reader"),
    )
    return AdminData({user.login: user for user in people}) if account == GUEST else None


class Admin(Site):
    """A wiki's public page and its admin area."""

    name = "Marrow Wiki"
    about = "A practice admin area that comes with webrun_nb. Its users are invented, and nothing real is destroyed."
    links = (("Home", "/"), ("Users", "/admin/"), ("Settings", "/admin/settings"), ("Danger zone", "/admin/danger"))

    def __init__(self) -> None:
        self._visits: Visits[AdminData] = Visits("admin_visit", _new_data)
        routes = [
            route("/", GET=self._home),
            route("/admin/", GET=self._users),
            route("/admin/users.csv", GET=self._users_csv),
            route("/admin/users/{login}", GET=self._user),
            route("/admin/users/{login}/delete", POST=self._changing(self._delete, "/admin/")),
            route("/admin/users/{login}/role", POST=self._changing(self._role, "/admin/users/{login}")),
            route("/admin/settings", GET=self._settings_form, POST=self._changing(self._settings, "/admin/settings")),
            route("/admin/danger", GET=self._danger),
            route("/admin/danger/delete-all", POST=self._changing(self._delete_all, "/admin/danger")),
        ]
        super().__init__(Path(__file__).parent, routes, lambda: self._visits.counts)

    def common(self, request: Request) -> dict[str, Any]:
        """Return the values that every page shows: a notice of the last change."""
        data = self._visits.find(request)
        said = ""
        if data is not None:
            said, data.said = data.said, ""
        return {"said": said}

    def _data(self, request: Request) -> AdminData:
        """Return the data of a visit; a new one for a visitor who has changed nothing."""
        data = self._visits.find(request) or _new_data(GUEST)
        assert data is not None
        return data

    def _changing(self, change: Callable[..., Awaitable[None]], then: str) -> Handler:
        """Return a handler that changes the visit's data and redirects to the page `then`."""

        async def handler(request: Request, **parts: str) -> Response:
            response = redirect(then.format(**parts))
            data = self._visits.find(request) or self._visits.begin(response)
            await change(request, data, **parts)
            return response

        return handler

    async def _home(self, request: Request) -> Response:
        return self.page(request, "home.html", title=self._data(request).settings["title"])

    async def _users(self, request: Request) -> Response:
        return self.page(request, "users.html", users=list(self._data(request).users.values()))

    async def _users_csv(self, request: Request) -> Response:
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(["login", "name", "email", "role"])
        writer.writerows([user.login, user.name, user.email, user.role] for user in self._data(request).users.values())
        return download(out.getvalue(), "users.csv")

    async def _user(self, request: Request, login: str) -> Response:
        return self.page(request, "user.html", user=_known(self._data(request), login), roles=_ROLES)

    async def _delete(self, request: Request, data: AdminData, login: str) -> None:
        del data.users[_known(data, login).login]
        self._visits.counts["users deleted"] += 1
        data.said = f"{login} was deleted."

    async def _role(self, request: Request, data: AdminData, login: str) -> None:
        user, role = _known(data, login), first_value(await read_form(request), "role")
        if role in _ROLES:
            user.role = role
            self._visits.counts["roles changed"] += 1
            data.said = f"{user.name} is {role} now."

    async def _settings_form(self, request: Request) -> Response:
        return self.page(request, "settings.html", typed=self._data(request).settings)

    async def _settings(self, request: Request, data: AdminData) -> None:
        form = await read_form(request)
        data.settings = {name: first_value(form, name)[:_MAX_TYPED] for name in data.settings}
        self._visits.counts["settings saved"] += 1
        data.said = "The settings are saved."

    async def _danger(self, request: Request) -> Response:
        return self.page(request, "danger.html", left=len(self._data(request).users))

    async def _delete_all(self, request: Request, data: AdminData) -> None:
        data.users.clear()
        self._visits.counts["everything deleted"] += 1
        data.said = "Everything was deleted."


def _known(data: AdminData, login: str) -> User:
    if login not in data.users:
        raise HTTPException(404)
    return data.users[login]


def create() -> Admin:
    """Create the site, with nothing done on it yet."""
    return Admin()
