"""Tests of requested columns that do not exist: the agent asks instead of returning everything."""

from __future__ import annotations

import pytest

from helpers.snapshots import snapshot_of_html
from webrun_nb.agents.local.lists.view import View, views_of
from webrun_nb.agents.local.lists.wishes import no_column

USERS = (
    "<html><body><table><tr><th>User</th><th>Role</th></tr><tr><td>Ada</td><td>Admin</td></tr>"
    "<tr><td>Bo</td><td>Member</td></tr></table></body></html>"
)


def users() -> View:
    (view,) = views_of(snapshot_of_html(USERS))
    return view


@pytest.mark.parametrize(
    ("column", "wish", "subject", "error"),
    [
        ("role admin", "role admin", "users", "role admin"),
        ("role", "role admin", "users", "role admin"),
        ("role", "role name", "users", ""),
        ("role", "role", "users", ""),
        ("role", "fans", "", "fans"),
        ("role", "the role", "", ""),
        ("part", "role", "", ""),
    ],
)
def test_a_requested_column_exists_or_is_reported(column: str, wish: str, subject: str, error: str) -> None:
    view = users()
    assert no_column(view, {column: view.fields[1]}, {column: wish}, subject=subject) == error
