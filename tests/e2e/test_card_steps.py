"""Tests in JupyterLab of the card's log of steps: loaded when it is opened, kept up to date while it is open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from helpers.axe import assert_accessible
from helpers.scripted_card import CARD, FILES, new_session_id

if TYPE_CHECKING:
    from helpers.jupyterlab import LabPage

STEPS = f"{CARD} .webrun-steps"
RECORDED = """
s.recorded = [step(1, 'navigateUrl', 'http://shop.localhost/'),
              step(2, 'click', '<b>Laptops</b>', decision='allow', rule='default'),
              step(3, 'click', 'Delete', decision='block', rule='no deleting', outcome='blocked',
                   duration=None, cost=None)]
"""


def shown(recorded: str = RECORDED) -> str:
    """Return a cell that shows the card of a session `s` with the given steps."""
    return f"from feed import *\ns = show('demo', {new_session_id()!r}, **RUNNING)\n{recorded}"


def rows(lab: LabPage):
    return lab.find(f"{STEPS} tbody tr")


def test_nothing_is_asked_for_while_it_is_folded(lab: LabPage) -> None:
    lab.open_notebook([shown(), "s.become(last_action='click \"More\"'); cards.drain(60)", "print(s.calls)"], FILES)
    lab.run_all()
    lab.wait_until_done()
    assert lab.stream(2) == "[]\n"
    lab.find(f"{STEPS} summary").click()
    expect(rows(lab)).to_have_count(3)


def test_it_follows_the_task_and_shows_texts_as_texts(lab: LabPage, tmp_path: Path) -> None:
    go = lab.server.notebooks / "go-steps"
    more = "s.recorded = [*s.recorded, step(4, 'scroll', '')]; s.become(last_action='scroll')"
    lab.open_notebook([shown(), f"wait_for('go-steps')\n{more}"], FILES)
    lab.run_all()
    lab.find(f"{STEPS} summary").click()
    expect(rows(lab).nth(1)).to_contain_text("<b>Laptops</b>")
    expect(rows(lab).nth(1)).to_contain_text("allowed (default)")
    expect(rows(lab).nth(2)).to_contain_text("blocked (no deleting)")
    go.touch()
    expect(rows(lab)).to_have_count(4)
    lab.find(CARD).screenshot(path=tmp_path / "steps.png")
    assert_accessible(lab.page, within=CARD)


def test_the_steps_are_not_saved_with_the_notebook(lab: LabPage) -> None:
    recorded = "s.recorded = [step(1, 'click', chr(78) + 'once of the steps')]"  # not so in the cell itself
    lab.open_notebook([shown(recorded)], FILES)
    lab.run_all()
    lab.find(f"{STEPS} summary").click()
    expect(rows(lab)).to_contain_text("Nonce of the steps")
    saved = lab.save()
    assert "webrun-card" in saved
    assert "Nonce of the steps" not in saved


JPEG = (  # eight pixels square, black
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAFA3PEY8MlBGQUZaVVBfeMiCeG5uePWvuZHI////////////////////////////////////////////////"
    "////wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAABP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AE//Z"
)
PICTURED = """
import base64
s.recorded = [step(1, 'navigateUrl', 'a')] + [step(n, 'click', 'x', picture=True) for n in (2, 3)]
s.pictures = {2: base64.b64decode(Path('jpeg.txt').read_text())}
"""
PRINT = "print([call for call in s.calls if 'picture' in call])"


def test_a_picture_is_fetched_when_it_is_asked_for_while_a_cell_runs(lab: LabPage, tmp_path: Path) -> None:
    go = lab.server.notebooks / "go-pictures"
    more = "s.recorded = [*s.recorded, step(4, 'scroll', '')]; s.become(last_action='scroll')"
    lab.open_notebook(
        [shown(RECORDED + PICTURED), f"wait_for('go-pictures')\n{more}", PRINT], {**FILES, "jpeg.txt": JPEG}
    )
    lab.run_all()
    lab.find(f"{STEPS} summary").click()
    buttons = lab.page.get_by_role("button", name="Picture of step")
    expect(buttons).to_have_count(2)
    two, three = buttons.nth(0), buttons.nth(1)
    two.focus()
    lab.page.keyboard.press("Enter")
    picture = lab.page.get_by_role("img", name="The page right after step 2")
    expect(picture).to_be_visible()
    assert picture.evaluate("c => [...c.getContext('2d').getImageData(160, 94, 1, 1).data]") == [0, 0, 0, 255]
    three.click()
    expect(lab.find(f"{STEPS} .webrun-step-picture .webrun-note").nth(1)).to_have_text(
        "there is no picture: it is kept no more"
    )
    two.focus()
    go.touch()
    expect(lab.find(f"{STEPS} tbody tr:not(.webrun-step-picture)")).to_have_count(4)
    expect(two).to_be_focused()  # and what is unfolded stays so
    expect(picture).to_be_visible()
    lab.find(CARD).screenshot(path=tmp_path / "pictures.png")
    assert_accessible(lab.page, within=CARD)
    two.press("Enter")
    expect(picture).to_be_hidden()
    expect(two).to_have_attribute("aria-expanded", "false")
    lab.wait_until_done()
    assert lab.stream(2) == "['keep_pictures', 'step_picture 2', 'step_picture 3']\n"
    assert JPEG[40:] not in lab.save()
