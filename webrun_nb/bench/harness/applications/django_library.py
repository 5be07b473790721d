"""A Django project in one file: books, authors and loans in Django's admin.

As a script, `python django_library.py DATABASE PORT` makes the database if it is not there, and serves the admin.
`/enter/` signs the browser in without a form.
"""

from __future__ import annotations

import datetime
import random
import sys
from pathlib import Path
from typing import Any

import django
from django.apps import AppConfig
from django.conf import settings

_AUTHORS = {
    "Mira Okafor": ("Nigeria", 1974),
    "Elias Brandt": ("Germany", 1958),
    "Sanna Virtanen": ("Finland", 1981),
    "Paolo Ferrante": ("Italy", 1966),
    "June Whitcombe": ("United Kingdom", 1949),
    "Rosa Delgado": ("Mexico", 1990),
}
_GENRES = ("novel", "history", "travel", "cookery")
_TITLES = (
    *(
        "Winter Harbour",
        "The Glass Orchard",
        "A Map of Small Rivers",
        "Night Ferry",
        "The Quiet Quarter",
        "Salt and Rye",
    ),
    *("Letters to the Lighthouse Keeper", "The Copper Garden", "Seven Bridges", "Under the Linden Trees", "Bread Days"),
    *("The Last Tram Home", "A Short History of Rain", "Lanterns", "North of the Marsh", "The Borrowed Coat"),
    *("Stone Soup and Other Suppers", "The Hill Road", "Paper Boats", "An Atlas of Clouds", "The Long Thaw"),
)
_POEMS = ("Small Weather", "Verses for a Kitchen Window", "Heron, Standing")
_BORROWERS = (
    *("Tom Becker", "Anna Kowalska", "Priya Raman", "Jonas Richter", "Lena Hofmann", "Marek Novak", "Tomas Beck"),
    *("Annika Lund", "Grace Mbeki", "Pavel Raman", "Ida Sorensen", "Jon Richardson"),
)


class LibraryConfig(AppConfig):  # type: ignore[misc]  # Django brings no types
    """The application's entry in Django's registry."""

    name = __name__
    label = "library"
    verbose_name = "Library"
    path = str(Path(__file__).parent)


def _configure(database: str) -> None:
    settings.configure(
        SECRET_KEY="only-for-measurements",
        DEBUG=True,
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}},
        INSTALLED_APPS=[
            *(
                f"django.contrib.{each}"
                for each in ("admin", "auth", "contenttypes", "sessions", "messages", "staticfiles")
            ),
            f"{__name__}.LibraryConfig",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        STATIC_URL="/static/",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        TIME_ZONE="UTC",
        USE_TZ=True,
    )
    django.setup()


