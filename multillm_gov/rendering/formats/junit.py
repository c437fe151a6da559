"""JUnit XML, as test reports of build servers read it: a suite a file, a case a finding."""

from collections.abc import Iterator
from html import escape
from itertools import groupby

from multillm_gov.finding import Finding
from multillm_gov.rendering.plain.escaping import visible, visible_lines
from multillm_gov.rendering.plain.wording import (
    checked_sentence,
    draft_sentence,
    policy_line,
    verdict_sentence,
)
from multillm_gov.report import Report, Verdict
from multillm_gov.trials import Trial

MEDIA_TYPE = "application/xml"


def render_trials(report: Report) -> bytes:
    """Failures are what the portfolio can fix; errors are a missing key, network or provider."""
    name = " · ".join(filter(None, (f"govern {report.kind}", draft_sentence(report))))
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites{_attributes(name=name, **_trial_counts(report.trials))}>",
    ]
    for task, group in groupby(report.trials, lambda trial: trial.task_class):
        trials = tuple(group)
        lines.append(f"  <testsuite{_attributes(name=task, **_trial_counts(trials))}>")
        for trial in trials:
            lines += _trial_case(trial, report)
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>", ""]).encode()


def _trial_case(trial: Trial, report: Report) -> Iterator[str]:
    """The name holds no figure, so that a server recognizes the case in the next run."""
    place = {"file": report.path_prefix + trial.location.path, "line": str(trial.location.line)}
    name = f"{trial.model} {trial.kind}"
    place |= {"classname": trial.task_class, "time": _seconds(trial)}
    yield f"    <testcase{_attributes(name=name, **place)}>"
    text = _text("\n".join(_trial_details(trial)))
    if trial.outcome == "pass":
        yield f"      <system-out>{text}</system-out>"
    else:
        kind = _attributes(message=trial.message or trial.verdict, type=trial.verdict)
        yield f"      <{trial.outcome}{kind}>{text}</{trial.outcome}>"
    yield "    </testcase>"


def _trial_details(trial: Trial) -> Iterator[str]:
    yield f"{trial.location}: {trial.verdict}"
    for check in trial.checks:
        yield f"{check.name}: {check.verdict}{f' ({check.detail})' if check.detail else ''}"
    if trial.remedy:
        yield f"Fix: {trial.remedy}"


def _seconds(trial: Trial) -> str:
    """Median time of an answer; what a server shows as the case's duration."""
    return "0" if trial.p50_seconds is None else f"{trial.p50_seconds:f}"


def _trial_counts(trials: tuple[Trial, ...]) -> dict[str, str]:
    outcomes = [trial.outcome for trial in trials]
    return {
        "tests": str(len(trials)),
        "failures": str(outcomes.count("failure")),
        "errors": str(outcomes.count("error")),
        "skipped": "0",
        "time": "0",
    }


def _text(text: str) -> str:
    return escape("\n".join(visible_lines(text)), quote=False)


def render(report: Report) -> bytes:
    """Findings that fail the gate are failures, waived ones skipped; those below it pass.

    A report without findings holds one case that passes, since build servers take an empty file for
    a broken one. A report of trials holds one case for each of them instead.
    """
    if report.trials:
        return render_trials(report)
    suites = [
        _suite(report, path, list(group))
        for path, group in groupby(report.findings, lambda each: each.location.path)
    ]
    cases = report.findings or (None,)
    counts = _counts(len(cases), report.findings, report.verdict)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites{_attributes(name=f'govern {report.kind}', **counts)}>",
    ]
    for suite in suites or [_calm(report)]:
        lines += suite
    return "\n".join([*lines, "</testsuites>", ""]).encode()


def _suite(report: Report, path: str, findings: list[Finding]) -> list[str]:
    counts = _counts(len(findings), findings, report.verdict)
    lines = [f"  <testsuite{_attributes(name=path, **counts)}>"]
    seen: dict[str, int] = {}
    for finding in findings:
        name = f"{finding.subject} ({finding.policy})" if finding.policy else finding.subject
        key = f"{finding.rule} {name}"
        seen[key] = seen.get(key, 0) + 1
        lines += _case(finding, name if seen[key] == 1 else f"{name} #{seen[key]}", report)
    return [*lines, "  </testsuite>"]


def _case(finding: Finding, name: str, report: Report) -> Iterator[str]:
    """The name holds no figure, so that a server recognizes the case in the next run."""
    location = finding.location
    place = {"file": report.path_prefix + location.path, "line": str(location.line)}
    classname = f"{finding.rule} {finding.name}"
    yield f"    <testcase{_attributes(name=name, classname=classname, **place, time='0')}>"
    details = "\n".join(_details(finding))
    if finding.waiver is not None:
        waiver = finding.waiver
        reason = f"{waiver.words}: {waiver.reason}"
        yield f"      <skipped{_attributes(message=reason)}/>"
        yield f"      <system-out>{_text(details)}</system-out>"
    elif _fails(finding, report.verdict):
        kind = _attributes(message=finding.message, type=finding.severity.label)
        yield f"      <failure{kind}>{_text(details)}</failure>"
    else:
        text = f"{finding.severity.label}, below the gate\n{details}"
        yield f"      <system-out>{_text(text)}</system-out>"
    yield "    </testcase>"


def _details(finding: Finding) -> Iterator[str]:
    yield f"{finding.location}: {finding.message}"
    if finding.risk:
        yield f"Risk: {finding.risk}"
    if finding.remedy:
        yield f"Fix: {finding.remedy}"
    if finding.policy:
        yield policy_line(finding)
    for related in finding.related:
        yield f"See {related.location}: {related.message}"


def _calm(report: Report) -> list[str]:
    counts = _counts(1, (), report.verdict)
    case = _attributes(name="no findings", classname=f"govern {report.kind}", time="0")
    text = _text(f"{checked_sentence(report)}\n{verdict_sentence(report)}")
    return [
        f"  <testsuite{_attributes(name='portfolio', **counts)}>",
        f"    <testcase{case}>",
        f"      <system-out>{text}</system-out>",
        "    </testcase>",
        "  </testsuite>",
    ]


def _counts(
    tests: int, findings: tuple[Finding, ...] | list[Finding], verdict: Verdict
) -> dict[str, str]:
    failures = sum(_fails(finding, verdict) for finding in findings)
    skipped = sum(not finding.active for finding in findings)
    return {
        "tests": str(tests),
        "failures": str(failures),
        "errors": "0",
        "skipped": str(skipped),
        "time": "0",
    }


def _fails(finding: Finding, verdict: Verdict) -> bool:
    """As the verdict counts it."""
    return finding.active and verdict.fail_on is not None and finding.severity >= verdict.fail_on


def _attributes(**values: str) -> str:
    """Quoted and on one line: what XML cannot hold is spelled out."""
    return "".join(f' {name}="{escape(visible(value))}"' for name, value in values.items())
