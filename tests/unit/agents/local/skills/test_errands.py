"""Tests of sentences for workflows (cart, checkout, transfer, …) and of the actions that need approval."""

from __future__ import annotations

import pytest

from webrun_nb.agents.base import AgentError, Answered, Ask
from webrun_nb.agents.local.approval import approved, facts_of, risk_level
from webrun_nb.agents.local.language import plan
from webrun_nb.agents.local.language.intents import (
    AddToCart,
    Attach,
    CheckOut,
    ClickOn,
    Download,
    Extract,
    FillForm,
    Intent,
    RemoveEntries,
    Transfer,
    Unclear,
)
from webrun_nb.agents.local.skills.errands import downloads, options_for
from webrun_nb.agents.local.skills.form import empty_fields, entry_of
from webrun_nb.browsers.actions import Action, Click, Press, Type
from webrun_nb.browsers.observation import Element, Observation


def only(text: str) -> Intent:
    intents = plan(text)
    assert len(intents) == 1, intents
    return intents[0]


def button(name: str, **more: object) -> Element:
    return Element(**{"ref": 0, "role": "button", "name": name, "tag": "button", "in_form": True, **more})


def page(*elements: Element, text: str = "", url: str = "http://shop.test/review") -> Observation:
    return Observation(url, "Review", elements, text)


# --- sentences --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("Add the Aurora 14 to the cart", "Aurora 14", "cart"),
        ("put it in my basket", "", "basket"),
        ('add "Buds, Pro" to the bag', "Buds, Pro", "bag"),
    ],
)
def test_putting_into_the_cart(text: str, what: str, where: str) -> None:
    intent = only(text)
    assert isinstance(intent, AddToCart)
    assert (intent.what, intent.where) == (what, where)


@pytest.mark.parametrize("text", ["check out", "Checkout", "check out now", "check out my cart"])
def test_checking_out(text: str) -> None:
    assert isinstance(only(text), CheckOut)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("transfer 50 to Alice", ("50", "Alice", "", "")),
        (
            "Send $1,050.50 to Bob Fischer from my savings account for rent",
            ("$1,050.50", "Bob Fischer", "savings", "rent"),
        ),
        ("pay 20 dollars from the everyday account to Alice", ("20", "Alice", "everyday", "")),
        (
            'transfer 5 to "Charity: Clean Wells" with the reference "Well no. 3"',
            ("5", "Charity: Clean Wells", "", "Well no. 3"),
        ),
    ],
)
def test_sending_money(text: str, parts: tuple[str, ...]) -> None:
    intent = only(text)
    assert isinstance(intent, Transfer)
    assert (intent.amount, intent.to, intent.source, intent.about) == parts


@pytest.mark.parametrize(
    ("text", "what", "kind"),
    [
        ("download the statement as CSV", "statement", "csv"),
        ("export my orders as a csv file", "orders", "csv"),
        ("download the report.pdf file", "report.pdf", ""),
        ("Download it", "it", ""),
    ],
)
def test_downloading(text: str, what: str, kind: str) -> None:
    intent = only(text)
    assert isinstance(intent, Download)
    assert (intent.what, intent.kind) == (what, kind)


def test_filling_in_several_fields_at_once() -> None:
    intent = only(
        'fill in the form with name Ada Lovelace, email ada@example.org, street "12 Square, left" and city London'
    )
    assert isinstance(intent, FillForm)
    assert intent.values == ("name Ada Lovelace", "email ada@example.org", 'street "12 Square, left"', "city London")


@pytest.mark.parametrize("text", ["delete user bob", "delete the user bob", 'Delete the account named "bob"'])
def test_deleting_removes_an_entry(text: str) -> None:
    intent = only(text)
    assert isinstance(intent, RemoveEntries)
    assert intent.words.endswith(("user bob", '"bob"'))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("open my orders and list them", [ClickOn, Extract]),
        ("Add the Aurora 14 to the cart and check out", [AddToCart, CheckOut]),
        ("Check out, then download my orders as CSV.", [CheckOut, Download]),
        ("open Transfer, transfer 50 to Alice and list the rows", [ClickOn, Transfer, Extract]),
    ],
)
def test_errands_are_steps_among_others(text: str, kinds: list[type]) -> None:
    assert [type(intent) for intent in plan(text)] == kinds


