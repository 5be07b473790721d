"""Sentences on the entries of a page's lists."""

from __future__ import annotations

import pytest

from webrun_nb.agents.local.language import plan
from webrun_nb.agents.local.language.intents import (
    AddEntry,
    AddToCart,
    ChangeEntry,
    EntryStep,
    Extract,
    FillForm,
    FilterEntries,
    Intent,
    RemoveEntries,
    RenameEntry,
    SaveEntry,
    TellStates,
)
from webrun_nb.agents.local.language.rephrasing import rephrased


def step(text: str) -> Intent:
    steps = plan(text)
    assert steps
    return steps[0]


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("Add 'oat milk' to the shopping list.", AddEntry("", "", ("oat milk",))),
        ("add milk, eggs and bread to my list", AddEntry("", "", ("milk", "eggs", "bread"))),
        ("Add the tasks ring Ann, rest and knit", AddEntry("", "tasks", ("ring Ann", "rest", "knit"))),
        ("Add two notes: ring Ann and post the letter", AddEntry("", "notes", ("ring Ann", "post the letter"))),
        ("Create a folder called Drafts.", AddEntry("", "folder", ("Drafts",))),
        ("Add a new task that says Pay the bill", AddEntry("", "task", ("Pay the bill",))),
        (
            "Add a film called Metropolis by Fritz Lang: 153 minutes, silent, released on 10 January 1927",
            AddEntry(
                "", "film", ("Metropolis",), ("by Fritz Lang", "153 minutes", "silent", "released on 10 January 1927")
            ),
        ),
        (
            "Insert a new row into stations: name Ulm Hbf, platforms 12",
            AddEntry("", "row", (), ("name Ulm Hbf", "platforms 12")),
        ),
    ],
)
def test_adding(text: str, added: AddEntry) -> None:
    read = step(text)
    assert isinstance(read, AddEntry)
    assert (read.kind, read.names, read.details) == (added.kind, added.names, added.details)


@pytest.mark.parametrize(
    ("text", "words", "every"),
    [
        ("Delete the invoice of Karl Moor", "invoice of Karl Moor", False),
        ("remove all the finished tasks", "finished tasks", True),
        ("Filter the list by city Ulm and delete all of them", "them", True),
    ],
)
def test_removing(text: str, words: str, every: bool) -> None:
    read = next(each for each in plan(text) if isinstance(each, RemoveEntries))
    assert (read.words, read.every) == (words, every)


@pytest.mark.parametrize("text", ["Delete the word hello", "remove Aurora 14 from the cart", "click the Delete button"])
def test_what_removes_no_entry(text: str) -> None:
    assert not isinstance(step(text), RemoveEntries)


def test_them_are_all_only_behind_a_filter() -> None:
    filtered = plan("Filter the list by city Ulm and delete all of them")[-1]
    chosen = plan("Tick the first item, then delete them")[-1]
    assert isinstance(filtered, RemoveEntries)
    assert isinstance(chosen, RemoveEntries)
    assert (filtered.filtered, chosen.filtered) == (True, False)


def test_days_from_one_to_another() -> None:
    read = step("List the talks from 2026-05-01 to 2026-05-07 with title")
    assert isinstance(read, Extract)
    (condition,) = read.constraints
    assert (condition.column, condition.op, condition.value, condition.high) == (
        "date",
        "between",
        "2026-05-01",
        "2026-05-07",
    )


def test_a_cart_is_no_list() -> None:
    assert isinstance(step("Add Aurora 14 to the cart"), AddToCart)


def test_renaming_and_filtering() -> None:
    renamed = step('Rename "Old plan" to "New plan".')
    filtered = step("Filter the members by city Jena")
    assert isinstance(renamed, RenameEntry)
    assert (renamed.words, renamed.name) == ("Old plan", "New plan")
    assert isinstance(filtered, FilterEntries)
    assert (filtered.field, filtered.value) == ("city", "Jena")


