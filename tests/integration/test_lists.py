"""Tests with real Chromium of lists that are not all there at once: pages, load more, scrolling, tabs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpers.agent_runner import work
from helpers.list_runner import CollectedList, collect
from webrun_nb.agents.base import Log, Refused, Reply, TaskSpec
from webrun_nb.browsers.actions import Action, ScrollBox
from webrun_nb.browsers.protocol import BrowserInstance

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOATS = {
    "type": "array",
    "items": {"type": "object", "properties": {"name": {"type": "string"}, "length": {"type": "integer"}}},
}
HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Boats</title><style>
body{margin:0;font:16px/20px sans-serif} .boat{height:60px} .box{height:300px;overflow-y:auto} h3,p{margin:0}</style>
<h1>Boats</h1>"""
# `boat(i)` is the item of boat i, `add(n)` adds n of them to the list, `shown` is how many it has.
SCRIPT = """<script>
const list = document.querySelector("#list"); let shown = 0;
const boat = i => `<h3>Boat ${i}</h3><p>Length: <b>${3 + i % 40}</b></p>`;
const item = i => { const li = document.createElement("li");
  li.className = "boat"; li.innerHTML = boat(i); return li; };
const add = n => { for (let end = shown + n; shown < end;) list.append(item(++shown)); };
const wait = (ms, work) => setTimeout(work, ms);
</script>"""
Collect = Callable[..., "object"]


@pytest.fixture
def listed(instance: BrowserInstance, site, monkeypatch):
    """A function that collects the list of a page of the test site: its HTML, then its script."""
    monkeypatch.setattr("webrun_nb.agents.local.list_pages.base.LATE_MS", 400)
    monkeypatch.setattr("webrun_nb.agents.local.list_pages.base.LATE_CLICK_MS", 600)

    async def run(html: str, script: str = "", *, limit: int | None = None, **options) -> CollectedList:
        site.page("/boats", HEAD + html + SCRIPT + f"<script>{script}</script>")
        return await collect(instance, site.url("/boats"), BOATS, limit=limit, **options)

    return run


def boats(count: int, first: int = 1) -> list[str]:
    return [f"Boat {number}" for number in range(first, first + count)]


LIST = "<ul id=list></ul>"


async def test_the_pages_of_links_are_collected(instance, site):
    def page(number: int) -> str:
        rows = "".join(f"<tr><td>Boat {n}</td><td>{n}</td></tr>" for n in range(number * 5 - 4, number * 5 + 1))
        links = " ".join(f'<a href="/p{n}">{n}</a>' if n != number else f"<b>{n}</b>" for n in (1, 2, 3))
        return (
            f"{HEAD}<p>{number * 5 - 4}–{number * 5} of 15</p><table><tr><th>Name<th>Length</tr>{rows}</table>{links}"
        )

    for number in (1, 2, 3):
        site.page(f"/p{number}", page(number))
    found = await collect(instance, site.url("/p1"), BOATS)
    assert (found.values("name"), found.pages.ended) == (boats(15), "15 of 15")


async def test_a_button_that_turns_the_page_by_script_is_pressed(listed):
    found = await listed(
        f"<p>Page <span id=page>1</span> of 3</p>{LIST}<button id=next>Next</button>",
        """let page = 1; add(5); const next = document.querySelector("#next");
        next.onclick = () => { list.innerHTML = "<li>Loading…</li>"; wait(300, () => {
          list.innerHTML = ""; shown = page * 5; add(5); page += 1; next.disabled = page === 3; }); };""",
    )
    assert (found.values("name"), found.pages.whole) == (boats(15), True)


async def test_a_box_is_scrolled_and_then_a_button_pressed_until_nothing_more_comes(listed):
    found = await listed(
        f"<p><b>36</b> boats</p><div class=box>{LIST}<div id=end>&nbsp;</div></div>",
        """add(12); const end = document.querySelector("#end"); let busy = false;
        const watcher = new IntersectionObserver(entries => { if (!entries.some(e => e.isIntersecting) || busy) return;
          busy = true; end.textContent = "Loading…"; wait(250, () => { add(12); watcher.disconnect();
            end.innerHTML = "<button>Show more boats</button>";
            end.firstChild.onclick = () => { end.textContent = "Loading…";
              wait(250, () => { add(12); end.textContent = ""; }); };
          }); }, {root: document.querySelector(".box")}); watcher.observe(end);""",
    )
    assert (found.values("name"), found.pages.ended) == (boats(36), "36 of 36")