def _define() -> None:
    """Define the models and their pages; Django wants its settings first."""
    from django.contrib import admin
    from django.db import models

    class Author(models.Model):  # type: ignore[misc]
        name = models.CharField(max_length=100)
        country = models.CharField(max_length=60, blank=True)
        born = models.IntegerField("year of birth", null=True, blank=True)

        class Meta:
            app_label = "library"
            ordering = ("name",)

        def __str__(self) -> str:
            return str(self.name)

    class Book(models.Model):  # type: ignore[misc]
        title = models.CharField(max_length=200)
        author = models.ForeignKey(Author, models.PROTECT)
        genre = models.CharField(max_length=20, choices=[(each, each.title()) for each in (*_GENRES, "poetry")])
        pages = models.PositiveIntegerField(null=True, blank=True)
        published = models.DateField("date of publication", null=True, blank=True)
        price = models.DecimalField(max_digits=7, decimal_places=2)
        in_stock = models.BooleanField(default=False)

        class Meta:
            app_label = "library"
            ordering = ("title",)

        def __str__(self) -> str:
            return str(self.title)

    class Loan(models.Model):  # type: ignore[misc]
        book = models.ForeignKey(Book, models.PROTECT)
        borrower = models.CharField(max_length=100)
        lent_on = models.DateField()
        due_on = models.DateField()
        returned = models.BooleanField(default=False)
        notes = models.TextField(blank=True)

        class Meta:
            app_label = "library"
            ordering = ("due_on",)

        def __str__(self) -> str:
            return f"{self.book} ({self.borrower})"

    @admin.register(Author)
    class AuthorAdmin(admin.ModelAdmin):  # type: ignore[misc]
        list_display = ("name", "country", "born")
        search_fields = ("name",)

    @admin.register(Book)
    class BookAdmin(admin.ModelAdmin):  # type: ignore[misc]
        list_display = ("title", "author", "genre", "published", "price", "in_stock")
        list_filter = ("genre", "in_stock", "author")
        search_fields = ("title", "author__name")
        date_hierarchy = "published"

    @admin.register(Loan)
    class LoanAdmin(admin.ModelAdmin):  # type: ignore[misc]
        list_display = ("book", "borrower", "lent_on", "due_on", "returned")
        list_filter = ("returned", "due_on")
        search_fields = ("borrower", "book__title")
        autocomplete_fields = ("book",)
        actions = ("mark_as_returned",)

        @admin.action(description="Mark selected loans as returned")  # type: ignore[untyped-decorator]
        def mark_as_returned(self, request: Any, loans: Any) -> None:
            changed = loans.update(returned=True)
            self.message_user(request, f"{changed} loans were marked as returned.")


def _fill() -> None:
    """Make the tables and their rows, always the same."""
    from django.apps import apps
    from django.contrib.auth.models import User
    from django.contrib.contenttypes.models import ContentType
    from django.core.management import call_command
    from django.db import connection

    from webrun_nb.bench.harness.applications.django_tasks import PASSWORD, USER

    call_command("migrate", verbosity=0)
    models = author, book, loan = [apps.get_model("library", each) for each in ("Author", "Book", "Loan")]
    with connection.schema_editor() as editor:
        for model in models:
            editor.create_model(model)
    ContentType.objects.get_for_models(*models)  # Django keeps their ids; the database that is copied back has them too
    User.objects.create_superuser(USER, password=PASSWORD)
    authors = [author.objects.create(name=name, country=at, born=born) for name, (at, born) in _AUTHORS.items()]
    chance = random.Random(7)
    books = [
        book.objects.create(
            title=title,
            author=authors[number % len(authors)],
            genre="poetry" if title in _POEMS else _GENRES[number % len(_GENRES)],
            pages=chance.randint(90, 600),
            published=datetime.date(1995 + number, number % 12 + 1, number % 27 + 1),
            price=f"{chance.randint(7, 39)}.{chance.choice(('00', '50', '90', '95'))}",
            in_stock=number % 5 != 1,
        )
        for number, title in enumerate((*_TITLES, *_POEMS))
    ]
    for number, borrower in enumerate(_BORROWERS):
        lent_on = datetime.date(2026, 10, 5) + datetime.timedelta(days=3 * number)
        loan.objects.create(
            book=books[number + 2],
            borrower=borrower,
            lent_on=lent_on,
            due_on=lent_on + datetime.timedelta(days=28),
            returned=number in (4, 8),
        )


def _enter(request: Any) -> Any:
    from django.contrib.auth import login
    from django.contrib.auth.models import User
    from django.shortcuts import redirect

    login(request, User.objects.get())
    return redirect("/admin/")


def _serve(database: str, port: str) -> None:
    is_new = not Path(database).exists()
    _configure(database)
    _define()
    if is_new:
        _fill()
    from django.contrib import admin
    from django.core.management import call_command
    from django.urls import path

    globals()["urlpatterns"] = [path("admin/", admin.site.urls), path("enter/", _enter)]
    call_command("runserver", f"127.0.0.1:{port}", use_reloader=False, verbosity=0)


if __name__ == "__main__":
    _serve(sys.argv[1], sys.argv[2])
