"""Scripts of a model for ten tasks on the applications, by hand: the calls with which a good model does them."""

from __future__ import annotations

from collections.abc import Mapping

from webrun_nb.bench.harness.oracle import Call, Script, Shown, element, text

_DONE = Call("finish", {"answer": "Done."})


def _click(wanted: Shown, manner: str = "click") -> Call:
    return Call("click", {"element": wanted, "manner": manner})


def _type(wanted: Shown, value: str | Shown, *, submit: bool = False) -> Call:
    return Call("type", {"element": wanted, "text": value, "submit": submit})


def _select(wanted: Shown, *options: str) -> Call:
    return Call("select", {"element": wanted, "options": list(options)})


def _extract(columns: Mapping[str, str], *, all_pages: bool = False) -> Call:
    return Call("extract", {"list": Shown(r"^(L\d+): table"), "columns": columns, "all_pages": all_pages})


_LISTS = Call("lists")
_ROW = "Select this object for an action - "


SCRIPTS: Mapping[tuple[str, int], Script] = {
    ("todomvc", 5): (
        _click(text("Book hotel"), "double-click"),
        _type(Shown(r"^\[(\d+)\] textbox [^\n]*value 'Book hotel'", "Book hotel"), "Book hotel in Graz", submit=True),
        _DONE,
    ),
    ("todomvc", 7): (
        _click(element("link", "Active")),
        _LISTS,
        Call("extract", {"list": Shown(r"^(L\d+): list “todos”"), "columns": {"name": "name"}}),
        Call("finish"),
    ),
    ("todomvc", 8): (_click(element("button", "Clear completed")), _DONE),
    ("datasette", 2): (
        _click(element("link", "shop")),
        _click(element("link", "products")),
        _LISTS,
        _extract({"name": "name", "price": "price"}),
        Call("finish", {"order_by": "price", "limit": 1}),
    ),
    ("datasette", 7): (
        _click(element("link", "customers")),
        _select(Shown(r"^\[(\d+)\] combobox [^\n]*options[^\n]*'country'", "combobox country"), "country"),
        _type(Shown(r"^\[(\d+)\] textbox", "textbox"), "Spain", submit=True),
        _LISTS,
        _extract({"name": "name", "since": "since"}),
        Call("finish", {"order_by": "since", "descending": True, "limit": 1}),
    ),
    ("datasette", 9): (
        _LISTS,
        _extract({"order_id": "id", "date": "ordered_on", "status": "status"}, all_pages=True),
        Call(
            "finish",
            {
                "where": [
                    {"column": "date", "is": ">=", "value": "2026-05-01"},
                    {"column": "date", "is": "<=", "value": "2026-05-07"},
                ]
            },
        ),
    ),
    ("django-admin", 1): (
        _type(element("textbox", "Username"), "librarian"),
        _type(element("textbox", "Password"), "⟦password⟧"),
        _click(element("button", "Log in")),
        _click(element("link", "Books")),
        Call("find", {"words": "24 books"}),
        Call(
            "finish",
            {
                "answer": Shown(r"^\[\d+\] (\d+) books", template="There are {} books."),
                "cites": [Shown(r"^\[(\d+)\] \d+ books")],
            },
        ),
    ),
    ("django-admin", 3): (
        _click(element("link", "Add book")),
        _type(element("textbox", "Title"), "The Salt Road"),
        _select(element("combobox", "Author"), "Mira Okafor"),
        _type(Shown(r"^\[(\d+)\] \w+ 'Pages", "Pages"), "312"),
        _select(element("combobox", "Genre"), "History"),
        _type(element("textbox", "Date of publication"), "2019-03-14"),
        _type(Shown(r"^\[(\d+)\] \w+ 'Price", "Price"), "18.50"),
        _click(element("checkbox", "In stock")),
        _click(element("button", "Save")),
        _DONE,
    ),
    ("django-admin", 4): (
        _click(element("checkbox", f"{_ROW}A Map of Small Rivers (Tom Becker)")),
        _select(element("combobox", "Action"), "Delete selected loans"),
        _click(element("button", "Go")),
        _click(element("button", "Yes, I")),
        _DONE,
    ),
    ("django-admin", 6): (
        _click(Shown(r"^\[(\d+)\] checkbox [^\n]*\(Anna Kowalska\)", "Anna Kowalska")),
        _click(Shown(r"^\[(\d+)\] checkbox [^\n]*\(Jonas Richter\)", "Jonas Richter")),
        _select(element("combobox", "Action"), "Mark selected loans as returned"),
        _click(element("button", "Go")),
        _DONE,
    ),
}
"""The scripts by the application's name and the number of the task, from 1."""