async def test_the_window_is_scrolled_until_nothing_more_comes(listed):
    found = await listed(
        LIST,
        """add(20); addEventListener("scroll", () => {
        if (innerHeight + scrollY < document.body.scrollHeight - 50) return;
        if (shown < 80) wait(200, () => { if (shown < 80) add(20); }); });""",
    )
    assert (found.values("name"), found.pages.whole) == (boats(80), True)


VIRTUAL = """<div class=box id=box style="position:relative"><div id=rows role=list
style="position:relative;height:6000px"></div></div>"""
RECYCLE = """const box = document.querySelector("#box"), rows = document.querySelector("#rows"), all = 100;
const draw = () => { const first = Math.floor(box.scrollTop / 60); rows.innerHTML = "";
  for (let i = first; i < Math.min(all, first + 7); i++) { const li = item(i + 1); li.style.cssText =
    `position:absolute;top:${i * 60}px;left:0`; mark(li, i + 1); rows.append(li); } };
box.addEventListener("scroll", () => requestAnimationFrame(draw)); draw();"""


async def test_a_list_that_recycles_its_rows_is_scrolled_through(listed):
    found = await listed(VIRTUAL.replace("role=list", ""), f"const mark = () => {{}}; {RECYCLE}")
    assert (found.values("name"), found.pages.screens, found.pages.whole) == (boats(100), True, True)


async def test_rows_of_a_recycled_list_are_told_by_their_index(listed):
    found = await listed(
        VIRTUAL.replace("role=list", "role=feed"),
        f"""const mark = (li, i) => {{ li.setAttribute("aria-posinset", i); li.setAttribute("aria-setsize", 100);
        li.querySelector("h3").textContent = `Boat ${{i % 50}}`; }}; {RECYCLE}""",
    )
    assert (found.values("name"), found.pages.ended) == ([f"Boat {n % 50}" for n in range(1, 101)], "100 of 100")


async def test_a_count_that_is_too_low_ends_no_list(listed):
    found = await listed(
        VIRTUAL.replace("role=list", "role=feed"),
        f"""const mark = (li, i) => {{ li.setAttribute("aria-posinset", i); li.setAttribute("aria-setsize", 10); }};
        {RECYCLE}""",
    )
    assert (found.values("name"), found.pages.ended) == (boats(100), "the page says 10, 100 collected")


async def test_a_page_that_says_more_than_it_shows_is_quoted(listed):
    found = await listed(
        f"<p>120 results</p>{LIST}<button id=more>Load more</button>",
        """add(32); const more = document.querySelector("#more");
        more.onclick = () => { if (shown < 96) add(32); else more.remove(); };""",
    )
    assert (len(found.extraction.rows), found.pages.ended, found.pages.whole) == (
        96,
        "the page says 120, 96 collected",
        False,
    )


TABS = """<div role=tablist><button role=tab id=t1 aria-selected=true aria-controls=p1>Day 1</button>
<button role=tab id=t2 aria-selected=false aria-controls=p2>Day 2</button></div>
<div role=tabpanel id=p1 aria-labelledby=t1><ul id=list></ul></div>
<div role=tabpanel id=p2 aria-labelledby=t2 hidden><ul id=list2></ul></div>"""
SELECT = """const tabs = [...document.querySelectorAll("[role=tab]")];
for (const tab of tabs) tab.onclick = () => { for (const each of tabs) {
  each.setAttribute("aria-selected", each === tab);
  document.getElementById(each.getAttribute("aria-controls")).hidden = each !== tab; } };"""


async def test_the_rows_of_all_tabs_are_collected(listed):
    found = await listed(
        TABS, f"add(6); for (let i = 7; i < 12; i++) document.querySelector('#list2').append(item(i)); {SELECT}"
    )
    assert found.values("name") == boats(11)


async def test_a_tab_with_the_same_rows_in_another_order_is_left_out(listed):
    found = await listed(
        TABS, f"add(6); for (let i = 6; i > 0; i--) document.querySelector('#list2').append(item(i)); {SELECT}"
    )
    assert (found.values("name"), len(found.notes)) == (boats(6), 1)


