"""The result of `govern test` as text, JSON and JUnit XML."""

import json
from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import Literal

from multillm_gov.finding import Finding, Flaw
from multillm_gov.location import Location
from multillm_gov.rendering.plain.escaping import encodable, json_escaped, visible
from multillm_gov.words import count_of
from multillm_gov.workflows.policy_tests.coverage import NEARNESS, Covered
from multillm_gov.workflows.policy_tests.running import PolicyTestOutcome, PolicyTestRun

Form = Literal["text", "json", "junit"]
FORMS: tuple[Form, ...] = ("text", "json", "junit")
VERSION = 1
"""Version of the JSON; raised when a key changes its meaning or is removed."""


def render(run: PolicyTestRun, form: Form) -> bytes:
    """The result in each format; text from files is escaped."""
    if form == "json":
        return (json_escaped(json.dumps(_data(run), ensure_ascii=False)) + "\n").encode()
    lines = _junit(run) if form == "junit" else _text(run)
    return encodable("\n".join(lines) + "\n").encode()


def _text(run: PolicyTestRun) -> Iterator[str]:
    for path, outcomes in groupby(run.outcomes, key=lambda outcome: outcome.location.path):
        yield visible(path)
        for outcome in outcomes:
            yield visible(f"  {'ok  ' if outcome.passed else 'FAIL'}  {outcome.name}")
            for line in () if outcome.passed else _differences(outcome):
                yield visible(f"        {line}")
    for flaw in run.flaws:
        yield visible(f"{_format_flaw(flaw)}")
    if run.covered is not None:
        yield from map(visible, _coverage(run, run.covered))
    yield ""
    passed = len(run.outcomes) - run.failed
    cases = count_of(len(run.outcomes), "case")
    yield f"{cases}: {passed:,} passed, {run.failed:,} failed; dates judged as of {run.as_of}"


def _differences(outcome: PolicyTestOutcome) -> Iterator[str]:
    for flaw in outcome.flaws:
        yield _format_flaw(flaw)
    for missing in outcome.missing:
        yield f"- missing:    {missing} (expected at {outcome.location})"
    for finding in outcome.unexpected:
        yield f"+ unexpected: {_format(finding)}"


def _format(finding: Finding) -> str:
    policy = f" of policy `{finding.policy}`" if finding.policy else ""
    who = f"{finding.severity.label} {finding.rule} `{finding.name}`{policy} on `{finding.subject}`"
    return f"{who}: {finding.message} ({finding.location})"


def _format_flaw(flaw: Flaw) -> str:
    return f"{flaw.location}: {flaw.message}. {flaw.remedy}"


def _coverage(run: PolicyTestRun, covered: tuple[Covered, ...]) -> Iterator[str]:
    yield ""
    minimum = "" if run.min_coverage is None else f" (minimum {run.min_coverage}%)"
    yield f"Coverage: {run.coverage_percent}%{minimum}"
    never = [each for each in covered if not each.limit and not each.points]
    half = [each for each in covered if not each.limit and each.points == 1]
    limits = [each for each in covered if each.limit and each.points < 2]
    for each in never:
        yield f"  never exercised       {each.policy} ({each.location})"
    for each in half:
        yield (
            f"  never {'passes ' if each.outside else 'fails  '}         {each.policy} "
            f"({each.location})"
        )
    for each in limits:
        missing = "just passes or just fails" if not each.points else _one_side(each)
        yield (
            f"  limit not approached  {each.policy}.{each.limit}: no case {missing} "
            f"({each.location})"
        )
    if limits:
        yield (
            f"  A case approaches a limit if moving the limit by {NEARNESS:.0%} changes the "
            "findings."
        )


def _one_side(each: Covered) -> str:
    return "just passes" if each.outside else "just fails"


def _data(run: PolicyTestRun) -> dict[str, object]:
    data: dict[str, object] = {
        "version": VERSION,
        "as_of": run.as_of.isoformat(),
        "exit_code": run.exit_code,
        "cases": [
            {
                "name": outcome.name,
                "location": _place(outcome.location),
                "passed": outcome.passed,
                "missing": list(outcome.missing),
                "unexpected": [_finding(finding) for finding in outcome.unexpected],
                "flaws": [_flaw(flaw) for flaw in outcome.flaws],
            }
            for outcome in run.outcomes
        ],
        "flaws": [_flaw(flaw) for flaw in run.flaws],
    }
    if run.covered is not None:
        data["coverage"] = {
            "percent": run.coverage_percent,
            "minimum_percent": run.min_coverage,
            **_coverage_data(run.covered),
        }
    return data


def _coverage_data(covered: tuple[Covered, ...]) -> dict[str, object]:
    return {
        "policies": [
            {
                "policy": each.policy,
                "fails": each.outside,
                "passes": each.inside,
                "location": _place(each.location),
            }
            for each in covered
            if not each.limit
        ],
        "limits": [
            {
                "policy": each.policy,
                "limit": each.limit,
                "just_fails": each.outside,
                "just_passes": each.inside,
            }
            for each in covered
            if each.limit
        ],
    }


def _place(location: Location) -> dict[str, object]:
    return {"path": location.path, "line": location.line, "column": location.column}


def _flaw(flaw: Flaw) -> dict[str, object]:
    return {"message": flaw.message, "remedy": flaw.remedy, "location": _place(flaw.location)}


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "name": finding.name,
        "policy": finding.policy,
        "subject": finding.subject,
        "severity": finding.severity.label,
        "message": finding.message,
        "location": _place(finding.location),
    }


def _junit(run: PolicyTestRun) -> Iterator[str]:
    failures, errors = run.failed, len(run.flaws)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield (
        f'<testsuites name="govern test" tests="{len(run.outcomes)}" failures="{failures}" '
        f'errors="{errors}">'
    )
    for path, group in groupby(run.outcomes, key=lambda outcome: outcome.location.path):
        outcomes = list(group)
        failed = sum(not outcome.passed for outcome in outcomes)
        yield f'  <testsuite name="{_quoted(path)}" tests="{len(outcomes)}" failures="{failed}">'
        for outcome in outcomes:
            yield from _junit_case(path, outcome)
        yield "  </testsuite>"
    if run.flaws:
        yield f'  <testsuite name="files" tests="{errors}" errors="{errors}">'
        for flaw in run.flaws:
            message = _quoted(_format_flaw(flaw))
            yield (
                f'    <testcase name="{_quoted(str(flaw.location))}" time="0"><error '
                f'message="{message}"/></testcase>'
            )
        yield "  </testsuite>"
    yield "</testsuites>"


def _junit_case(path: str, outcome: PolicyTestOutcome) -> Iterator[str]:
    place = f'file="{_quoted(path)}" line="{outcome.location.line}"'
    yield (
        f'    <testcase name="{_quoted(outcome.name)}" classname="{_quoted(path)}" '
        f'{place} time="0">'
    )
    if not outcome.passed:
        differences = list(map(visible, _differences(outcome)))
        yield (
            "      <failure "
            f'message="{_quoted(differences[0])}">{escape(chr(10).join(differences))}</failure>'
        )
    yield "    </testcase>"


def _quoted(text: str) -> str:
    return escape(visible(text))
