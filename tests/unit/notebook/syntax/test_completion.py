"""Tests of the completion of `%webrun` lines."""

from __future__ import annotations

from typing import Any

import pytest

from webrun_nb.client.policies import TEMPLATES
from webrun_nb.common.practice_sites import PRACTICE_SITES
from webrun_nb.emulator.domain.policy import templates
from webrun_nb.notebook.commands.registry import COMMANDS
from webrun_nb.notebook.syntax.completion import Completions
from webrun_nb.notebook.syntax.completion import complete as complete_line

SITES = [f"practice:{site}" for site in PRACTICE_SITES]
NAMES = {
    "session": lambda: ["main", "shop"],
    "job": lambda: ["laptops"],
    "task": lambda: ["laptops", "abc123"],
    "env": lambda: ["work", "two words"],
    "file": lambda: ["statement.csv"],
    "policy": lambda: ["strict"],
    "variable": lambda: ["frame"],
    "schema": lambda: ["Laptop"],
}


def complete(line: str, names: Any) -> Completions | None:
    return complete_line(COMMANDS, line, names)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("%webrun st", ["start", "status", "stop"]),
        ("%%webrun ", ["task", "map", "answer"]),
        ("%webrun stop ", ["main", "shop"]),
        ("%webrun stop s", ["shop"]),
        ("%webrun terminate --", ["--all"]),
        ("%webrun wait l", ["laptops"]),
        ("%webrun wait laptops --f", ["--for"]),
        ("%webrun login --from ", ["env", "keyring", "prompt"]),
        ("%webrun help em", ["emulator"]),
        ("%webrun help do", ["docs"]),
        ("%webrun help docs gl", ["glossary"]),
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
        ("df = %webrun hist", ["history"]),
        ("%%webrun task --url practice:", SITES),
        ("%%webrun task --url practice:sh", ["practice:shop"]),
        ("%%webrun task --url=practice:b", ["practice:bank"]),
        ("%%webrun task --url http://host/{{ fr", ["frame"]),
        ("%%webrun task --url http://host/{{ i }} --sch", ["--schema"]),
        ("%%webrun task --secret a=B --secr", ["--secret"]),
        ("%webrun policy create x --template ", [f'"{name}"' for name in TEMPLATES]),
        ("%webrun policy create x --template Res", ['"Research Only"']),
        ("%webrun policy create x --template 'strict l", ["'Strict Lockdown'"]),
        ("%webrun start --env ", ["work", '"two words"']),
        ("%webrun start --policy s", ["strict"]),
        ("%webrun file download st", ["statement.csv"]),
        ("%webrun file delete st", []),
        ("%%webrun task -n ", []),
    ],
)
def test_what_is_offered(line: str, offered: list[str]) -> None:
    found = complete(line, NAMES)
    assert found is not None
    assert found.names == offered
    assert line.endswith(found.fragment)


@pytest.mark.parametrize(
    "line", ["print(1)", "%webrunner st", "%%webrun task --file da", "%webrun policy audit strict --csv "]
)
def test_pythons_names_and_files_are_left_to_ipython(line: str) -> None:
    assert complete(line, NAMES) is None


def test_two_dashes_offer_the_options_alone() -> None:
    found = complete("%%webrun task --", {})
    assert found is not None
    assert found.fragment == "--"
    assert {"--url", "--schema", "--max-cost", "--dry-run"} < set(found.names)
    assert all(name.startswith("--") for name in found.names)


def test_before_a_client_there_are_sites_and_templates_and_no_names() -> None:
    assert complete("%%webrun task --url practice:sh", {}) == Completions("practice:sh", ["practice:shop"])
    assert complete("%webrun start --env ", {}) == Completions("", [])


def test_the_templates_are_the_emulators() -> None:
    assert [template.name for template in templates.TEMPLATES] == list(TEMPLATES)


def test_an_option_that_is_there_is_not_offered_again() -> None:
    found = complete("%%webrun task --url https://a.example --", NAMES)
    assert found is not None
    assert "--url" not in found.names


def test_existing_names_are_not_offered_for_a_new_session() -> None:
    found = complete("%webrun start ", NAMES)
    assert found is not None
    assert not {"main", "shop"} & set(found.names)