async def test_closed_sections_beside_the_lists_own_are_opened(listed):
    def section(name: str, more: str = "") -> str:
        return f"<details {more}><summary>{name}</summary><ul class=s></ul></details>"

    found = await listed(
        f"<ul id=list hidden></ul>{section('2023', 'open')}{section('2022')}{section('2021')}",
        """document.querySelectorAll(".s").forEach((ul, s) => {
        for (let i = 1; i < 6; i++) ul.append(item(5 * s + i)); });""",
    )
    assert found.values("name") == boats(15)


async def test_enough_rows_end_the_collection(listed):
    script = "add(20); document.querySelector('#more').onclick = () => add(20);"
    found = await listed(f"{LIST}<button id=more>Load more</button>", script, limit=30)
    assert (len(found.extraction.rows), found.pages.ended, found.pages.whole) == (40, "enough rows", False)


async def test_a_button_that_does_nothing_ends_the_list(listed):
    found = await listed(f"{LIST}<button>Next</button>", "add(8);")
    assert found.values("name") == boats(8)


async def test_a_next_button_that_goes_round_ends_at_the_first_page_again(listed):
    found = await listed(
        f"{LIST}<button id=next>Next</button>",
        """let page = 0; add(4); document.querySelector("#next").onclick = () => {
        page = (page + 1) % 3; list.innerHTML = ""; shown = page * 4; add(4); };""",
    )
    assert (found.values("name"), found.pages.ended) == (boats(12), "the next page repeats an earlier one")


async def test_a_list_that_grows_for_ever_is_stopped_and_that_is_said(listed, monkeypatch):
    monkeypatch.setattr("webrun_nb.agents.local.list_pages.collect.MAX_ROWS", 100)
    found = await listed(LIST, "add(20); addEventListener('scroll', () => add(20));")
    assert (found.pages.whole, "there are more" in found.pages.ended) == (False, True)


async def test_a_policy_that_forbids_to_scroll_is_said(listed):
    def refuse(action: Action) -> Reply | None:
        return Refused("scrolling is forbidden") if isinstance(action, ScrollBox) else None

    found = await listed(LIST, "add(30);", refuse=refuse)
    assert (found.pages.whole, found.pages.ended) == (False, "the list was not scrolled: scrolling is forbidden")


async def test_a_page_without_scripts_is_not_scrolled(instance, site):
    rows = "".join(f"<li class=boat><h3>Boat {n}</h3><p>Length: {n}</p></li>" for n in range(1, 40))
    found = await collect(instance, site.page("/still", f"{HEAD}<ul>{rows}</ul>"), BOATS)
    assert (found.actions, found.values("name")) == ([], boats(39))


async def test_numbered_anchors_without_addresses_turn_the_page(listed):
    found = await listed(
        f"<p id=said></p>{LIST}<div id=pages></div>",
        """let page = 1; const go = n => { page = n; list.innerHTML = ""; shown = 5 * (n - 1); add(5); draw(); };
        const draw = () => { const pages = document.querySelector("#pages"); pages.innerHTML = "";
          document.querySelector("#said").textContent = `Showing ${5 * page - 4} to ${5 * page} of 20 entries`;
          for (let i = 1; i < 5; i++) { const a = document.createElement("a"); a.textContent = i; a.tabIndex = 0;
            a.style.cursor = "pointer"; if (i === page) a.className = "current"; a.onclick = null;
            a.addEventListener("click", () => go(i)); pages.append(a, " "); } };
        add(5); draw();""",
    )
    assert (found.values("name"), found.pages.ended) == (boats(20), "20 of 20")


async def test_a_div_that_loads_more_is_pressed(listed):
    found = await listed(
        f"{LIST}<div class=load-more style='cursor:pointer'>Load more</div>",
        """add(10); const more = document.querySelector(".load-more");
        more.addEventListener("click", () => { add(10); if (shown === 30) more.remove(); });""",
    )
    assert found.values("name") == boats(30)


async def test_the_next_step_of_a_form_is_no_next_page(listed):
    found = await listed(
        f"<form action='/paid'><p>Choose one</p>{LIST}<label>Name <input name=n></label><button>Next</button></form>",
        "add(5);",
    )
    assert (found.values("name"), found.actions) == (boats(5), [])


