"""The cost of the user's own language model, in words: beside the emulated amount, never in it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from helpers.fake_cards import IDLE
from webrun_nb.client.answers.tasks import ModelUsage
from webrun_nb.client.monitoring.ledger import SessionRecord, TaskRecord
from webrun_nb.client.monitoring.spending import expenses
from webrun_nb.notebook.commands.usage import summary
from webrun_nb.notebook.display.ledger_tables import history_frame, usage_frame, usage_sums_frame
from webrun_nb.notebook.display.results import summary_line
from webrun_nb.notebook.text import labels
from webrun_nb.notebook.text.labels import Cost

KNOWN, UNKNOWN = ModelUsage(3, Decimal("0.0123")), ModelUsage(3, None)
EMULATED = replace(IDLE, emulated=True, cost_usd=Decimal("0.004"))


@pytest.mark.parametrize(
    ("model", "shown"),
    [(None, ""), (KNOWN, "model $0.0123 (your key)"), (UNKNOWN, "model cost unknown")],
)
def test_the_amount_says_whose_it_is(model: ModelUsage | None, shown: str) -> None:
    assert labels.model_cost(model) == shown


def test_a_card_does_not_say_that_one_pays_nothing_where_a_model_was_asked() -> None:
    assert labels.cost(EMULATED) == "emulated · you pay $0.00 · ≈ $0.0040 on the hosted service"
    with_model = labels.cost(replace(EMULATED, model=KNOWN))
    assert "you pay $0.00" not in with_model
    assert with_model.endswith("≈ $0.0040 on the hosted service · model $0.0123 (your key)")


def test_of_a_model_of_unknown_cost_neither_a_payment_nor_a_key_is_told() -> None:
    told = labels.cost(replace(EMULATED, model=UNKNOWN))
    assert told == "emulated · you pay at most for the model · ≈ $0.0040 on the hosted service · model cost unknown"


def test_the_line_below_a_cell_has_both_amounts() -> None:
    line = summary_line(elapsed_ms=6200, cost=Cost(Decimal("0.0041"), emulated=True), model=KNOWN)
    assert line == "6.2 s · ≈ $0.0041 (emulated, you pay for the model alone) · model $0.0123 (your key)"
    paid = summary_line(elapsed_ms=6200, cost=Cost(Decimal("0.0041"), emulated=False), model=UNKNOWN)
    assert paid == "6.2 s · $0.0041 · model cost unknown"


def test_the_tables_of_past_work_have_it_in_a_column_of_its_own() -> None:
    session = SessionRecord("http://x", "s1", "n", True, "", "1", None, 1, 9, None, 9, "terminated", Decimal("0.01"))
    task = TaskRecord(
        "http://x", "s1", "t1", 7, "complete", Decimal("0.01"), model_requests=3, model_usd=Decimal("0.2")
    )
    spent = expenses([session], [task])
    assert history_frame(spent, {})["model_usd"].tolist() == [0.2]
    assert usage_frame(spent)["model_usd"].dropna().tolist() == [0.2]
    assert usage_sums_frame(spent, "session")["model_usd"].tolist() == [0.2]
    (line, *_) = summary(spent, [])
    assert "you pay for the model alone" in line
    assert line.endswith("model $0.2000 (your key)")
