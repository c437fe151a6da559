"""A finding for each probe that did not pass, at the place where the portfolio names the model."""

from decimal import Decimal

from multillm_gov.documents.document import Document, locate
from multillm_gov.evaluation.probes.check import Observation
from multillm_gov.evidence.record import ProbeRecord
from multillm_gov.evidence.verdict import PORTFOLIO_FAULTS, WHAT_TO_DO
from multillm_gov.finding import Finding, Related, Severity, fingerprint
from multillm_gov.rules.engine.registry import find_rule
from multillm_gov.rules.engine.rule import Rule
from multillm_gov.trials import Trial, TrialCheck

_REMEDIES = {
    "identity": "Pin a dated model, or score the one that answers now and declare it.",
    "tokens": "Correct `demand` to the tokens that are really used, and look at the spend it "
    "forecasts.",
    "stability": "Build stored indexes anew, then remove the reference below "
    "`evidence/references/`.",
    "vectors": "Declare the model that fits the stored index, or build the index anew.",
    "stop": "Raise `demand.max_output_tokens`, or have the prompt ask for a shorter answer.",
    "length": "Fix the prompt, or correct the limits below `answer`.",
    "language": "Say in the prompt which language the answer is written in, or correct "
    "`answer.language`.",
    "complete": "Run the probe again with a higher --max-usd or --total-timeout.",
}
"""By check, where the verdict's own advice would not say what to do."""
_LONGEST = 300
_TRACEBACK = "Traceback (most recent call last)"
"""Some providers' clients put one into their message: paths of a machine, and nothing to act on."""
FAILED = "GOV513"
"""The rule that a probe which did not pass breaks, in `govern check` as here."""
_BY_CHECK = {"tokens": "GOV514", "identity": "GOV515", "stability": "GOV516"}
"""Rules of their own that ``check`` has for what some checks of a probe see."""


def trial_of(
    observation: Observation, record: ProbeRecord, documents: dict[str, Document]
) -> Trial:
    """One probe for programs and build servers; a provider's message is cut here."""
    outcome = (
        "pass"
        if record.verdict == "pass"
        else "failure"
        if record.verdict in PORTFOLIO_FAULTS
        else "error"
    )
    known = [answer.usd for answer in observation.answers]
    return Trial(
        task_class=record.task_class,
        model=record.model,
        kind=record.kind,
        verdict=record.verdict,
        outcome=outcome,  # type: ignore[arg-type]
        location=locate(observation.probe.place, documents),
        checks=tuple(
            TrialCheck(name=check.name, verdict=check.verdict, detail=check.detail)
            for check in record.checks
        ),
        message=_message(observation, record),
        remedy=_remedy(observation, record),
        calls=record.calls,
        answers=record.answers,
        p50_seconds=record.p50_seconds,
        p95_seconds=record.p95_seconds,
        usd=None if None in known else sum((usd for usd in known if usd is not None), Decimal(0)),
    )


def _message(observation: Observation, record: ProbeRecord) -> str:
    """What the provider said, else what the gravest check did."""
    messages = (
        failure.message for failure in observation.failures if failure.verdict == record.verdict
    )
    message = (
        next((message for message in messages if message), "").partition(_TRACEBACK)[0].strip()
    )
    detail = record.checks[0].detail if record.checks and record.verdict != "pass" else ""
    if message and detail and not detail.endswith("not set"):
        return f"{detail}: {message}"[:_LONGEST]
    return (detail or message)[:_LONGEST]


def _remedy(observation: Observation, record: ProbeRecord) -> str:
    if record.verdict == "pass":
        return ""
    missing = [key.name for key in observation.probe.keys if key.is_missing]
    if missing and record.verdict in {"credentials", "unreachable"}:
        return f"Set {' and '.join(missing)} in the environment."
    if record.verdict == "inconclusive" and observation.probe.origin == "generic":
        return "Give the task class inputs: `canaries` in its prompt file, or cases in `evals/`."
    grave = next((check.name for check in record.checks if check.verdict == record.verdict), "")
    return _REMEDIES.get(grave) or WHAT_TO_DO[record.verdict]


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
    findings = (_finding(tuple(group)) for group in groups.values())
    return tuple(
        sorted(
            findings,
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
    rule = find_rule(_BY_CHECK.get(grave, FAILED))
    if rule is None:
        raise LookupError(f"the book has no rule for `{grave}`")
    return rule
