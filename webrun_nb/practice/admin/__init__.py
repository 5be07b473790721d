"""`practice:admin`: an admin area under `/admin/`, with buttons that destroy things; what policies are tried on.

It has no login, so that a rule for `*/admin/*` can be tried at once, and asks nobody whether they are sure. Each
browser destroys a world of its own.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from webrun_nb.practice import posted
from webrun_nb.practice.base import PageNotFoundError, Request, Response, download, redirect
from webrun_nb.practice.site import Site
from webrun_nb.practice.visits import GUEST, Visits

__all__ = ["Admin"]

_MAX_TYPED = 80
_ROLES = ("reader", "editor", "owner")


@dataclass
class User:
    """Somebody with an account."""

    login: str
    name: str
    role: str

    @property
    def email(self) -> str:
        """Where they get mail."""
        return f"{self.login}@example.org"


@dataclass
class World:
    """What a browser can destroy."""

    users: dict[str, User]
    settings: dict[str, str] = field(default_factory=lambda: {"title": "Marrow Wiki", "signup": "1", "maintenance": ""})
    said: str = ""


def _new_world(account: str) -> World | None:
    people = (
        User("alice", "Alice Moreau", "owner"),
        User("bob", "Bob Fischer", "editor"),
        User("carol", "Carol Nwosu", "editor"),
        User("dave", "Dave Lindqvist", "reader"),
    )
    return World({user.login: user for user in people}) if account == GUEST else None


class Admin(Site):
    """A wiki's public page, and the rooms behind it."""

    name = "Marrow Wiki"
    about = "A practice admin area that comes with webrun_nb. Its users are invented, and nothing real is destroyed."
    links = (("Home", "/"), ("Users", "/admin/"), ("Settings", "/admin/settings"), ("Danger zone", "/admin/danger"))

    def __init__(self) -> None:
        self._visits: Visits[World] = Visits("admin_visit", _new_world)
        super().__init__(Path(__file__).parent, lambda: self._visits.counts)
        add = self.router.add
        add("/", GET=self._home)
        add("/admin/", GET=self._users)
        add("/admin/users.csv", GET=self._users_csv)
        add("/admin/users/{login}", GET=self._user)
        add("/admin/users/{login}/delete", POST=self._changing(self._delete))
        add("/admin/users/{login}/role", POST=self._changing(self._role))
        add("/admin/settings", GET=self._settings_form, POST=self._changing(self._settings))
        add("/admin/danger", GET=self._danger)
        add("/admin/danger/delete-all", POST=self._changing(self._delete_all))

    def common(self, request: Request) -> dict[str, Any]:
        """Give what every page shows: what was just done."""
        world = self._visits.find(request)
        said = ""
        if world is not None:
            said, world.said = world.said, ""
        return {"said": said}

    def _world(self, request: Request) -> World:
        """Give the visit's world; who has changed nothing sees a new one."""
        world = self._visits.find(request) or _new_world(GUEST)
        assert world is not None
        return world

    def _changing(self, change: Callable[..., str]) -> Callable[..., Response]:
        """Make a handler that changes the visit's world and goes on to the address that `change` returns."""

        def handler(request: Request, **parts: str) -> Response:
            world = self._visits.find(request)
            if world is not None:
                return redirect(change(request, world, **parts))
            world, cookie = self._visits.begin()
            return redirect(change(request, world, **parts), cookie)

        return handler

    def _home(self, request: Request) -> Response:
        return self.page(request, "home.html", title=self._world(request).settings["title"])

    def _users(self, request: Request) -> Response:
        return self.page(request, "users.html", users=list(self._world(request).users.values()))

    def _users_csv(self, request: Request) -> Response:
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(["login", "name", "email", "role"])
        writer.writerows([user.login, user.name, user.email, user.role] for user in self._world(request).users.values())
        return download(out.getvalue(), "text/csv; charset=utf-8", "users.csv")

    def _user(self, request: Request, login: str) -> Response:
        return self.page(request, "user.html", user=_known(self._world(request), login), roles=_ROLES)

    def _delete(self, request: Request, world: World, login: str) -> str:
        del world.users[_known(world, login).login]
        self._visits.counts["users deleted"] += 1
        world.said = f"{login} was deleted."
        return "/admin/"

    def _role(self, request: Request, world: World, login: str) -> str:
        user, role = _known(world, login), posted.read(request).first("role")
        if role in _ROLES:
            user.role = role
            self._visits.counts["roles changed"] += 1
            world.said = f"{user.name} is {role} now."
        return f"/admin/users/{login}"

    def _settings_form(self, request: Request) -> Response:
        return self.page(request, "settings.html", typed=self._world(request).settings)

    def _settings(self, request: Request, world: World) -> str:
        form = posted.read(request)
        world.settings = {name: form.first(name)[:_MAX_TYPED] for name in world.settings}
        self._visits.counts["settings saved"] += 1
        world.said = "The settings are saved."
        return "/admin/settings"

    def _danger(self, request: Request) -> Response:
        return self.page(request, "danger.html", left=len(self._world(request).users))

    def _delete_all(self, request: Request, world: World) -> str:
        world.users.clear()
        self._visits.counts["everything deleted"] += 1
        world.said = "Everything was deleted."
        return "/admin/danger"


def _known(world: World, login: str) -> User:
    if login not in world.users:
        raise PageNotFoundError(login)
    return world.users[login]
