"""Only a plain word is ever offered for writing into a file."""

import pytest

from multillm_gov.finding import Finding, Severity
from multillm_gov.location import Location
from multillm_gov.workflows.language.quick_fixes import quick_fixes_of


def finding(message: str, **figures: str) -> Finding:
    return Finding(
        rule="GOV101",
        name="unknown-model",
        severity=Severity.ERROR,
        message=message,
        location=Location("allocations/x.yaml"),
        subject="a",
        remedy="",
        figures=figures,
    )


@pytest.mark.parametrize(
    ("message", "figures", "words"),
    [
        (
            "`x` is not a rule (did you mean `concentration` or `capacity`?)",
            {},
            ["concentration", "capacity"],
        ),
        ("unknown key `ruote`; did you mean `route`?", {}, ["route"]),
        ("`x` is not a model", {"suggestions": "gpt-5, openai/gpt-5"}, ["gpt-5", "openai/gpt-5"]),
        ("`x` was retired", {"successor": "gpt-5.6", "successor_origin": "derived"}, ["gpt-5.6"]),
        ("`(did you mean `evil`?)` is not a rule", {}, []),
        ("`x` is not a rule (did you mean `a: {b`?)", {}, []),
        ("`x` is not a model", {"suggestions": "a\nb: c"}, []),
        ("vendor `openai` carries 60%", {}, []),
    ],
)
def test_words_to_write(message: str, figures: dict[str, str], words: list[str]) -> None:
    assert [fix.text for fix in quick_fixes_of(finding(message, **figures))] == words
