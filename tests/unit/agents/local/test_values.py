"""Tests of the texts of a page that are its content."""

from __future__ import annotations

from webrun_nb.agents.local.values import main_texts
from webrun_nb.browsers.observation import Element, Observation


def page(*texts: tuple[str, str]) -> Observation:
    shown = [
        Element(ref=at, role=role, name=text, tag="span", text=text, order=at) for at, (role, text) in enumerate(texts)
    ]
    return Observation("https://notes.example/", "Notes", (), "", texts=tuple(shown))


def test_what_stands_beside_a_label_is_the_value_of_something() -> None:
    seen = page(
        ("text", "3XZ"), ("label", "Time left"), ("text", "60 of 60 seconds"), ("text", "Price:"), ("text", "$9.00")
    )
    assert main_texts(seen) == ["3XZ"]


def test_the_longest_text_comes_first_and_the_task_itself_is_none() -> None:
    seen = page(("text", "Type the text"), ("text", "Short one"), ("paragraph", "A text of many words"))
    assert main_texts(seen, "type the  text") == ["A text of many words", "Short one"]
