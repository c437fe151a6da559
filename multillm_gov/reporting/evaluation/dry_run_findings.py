"""A finding for each probe that did not pass, at the place where the portfolio names the model."""

from multillm_gov.finding import Finding, Related, Severity, fingerprint
from multillm_gov.report import Trial
from multillm_gov.rules.engine.registry import find_rule
from multillm_gov.rules.engine.rule import Rule

FAILED = "GOV513"
"""The rule that a probe which did not pass breaks, in `govern check` as here."""
_BY_CHECK = {"tokens": "GOV514", "identity": "GOV515", "stability": "GOV516"}
"""Rules of their own that ``check`` has for what some checks of a probe see."""


def findings_of(trials: tuple[Trial, ...]) -> tuple[Finding, ...]:
    """Findings by place; models of a task class that fail alike share one."""
    groups: dict[tuple[str, ...], list[Trial]] = {}
    for trial in trials:
        if trial.outcome != "pass":
            key = (
                trial.task_class,
                trial.kind,
                trial.verdict,
                trial.message,
                trial.remedy,
                _rule_of(trial).id,
            )
            groups.setdefault(key, []).append(trial)
    found = (_finding(tuple(group)) for group in groups.values())
    return tuple(
        sorted(
            found,
            key=lambda each: (
                each.location.path,
                each.location.line,
                each.location.column,
                each.message,
            ),
        )
    )


def _finding(group: tuple[Trial, ...]) -> Finding:
    """An error where the portfolio is at fault; a warning where the probe could not be run."""
    first, *others = group
    names = [trial.model for trial in group]
    models = ", ".join(f"`{name}`" for name in names)
    at_fault = first.outcome == "failure"
    verb = ("fail" if others else "fails") if at_fault else "could not be judged"
    detail = first.message or first.verdict
    rule = _rule_of(first)
    return Finding(
        rule=rule.id,
        name=rule.name,
        severity=Severity.ERROR if at_fault else Severity.WARNING,
        message=f"{models} {verb} in `{first.task_class}` "
        f"({first.kind}, {first.verdict}): {detail}",
        location=first.location,
        subject=first.task_class,
        remedy=first.remedy,
        related=tuple(Related(f"`{trial.model}` too", trial.location) for trial in others),
        figures={
            "verdict": first.verdict,
            "models": len(names),
            "calls": sum(trial.calls for trial in group),
            "answers": sum(trial.answers for trial in group),
        },
        fingerprint=fingerprint(
            rule.id, "", first.task_class, f"{' '.join(names)} {first.kind} {first.verdict}"
        ),
    )


def _rule_of(trial: Trial) -> Rule:
    """The rule of what the gravest check saw."""
    grave = next((check.name for check in trial.checks if check.verdict == trial.verdict), "")
    found = find_rule(_BY_CHECK.get(grave, FAILED))
    if found is None:
        raise LookupError(f"the book has no rule for `{grave}`")
    return found
