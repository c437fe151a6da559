"""How runs are told: findings that share a mend, JUnit kinds, the line of progress."""

import xml.etree.ElementTree as ET
from decimal import Decimal

from multillm_gov.cli.shared.progress import progress_line
from multillm_gov.evaluation.running import Progress
from multillm_gov.location import Location
from multillm_gov.rendering.formats.junit import render
from multillm_gov.report import Report, Verdict
from multillm_gov.reporting.evaluation.dry_run_findings import findings_of
from multillm_gov.trials import Trial, TrialCheck


def trial(model="m", verdict="contract", outcome="failure", line=3, **given):
    defaults = {
        "task_class": "triage",
        "kind": "answer",
        "location": Location("allocations/a.yaml", line, 5),
        "message": "it is no JSON",
        "remedy": "Mend the prompt.",
        "calls": 3,
        "answers": 3,
    }
    return Trial(model=model, verdict=verdict, outcome=outcome, **{**defaults, **given})


def test_models_that_fail_alike_share_a_finding():
    (found,) = findings_of((trial("a"), trial("b", line=4), trial("c", "pass", "pass")))
    assert found.message.startswith("`a`, `b` fail in `triage` (answer, contract): it is no JSON")
    assert [each.location.line for each in found.related] == [4]
    assert found.severity.label == "error"


def test_what_fails_otherwise_has_a_finding_of_its_own():
    found = findings_of((trial("a", line=9), trial("b", "credentials", "error", line=4)))
    assert [(each.location.line, each.severity.label) for each in found] == [
        (4, "warning"),
        (9, "error"),
    ]
    assert "could not be judged" in found[0].message


def test_a_fingerprint_survives_moved_lines_and_other_words():
    (one,), (other,) = (
        findings_of((trial(),)),
        findings_of((trial(line=40, message="other words"),)),
    )
    assert one.fingerprint == other.fingerprint


def test_build_servers_tell_a_failure_from_an_error():
    trials = (
        trial(
            "a", checks=(TrialCheck(name="contract", verdict="contract", detail="3 < 4 & more"),)
        ),
        trial("b", "unreachable", "error", message="\x1b[31mgone\x1b[0m"),
        trial("c", "pass", "pass", message="", remedy="", p50_seconds=Decimal("0.25")),
    )
    report = Report(
        kind="dry-run",
        title="Dry-run",
        organization="",
        as_of="2026-11-24",
        verdict=Verdict(fail_on=None, errors=1, warnings=1, notes=0, waived=0, unproved=1),
        trials=trials,
    )
    data = render(report)
    assert b"\x1b" not in data
    root = ET.fromstring(data)  # noqa: S314 - our own
    assert {name: root.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "3",
        "failures": "1",
        "errors": "1",
    }
    (suite,) = root
    assert [(case.get("name"), [child.tag for child in case]) for case in suite] == [
        ("a answer", ["failure"]),
        ("b answer", ["error"]),
        ("c answer", ["system-out"]),
    ]
    assert suite[2].get("time") == "0.25"
    assert "3 < 4 & more" in suite[0][0].text


def verdict(**given):
    return Verdict(fail_on=None, warnings=0, notes=0, waived=0, **{"errors": 0, **given})


def test_fault_goes_before_what_could_not_be_judged():
    from multillm_gov.finding import Severity

    assert verdict(unproved=1).exit_code == 3
    assert verdict().exit_code == 0
    both = Verdict(fail_on=Severity.ERROR, errors=1, warnings=0, notes=0, waived=0, unproved=1)
    assert both.exit_code == 1


def test_the_line_of_progress():
    told = Progress(done=12, total=45, spent_usd=Decimal("0.0123"), seconds=8.0)
    assert progress_line(told) == "12 of 45 calls settled, 0.0123 USD so far, about 22 s left"
    start = Progress(done=0, total=45, spent_usd=Decimal(0), seconds=0.0)
    assert progress_line(start) == "0 of 45 calls settled, 0.00 USD so far"
