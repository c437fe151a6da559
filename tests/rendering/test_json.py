"""JSON for programs: its shape, its schema, its exactness."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.finding import Finding, Severity
from multillm_gov.location import Location
from multillm_gov.rendering.formats.json import render, write_json
from multillm_gov.rendering.public.publishing import report_schema
from multillm_gov.report import Report, judge_counts

SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "report.schema.json"
KINDS = ["check", "clean", "diff", "board"]


@pytest.mark.parametrize("kind", KINDS)
def test_golden(
    kind: str, golden: Callable[[str, bytes], None], request: pytest.FixtureRequest
) -> None:
    golden(f"{kind}.json", render(request.getfixturevalue(f"{kind}_report")))


def test_the_schema_file_is_what_the_types_say(request: pytest.FixtureRequest) -> None:
    generated = write_json(report_schema())
    if request.config.getoption("--refresh-golden", default=False):
        SCHEMA_FILE.parent.mkdir(exist_ok=True)
        SCHEMA_FILE.write_bytes(generated)
    assert SCHEMA_FILE.read_bytes() == generated


@pytest.mark.parametrize("kind", KINDS)
def test_output_satisfies_the_schema(kind: str, request: pytest.FixtureRequest) -> None:
    validator = jsonschema_rs.validator_for(report_schema())
    document = json.loads(render(request.getfixturevalue(f"{kind}_report")))
    assert [error.message for error in validator.iter_errors(document)] == []


def test_the_schema_refuses_what_is_not_a_report(check_report: Report) -> None:
    validator = jsonschema_rs.validator_for(report_schema())
    document = json.loads(render(check_report))
    for spoil in (
        lambda d: d.update(schema="govern/report/2"),
        lambda d: d["findings"][0].update(severity="fatal"),
        lambda d: d["findings"][0]["location"].update(line=0),
        lambda d: d["verdict"].pop("passed"),
    ):
        spoilt = json.loads(json.dumps(document))
        spoil(spoilt)
        assert not validator.is_valid(spoilt)


def test_amounts_are_exact_strings(check_report: Report) -> None:
    waived = next(f for f in json.loads(render(check_report))["findings"] if f["rule"] == "GOV401")
    assert waived["figures"] == {"forecast_per_month": "12000.50", "cap_per_month": "10000"}


def test_large_amounts_are_never_in_scientific_notation(check_report: Report) -> None:
    finding = msgspec.structs.replace(
        check_report.findings[0], figures={"amount": Decimal("1.2E+7")}
    )
    report = msgspec.structs.replace(check_report, findings=(finding,))
    assert json.loads(render(report))["findings"][0]["figures"] == {"amount": "12000000"}


def test_the_verdict_is_the_reports(check_report: Report, clean_report: Report) -> None:
    assert json.loads(render(check_report))["verdict"] == {
        "passed": False,
        "exit_code": 1,
        "fail_on": "error",
        "errors": 1,
        "warnings": 1,
        "notes": 1,
        "waived": 1,
    }
    assert json.loads(render(clean_report))["verdict"]["passed"] is True


@given(st.text(st.characters(), max_size=60), st.text(st.characters(), max_size=60))
def test_any_text_survives_and_reaches_a_terminal_harmless(path: str, message: str) -> None:
    finding = Finding(
        rule="GOV001",
        name="syntax",
        severity=Severity.ERROR,
        message=message,
        location=Location(path),
        subject="portfolio",
        remedy="",
        figures={message: path},
    )
    report = Report(
        kind="check",
        title="t",
        organization="o",
        as_of="2026-11-24",
        findings=(finding,),
        verdict=judge_counts((), None),
    )
    data = render(report)
    read = json.loads(data)["findings"][0]
    clean = "".join("\ufffd" if 0xD800 <= ord(c) <= 0xDFFF else c for c in message)
    assert read["message"] == clean
    assert not any(
        (ord(c) < 32 and c != "\n") or 0x7F <= ord(c) < 0xA0 or c == "\u202e" for c in data.decode()
    )
