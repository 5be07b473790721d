"""The cards of this kernel's background jobs: shown in the cell that began the job, written by one thread."""

from __future__ import annotations

import uuid

from IPython.display import display

from webrun_nb.client.runtime import runtime
from webrun_nb.notebook.cards import CardWriter
from webrun_nb.notebook.front_end import has_front_end
from webrun_nb.notebook.jobs import Job
from webrun_nb.notebook.widgets.job_card import Form, JobCard, card_text


class JobBoard:
    """Shows jobs' cards."""

    def __init__(self) -> None:
        self._display_ids: dict[JobCard, str] = {}
        self._writer: CardWriter[JobCard] = CardWriter(self._write)

    def show(self, job: Job, form: Form | None = None) -> None:
        """Show a job's card in the running cell, with its session's `form`. Only from the main thread."""
        if not has_front_end():
            print(card_text(job))
            return
        card = JobCard(job, self._writer.mark, lambda: runtime.submit(job.acancel()).result, form)
        self._display_ids[card] = uuid.uuid4().hex
        display(card, display_id=self._display_ids[card])  # type: ignore[no-untyped-call]
        self._writer.mark(card)  # what came before it was on the page

    def _write(self, card: JobCard) -> None:
        card.flush()
        display_id = self._display_ids.get(card)
        if display_id is not None and (card.done or not card.on_page):
            # the static forms were frozen when it was shown: a saved notebook must say how it ended
            if card.done:
                del self._display_ids[card]
            display(card, display_id=display_id, update=True)  # type: ignore[no-untyped-call]


job_board = JobBoard()
"""This kernel's board."""
