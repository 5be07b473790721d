"""Checks an installed wheel: a card's JavaScript and CSS, practice sites, documentation and notebooks must be in it.

Run `python -I check_wheel.py CHECKOUT` outside the checkout, with a Python that has the wheel installed.
"""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import httpx

import webrun_nb
from webrun_nb.cli.lab import find_notebooks
from webrun_nb.client.snapshot import SessionSnapshot
from webrun_nb.common.codes import SessionPhase, SessionStatus
from webrun_nb.common.practice_sites import PRACTICE_SITES
from webrun_nb.notebook.widgets.session_card import SessionCard
from webrun_nb.practice.sites import create_site


class NoActions:
    """Actions of a card whose buttons are not pressed."""

    def stop(self) -> Future[Any]:
        """Stop."""
        raise AssertionError("unexpected call of stop")

    def terminate(self) -> Future[Any]:
        """Terminate."""
        raise AssertionError("unexpected call of terminate")


async def home_page(site: str) -> httpx.Response:
    """Return the home page of a practice site."""
    transport = httpx.ASGITransport(create_site(site))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{site}.localhost") as client:
        return await client.get("/")


def check(checkout: Path) -> None:
    """Check the wheel.

    Raises
    ------
    AssertionError
        Something is missing; the message names it.
    """
    package = Path(webrun_nb.__file__).resolve().parent
    assert not package.is_relative_to(checkout.resolve()), f"{package} is the checkout, not the wheel"

    snapshot = SessionSnapshot(
        name="main",
        session_id="abcdefghijkl",
        status=SessionStatus.ACTIVE,
        phase=SessionPhase.IDLE,
        emulated=True,
        server_now_ms=2_000,
        created_at_ms=1_000,
        last_activity_at_ms=1_000,
        inactivity_timeout_ms=300_000,
    )
    card = SessionCard(snapshot, NoActions(), on_change=lambda card: None)
    state = card.get_state()
    assert "export default" in state["_esm"], "the card has no JavaScript"
    assert "{" in state["_css"], "the card has no CSS"
    data, _ = card._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data, "the card is not a widget"
    assert "main" in data["text/plain"], "the card has no text form"

    sites = {module.parent.name for module in (checkout / "webrun_nb" / "practice").glob("*/__init__.py")}
    assert sites == set(PRACTICE_SITES), f"practice sites are missing: {', '.join(sorted(sites - set(PRACTICE_SITES)))}"
    for site in PRACTICE_SITES:
        page = asyncio.run(home_page(site))
        assert page.status_code == 200, f"practice:{site} answers {page.status_code}"
        assert "<html" in page.text, f"practice:{site} answers without a page"

    pages = {page.name for page in (checkout / "webrun_nb" / "docs").glob("*.md")}
    shipped = {page.name for page in (package / "docs").glob("*.md")}
    assert pages <= shipped, f"documentation is missing: {', '.join(sorted(pages - shipped))}"

    notebooks = find_notebooks()
    assert notebooks is not None, "the notebooks are not in the wheel"
    assert notebooks.is_relative_to(package), f"the notebooks come from {notebooks}, not from the wheel"
    print(f"a card, {len(PRACTICE_SITES)} practice site(s), {len(pages)} pages and the notebooks are in the wheel")


if __name__ == "__main__":
    check(Path(sys.argv[1]))
