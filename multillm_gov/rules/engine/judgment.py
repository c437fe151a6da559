"""Running the rules: severities, waivers, places, order."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.documents.document import Document, locate
from multillm_gov.documents.secrets.masking import masked
from multillm_gov.finding import (
    Enforcement,
    Finding,
    Related,
    Severity,
    Violation,
    Waived,
    fingerprint,
)
from multillm_gov.location import Location, Place
from multillm_gov.portfolio.policy import Policy
from multillm_gov.rules.approval_commits import Introductions
from multillm_gov.rules.engine.approvals import Contents
from multillm_gov.rules.engine.ignoring import IgnoreLedger
from multillm_gov.rules.engine.planning import Run, narrowed, plan_runs
from multillm_gov.rules.engine.registry import all_rules, parameters_type
from multillm_gov.rules.engine.rule import Rule, RuleContext, models_of
from multillm_gov.rules.engine.waivers import WaiverLedger, WaiverOutcome
from multillm_gov.state.state import State

MOST_FINDINGS = 1_000
"""Findings listed per rule; a last one counts the rest, at their highest severity."""


class Judgment(Struct, frozen=True):
    """What the rules find, and what became of each waiver, in the order written."""

    findings: tuple[Finding, ...]
    waivers: tuple[WaiverOutcome, ...]


def judge(
    state: State,
    *,
    base: State | None = None,
    rules: tuple[Rule, ...] | None = None,
    policies: tuple[Policy, ...] | None = None,
    contents: Contents | None = None,
    introductions: Introductions | None = None,
) -> Judgment:
    """Judge a state by the rule book, or by ``rules`` alone.

    Findings come ordered by path, line, column, rule and subject; waived ones are marked, never
    left out. Which rule judges what on whose behalf: see `planning`.

    Args:
        state: What is judged.
        base: The state it is compared with; without it, rules about changes find nothing.
        rules: Instead of the whole book.
        policies: Enforced instead of the portfolio's own, which rules still see as part of what
            they judge.
        contents: The digests that approvals are bound to, if not those of ``state``.
        introductions: Reads from git which commits introduced an approval.
    """
    book = all_rules() if rules is None else rules
    tasks = state.figures.tasks
    runs, misfits = plan_runs(
        book, state.portfolio.policies if policies is None else policies, tasks, state.documents
    )
    context = RuleContext(
        state=state,
        tasks=tasks,
        models=models_of(tasks),
        flaws=(*state.flaws, *misfits),
        base=base,
        contents=contents or Contents(state.portfolio, state.documents, parameters_type),
        introductions=introductions,
    )
    ignores = IgnoreLedger(state.documents)
    ledger = WaiverLedger(
        state.portfolio.waivers,
        state.documents,
        state.as_of,
        base.portfolio.waivers if base is not None else None,
    )
    findings: list[Finding] = []
    counted = counted_state(runs, context)
    for last in (False, True):
        if last:
            context = replace(context, waivers=ledger.outcomes(), ignores=ignores.outcomes())
        for rule in book:
            if (rule.scope == "waivers") is last:
                own = tuple(run for run in runs if run.rule is rule)
                seen = context if rule.counted else replace(context, state=counted)
                findings.extend(_judged(own, seen, ledger, ignores))
    distinct = _told_apart(sorted(findings, key=_order))
    hidden = masked(distinct, state.secrets, base.secrets if base else ())
    return Judgment(hidden, context.waivers)


def counted_state(runs: tuple[Run, ...], context: RuleContext) -> State:
    """The state without what policies do not let count."""
    for run in runs:
        if run.rule.counted is not None and run.policy is not None:
            state = run.rule.counted(narrowed(context, run), run.parameters)
            context = replace(context, state=state)
    return context.state


def _judged(
    runs: tuple[Run, ...], base: RuleContext, ledger: WaiverLedger, ignores: IgnoreLedger
) -> Iterator[Finding]:
    """The findings of one rule's runs: at most `MOST_FINDINGS`, and one that counts the rest."""
    listed = rest = 0
    heaviest = Severity.NOTE
    first: Place | Location | None = None
    for run in runs:
        context = base if run.policy is None and run.tasks is base.tasks else narrowed(base, run)
        for violation in run.rule.check(context, run.parameters):
            waived = _cover(run, violation, ledger)
            if ignores and waived is None:
                names, place = (
                    (run.rule.id, run.rule.name),
                    locate(violation.place, base.state.documents),
                )
                waived = ignores.cover(names, place, advisory=_advisory(run, violation))
            if listed < MOST_FINDINGS:
                listed += 1
                yield _finding(run, violation, waived, base.state.documents)
                continue
            rest += 1
            first = first or violation.place
            if waived is None:
                heaviest = max(heaviest, _severity(run, violation))
    if first is not None:
        yield _remainder(runs[0].rule, rest, heaviest, locate(first, base.state.documents))