@pytest.mark.parametrize(
    ("text", "words", "changes"),
    [
        ("Change the due date of Mia's card to 2027-01-05", "Mia's card", (("due date", "2027-01-05"),)),
        ("Update Mia's phone number to 0731 12", "Mia", (("phone number", "0731 12"),)),
        (
            "Edit the room Attic: set the beds to 3 and the floor to Top",
            "room Attic",
            (("beds", "3"), ("floor", "Top")),
        ),
    ],
)
def test_changing(text: str, words: str, changes: tuple[tuple[str, str], ...]) -> None:
    read = step(text)
    assert isinstance(read, ChangeEntry)
    assert (read.words, read.changes) == (words, changes)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Edit the room Attic, change the price to 50", ["ChangeEntry", "Fill", "SaveEntry"]),
        ("Change the price of the Attic to 50 and save it.", ["ChangeEntry", "SaveEntry"]),
        ("Add a room called Attic: 3 beds, then save", ["AddEntry"]),
        ("Change the price of the Attic to 50. Go to https://example.org.", ["ChangeEntry", "SaveEntry", "Open"]),
    ],
)
def test_what_is_changed_is_saved_once(text: str, kinds: list[str]) -> None:
    assert [type(each).__name__ for each in plan(text)] == kinds


def test_every_step_has_its_sentence() -> None:
    steps = plan("Add a room called Attic. Delete the room Cellar. Rename Hall to Lobby.")
    assert all(isinstance(each, EntryStep | SaveEntry) and each.sentence for each in steps)


@pytest.mark.parametrize(
    ("text", "kind", "is_done", "count"),
    [
        ("Which chores are still open?", "chores", False, False),
        ("how many chores are left", "chores", False, True),
        ("Which tasks are not done yet?", "tasks", False, False),
        ("How many tasks are already completed?", "tasks", True, True),
    ],
)
def test_questions_for_what_is_done(text: str, kind: str, is_done: bool, count: bool) -> None:
    asked = step(text)
    assert isinstance(asked, TellStates)
    assert (asked.kind, asked.is_done, asked.count) == (kind, is_done, count)
    assert asked.otherwise


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("List the guests from Ulm and tell me how many rows that are", ["Extract", "Tell"]),
        ("Which room is the most common, and how many guests have it?", ["MostCommon", "Tell"]),
        ("Filter the guests by town Ulm, then list them with name", ["Extract"]),
        ("Filter the guests by town Ulm, then click Print", ["FilterEntries", "ClickOn"]),
        ('Run the query "select 2" and tell me the result', ["RunText", "Extract"]),
        ("select the rows of Ann and Bo", ["Choose"]),
        ("Show only the active ones", ["FilterEntries"]),
    ],
)
def test_steps_that_speak_of_those_before(text: str, kinds: list[str]) -> None:
    assert [type(each).__name__ for each in plan(text)] == kinds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tell me how many guests there are in total", "how many guests are there"),
        ("give me the names of the first three in that order", "list the first three rows with their names"),
        ("what is the phone number of the guest called Ann Lee", "what is the phone number of Ann Lee"),
        ("which rooms are free right now?", "which rooms are free"),
        ("Which guest arrived last?", "which guest has the latest arrived"),
        ("how much Ann Lee spent", "what is the spent of Ann Lee"),
        ("click the button", "click the button"),
    ],
)
def test_sentences_in_other_words(text: str, said: str) -> None:
    assert rephrased(text) == said


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Date of birth is 5 May 1990", ("Date of birth: 5 May 1990",)),
        ("City: Leeds", ("City: Leeds",)),
        ("The due date should be 2026-12-01", ("due date: 2026-12-01",)),
        ("Fill in: full name Ada, city London", ("full name Ada", "city London")),
    ],
)
def test_a_sentence_that_only_says_what_a_field_holds_fills_it_in(text: str, values: tuple[str, ...]) -> None:
    read = step(text)
    assert isinstance(read, FillForm)
    assert read.values == values


@pytest.mark.parametrize("text", ["count the books", "Count all books.", "count up the books"])
def test_counting_by_its_verb(text: str) -> None:
    read = step(text)
    assert isinstance(read, Extract)
    assert (read.subject, read.count) == ("books", True)


def test_applying_and_counting_are_steps_of_their_own() -> None:
    assert len(plan('tick "In stock only", apply the filters, and count the products')) == 3


def test_the_first_one_of_a_sorted_list_is_its_first_row() -> None:
    (read,) = plan("Sort by price from high to low and tell me the first one.")
    assert isinstance(read, Extract)
    assert read.limit == 1
    assert read.order is not None