async def test_a_table_that_recycles_its_rows_between_spacers_is_scrolled_through(listed):
    found = await listed(
        """<ul id=list hidden></ul><div class=box id=box><table><thead><tr><th>Name<th>Length</tr></thead>
        <tbody id=rows></tbody></table></div>""",
        """const box = document.querySelector("#box"), rows = document.querySelector("#rows");
        const space = px => `<tr style="height:${px}px"><td colspan=2></td></tr>`;
        const draw = () => {
          const first = Math.max(0, Math.floor(box.scrollTop / 30) - 2), last = Math.min(80, first + 15);
          let html = space(first * 30);
          for (let i = first + 1; i <= last; i++) html += `<tr style="height:30px"><td>Boat ${i}<td>${i}</tr>`;
          rows.innerHTML = html + space((80 - last) * 30); };
        box.addEventListener("scroll", draw); draw();""",
    )
    assert (found.values("name"), found.pages.whole) == (boats(80), True)


async def test_a_window_that_recycles_its_rows_is_scrolled_through(listed):
    script = RECYCLE.replace("box.scrollTop", "scrollY").replace("box.addEventListener", "addEventListener")
    html = VIRTUAL.replace("class=box id=box", "id=box").replace("role=list", "")
    found = await listed(
        html + "<footer>The end</footer>", f"const mark = () => {{}}; {script.replace('first + 7', 'first + 12')}"
    )
    assert (found.values("name"), found.pages.whole) == (boats(100), True)


async def test_a_next_page_on_another_site_is_not_opened(instance, site):
    rows = "".join(f"<tr><td>Boat {n}</td><td>{n}</td></tr>" for n in range(1, 6))
    html = f"{HEAD}<table><tr><th>Name<th>Length</tr>{rows}</table><a href='http://other.localhost:1/'>Next</a>"
    found = await collect(instance, site.page("/here", html), BOATS)
    assert (found.actions, found.pages.whole, found.pages.ended) == (
        [],
        False,
        "the next page is on another site, other.localhost:1",
    )


async def test_the_end_of_a_list_above_other_things_is_brought_into_view(listed):
    found = await listed(
        f"{LIST}<div id=end>&nbsp;</div><div style='height:3000px'>Other things</div>",
        """add(20); const watcher = new IntersectionObserver(entries => {
          if (entries.some(e => e.isIntersecting) && shown < 60) wait(100, () => add(20)); });
        watcher.observe(document.querySelector("#end"));""",
    )
    assert found.values("name") == boats(60)


async def test_a_page_of_several_without_a_way_to_the_next_is_said(instance, site):
    rows = "".join(f"<tr><td>Boat {n}</td><td>{n}</td></tr>" for n in range(1, 6))
    html = f"{HEAD}<table><tr><th>Name<th>Length</tr>{rows}</table><p>Page 1 of 4</p>"
    found = await collect(instance, site.page("/of-four", html), BOATS)
    assert (found.pages.whole, found.pages.ended) == (
        False,
        "the page says it is page 1 of 4; no way to the next was found",
    )


async def test_enough_rows_end_the_scrolling_through_recycled_rows(listed):
    found = await listed(VIRTUAL.replace("role=list", ""), f"const mark = () => {{}}; {RECYCLE}", limit=20)
    assert found.values("name")[:20] == boats(20)
    assert (len(found.extraction.rows) < 100, found.pages.ended) == (True, "enough rows")


async def test_tabs_that_share_one_panel_are_read_after_it_was_filled(listed):
    tabs = TABS.replace("p2", "p1").split("<div role=tabpanel id=p1 aria-labelledby=t2")[0]
    found = await listed(
        tabs,
        """add(5); document.querySelectorAll("[role=tab]").forEach((tab, place) => tab.onclick = () => {
          document.querySelectorAll("[role=tab]").forEach(each => each.setAttribute("aria-selected", each === tab));
          list.innerHTML = "<li>Loading...</li>";
          wait(200, () => { list.innerHTML = ""; shown = 5 * place; add(5); }); });""",
    )
    assert found.values("name") == boats(10)