@pytest.mark.parametrize("text", ["transfer some money to Alice", "send 50 emails to Alice", "transfer 50"])
def test_half_an_errand_is_asked_about(text: str) -> None:
    assert isinstance(only(text), Unclear)


# --- what needs a person ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Place order", "purchase"), ("Place your order", "purchase"), ("Buy now", "purchase"),
        ("Pay $749.00", "purchase"), ("Order with obligation to pay", "purchase"), ("Confirm and pay", "purchase"),
        ("Complete purchase", "purchase"),
        ("Confirm transfer", "security"), ("Send money", "security"), ("Transfer", "security"),
        ("Make payment", "security"),
        ("Delete bob", "security"), ("Remove everything", "security"), ("Close my account", "security"),
        ("Add to cart", None), ("Continue to review", None), ("Log in", None), ("Order by price", None),
        ("Search", None),
        ("Payment methods", None), ("Continue", None), ("Check out", None), ("Undelete", None),
    ],
)  # fmt: skip
def test_buying_sending_and_destroying_need_a_person(name: str, kind: str | None) -> None:
    assert risk_level(button(name), "click it") == kind


def test_what_was_asked_for_by_its_name_is_not_asked_again_but_money_is() -> None:
    assert risk_level(button("Delete bob"), "delete user bob") is None
    assert risk_level(button("Place order"), "place the order") == "purchase"


MESSAGE = Element(1, "textbox", "Message", "textarea", in_form=True)
AMOUNT = Element(1, "textbox", "Amount", "input", in_form=True)


@pytest.mark.parametrize("sentence", ["press Send", "click the Send button", "submit the form"])
def test_sending_a_form_that_the_sentence_names_is_not_asked_again(sentence: str) -> None:
    send = button("Send")
    assert risk_level(send, sentence, page(send, MESSAGE, text="Write to us")) is None
    assert run(Looker(page(send, MESSAGE)), Click(0), because=sentence) == (Click(0), [])


@pytest.mark.parametrize(
    ("sentence", "fields", "text"),
    [
        ("open the page", (MESSAGE,), "Write to us"),
        ("press Send", (AMOUNT,), "Send money"),
        ("press Send", (), "You are about to send $50.00 to Alice"),
        ("press Send", (MESSAGE,), "Amount: $50.00"),
    ],
    ids=["not named", "amount field", "an amount to confirm", "an amount beside a field"],
)
def test_sending_what_may_be_money_or_was_not_named_needs_a_person(
    sentence: str, fields: tuple[Element, ...], text: str
) -> None:
    send = button("Send")
    assert risk_level(send, sentence, page(send, *fields, text=text)) == "security"


@pytest.mark.parametrize("sentence", ["press Transfer", "press Send money", "press Buy now"])
def test_money_is_asked_about_though_the_sentence_names_the_button(sentence: str) -> None:
    pressed = button(sentence.removeprefix("press "))
    assert risk_level(pressed, sentence, page(pressed, MESSAGE)) is not None


def test_a_button_that_is_called_otherwise_than_it_looks_counts_by_both() -> None:
    assert risk_level(button("Show details", text="Buy everything now"), "click it") == "purchase"
    assert risk_level(button("Buy now", text="Show details"), "click it") == "purchase"


def test_a_link_that_leads_somewhere_is_no_button() -> None:
    assert risk_level(button("Buy now", role="link", href="http://shop.test/buy"), "") is None
    assert risk_level(button("Buy now", role="link", href="http://shop.test/#"), "") == "purchase"


class Looker:
    """Observations of several pages in order; the last one is repeated."""

    def __init__(self, *pages: Observation) -> None:
        self.pages = list(pages)
        self.seen: Observation | None = pages[0]

    def look(self, *, again: bool = False):  # type: ignore[no-untyped-def]
        if again and len(self.pages) > 1:
            self.pages.pop(0)
        self.seen = self.pages[0]
        yield from ()
        return self.seen


