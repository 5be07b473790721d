"""Questions about an extraction: which column, which list, which condition is meant in the words of the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import TypeVar

from webrun_nb.agents.base import Reply, Step
from webrun_nb.agents.local.extracting.page_lists import PageLists, name_of
from webrun_nb.agents.local.extracting.reading import Reading
from webrun_nb.agents.local.language.intents import Extract
from webrun_nb.agents.local.lists.fields_shown import (
    candidate_shown,
    columns_meant,
    example_of,
    field_labels,
    field_names,
)
from webrun_nb.agents.local.lists.headings import headings_of, in_places
from webrun_nb.agents.local.lists.names import tokens
from webrun_nb.agents.local.lists.selecting import list_names
from webrun_nb.agents.local.lists.view import joined_views
from webrun_nb.extraction.assignment.assign import Ambiguous, Candidate
from webrun_nb.extraction.snapshot import Snapshot

T = TypeVar("T")
Work = Generator[Step, Reply | None, T]


class Questions:
    """Asks a person what a sentence means on the open page, and notes the answer in its lists.

    Parameters
    ----------
    lists : PageLists
        The lists of the page.
    """

    def __init__(self, lists: PageLists) -> None:
        self._lists = lists

    def ask_about(self, words: str) -> Work[None]:
        """Ask what words of the sentence mean that nothing on the page answers to, and read the sentence so."""
        wanted = self._lists.wanted
        known = [f'a list of "{wanted.subject}"'] if wanted.subject else []
        known += [f'"{c.words}"' for c in wanted.constraints if c.words != words]
        names, labels = (
            (field_names(self._lists.seen), field_labels(self._lists.seen)) if self._lists.seen else ([], [])
        )
        if names:
            what = "the page's columns" if names == labels else "what the page's rows show"
            known.append(f"{what}: {', '.join(names)}")
        problem = f'I found no "{words}" on this page{self._lists.task.statuses.error_words}'
        meant = columns_meant(self._lists.seen, wanted, words) if self._lists.seen else []
        if words == wanted.place:
            meant = [(f'the list "{name}"', replace(wanted, place=name)) for name in list_names(self._lists.candidates)]
        elif words in (*wanted.selectors, *in_places(wanted.constraints)) or re.fullmatch(r"[a-z]+ \d+", words):
            meant = [(f'the rows under "{name}"', self._under(words, name)) for name in self._headings()]
        intents = yield from self._lists.task.ask_again(
            wanted.sentence,
            "; ".join(known),
            problem,
            lists=self._lists.found,
            choices=[shown for shown, _ in meant],
            picked=lambda position: meant[position][1],
        )
        for intent in intents:
            if isinstance(intent, Extract):
                self._lists.wanted = intent
            else:
                self._lists.start = ""
                yield from self._lists.task.follow(intent)
        if not intents:  # "skip it": the person takes the condition back
            constraints = tuple(c for c in wanted.constraints if c.words != words)
            order = None if wanted.order and wanted.order.words == words else wanted.order
            subject = "" if words in (wanted.subject, *tokens(wanted.subject)) else wanted.subject
            wishes = tuple(wish for wish in wanted.wishes if wish != words)
            selectors = tuple(phrase for phrase in wanted.selectors if phrase != words)
            place = "" if words == wanted.place else wanted.place
            compute = wanted.compute if wishes else ""
            self._lists.wanted = replace(
                wanted, subject=subject, wishes=wishes, constraints=constraints, order=order,
                selectors=selectors, place=place, compute=compute,
            )  # fmt: skip

    def _headings(self) -> list[str]:
        """List the headings of the list that fits best, where it has several."""
        shown = headings_of(self._lists.seen.rows) if self._lists.seen else []
        return shown if len(shown) > 1 else []

    def _under(self, words: str, heading: str) -> Extract:
        """Say that a phrase or a condition means the rows under a heading."""
        wanted = self._lists.wanted
        others = tuple(phrase for phrase in wanted.selectors if phrase != words)
        constraints = tuple(c for c in wanted.constraints if c.words != words)
        subject = re.sub(rf"^{re.escape(words)}\s+", "", wanted.subject, flags=re.I)
        return replace(wanted, subject=subject, selectors=(*others, f"under {heading}"), constraints=constraints)

    def asked_for_columns(self, reading: Reading, read: Callable[[], Reading]) -> Work[Reading]:
        """Ask which of the page's fields is meant where several answer equally well to a column; read again then."""
        for question in (*reading.extraction.questions, *self._rival_questions(reading)):
            labels = [candidate.label for candidate in question.candidates]
            if not question.column or not all(labels) or len(set(labels)) < len(labels):
                continue  # what can't be told apart in words stays missing, with the reason
            asked = f'In "{self._lists.wanted.sentence}": which column of the page is "{question.column}"?'
            position = yield from self._lists.task.choice(asked, list(map(candidate_shown, question.candidates)))
            self._lists.chosen[question.column] = labels[position]
        return read() if self._lists.chosen else reading

    def _rival_questions(self, reading: Reading) -> list[Ambiguous]:
        """Return the columns for which several fields are called so with a word more, and no word of the sentence."""
        view, said, questions = reading.view, set(tokens(self._lists.wanted.sentence)), list[Ambiguous]()
        if view is None or view.kind != "table":
            return questions
        for report in reading.extraction.columns:
            words, found = set(tokens(report.name)), reading.fields.get(report.name)
            near = [each for each in view.fields if words and words < set(tokens(each.label))] if found is None else []
            fields = near if found is None else [found, *view.rivals(report.name, found)]
            meant = [each for each in fields if (set(tokens(each.label)) - words) & said]
            if len(fields) > 1 and len(meant) != 1 and report.name not in self._lists.chosen:
                candidates = [
                    Candidate(each.label, example_of(each)) for each in sorted(fields, key=lambda each: each.order)
                ]
                questions.append(Ambiguous(report.name, tuple(candidates)))
        return questions

    def asked_for_list(self, page: Snapshot, question: Ambiguous) -> Work[None]:
        """Ask which of several lists is meant that have all columns equally well."""
        found = joined_views(page, self._lists.views(page))  # in the order of the page
        views = [view for view in found if name_of(view) in {each.label for each in question.candidates}]
        names = [name_of(view) for view in views]
        if len(set(names)) < 2 or len(set(names)) < len(names):
            self._lists.chosen_list = views[0].nodes if views else frozenset()
            return
        shown = [f'"{name}"' for name in names]
        position = yield from self._lists.task.choice(
            f'In "{self._lists.wanted.sentence}": which list of the page is meant?', shown
        )
        self._lists.chosen_list = views[position].nodes
