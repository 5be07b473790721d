"""Django's admin over a small project of books, authors and loans (`django_library.py`)."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from webrun_nb.bench.harness.applications.application import ApplicationTask

USER, PASSWORD = "librarian", "Quiet-Shelves-42!"


class Library:
    """The project's database, and the one it started with."""

    def __init__(self, path: Path, before: Path) -> None:
        self._path = path
        self._before = before

    def one(self, sql: str) -> tuple[object, ...] | None:
        """Return the first row of a query."""
        rows = self.rows(sql)
        return rows[0] if rows else None

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """Return the rows of a query."""
        return _rows(self._path, sql)

    def texts(self, sql: str) -> list[str]:
        """Return all values of a query as text."""
        return [str(value) for row in self.rows(sql) for value in row]

    def only_changed(self, table: str, condition: str, more: int = 0) -> bool:
        """Return whether all rows but those of a condition are as before, and the table has so many rows more."""
        others = f"select * from library_{table} where not ({condition}) order by id"
        count = f"select count(*) from library_{table}"
        before, after = _rows(self._before, count)[0][0], _rows(self._path, count)[0][0]
        assert isinstance(before, int)
        return after == before + more and _rows(self._path, others) == _rows(self._before, others)


def _rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return list(database.execute(sql))


TASKS: Sequence[ApplicationTask[Library]] = (
    ApplicationTask(
        f"Log in with username {USER} and password {PASSWORD} and tell me how many books there are in total.",
        lambda after, answer: answer.says(*after.texts("select count(*) from library_book")),
        signed_in=False,
        path="/admin/",
    ),
    ApplicationTask(
        "Add a new author: Ursula Brandt, country Austria, born 1961.",
        lambda after, _: (
            after.one("select country, born from library_author where name = 'Ursula Brandt'") == ("Austria", 1961)
            and after.only_changed("author", "name = 'Ursula Brandt'", more=1)
        ),
        path="/admin/",
    ),
    ApplicationTask(
        "add a book called The Salt Road by Mira Okafor: 312 pages, genre History, published on 14 March 2019, price "
        "18.50, in stock, then save",
        lambda after, _: (
            after.one(
                "select a.name, pages, genre, published, price, in_stock from library_book b "
                "join library_author a on a.id = b.author_id where title = 'The Salt Road'"
            )
            == ("Mira Okafor", 312, "history", "2019-03-14", 18.5, 1)
            and after.only_changed("book", "title = 'The Salt Road'", more=1)
        ),
        path="/admin/library/book/",
    ),
    ApplicationTask(
        "Delete the loan of Tom Becker.",
        lambda after, _: (
            after.one("select 1 from library_loan where borrower = 'Tom Becker'") is None
            and after.only_changed("loan", "borrower = 'Tom Becker'", more=-1)
        ),
        approved=True,
        path="/admin/library/loan/",
    ),
    ApplicationTask(
        "Which books are not in stock right now?",
        lambda after, answer: answer.says(
            *after.texts("select title from library_book where not in_stock"),
            but_not=after.texts("select title from library_book where in_stock"),
        ),
        path="/admin/library/book/",
    ),
    ApplicationTask(
        'In the list of loans, select the ones of Anna Kowalska and Jonas Richter, choose the action "Mark selected '
        'loans as returned" and click Go.',
        lambda after, _: (
            after.rows("select returned from library_loan where borrower in ('Anna Kowalska', 'Jonas Richter')")
            == [(1,), (1,)]
            and after.only_changed("loan", "borrower in ('Anna Kowalska', 'Jonas Richter')")
        ),
        path="/admin/library/loan/",
    ),
    ApplicationTask(
        "Change the due date of Priya Raman's loan to 2026-12-20 and save it.",
        lambda after, _: (
            after.rows("select due_on, returned from library_loan where borrower = 'Priya Raman'")
            == [("2026-12-20", 0)]
            and after.only_changed("loan", "borrower = 'Priya Raman'")
        ),
        path="/admin/library/loan/",
    ),
    ApplicationTask(
        "Add a loan: book Winter Harbour, borrower Karim Haddad, lent on 2026-12-01, due on 2026-12-15.",
        lambda after, _: (
            after.one(
                "select b.title, lent_on, due_on, returned from library_loan l join library_book b on b.id = l.book_id "
                "where borrower = 'Karim Haddad'"
            )
            == ("Winter Harbour", "2026-12-01", "2026-12-15", 0)
            and after.only_changed("loan", "borrower = 'Karim Haddad'", more=1)
        ),
        path="/admin/",
    ),
    ApplicationTask(
        f"Sign in as {USER}, the password is {PASSWORD}. Then open the book Winter Harbour, change its price to 9.95, "
        "untick In stock and save.",
        lambda after, _: (
            after.one("select price, in_stock from library_book where title = 'Winter Harbour'") == (9.95, 0)
            and after.only_changed("book", "title = 'Winter Harbour'")
        ),
        signed_in=False,
        path="/admin/library/book/",
    ),
    ApplicationTask(
        "Filter the books by genre Poetry and delete all of them.",
        lambda after, _: (
            after.rows("select 1 from library_book where genre = 'poetry'") == []
            and after.only_changed("book", "genre = 'poetry'", more=-3)
        ),
        approved=True,
        path="/admin/library/book/",
    ),
)
