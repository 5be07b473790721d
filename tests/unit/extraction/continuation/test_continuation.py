"""Tests of what goes on with a list: the ways to its further rows that a page shows."""

from __future__ import annotations

import pytest

from helpers.snapshots import snapshot_of_html
from webrun_nb.extraction.continuation.continuation import Continuation, continuation_of, says_loading
from webrun_nb.extraction.engine import sources_of

URL = "https://list.example/things?page=2"
ROWS = "".join(f"<li><h3>Thing {n}</h3><p>{n} kg</p><button>Show more</button></li>" for n in range(1, 7))
LIST = f"<h2>Things</h2><ul>{ROWS}</ul>"


def seen(html: str) -> Continuation:
    page = snapshot_of_html(f"<html><body>{html}</body></html>", url=URL)
    source = next(each for each in sources_of(page) if each.kind == "list" and len(each.rows) == 6)
    return continuation_of(page, source)


def link(name: str, page: int = 3, more: str = "") -> str:
    return f'<a href="https://list.example/things?page={page}" {more}>{name}</a>'


@pytest.mark.parametrize(
    "pager",
    [
        link("Next"),
        link("Nächste Seite »"),
        link("التالي"),
        link("次へ"),
        link("<img alt='Next page'>"),
        link("", 3, "aria-label='Go to next page'"),
        link("whatever", 3, "rel='next'"),
        f"{link('‹', 1)} Page 2 of 3 {link('›')}",
        f"<nav>{link('1', 1)} {link('2', 2)} {link('›')} {link('»', 9)}</nav>",
        f"<nav>{link('1', 1)} <span>2</span> {link('3')} {link('4', 4)}</nav>",
        f"<ul><li>{link('1', 1)}</li><li><a aria-current='page' href='{URL}'>2</a></li><li>{link('3')}</li></ul>",
        f"{link('1', 1)} | 2 | {link('3')}",
        f"{link('1', 1)} <b>{link('2', 9)}</b> {link('3')}",
        f"<div>{link('2', 3)}{link('1', 1)}</div>",
        f"<ul><li>{link('1', 1)}</li><li class='active'>{link('2', 2)}</li><li>{link('3')}</li></ul>",
        f"<table><tr><td>{link('1', 1)}</td><td>2</td><td>{link('3')}</td></tr></table>",
    ],
)
def test_the_next_page_is_found(pager):
    following = seen(f"<main>{LIST}<div>{pager}</div></main>").following
    assert following is not None and following.url.endswith("page=3")  # noqa: PT018


@pytest.mark.parametrize(
    "button",
    [
        "<button>Next</button>",
        "<button>Next 20 results</button>",
        "<a href='#'>Weiter</a>",
        f"<a href='{URL}#p3'>›</a>1",
        "<span role=button>다음</span>",
    ],
)
def test_a_button_that_turns_the_page_by_script_leads_nowhere(button):
    numbers = "<a href='#'>1</a><a href='#'>2</a>" if "›" in button else ""
    following = seen(f"<main>{LIST}<div>{numbers}{button}</div></main>").following
    assert following is not None and following.url == ""  # noqa: PT018


def test_numbered_buttons_go_on_by_one():
    pager = "<button>1</button><button aria-current='true'>2</button><button>3</button><button>4</button>"
    assert seen(f"<main>{LIST}<div>{pager}</div></main>").following.name == "3"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "pager",
    [
        "<button disabled>Next</button>",
        "<a class='page-link disabled' href='#'>Next</a>",
        "<li class='disabled'><a href='#'>Next</a></li>",
        "<button aria-disabled='true'>Suivant</button>",
    ],
)
def test_a_way_on_that_cannot_be_used_is_the_end(pager):
    found = seen(f"<main>{LIST}<div>{pager}</div></main>")
    assert (found.following, found.is_at_last_page) == (None, True)


@pytest.mark.parametrize(
    "other",
    [
        "<button>Next slide</button>",
        link("Next month"),
        link("Next article: how to weigh things"),
        link("›"),
        "<a href='#'>2019</a><a href='#'>2020</a><span>2021</span>",
        "<span>10</span> <a href='#'>25</a> <a href='#'>50</a>",
        f"<a href='{URL}'>Next</a>",
    ],
)
def test_other_controls_lead_to_no_next_page(other):
    assert seen(f"<main>{LIST}<div>{other}</div></main>").following is None


def test_the_nearest_pager_is_the_lists_own():
    cells = "".join(f"<tr><td>{n}</td><td>Box</td></tr>" for n in range(4))
    other = f"<section><table><tr><th>No</th><th>Kind</th></tr>{cells}</table>{link('Next', 7)}</section>"
    following = seen(f"<main><section>{LIST}{link('Next', 3)}</section>{other}</main>").following
    assert following is not None and following.url.endswith("page=3")  # noqa: PT018