def _names(run: Run) -> tuple[str, ...]:
    names = (run.rule.id, run.rule.name)
    return (run.policy.name, *names) if run.policy else names


def _waivable(run: Run) -> bool:
    hard = run.policy is not None and run.policy.declared.enforcement is Enforcement.HARD_MANDATORY
    return run.rule.waivable and not hard


def _cover(run: Run, violation: Violation, ledger: WaiverLedger) -> Waived | None:
    approvers = run.policy.declared.approvers if run.policy else ()
    waived = ledger.cover(
        _names(run),
        violation.subject,
        waivable=_waivable(run),
        approvers=approvers,
        beforehand=run.rule.waived_beforehand,
    )
    if waived is not None:
        ledger.count(waived, _severity(run, violation))
    return waived


def _advisory(run: Run, violation: Violation) -> bool:
    """Whether a comment may except it: an advisory policy, or a default rule that only warns."""
    if run.policy is not None:
        return run.rule.waivable and run.policy.declared.enforcement is Enforcement.ADVISORY
    return run.rule.waivable and _severity(run, violation) < Severity.ERROR


def _severity(run: Run, violation: Violation) -> Severity:
    """The violation's own; else error for a mandatory policy; advisory: at most a warning."""
    if run.policy is None:
        return violation.severity or run.rule.severity
    if run.policy.declared.enforcement is Enforcement.ADVISORY:
        return min(violation.severity or run.rule.severity, Severity.WARNING)
    return violation.severity or Severity.ERROR


def _finding(
    run: Run, violation: Violation, waived: Waived | None, documents: dict[str, Document]
) -> Finding:
    rule, policy = run.rule, run.policy
    name = policy.name if policy else ""
    return Finding(
        rule=rule.id,
        name=rule.name,
        severity=_severity(run, violation),
        message=violation.message,
        location=locate(violation.place, documents),
        subject=violation.subject,
        remedy=violation.remedy,
        risk=violation.risk,
        related=tuple(_related(violation, policy, documents)),
        figures=violation.figures,
        policy=name,
        enforcement=policy.declared.enforcement if policy else None,
        because=policy.declared.because if policy else "",
        controls=tuple(
            dict.fromkeys((*(policy.declared.controls if policy else ()), *rule.controls))
        ),
        waiver=waived,
        fingerprint=fingerprint(rule.id, name, violation.subject, violation.distinction),
    )


def _related(
    violation: Violation, policy: Policy | None, documents: dict[str, Document]
) -> Iterator[Related]:
    for message, place in violation.related:
        yield Related(message, locate(place, documents))
    if policy is not None and violation.place.path != policy.place.path:
        yield Related(f"policy `{policy.name}` requires it", locate(policy.place.key(), documents))


def _remainder(rule: Rule, count: int, heaviest: Severity, first: Location) -> Finding:
    return Finding(
        rule=rule.id,
        name=rule.name,
        severity=heaviest,
        message=f"{count:,} more findings of `{rule.name}` beyond the {MOST_FINDINGS:,} listed; "
        "the first is here",
        location=first,
        subject="portfolio",
        remedy=f"Fix the listed ones first (`govern explain {rule.id}` explains how), then check "
        "again.",
        figures={"findings_not_listed": count},
        controls=rule.controls,
        fingerprint=fingerprint(rule.id, "", "portfolio", "findings not listed"),
    )


def _order(finding: Finding) -> tuple[str, int, int, str, str, str, str]:
    place = finding.location
    names = finding.rule, finding.subject, finding.policy, finding.fingerprint
    return (place.path, place.line, place.column, *names)


def _told_apart(findings: list[Finding]) -> tuple[Finding, ...]:
    """Number the second and later findings of one identity: fingerprints are unique."""
    seen: dict[str, int] = {}
    numbered: list[Finding] = []
    for finding in findings:
        count = seen[finding.fingerprint] = seen.get(finding.fingerprint, 0) + 1
        numbered.append(
            finding
            if count == 1
            else replace(finding, fingerprint=f"{finding.fingerprint}-{count}")
        )
    return tuple(numbered)
