"""Converts page text to harmless HTML: no script, no request, no links but http(s), no formula.

A page is hostile, and JupyterLab does not sanitise the output of a cell that was just run. An answer is markdown. It is
turned into HTML here and shown as `text/html` with a `text/plain` beside it; there is no `text/markdown`, because
a front end that finds one renders it by its own rules: it loads images, draws mermaid diagrams and typesets the
text between two dollar signs.

The HTML is safe for three reasons: raw HTML, images, entities and link definitions are not part of the markdown that
is read, links are http(s), and the result passes a sanitiser with a list of the allowed tags.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict

__all__ = ["PageText", "html_text", "markdown_html", "plain_text"]

LONGEST_SHOWN = 150_000
"""Characters of a text that are shown; what is left out is announced. Rendering 100,000 takes about a second."""
NO_FORMULAS = "tex2jax_ignore mathjax_ignore"
"""Classes of an element in which MathJax 2 and 3 typeset nothing."""

_DEEPEST = 100
"""Levels of nesting that the markdown reader follows; it drops what is nested deeper."""
_BEGINS_FORMULA = re.compile(r"[$\\]")
_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NOT_SHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but tab and line feed, and halves of characters."""
_WEB_LINK = re.compile(r"https?://[^/?#\s]", re.IGNORECASE)
_TAGS = {
    *("a", "blockquote", "br", "code", "div", "em", "hr", "li", "ol", "p", "pre", "s", "span", "strong", "ul"),
    *("h1", "h2", "h3", "h4", "h5", "h6"),
    *("table", "tbody", "td", "th", "thead", "tr"),
}


class PageText:
    """A markdown text from a page or an agent, for `display`.

    Parameters
    ----------
    text : str
        As it was received.
    rest : str
        The expression with the whole text, for the note below a shortened one: `webrun.last.text`.
    """

    def __init__(self, text: str, *, rest: str) -> None:
        self._text = text
        self._rest = rest

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        shown, note = self._text[:LONGEST_SHOWN], ""
        if len(self._text) > LONGEST_SHOWN:
            note = f"the first {LONGEST_SHOWN:,} of {len(self._text):,} characters are shown; all are in {self._rest}"
        return {
            "text/plain": plain_text(shown) + (f"\n{note}" if note else ""),
            "text/html": markdown_html(shown) + (f"<p>{html_text(note)}</p>" if note else ""),
        }


def plain_text(text: str) -> str:
    """Return a text without control characters and without characters that change the text direction."""
    return _NOT_SHOWN.sub("\N{REPLACEMENT CHARACTER}", _DIRECTIONS.sub("", text.replace("\r\n", "\n")))


def html_text(text: str) -> str:
    """Return a text as HTML that shows it verbatim.

    A dollar sign and a backslash get an element of their own: they begin a formula, and MathJax reads none across
    elements, even if it doesn't know the class that switches it off.
    """
    return _BEGINS_FORMULA.sub(lambda found: f"<span>{found[0]}</span>", html.escape(text))


def markdown_html(text: str) -> str:
    """Return markdown as HTML: text, tables, lists, headings, code, emphasis and http(s) links."""
    import nh3

    text = plain_text(text)
    reader = _reader()
    tokens = reader.parse(text)
    if any(token.level >= _DEEPEST - 1 for token in tokens):
        rendered = f"<pre>{html_text(text)}</pre>"  # the reader has dropped what is nested deeper
    else:
        rendered = reader.renderer.render(tokens, reader.options, {})
    clean = nh3.clean(
        rendered,
        tags=_TAGS,
        attributes={"*": set(), "a": {"href"}, "ol": {"start"}, "td": {"style"}, "th": {"style"}},
        filter_style_properties={"text-align"},
        url_schemes={"http", "https"},
        url_relative="deny",
        link_rel="noopener noreferrer",
        # JupyterLab replaces `rel` by noopener alone
        set_tag_attribute_values={"a": {"target": "_blank", "referrerpolicy": "no-referrer"}},
    )
    return f'<div class="{NO_FORMULAS}" dir="auto">{clean}</div>'


@cache
def _reader() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML

    class Reader(MarkdownIt):
        def validateLink(self, url: str) -> bool:  # noqa: N802 - markdown-it's name
            return _WEB_LINK.match(url) is not None

    class Renderer(RendererHTML):
        def text(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
            return html_text(tokens[idx].content)

        def code_inline(self, tokens: Sequence[Token], idx: int, *_: object) -> str:
            return f"<code>{html_text(tokens[idx].content)}</code>"

        def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
            # without its language, for which some front ends draw a diagram
            return f"<pre><code>{html_text(tokens[idx].content)}</code></pre>\n"

        code_block = fence

        def td_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
            if "style" not in tokens[idx].attrs:  # notebooks align cells for numbers, to the right
                tokens[idx].attrSet("style", "text-align:left")
            return self.renderToken(tokens, idx, options, env)

        th_open = td_open

    reader = Reader("commonmark", {"html": False, "maxNesting": _DEEPEST}, renderer_cls=Renderer)
    return reader.enable(["table", "strikethrough"]).disable(["image", "entity", "reference"])
