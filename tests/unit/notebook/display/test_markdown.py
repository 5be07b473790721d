"""Tests of rendered Markdown answers: text stays as the page wrote it, and nothing runs or loads."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from helpers.hostile_texts import HOSTILE_TEXTS, PRICES
from webrun_nb.notebook.text.markdown import LONGEST_SHOWN, PageText, html_text, markdown_html, plain_text

HARMLESS: dict[str, set[str]] = {
    **{tag: set() for tag in ("blockquote", "br", "code", "em", "hr", "li", "p", "pre", "s", "span", "strong", "ul")},
    **{tag: set() for tag in ("h1", "h2", "h3", "h4", "h5", "h6", "table", "tbody", "thead", "tr")},
    "a": {"href", "referrerpolicy", "rel", "target"},
    "div": {"class", "dir"},
    "ol": {"start"},
    "td": {"style"},
    "th": {"style"},
}
"""The elements that may be shown, each with its attributes."""


class Parts(HTMLParser):
    """A parser that collects the elements and texts of some HTML."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    @property
    def links(self) -> list[str | None]:
        return [attributes.get("href") for tag, attributes in self.elements if tag == "a"]


def shown(text: str) -> Parts:
    return Parts(markdown_html(text))


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_hostile_text_has_no_element_or_attribute_that_does_something(text: str) -> None:
    for tag, attributes in shown(text).elements:
        assert set(attributes) <= HARMLESS[tag]
        if "href" in attributes:
            assert str(attributes["href"]).startswith(("http://", "https://"))
            assert attributes["target"] == "_blank"
            assert attributes["referrerpolicy"] == "no-referrer"
            assert set(str(attributes["rel"]).split()) == {"noopener", "noreferrer"}


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_no_text_of_it_holds_more_than_the_beginning_of_a_formula(text: str) -> None:
    assert [part for part in shown(text).texts if ("$" in part or "\\" in part) and len(part) > 1] == []


@pytest.mark.parametrize("text", PRICES)
def test_prices_are_shown_as_they_are_written(text: str) -> None:
    assert shown(text).text.strip() == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("<b onclick=x>bold</b>", "<b onclick=x>bold</b>"),
        ("&lt;b&gt; &amp; &copy;", "&lt;b&gt; &amp; &copy;"),
        ("- [x]: https://shop.example/\n\n[x]", "[x]: https://shop.example/ [x]"),
        ("<!-- a comment -->", "<!-- a comment -->"),
        ("[click](javascript:alert(1))", "[click](javascript:alert(1))"),
        ("- " * 200 + "deep", "- " * 200 + "deep"),
    ],
)
def test_what_is_not_rendered_is_shown_as_text(text: str, written: str) -> None:
    assert " ".join(shown(text).text.split()) == written


def test_tables_emphasis_lists_and_web_links_are_rendered() -> None:
    table = shown("| a | b |\n| --- | ---: |\n| **1** | $2 |")
    assert [tag for tag, _ in table.elements if tag in ("th", "td", "strong")] == ["th", "th", "td", "strong", "td"]
    assert [attributes["style"] for tag, attributes in table.elements if tag == "td"] == [
        "text-align:left",
        "text-align:right",
    ]
    assert shown("[shop](https://shop.example/?a=1&b=2)").links == ["https://shop.example/?a=1&b=2"]
    assert [tag for tag, _ in shown("1. one\n2. two").elements] == ["div", "ol", "li", "li"]


def test_a_pages_direction_and_control_characters_are_not_shown() -> None:
    assert plain_text("a\u202eb\x1b[31mc\r\nd\te\ud800") == "ab\ufffd[31mc\nd\te\ufffd"
    assert shown("a\u202eb\ud800").text.strip() == "ab\ufffd"


def test_a_text_that_is_too_long_is_cut_and_says_so() -> None:
    forms: dict[str, Any] = PageText("x" * (LONGEST_SHOWN + 1), rest="webrun.last.text")._repr_mimebundle_()
    note = "the first 150,000 of 150,001 characters are shown; all are in webrun.last.text"
    assert forms["text/plain"].endswith(f"x\n{note}")
    assert Parts(forms["text/html"]).text.endswith(note)
    assert forms["text/html"].count("x" * LONGEST_SHOWN) == 1


def test_front_ends_are_given_html_and_text_and_no_markdown() -> None:
    assert set(PageText("**a**", rest="")._repr_mimebundle_()) == {"text/html", "text/plain"}


def test_text_in_a_card_is_escaped_and_begins_no_formula() -> None:
    assert html_text("<i> $1 \\(x\\)") == "&lt;i&gt; <span>$</span>1 <span>\\</span>(x<span>\\</span>)"
