from __future__ import annotations

import pytest

from webrun_nb.notebook.safe_markdown import safe_markdown


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ('<img src=x onerror="alert(1)">', '&lt;img src=x onerror="alert(1)"&gt;'),
        ("<script>steal()</script>", "&lt;script&gt;steal()&lt;/script&gt;"),
        ("![pixel](https://evil.example/x.png)", "!\\[pixel](https://evil.example/x.png)"),
        ("[click](javascript:alert(1))", "[click]\\(javascript:alert(1))"),
        ("[click]( JAVASCRIPT:alert(1))", "[click]\\( JAVASCRIPT:alert(1))"),
        ("[click](data:text/html,x)", "[click]\\(data:text/html,x)"),
        ("[a]: javascript:alert(1)", "\\[a]: javascript:alert(1)"),
        ("&lt;b&gt;", "&amp;lt;b&amp;gt;"),
    ],
)
def test_nothing_runs_and_nothing_is_loaded(page, shown):
    assert safe_markdown(page) == shown


@pytest.mark.parametrize("text", ["| a | b |\n| --- | --- |\n| 1 | $2 |", "**bold**", "[shop](https://shop.example/)"])
def test_tables_emphasis_and_web_links_stay(text):
    assert safe_markdown(text) == text
