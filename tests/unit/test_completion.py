from __future__ import annotations

import pytest

from webrun_nb.notebook.completion import complete

NAMES = {
    "session": lambda: ["main", "shop"],
    "job": lambda: ["laptops"],
    "task": lambda: ["laptops", "abc123"],
    "env": lambda: ["work"],
    "policy": lambda: ["strict"],
    "variable": lambda: ["frame"],
    "schema": lambda: ["Laptop"],
}


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("%webrun st", ["start", "status", "stop"]),
        ("%%webrun ", ["task", "answer"]),
        ("%webrun stop ", ["main", "shop"]),
        ("%webrun stop s", ["shop"]),
        ("%webrun terminate --", ["--all"]),
        ("%webrun wait l", ["laptops"]),
        ("%webrun wait laptops --f", ["--for"]),
        ("%webrun login --from ", ["env", "keyring", "prompt"]),
        ("%webrun help em", ["emulator"]),
        ("%webrun emulator k", ["kill"]),
        ("%webrun emulator kill ", ["main", "shop"]),
        ("%webrun env show w", ["work"]),
        ("%webrun env create w", []),
        ("%webrun start --env w", ["work"]),
        ("%webrun code a", ["abc123"]),
        ("%webrun asyncio ", ["on"]),
        ("%%webrun task -s ", ["main", "shop"]),
        ("%%webrun task --sch", ["--schema"]),
        ("%%webrun task --schema L", ["Laptop"]),
        ("%%webrun task -o f", ["frame"]),
        ("%%webrun task --url https://a.example --end --dr", ["--dry-run"]),
        ("%webrun start --max", ["--max-cost"]),
        ("%webrun nonsense ", []),
        ("print(1)", []),
    ],
)
def test_what_is_offered(line: str, offered: list[str]) -> None:
    assert complete(line, NAMES) == offered


def test_an_option_that_is_there_is_not_offered_again() -> None:
    assert "--url" not in complete("%%webrun task --url https://a.example --", NAMES)


def test_a_new_name_is_nobodys() -> None:
    assert not {"main", "shop"} & set(complete("%webrun start ", NAMES))
