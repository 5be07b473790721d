"""Tests in JupyterLab of texts from hostile pages: nothing runs or loads, no formula or diagram is rendered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Request, expect

from helpers.hostile_texts import HOSTILE_TEXTS, PRICES
from helpers.jupyterlab import LabPage
from webrun_nb.notebook.text.markdown import PageText

TEXTS = [*HOSTILE_TEXTS, *PRICES]
OUTPUTS_PER_CELL = 40
"""JupyterLab shows 50 at most."""
SHOW = """
import json
from IPython.display import HTML, Markdown, display
from webrun_nb.notebook.text.markdown import PageText
for text in json.load(open("texts.json"))[{first}:{last}]:
    display(PageText(text, rest=""))
"""
SHOW_ALL = [SHOW.format(first=n, last=n + OUTPUTS_PER_CELL) for n in range(0, len(TEXTS), OUTPUTS_PER_CELL)]
WHAT_IS_SHOWN = """(cells, count) => {
  const outputs = cells.slice(0, count).flatMap(cell => [...cell.querySelectorAll('.jp-OutputArea-output')]);
  return outputs.map(output => {
    const elements = [...output.querySelectorAll('*')];
    return {
      rendered: output.classList.contains('jp-RenderedHTML'),
      elements: [...new Set(elements.map(element => element.localName))],
      handlers: elements.flatMap(element => element.getAttributeNames()).filter(name => /^on/i.test(name)),
      links: elements.filter(element => element.hasAttribute('href')).map(a => [a.protocol, a.target, a.rel]),
      ids: elements.map(element => element.id).filter(id => id),
      styles: elements.map(element => element.getAttribute('style')).filter(style => style),
      text: output.textContent.trim(),
    };
  });
}"""
UNSAFE = r"""
display(Markdown("- [x]: javascript:window.pwned=1\n\n[x] $x$\n\n```mermaid\ngraph TD\n  A-->B\n```"))
display(HTML("was $1,299.00, now $899.00"))
"""
"""Shows that JupyterLab would do all that, and when it has done it."""
FRAMES = """
import pandas
from webrun_nb.notebook.display.results import show_partial
from webrun_nb.tables.schema import resolve
show_partial(json.dumps([{"price": text} for text in json.load(open("prices.json"))]), resolve("price:str", {}), rows=9)
"""


@pytest.fixture
def shown(lab: LabPage) -> Iterator[list[str]]:
    """Show all texts as widgets and as outputs that JupyterLab renders itself; return the requested URLs."""
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    lab.page.on("request", note)
    files = {"texts.json": json.dumps(TEXTS), "prices.json": json.dumps(PRICES)}
    lab.open_notebook([*SHOW_ALL, FRAMES, UNSAFE], files)
    lab.run_all()
    lab.wait_until_done()
    expect(lab.find(".jp-RenderedHTML mjx-container")).to_have_count(1)
    expect(lab.find(".jp-RenderedMarkdown mjx-container")).to_have_count(1)
    expect(lab.find(".jp-RenderedMarkdown .jp-RenderedMermaid")).to_have_count(1)
    yield asked
    lab.page.remove_listener("request", note)


def test_hostile_texts_do_nothing_in_jupyterlab(lab: LabPage, shown: list[str]) -> None:
    found = lab.find(".jp-CodeCell").evaluate_all(WHAT_IS_SHOWN, len(SHOW_ALL))
    harmless = {"div", "a", "blockquote", "br", "code", "em", "hr", "li", "ol", "p", "pre", "s", "span", "strong", "ul"}
    harmless |= {"h1", "table", "tbody", "td", "th", "thead", "tr"}
    for text, output in zip(TEXTS, found, strict=True):
        assert output["rendered"], text
        assert set(output["elements"]) <= harmless, text
        assert output["handlers"] == [], text
        assert output["ids"] == [], text
        assert set(output["styles"]) <= {"text-align:left"}, text
        for protocol, target, rel in output["links"]:
            assert protocol in ("http:", "https:"), text
            assert target == "_blank", text
            assert "noopener" in rel.split(), text
    assert [output["text"] for output in found[-len(PRICES) :]] == list(PRICES)
    assert lab.page.evaluate("window.pwned") is None
    assert [url for url in shown if not url.startswith((lab.server.url, "data:", "blob:"))] == []


def test_prices_in_a_shown_frame_are_no_formula(lab: LabPage, shown: list[str]) -> None:
    frame = lab.find(f".jp-CodeCell >> nth={len(SHOW_ALL)} >> .jp-RenderedHTML table")
    expect(frame.locator("td")).to_have_text(list(PRICES))
    expect(frame.locator("mjx-container")).to_have_count(0)


def test_hostile_texts_do_nothing_in_a_converted_notebook(lab_browser: Browser, tmp_path: Path) -> None:
    import nbformat  # here: its import takes seconds, in each worker that collects this module
    from nbconvert import HTMLExporter

    shown = [nbformat.v4.new_output("display_data", PageText(text, rest="")._repr_mimebundle_()) for text in TEXTS]
    cell = nbformat.v4.new_code_cell("show", outputs=shown)
    page_html, _ = HTMLExporter(mathjax_url="", require_js_url="", mermaid_js_url="").from_notebook_node(
        nbformat.v4.new_notebook(cells=[cell])
    )
    (tmp_path / "converted.html").write_text(page_html)
    page = lab_browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "converted.html").as_uri(), wait_until="load")
    found = page.evaluate(f"({WHAT_IS_SHOWN})([document.body], 1)")
    assert len(found) == len(TEXTS)
    links = {link for output in found for link, _, _ in output["links"]}
    assert (links, page.evaluate("window.pwned")) == ({"https:"}, None)
    assert [url for url in asked if "collector" in url] == []
    assert [output["text"] for output in found[-len(PRICES) :]] == list(PRICES)
    page.close()


def test_a_link_opens_in_a_tab_without_an_opener(lab: LabPage) -> None:
    lab.page.context.route("https://ok.example/**", lambda route: route.fulfill(body="<title>there</title>"))
    lab.open_notebook(
        ["from webrun_nb.notebook.text.markdown import PageText\nPageText('[there](https://ok.example/)', rest='')"]
    )
    lab.run_all()
    lab.wait_until_done()
    with lab.page.context.expect_page() as opened:
        lab.find(".jp-RenderedHTML a").click()
    page = opened.value
    page.wait_for_load_state()
    assert page.title() == "there"
    assert page.evaluate("[window.opener, document.referrer]") == [None, ""]
    page.close()
