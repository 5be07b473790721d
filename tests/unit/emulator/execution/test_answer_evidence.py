"""Tests of the evidence of an answer: limits, the rows that are sent, masked secrets, and the report made of it."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace

from webrun_nb.agents.base import ColumnRead, Finish, ListRead, PossibleReading, Provenance, Unused
from webrun_nb.emulator.domain import evidence as limits
from webrun_nb.emulator.domain.evidence import VisitedPage
from webrun_nb.emulator.domain.secrets.vault import Vault
from webrun_nb.emulator.execution.answer_evidence import evidence_of
from webrun_nb.emulator.serializers.report import Report, unpacked

READINGS = (
    PossibleReading("1299 EUR", "thousands' mark .", (("group", "."),)),
    PossibleReading("1.299 EUR", "decimal mark .", (("decimal", "."),)),
)
URL = "https://a.example/1"
CERTAIN = Provenance(0, "price", URL, "td", "12,50 €", "decimal mark , by column", shows=(("decimal", ","),))
UNSURE = Provenance(
    1, "price", URL, "tr > td", "1.299 €", "", "ambiguous-mark", READINGS, captured_ms=5.4, box=(1.0, 2.4, 3.0, 4.0)
)


def reported(finish: Finish, rows: int | None = None) -> dict:
    report = Report("s", "t", (VisitedPage("https://a.example/1", 200, 7.2),), evidence_of(finish, rows))
    return json.loads(report.to_json())


def test_the_report_has_the_source_of_each_value():
    (first, second) = reported(Finish(provenance=(CERTAIN, UNSURE)))["values"]
    assert first == {
        "row": 0,
        "column": "price",
        "url": "https://a.example/1",
        "element": "td",
        "text": "12,50 €",
        "reading": "decimal mark , by column",
    }
    assert (second["reason"], second["at"], second["box"]) == ("ambiguous-mark", 5, [1, 2, 3, 4])
    assert second["readings"][0] == {"value": "1299 EUR", "how": "thousands' mark .", "assumes": [["group", "."]]}


def test_the_report_says_by_column_and_host_what_certain_values_prove():
    elsewhere = replace(CERTAIN, url="https://b.example/", shows=(("decimal", "."),))
    column = ColumnRead("price", "Preis", "decimal mark ,", {"blank": 2})
    finish = Finish(provenance=(CERTAIN, CERTAIN, elsewhere), columns=(column,))
    assert reported(finish)["columns"] == [
        {
            "name": "price",
            "label": "Preis",
            "reading": "decimal mark ,",
            "nulls": {"blank": 2},
            "shows": {"a.example": [["decimal", ","]], "b.example": [["decimal", "."]]},
        }
    ]


def test_the_report_says_how_each_list_ended():
    found = ListRead(
        "https://a.example/1", "Laptops", 24, 96, 120, "the page says 120, 96 collected", 3, True, False, True
    )
    assert reported(Finish(lists=(found,)))["lists"] == [
        {
            "url": "https://a.example/1",
            "title": "Laptops",
            "shown": 24,
            "collected": 96,
            "stated": 120,
            "ended": "the page says 120, 96 collected",
            "repeated": 3,
            "assumed": True,
            "whole": False,
            "enough": True,
        }
    ]


def test_only_rows_that_are_sent_have_sources():
    assert [each["row"] for each in reported(Finish(provenance=(CERTAIN, UNSURE)), rows=1)["values"]] == [0]


def test_values_beyond_the_limit_are_counted(monkeypatch):
    monkeypatch.setattr(limits, "MAX_VALUES", 1)
    found = reported(Finish(provenance=(CERTAIN, UNSURE, UNSURE)))
    assert (len(found["values"]), found["valuesLeftOut"]) == (1, 2)


def test_values_beyond_the_limit_of_characters_are_counted(monkeypatch):
    monkeypatch.setattr(limits, "MAX_CHARS", 2 * len(CERTAIN.text + CERTAIN.url + CERTAIN.element + CERTAIN.reading))
    found = reported(Finish(provenance=(CERTAIN,) * 5))
    assert (len(found["values"]), found["valuesLeftOut"]) == (2, 3)


def test_a_long_text_is_cut_and_marked_and_a_long_selector_left_out():
    (value,) = reported(Finish(provenance=(replace(CERTAIN, text="x" * 5_000, element="y" * 5_000),)))["values"]
    assert (len(value["text"]), value["text"][-1], value["element"]) == (limits.MAX_TEXT, "…", "")


def test_too_many_readings_are_left_out():
    (value,) = reported(Finish(provenance=(replace(UNSURE, readings=READINGS * 9),)))["values"]
    assert "readings" not in value


def test_no_secret_is_in_the_report():
    secret = "planted-4b1d-secret"
    vault = Vault()
    vault.put("a.example", {"password": secret})
    reading = PossibleReading(f"{secret} 1", secret, (("decimal", secret),))
    texts = (secret, f"https://a.example/{secret}", secret, secret, secret, secret)
    value = Provenance(0, *texts, (reading,), ((secret, secret),))
    finish = Finish(
        provenance=(value,),
        unused=(Unused(secret, 0, 1, secret),),
        columns=(ColumnRead(secret, secret, secret, {secret: 1}),),
        lists=(ListRead(f"https://a.example/{secret}", secret, 1, 1, ended=secret),),
    )
    found = json.dumps(reported(vault.redactor.redact(finish)))
    assert "***" in found
    assert secret not in found


def test_the_report_may_be_asked_for_values_with_a_reason_alone():
    stored = zlib.compress(Report("s", "t", (), evidence_of(Finish(provenance=(CERTAIN, UNSURE)))).to_json())
    assert [each["row"] for each in json.loads(unpacked(stored, "odd"))["values"]] == [1]


def test_a_report_of_an_earlier_version_has_the_fields_of_today():
    before = b'{"success":true,"sessionId":"s","taskId":"t","unused":[],"pages":[]}'
    found = json.loads(unpacked(zlib.compress(before)))
    assert (found["values"], found["lists"], found["columns"], found["valuesLeftOut"]) == ([], [], [], 0)