def run(looker: Looker, action: Action, *answers: str, because: str = "check out") -> tuple[Action | None, list[Ask]]:
    asked: list[Ask] = []
    work = approved(looker, action, because)
    waiting = list(answers)
    try:
        step = next(work)
        while True:
            assert isinstance(step, Ask)
            asked.append(step)
            step = work.send(Answered(waiting.pop(0)))
    except StopIteration as done:
        return done.value, asked


ORDER = page(button("Place order"), text="Delivery\nTo pay:\n$749.00\nThanks")


def test_a_purchase_is_approved_with_the_pages_own_words() -> None:
    action, [asked] = run(Looker(ORDER), Click(0), "Yes, go ahead.")
    assert action == Click(0)
    assert asked.kind == "purchase"
    assert asked.candidates == ("approve", "reject")
    assert '"Place order"' in asked.question
    assert "To pay: $749.00" in asked.question
    assert not any(choice in asked.question for choice in asked.candidates)  # who shows it adds the choices


def test_a_question_says_what_becomes_of_the_form_without_an_answer() -> None:
    [asked] = run(Looker(page(button("Send", submits=True), MESSAGE)), Click(0), "yes")[1]
    assert asked.question.endswith("Without approval the form is not sent. Go on?")


@pytest.mark.parametrize("answers", [["reject"], ["maybe", "perhaps", "hm"]])
def test_what_was_not_approved_says_that_the_form_was_not_sent(answers: list[str]) -> None:
    with pytest.raises(AgentError) as caught:
        run(Looker(page(button("Send", submits=True), MESSAGE)), Click(0), *answers)
    assert caught.value.message.endswith('"Send" was not pressed, and the form was not sent.')


@pytest.mark.parametrize("answer", ["no", "Reject", "don't", "cancel it please", "No, too dear"])
def test_a_rejected_purchase_ends_the_task(answer: str) -> None:
    with pytest.raises(AgentError) as caught:
        run(Looker(ORDER), Click(0), answer)
    assert caught.value.code == "TASK_STOPPED"


def test_an_answer_that_is_neither_is_no_yes() -> None:
    with pytest.raises(AgentError) as caught:
        run(Looker(ORDER), Click(0), "maybe", "yes but only the lamp", "hm")
    assert caught.value.code == "TASK_STOPPED"


def test_an_answer_that_it_was_done_manually_is_accepted() -> None:
    assert run(Looker(ORDER), Click(0), "I did it myself")[0] is None


def test_a_page_that_changed_while_it_was_approved_is_asked_about_again() -> None:
    dearer = page(button("Other", ref=0), button("Place order", ref=1), text="To pay:\n$949.00")
    action, asked = run(Looker(ORDER, dearer), Click(0), "approve", "approve")
    assert action == Click(1)
    assert [("$949.00" in ask.question) for ask in asked] == [False, True]


def test_a_button_that_is_gone_is_not_pressed() -> None:
    with pytest.raises(AgentError, match="disappeared after"):
        run(Looker(ORDER, page(text="Sorry")), Click(0), "approve")


@pytest.mark.parametrize("action", [Press("Enter"), Type(1, "note", submit=True)])
def test_enter_presses_buttons_too(action: Action) -> None:
    field = Element(1, "textbox", "Note", "input", in_form=True)
    seen = page(button("Place order"), field, text="To pay: $749.00")
    assert len(run(Looker(seen), action, "approve")[1]) == 1


def test_what_a_page_says_can_not_steer_a_terminal() -> None:
    assert facts_of(page(text="Total \x1b[2J\u202e$1.00")) == ("Total [2J$1.00",)


# --- finding what is meant --------------------------------------------------------------------------------------------

TO = Element(1, "combobox", "To", "select", options=("Choose", "Alice Moreau (1)", "Bob Fischer (2)", "Bob Martin (3)"))


