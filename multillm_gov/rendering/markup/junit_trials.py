"""Trials as JUnit XML: a suite a task class, a case a probe, passed ones too."""

from collections.abc import Iterator
from html import escape
from itertools import groupby

from multillm_gov.rendering.plain.escaping import visible, visible_lines
from multillm_gov.report import Report, Trial


def render_trials(report: Report) -> bytes:
    """Failures are what the portfolio can fix; errors are a missing key, network or provider."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites{_attributes(name=f'govern {report.kind}', **_counts(report.trials))}>",
    ]
    for task, group in groupby(report.trials, lambda trial: trial.task_class):
        trials = tuple(group)
        lines.append(f"  <testsuite{_attributes(name=task, **_counts(trials))}>")
        for trial in trials:
            lines += _case(trial, report)
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>", ""]).encode()


def _case(trial: Trial, report: Report) -> Iterator[str]:
    """The name holds no figure, so that a server recognizes the case in the next run."""
    place = {"file": report.path_prefix + trial.location.path, "line": str(trial.location.line)}
    name = f"{trial.model} {trial.kind}"
    place |= {"classname": trial.task_class, "time": _seconds(trial)}
    yield f"    <testcase{_attributes(name=name, **place)}>"
    told = _text("\n".join(_details(trial)))
    if trial.outcome == "pass":
        yield f"      <system-out>{told}</system-out>"
    else:
        kind = _attributes(message=trial.message or trial.verdict, type=trial.verdict)
        yield f"      <{trial.outcome}{kind}>{told}</{trial.outcome}>"
    yield "    </testcase>"


def _details(trial: Trial) -> Iterator[str]:
    yield f"{trial.location}: {trial.verdict}"
    for check in trial.checks:
        yield f"{check.name}: {check.verdict}{f' ({check.detail})' if check.detail else ''}"
    if trial.remedy:
        yield f"Fix: {trial.remedy}"


def _seconds(trial: Trial) -> str:
    """Median time of an answer; what a server shows as the case's duration."""
    return "0" if trial.p50_seconds is None else f"{trial.p50_seconds:f}"


def _counts(trials: tuple[Trial, ...]) -> dict[str, str]:
    outcomes = [trial.outcome for trial in trials]
    return {
        "tests": str(len(trials)),
        "failures": str(outcomes.count("failure")),
        "errors": str(outcomes.count("error")),
        "skipped": "0",
        "time": "0",
    }


def _attributes(**values: str) -> str:
    return "".join(f' {name}="{escape(visible(value))}"' for name, value in values.items())


def _text(text: str) -> str:
    return escape("\n".join(visible_lines(text)), quote=False)
