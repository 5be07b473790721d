"""A list's fields as a person sees them, and what a field means in the place of words that no field answers to."""

from __future__ import annotations

import re
from collections.abc import Mapping as Record
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from webrun_nb.agents.local.language.intents import Extract
from webrun_nb.agents.local.lists.names import tokens
from webrun_nb.agents.local.lists.rows import find_field
from webrun_nb.agents.local.lists.selecting import LABEL_CHARS
from webrun_nb.agents.local.lists.view import UNDER, Field, View, text_of
from webrun_nb.common.text import shortened
from webrun_nb.extraction.assignment.assign import Candidate

_EXAMPLE_CHARS = 40
"""The most characters of a page's value in a question."""
_LEAST_COVERAGE = 0.3
_MOST = 12


def fields_to_choose(view: View) -> list[Field]:
    """List the fields that a person may mean, one of each name."""
    shown = [each for _, each in view.own_columns if each.coverage >= _LEAST_COVERAGE and each.key != UNDER]
    shown = [each for each in shown if each.label or example_of(each)]
    return list({each.label or each.key: each for each in reversed(shown)}.values())[::-1][:_MOST]


def field_names(view: View) -> list[str]:
    """Return what the page calls the fields; one without a word of the page's is told by one of its values."""
    fields = fields_to_choose(view)
    return [shortened(each.label, LABEL_CHARS) if each.label else f"“{example_of(each)}”" for each in fields]


def field_labels(view: View) -> list[str]:
    """List the fields that the page has a word for."""
    return [shortened(each.label, LABEL_CHARS) for each in fields_to_choose(view) if each.label]


def example_of(field: Field) -> str:
    """Return one of a field's values, as it stands in a question."""
    return shortened(next((text for cell in field.found.sample if (text := text_of(cell))), ""), _EXAMPLE_CHARS)


def field_shown(field: Field) -> str:
    """Name a field of the page for people: its own words, and an example of its values."""
    return _shown(field.label, example_of(field))


def candidate_shown(candidate: Candidate) -> str:
    """Name a field for people as `field_shown` does."""
    return _shown(candidate.label, shortened(candidate.example, _EXAMPLE_CHARS))


def _shown(label: str, example: str) -> str:
    if label:
        return f'"{shortened(label, LABEL_CHARS)}"' + (f" (for example “{example}”)" if example else "")
    return f"the column with “{example}”" if example else "a column without values"


def columns_meant(view: View, wanted: Extract, words: str) -> list[tuple[str, Extract]]:
    """List the fields that a person may mean by the words of a condition, an order or a column of an extraction.

    Returns
    -------
    list of (str, Extract)
        Each field as people see it, and the extraction with it in the place of the words.
    """
    fields, out = fields_to_choose(view), []
    if words in wanted.wishes and any(set(tokens(each.label)) < set(tokens(words)) for each in fields if each.label):
        return []  # "state HI" is a column together with a value
    for each in fields:
        name = each.label or each.own_name
        if find_field(view, name) is each and (meant := _with_column(wanted, words, name)) != wanted:
            out.append((field_shown(each), meant))
    return out


def _with_column(wanted: Extract, words: str, name: str) -> Extract:
    constraints = tuple(replace(c, column=name) if c.words == words else c for c in wanted.constraints)
    order = replace(wanted.order, column=name) if wanted.order and wanted.order.words == words else wanted.order
    wishes = tuple(name if wish == words else wish for wish in wanted.wishes)
    return replace(wanted, constraints=constraints, order=order, wishes=wishes)


def markdown(records: Sequence[Record[str, Any]], columns: Sequence[str]) -> str:
    """Write records as a markdown table."""

    def cell(value: Any) -> str:
        text = "" if value is None else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        return re.sub(r"\s+", " ", text).replace("|", "\\|")

    lines = ["| " + " | ".join(cell(name) for name in columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(cell(record.get(name)) for name in columns) + " |" for record in records]
    return "\n".join(lines)
