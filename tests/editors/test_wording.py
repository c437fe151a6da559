"""Findings as an editor is told them."""

from typing import Any

import pytest
from lsprotocol import types

from multillm_gov.editors.positions import Buffer
from multillm_gov.editors.wording import actions_of, diagnostics, range_of
from multillm_gov.finding import Finding, Related, Severity, Waived
from multillm_gov.location import Location

TEXT = "a: 1\nbé🎉: [c]\n\nlast"
PLACE = Location("allocations/x.yaml", 2, 6, 2, 9)


def finding(**more: Any) -> Finding:
    given: dict[str, Any] = {
        "rule": "GOV301",
        "name": "concentration",
        "severity": Severity.ERROR,
        "message": "too much",
        "location": PLACE,
        "subject": "portfolio",
        "remedy": "Move some.",
    }
    return Finding(**{**given, **more})


def told(one: Finding, *, related: bool = True) -> types.Diagnostic:
    (found,) = diagnostics(
        [one], lambda _: Buffer(TEXT), lambda path: f"file:///{path}", "utf-16", related=related
    )
    return found


@pytest.mark.parametrize(
    ("severity", "shown"),
    [
        (Severity.ERROR, types.DiagnosticSeverity.Error),
        (Severity.WARNING, types.DiagnosticSeverity.Warning),
        (Severity.NOTE, types.DiagnosticSeverity.Information),
    ],
)
def test_severities(severity: Severity, shown: types.DiagnosticSeverity) -> None:
    assert told(finding(severity=severity)).severity is shown


def test_a_message_says_what_it_risks_and_how_to_mend() -> None:
    one = finding(risk="Costs 3 USD.", policy="vendors", because="The board\x1b[31m said so")
    assert (
        told(one).message
        == "too much\nCosts 3 USD.\nMove some.\nPolicy vendors: The board\\x1b[31m said so"
    )


def test_a_waived_finding_is_a_hint_that_says_by_whom() -> None:
    waiver = Waived(reason="migration", approved_by="cfo", expires="2026-12-31", location=PLACE)
    found = told(finding(waiver=waiver))
    assert found.severity is types.DiagnosticSeverity.Hint
    assert found.message.endswith("waived until 2026-12-31 by cfo: migration")


def test_related_places_only_where_the_editor_shows_them() -> None:
    one = finding(related=(Related("here", Location("policies/p.yaml", 1, 1, 1, 2)),))
    (place,) = told(one).related_information or ()
    assert (place.message, place.location.uri) == ("here", "file:///policies/p.yaml")
    assert told(one, related=False).related_information is None


def test_a_retired_model_is_struck_through() -> None:
    assert told(finding(name="retired-model")).tags == [types.DiagnosticTag.Deprecated]
    assert told(finding()).tags is None


@pytest.mark.parametrize(
    ("text", "place", "start", "end"),
    [
        (TEXT, (2, 6, 2, 9), (1, 6), (1, 9)),  # é is one unit, the emoji two
        (TEXT, (1, 1, 2, 9), (0, 0), (1, 9)),
        (TEXT, (2, 3, 2, 3), (1, 2), (1, 4)),  # no width: the whole emoji
        (TEXT, (3, 1, 3, 1), (2, 0), (2, 0)),  # an empty line has nothing to show
        (TEXT, (4, 5, 4, 5), (3, 4), (3, 4)),
        (TEXT, (99, 1, 99, 5), (3, 4), (3, 4)),
        ("", (1, 1, 1, 1), (0, 0), (0, 0)),
        ("\ufeffab\ncd", (1, 1, 1, 3), (0, 1), (0, 3)),
        ("\ufeffab\ncd", (2, 1, 2, 3), (1, 0), (1, 2)),
    ],
)
def test_ranges(
    text: str, place: tuple[int, ...], start: tuple[int, int], end: tuple[int, int]
) -> None:
    found = range_of(Location("x", *place), Buffer(text), "utf-16")
    assert (found.start.line, found.start.character) == start
    assert (found.end.line, found.end.character) == end


def test_a_mend_replaces_what_the_finding_underlines() -> None:
    one = finding(figures={"successor": "gpt-5.6", "successor_origin": "derived"})
    shown = told(one)
    (action,) = actions_of(one, shown, lambda path: f"file:///{path}")
    assert action.edit is not None
    assert action.edit.changes == {
        "file:///allocations/x.yaml": [types.TextEdit(range=shown.range, new_text="gpt-5.6")]
    }
    assert action.title == "Move to `gpt-5.6` (derived); score it on your own cases first"
