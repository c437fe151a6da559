"""A finding for each probe that did not pass, at the place where the portfolio names the model."""

from multillm_gov.finding import Finding, Related, Severity, fingerprint
from multillm_gov.report import RuleNote, Trial

NOTE = RuleNote(
    id="PROBE",
    name="probe-failed",
    title="Every model answers as its task class declares",
    why=(
        "An allocation is a claim about the outside world: that the model exists, that the key is valid, that answers "
        "satisfy the schema within the limits of time and cost. A probe asks the provider itself."
    ),
    mend="Follow what the finding says, and run `govern dry-run` again.",
    severity=Severity.ERROR,
)


def findings_of(trials: tuple[Trial, ...]) -> tuple[Finding, ...]:
    """Findings by place; models of a task class that fail alike share one, since one change mends all of them."""
    groups: dict[tuple[str, ...], list[Trial]] = {}
    for trial in trials:
        if trial.outcome != "pass":
            key = (trial.task_class, trial.kind, trial.verdict, trial.message, trial.remedy)
            groups.setdefault(key, []).append(trial)
    found = (_finding(tuple(group)) for group in groups.values())
    return tuple(
        sorted(found, key=lambda each: (each.location.path, each.location.line, each.location.column, each.message))
    )


def _finding(group: tuple[Trial, ...]) -> Finding:
    """An error where the portfolio is at fault; a warning where the job could not be done, which exits 3 by itself."""
    first, *others = group
    names = [trial.model for trial in group]
    models = ", ".join(f"`{name}`" for name in names)
    at_fault = first.outcome == "failure"
    verb = ("fail" if others else "fails") if at_fault else "could not be judged"
    said = first.message or first.verdict
    return Finding(
        rule=NOTE.id,
        name=NOTE.name,
        severity=Severity.ERROR if at_fault else Severity.WARNING,
        message=f"{models} {verb} in `{first.task_class}` ({first.kind}, {first.verdict}): {said}",
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
        fingerprint=fingerprint(NOTE.id, "", first.task_class, f"{' '.join(names)} {first.kind} {first.verdict}"),
    )