async def test_sections_that_close_each_other_are_read_one_by_one(listed):
    sections = "".join(
        f"<h2><button aria-expanded={str(n == 0).lower()} aria-controls=s{n}>Group {n}</button></h2>"
        f"<div id=s{n} {'hidden' if n else ''}><ul class=s></ul></div>"
        for n in range(3)
    )
    found = await listed(
        f"<ul id=list hidden></ul>{sections}",
        """document.querySelectorAll(".s").forEach((ul, s) => {
          for (let i = 1; i < 5; i++) ul.append(item(4 * s + i)); });
        const openers = [...document.querySelectorAll("h2 button")];
        openers.forEach(opener => opener.onclick = () => openers.forEach(each => {
          each.setAttribute("aria-expanded", each === opener);
          document.getElementById(each.getAttribute("aria-controls")).hidden = each !== opener; }));""",
    )
    assert (found.values("name"), found.pages.whole) == (boats(12), True)


async def test_rows_that_are_drawn_after_the_scrolling_are_awaited(listed):
    found = await listed(
        VIRTUAL.replace("role=list", "").replace("6000px", "2400px"),
        """const box = document.querySelector("#box"), rows = document.querySelector("#rows"); let late;
        const draw = () => { const first = Math.floor(box.scrollTop / 60); rows.innerHTML = "";
          for (let i = first; i < Math.min(40, first + 7); i++) { const li = item(i + 1);
            li.style.cssText = `position:absolute;top:${i * 60}px;left:0`; rows.append(li); } };
        box.onscroll = () => { rows.innerHTML = ""; clearTimeout(late); late = wait(200, draw); }; draw();""",
    )
    assert (found.values("name"), found.pages.whole) == (boats(40), True)


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("addEventListener('scroll', () => { if (shown === 20) add(20); });", boats(40)),
        (
            """const next = document.createElement("button"); next.textContent = "Next"; list.after(next);
            next.onclick = () => wait(200, () => { list.innerHTML = ""; add(10); next.remove(); });""",
            boats(30),
        ),
    ],
)
async def test_a_list_in_a_frame_is_scrolled_and_turned(instance, site, script, names):
    site.page("/inside", f"{HEAD}{LIST}{SCRIPT}<script>add(20); {script}</script>")
    url = site.page("/around", f"{HEAD}<iframe src='/inside' width=600 height=400></iframe>")
    assert (await collect(instance, url, BOATS)).values("name") == names


# --- whole tasks ------------------------------------------------------------------------------------------------------


@pytest.fixture
def answered(instance: BrowserInstance, site):
    """A function that runs the local agent on a page of the test site: its HTML, then its script."""

    async def run(html: str, script: str = "", text: str = "List all boats with name and length"):
        url = site.page("/task", HEAD + html + SCRIPT + f"<script>{script}</script>")
        return await work(instance, TaskSpec(text, "structured_json", BOATS, url))

    return run


async def test_a_task_says_how_its_list_ended(answered):
    done = await answered(
        f"<p>120 boats</p>{LIST}<button id=more>Load more</button>",
        "add(32); const more = document.querySelector('#more'); more.onclick = () => { add(32); more.remove(); };",
    )
    (read,) = done.answer.lists
    assert (len(done.answer.data), read.stated, read.ended, read.is_whole) == (
        64,
        120,
        "the page says 120, 64 collected",
        False,
    )


async def test_a_task_scrolls_through_a_list_that_recycles_its_rows(answered):
    done = await answered(VIRTUAL.replace("role=list", ""), f"const mark = () => {{}}; {RECYCLE}")
    (read,) = done.answer.lists
    assert ([each["name"] for each in done.answer.data], read.is_assumed) == (boats(100), True)


async def test_a_task_opens_sections_that_hold_all_of_the_rows(answered):
    sections = "".join(f"<details><summary>{year}</summary><ul class=s></ul></details>" for year in (2023, 2022))
    done = await answered(
        f"<ul id=list hidden></ul>{sections}",
        """document.querySelectorAll(".s").forEach((ul, s) => {
        for (let i = 1; i < 6; i++) ul.append(item(5 * s + i)); });""",
    )
    assert [each["name"] for each in done.answer.data] == boats(10)
    assert not [step for step in done.steps if isinstance(step, Log) and "pressed" in step.text]