@pytest.mark.parametrize(
    ("value", "options"),
    [("Alice", ["Alice Moreau (1)"]), ("bob", ["Bob Fischer (2)", "Bob Martin (3)"]), ("Mallory", []), ("lice", [])],
)
def test_options_are_found_by_whole_words(value: str, options: list[str]) -> None:
    assert options_for(TO, value) == options


FIELDS = page(
    Element(0, "textbox", "Full name", "input", in_form=True, label="Full name"),
    Element(1, "textbox", "Date of birth", "input", in_form=True, label="Date of birth"),
    Element(2, "textbox", "Passport number", "input", in_form=True, label="Passport number"),
    Element(3, "combobox", "Country", "select", in_form=True, label="Country", options=("Choose", "Sweden", "Spain")),
    Element(4, "radio", "Yes", "input", in_form=True, nearby="Do you need step-free access? Yes No"),
    Element(5, "radio", "No", "input", in_form=True, nearby="Do you need step-free access? Yes No"),
    Element(6, "checkbox", "Send me the newsletter", "input", in_form=True),
    Element(7, "textbox", "Phone (optional)", "input", in_form=True, label="Phone (optional)"),
)


@pytest.mark.parametrize(
    ("pair", "ref", "value"),
    [
        ("name Ada Lovelace", 0, "Ada Lovelace"),
        ("full name: Ada", 0, "Ada"),
        ("birth date 1990-12-10", 1, "1990-12-10"),
        ("passport number 123456789", 2, "123456789"),
        ('passport "12, 34"', 2, "12, 34"),
        ("country Sweden", 3, "Sweden"),
        ("step-free access no", 5, "yes"),
        ("newsletter yes", 6, "yes"),
        ("phone = +44 20", 7, "+44 20"),
    ],
)
def test_a_pair_finds_its_field(pair: str, ref: int, value: str) -> None:
    entry = entry_of(FIELDS, pair, "fill in the form")
    assert (entry.element.ref, entry.value) == (ref, value)


@pytest.mark.parametrize("pair", ["nmae Ada", "country Atlantis", "newsletter perhaps", "name", "shoe size 42"])
def test_a_value_without_a_field_is_reported_and_never_guessed(pair: str) -> None:
    with pytest.raises(AgentError, match="names no field") as caught:
        entry_of(FIELDS, pair, "fill in the form")
    assert "Full name" in caught.value.message


def test_what_is_empty_and_not_optional_is_missing() -> None:
    assert [element.ref for element in empty_fields(FIELDS)] == [0, 1, 2]


def link(name: str, href: str, ref: int = 0, nearby: str = "") -> Element:
    return Element(ref, "link", name, "a", href=href, nearby=nearby)


CSV = link("Download statement as CSV", "http://bank.test/a/statement.csv")


@pytest.mark.parametrize(
    ("elements", "what", "kind", "found"),
    [
        ((CSV, link("Statement", "http://bank.test/a", 1)), "statement", "csv", [0]),
        ((CSV, link("Download statement as PDF", "http://bank.test/a/statement.pdf", 1)), "statement", "pdf", [1]),
        ((CSV,), "orders", "csv", []),
        ((CSV,), "statement", "pdf", []),
        ((CSV, link("CSV", "http://bank.test/b.csv", 1)), "it", "csv", [0, 1]),
    ],
)
def test_a_download_is_found_by_all_of_its_words(
    elements: tuple[Element, ...], what: str, kind: str, found: list[int]
) -> None:
    assert [e.ref for e in downloads(page(*elements), Download("", what, kind))] == found


@pytest.mark.parametrize(
    ("sentence", "what", "where"),
    [
        ("Attach cv.pdf", "cv.pdf", ""),
        ("Upload the file", "", ""),
        ('upload "my cv.pdf" as the CV', "my cv.pdf", "CV"),
        ("attach the file report.csv to the form", "report.csv", "form"),
    ],
)
def test_a_file_is_attached(sentence: str, what: str, where: str) -> None:
    assert plan(sentence) == [Attach(sentence, what, where)]