def test_the_head_of_the_document_may_name_the_next_page():
    page = snapshot_of_html(
        f"<html><head><link rel='next' href='https://list.example/3'></head><body><main>{LIST}</main></body></html>"
    )
    source = next(each for each in sources_of(page) if each.kind == "list")
    assert continuation_of(page, source).following.url == "https://list.example/3"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "control",
    [
        "<button>Load more</button>",
        "<a href='#'>Показать ещё 20</a>",
        "<button>Show all 25</button>",
        "<div role='button'>もっと見る</div>",
    ],
)
def test_a_control_that_adds_rows_is_found(control):
    assert seen(f"<main>{LIST}<div>{control}</div></main>").more is not None


@pytest.mark.parametrize(
    "control",
    [
        "<a href='/a'>Read more</a>",
        "<button>Show less</button>",
        "<a href='#'>More</a>",
        "<button aria-haspopup='menu'>More</button>",
    ],
)
def test_other_controls_add_no_rows(control):
    assert seen(f"<main>{LIST}<div>{control}</div></main>").more is None


def test_a_show_more_before_the_list_or_in_a_row_adds_no_rows():
    assert seen(f"<main><div><button>Show more</button></div>{LIST}</main>").more is None


@pytest.mark.parametrize(
    "said",
    [
        "<p>Loading…</p>",
        "<div aria-busy='true'></div>",
        "<li>Wird geladen ...</li>",
        "<span>読み込み中</span>",
        "<progress></progress>",
    ],
)
def test_a_page_that_loads_says_so(said):
    assert says_loading(snapshot_of_html(f"<main>{LIST}{said}</main>").root)


@pytest.mark.parametrize("said", ["<p>Loading dock 4</p>", "<button>Laden</button>", "<div aria-busy='false'></div>"])
def test_a_page_that_does_not_load_says_nothing(said):
    assert not says_loading(snapshot_of_html(f"<main>{LIST}{said}</main>").root)


def placed(rows: int, *, first: int = 0, height_px: int = 20, scroll: str = "0 2000 200", extra: str = "") -> str:
    made = "".join(
        f"<li data-box='0 {first + height_px * n} 300 {height_px}'><h3>Thing {n}</h3><p>{n} kg</p></li>"
        for n in range(rows)
    )
    return f"<div #scroll='{scroll}' data-box='0 0 300 200'><ul data-box='0 0 300 2000'>{made}</ul>{extra}</div>"


@pytest.mark.parametrize(
    ("html", "has_blank"),
    [
        (placed(6), True),
        (placed(6, first=1000, scroll="1000 2000 200"), True),
        (placed(6, height_px=330), False),
        (placed(6, extra="<p>The end.</p>"), True),
    ],
)
def test_a_list_that_shows_few_of_many_rows_has_room_for_them(html, has_blank):
    area = seen(f"<main>{html}</main>").scrolls
    assert area is not None and area.has_blank == has_blank  # noqa: PT018


def test_the_window_is_scrolled_where_no_box_is():
    page = snapshot_of_html(f"<html><body><main>{LIST}</main></body></html>")
    page.root.attributes = {"#scroll": "0 5000 600"}
    source = next(each for each in sources_of(page) if each.kind == "list")
    area = continuation_of(page, source).scrolls
    assert area is not None and (area.path, area.has_blank) == ("", False)  # noqa: PT018


TABS = """<div><div role=tablist><button role=tab aria-selected=true aria-controls=p1>Day 1</button>
<button role=tab aria-controls=p2>Day 2</button><button role=tab aria-controls=p3>Day 3</button></div>
<div role=tabpanel id=p1>{list}</div><div role=tabpanel id=p2 hidden>{list}</div></div>"""


def test_the_other_tabs_are_found():
    tabs = seen(f"<main>{TABS.format(list=LIST)}</main>").tabs
    assert [each.name for each in tabs] == ["Day 2", "Day 3"]


def test_a_list_beside_tabs_is_in_none():
    assert seen(f"<main>{TABS.format(list='<p>x</p>')}<section>{LIST}</section></main>").tabs == ()


@pytest.mark.parametrize(
    "html",
    [
        f"<details open><summary>2023</summary>{LIST}</details><details><summary>2022</summary></details>",
        f"<h3><button aria-expanded=true aria-controls=a>2023</button></h3><div id=a>{LIST}</div>"
        "<h3><button aria-expanded=false aria-controls=b>2022</button></h3><div id=b hidden></div>",
    ],
)
def test_the_closed_sections_beside_the_lists_own_are_found(html):
    assert [each.name for each in seen(f"<main>{html}</main>").sections] == ["2022"]


def test_a_page_without_scripts_is_known():
    page = f"<main>{LIST}</main>"
    scripts = ["", "<script type='application/ld+json'>{}</script>", "<script>go()</script>"]
    assert [seen(page + script).is_scripted for script in scripts] == [False, False, True]
