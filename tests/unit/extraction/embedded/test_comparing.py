from __future__ import annotations

import pytest

from webrun_nb.extraction.embedded.comparing import agrees


@pytest.mark.parametrize(
    ("displayed", "embedded", "expected"),
    [
        ("1.299,00 €", "1299.00", True),
        ("$1,299", "1299", True),
        ("٣٥", "35", True),
        ("€24.00 – €39.00", "24.00", False),
        ("12.50", "12.05", False),
        ("Marke: ORLA", "Orla", True),
        ("Orlando", "Orla", False),
        ("anything", "", False),
    ],
)
def test_displayed_text_bears_out_an_embedded_value(displayed: str, embedded: str, expected: bool) -> None:
    assert agrees(displayed, embedded) is expected
