"""docs/custom-rules.md: every example brings the finding it says, and every name an expression may
read is there."""

import re
from pathlib import Path
from typing import Any

import pytest

from multillm_gov.rules.custom.context import OWN
from multillm_gov.rules.custom.vocabulary import (
    FALLBACK_FIELDS,
    MODEL_FIELDS,
    ROUTE_FIELDS,
    SHARE_FIELDS,
    TYPE_NAMES,
)
from multillm_gov.rules.custom.wide_variables import WHOLE_VARIABLES

PAGE = (Path(__file__).parents[3] / "docs" / "custom-rules.md").read_text("utf-8")
EXAMPLES = re.findall(
    r"### ([^\n]+)\n(?:(?!###).)*?```yaml\n(.*?)```\n\n```text\n(.*?)```", PAGE, re.DOTALL
)
SPREADS = re.compile(r"(hhi|effective_number|shares)\.(spend|requests|value_at_stake)\.")


def _files(text: str) -> dict[str, str]:
    parts = re.split(r"^# (\S+\.yaml)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_there_are_five() -> None:
    assert len(EXAMPLES) == 5


@pytest.mark.parametrize(("title", "text", "told"), EXAMPLES, ids=[title for title, *_ in EXAMPLES])
def test_an_example_brings_what_it_says_and_nothing_else(
    title: str, text: str, told: str, judged: Any
) -> None:
    findings = judged(_files(text)).findings
    own = [
        f"{one.location}: {one.severity.label}: {one.message}\n"
        for one in findings
        if one.rule == "GOV901"
    ]
    assert "".join(own) == told
    assert not [one for one in findings if one.rule.startswith("GOV0")], (
        "the example's files are sound"
    )


def test_every_variable_and_field_is_documented_with_its_type() -> None:
    variables = [
        (one.name, one.type, one.meaning)
        for one in (*OWN["task_class"], *OWN["model"], *WHOLE_VARIABLES)
    ]
    fields = [
        (name, *said)
        for each in (MODEL_FIELDS, ROUTE_FIELDS, FALLBACK_FIELDS, SHARE_FIELDS)
        for name, said in each.items()
    ]
    missing = [
        row
        for name, kind, meaning in (*variables, *fields)
        if not SPREADS.match(name)
        and (row := f"| `{name}` | {TYPE_NAMES[kind]} | {meaning} |") not in PAGE
    ]
    assert missing == []
    assert len([one for one in WHOLE_VARIABLES if SPREADS.match(one.name)]) == 3 * 3 * 6


def test_nothing_is_documented_that_cannot_be_read() -> None:
    known = {one.name for each in OWN.values() for one in each} | {
        one.name for one in WHOLE_VARIABLES
    }
    known |= {*MODEL_FIELDS, *ROUTE_FIELDS, *FALLBACK_FIELDS, *SHARE_FIELDS}
    rows = re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)
    assert [name for name in rows if name not in known and "BASIS" not in name] == []
