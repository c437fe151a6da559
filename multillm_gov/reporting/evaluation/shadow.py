"""The report of ``govern bench --shadow``: agreement with its interval, and what it saves."""

from collections.abc import Iterator
from decimal import ROUND_DOWN, ROUND_UP, Decimal

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.content import Cell, Column, Items, Table
from multillm_gov.documents.secrets.masking import masked
from multillm_gov.evaluation.shadow import AGREES, AnswerAgreement, ShadowResult
from multillm_gov.evaluation.shadow_plan import ShadowPlan, models_of
from multillm_gov.evaluation.shadow_run import ShadowRun
from multillm_gov.report import Report, Section, Verdict
from multillm_gov.reporting.shared.provenance import provenance
from multillm_gov.state.state import State
from multillm_gov.units import format_money, format_share
from multillm_gov.words import code, count_of

_MEANING = (
    "Agreement says how much would change for users, not which answer is right: benchmark the "
    "candidate before it takes traffic."
)
_RULE = (
    f"A candidate agrees where its whole interval is at {AGREES:.0%} or above, and differs where "
    "all of it is below. A judge decides where it judged every pair, else equal fields, else the "
    "text."
)
INTERVAL = "95% Wilson score interval"
_OFFLINE = "Answers of the offline server: no evidence."
_METHODS = {
    "exact": "same text",
    "fields": "same structured fields",
    "embedding": "similar by embedding",
    "judge": "equivalent by a judge",
}


class ShadowFinding(Struct, frozen=True, kw_only=True):
    """One comparison with the money it is about."""

    result: ShadowResult
    saving: Decimal | None
    """A month, should the candidate answer everything; ``None``: not known."""


def report_shadow_plan(state: State, plan: ShadowPlan, limit: Decimal | None) -> Report:
    """Calls and worst case by task class and model; ``limit``: ``None`` for nothing to spend."""
    text = _plan_sentence(plan, limit)
    rows = [
        (Cell(task), Cell(model), Cell("answers"), Cell(f"{calls:,}"), Cell(_worst(worst)))
        for task, model, calls, worst in models_of(plan)
    ]
    if plan.judging:
        judge, count = plan.judging[0].model, len(plan.judging)
        known = all(cost.worst_usd is not None for cost in plan.judging)
        worst = _worst(plan.judging_usd if known else None)
        rows.append((Cell("all"), Cell(judge), Cell("judges"), Cell(f"{count:,}"), Cell(worst)))
    columns = (
        Column("Task class"),
        Column("Model"),
        Column("Does"),
        Column("Calls", numeric=True),
        Column("Worst case", numeric=True),
    )
    section = Section(
        id="plan",
        title="Calls",
        blocks=(Table(title="Calls by model", columns=columns, rows=tuple(rows)),),
    )
    return masked(_report(state, "Shadow plan", text, section, unproved=0), state.secrets)


def _plan_sentence(plan: ShadowPlan, limit: Decimal | None) -> str:
    text = (
        f"{count_of(plan.calls, 'call')} cost {format_money(plan.worst_usd, rounding=ROUND_UP)} "
        "at most"
        if plan.calls
        else "Both answers of every request are given: nothing is sent"
    )
    if plan.calls:
        text += (
            "; nothing is billed"
            if limit is None
            else f"; --max-usd allows {format_money(limit, rounding=ROUND_DOWN)}"
        )
    names = ", ".join(code(name) for name in plan.unpriced)
    text += f". The price of {names} is not known and not counted." if names else "."
    keys = ", ".join(plan.missing_keys)
    text += f" Not set: {keys}." if keys else ""
    return text


def _worst(usd: Decimal | None) -> str:
    return "not known" if usd is None else format_money(usd, rounding=ROUND_UP)


def report_shadow(
    state: State,
    findings: tuple[ShadowFinding, ...],
    source: str,
    run: ShadowRun,
    *,
    offline: bool = False,
) -> Report:
    """A sentence and a verdict per task class and candidate, and every method as a table.

    Requests without an answer, and pairs without a judgment, exit 3: they are counted neither way.
    """
    currency = state.figures.currency
    sentences = tuple(_sentence(finding, currency) for finding in findings)
    section = Section(
        id="shadow",
        title="Agreement",
        blocks=(
            _agreements(findings),
            Items((_MEANING, _RULE, *_course(run))),
        ),
    )
    texts = (_OFFLINE,) if offline and run.runs else ()
    text = " ".join((*texts, *sentences)) or "No request has both answers: nothing is compared."
    report = _report(
        state, "Shadow evidence", text, section, unproved=run.unanswered + run.unjudged
    )
    report = replace(
        report,
        provenance=(*provenance(state), ("answers", source)),
        checked=(("comparisons", sum(finding.result.comparisons for finding in findings)),),
    )
    return masked(report, state.secrets)


def _agreements(findings: tuple[ShadowFinding, ...]) -> Table:
    rows = tuple(
        (
            Cell(finding.result.task),
            Cell(finding.result.candidate),
            Cell(_METHODS[agreement.method]),
            Cell(f"{agreement.comparisons:,}", strong=agreement == finding.result.deciding),
            Cell(format_share(agreement.share)),
            Cell(_ends(agreement)),
        )
        for finding in findings
        for agreement in finding.result.agreements
    )
    columns = (
        Column("Task class"),
        Column("Candidate"),
        Column("Agreement by"),
        Column("Comparisons", numeric=True),
        Column("Share", numeric=True),
        Column(INTERVAL, numeric=True),
    )
    return Table(title="Agreement by method", columns=columns, rows=rows)


def _course(run: ShadowRun) -> Iterator[str]:
    """What was sent and spent, and what is missing."""
    if run.runs:
        calls = sum(part.calls for part in run.runs)
        yield (
            f"{count_of(calls, 'call')} cost {format_money(run.spent_usd, rounding=ROUND_UP)}; no "
            "answer is kept."
        )
    if run.unanswered:
        yield f"{count_of(run.unanswered, 'request')} got no answer: not compared."
    if run.unjudged:
        yield f"{count_of(run.unjudged, 'pair')} got no judgment: counted neither way by the judge."


def _report(state: State, title: str, text: str, section: Section, *, unproved: int) -> Report:
    return Report(
        kind="bench",
        title=title,
        organization=state.portfolio.settings.organization,
        as_of=state.as_of.isoformat(),
        verdict=Verdict(fail_on=None, errors=0, warnings=0, notes=0, waived=0, unproved=unproved),
        currency=state.figures.currency,
        revision=state.revision,
        summary=text,
        sections=(section,),
        provenance=provenance(state),
    )


def _ends(agreement: AnswerAgreement) -> str:
    low, high = agreement.interval
    return f"{format_share(low)} to {format_share(high)}"


def _sentence(finding: ShadowFinding, currency: str) -> str:
    result, agreement = finding.result, finding.result.deciding
    if finding.saving is None:
        money = "what it saves is not known"
    else:
        less = "less" if finding.saving >= 0 else "more"
        money = f"{format_money(abs(finding.saving), currency)} a month {less}"
    return (
        f"{code(result.candidate)} in place of {code(result.incumbent)} for {code(result.task)}, "
        f"{agreement.comparisons:,} comparisons: {money} at {format_share(agreement.share)} "
        f"agreement ({INTERVAL}: {_points(agreement)}); verdict: {result.verdict}."
    )


def _points(agreement: AnswerAgreement) -> str:
    """``96.0 to 98.1``, after a share with its sign."""
    low, high = agreement.interval
    return f"{low * 100:.1f} to {high * 100:.1f}"
