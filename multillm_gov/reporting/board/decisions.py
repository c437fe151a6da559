"""Decisions required of the board: from exceeded limits, violated policies and expiring waivers."""

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from multillm_gov.content import Block, Cell, Column, Paragraph, Table
from multillm_gov.dimensions import Basis, Level
from multillm_gov.finding import Enforcement, Finding, Severity
from multillm_gov.measures.concentration import concentration
from multillm_gov.measures.cost.repricing import BASE_RISE, share_within
from multillm_gov.measures.failover import Failover
from multillm_gov.measures.independence import has_independent_fallback
from multillm_gov.report import Metric
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.rules.engine.registry import find_rule
from multillm_gov.state.state import State
from multillm_gov.units import format_money, format_share
from multillm_gov.words import code, count_of, join_some, plural_of

WAIVER_HORIZON_DAYS = 92
"""A waiver that expires before the next quarterly meeting is decided at this one."""

_ACCEPTANCE = " Or accept the excess until a date, with its reason on record."
"""A limit is never moved to where the figure stands."""
Decision = tuple[str, str]
"""What to decide, and the figure and limit it follows from."""


def decisions(assessment: Assessment, metrics: tuple[Metric, ...]) -> tuple[Decision, ...]:
    """Limits exceeded, policies violated, other errors, waivers that expire this quarter."""
    errors = _open_errors(assessment)
    exceeded = [metric for metric in metrics if metric.status == "bad"]
    covered = {"already-broken"} if errors else set()
    required = [
        (f"{_ACTIONS[metric.id](assessment.state, metric)}{_ACCEPTANCE}", _reason(metric))
        for metric in exceeded
        if metric.id not in covered  # one decision a cause
    ]
    return (
        *required,
        *_violated_policies(assessment),
        *errors,
        *_expiring_waivers(assessment.state),
    )


def decision_block(
    required: tuple[Decision, ...], *, complete: bool, all_judged: bool = True
) -> Block:
    """The decisions as a table, or that there are none (which needs complete figures)."""
    if required:
        rows = tuple(
            (Cell(f"{n}"), Cell(what), Cell(why)) for n, (what, why) in enumerate(required, 1)
        )
        columns = (Column("No.", numeric=True), Column("Decision"), Column("Reason"))
        return Table(title="", columns=columns, rows=rows)
    if not complete:
        return Paragraph("No decision follows from the files that could be read.")
    limits = "all limits hold" if all_judged else "no limit that can be judged is exceeded"
    return Paragraph(
        f"No decisions required: {limits}, no policy is violated, no waiver expires this quarter.",
        "good" if all_judged else "neutral",
    )


def _reason(metric: Metric) -> str:
    note = f" ({metric.note})" if metric.id in _EXPLAINED and metric.note else ""
    return f"{metric.label}: {metric.value}{note}; limit: {metric.limit}."


def _spend(state: State, _: Metric) -> str:
    figures, ceiling = state.figures, state.portfolio.settings.appetite.max_monthly_spend
    if ceiling is None:
        return "Bring the task classes over their caps below them."
    excess = format_money(figures.spend_per_month - ceiling, figures.currency)
    return f"Cut the forecast by {excess} a month."


def _vendor_share(basis: Basis, key: str) -> Callable[[State, Metric], str]:
    def action(state: State, _: Metric) -> str:
        shares = concentration(state.figures.tasks, Level.VENDOR, basis)
        (vendor, share), limit = (
            shares.shares[0],
            getattr(state.portfolio.settings.appetite, key),
        )
        excess = format_money(shares.total * (Decimal(str(share)) - limit), state.figures.currency)
        what = "spend" if basis is Basis.SPEND else "value at stake"
        return f"Move {excess} a month of {what} from {code(vendor)} to other vendors."

    return action


def _effective(level: Level) -> Callable[[State, Metric], str]:
    def action(state: State, _: Metric) -> str:
        shares = concentration(state.figures.tasks, level, Basis.SPEND)
        return (
            f"Spread spend more evenly over {plural_of(level.value)} than today's "
            f"{format_share(shares.shares[0][1])} at "
            f"{code(shares.shares[0][0])}."
        )

    return action


def _fallbacks(state: State, _: Metric) -> str:
    failover = Failover(state.as_of, state.drills)
    lacking = [
        task
        for task in sorted(
            state.figures.tasks, key=lambda t: (-t.value_at_stake_per_month, t.task.name)
        )
        if task.value_at_stake_per_month
        and not has_independent_fallback(task, fallbacks=failover.usable(task))
    ]
    return (
        "Fund a fallback at another vendor and cloud for "
        f"{join_some([code(task.task.name) for task in lacking])}."
    )


def _retirement(state: State, _: Metric) -> str:
    lead = timedelta(days=state.portfolio.settings.migration_lead_days)
    late = sorted(
        {
            (leg.facts.lifecycle.retirement, leg.model)
            for task in state.figures.tasks
            for leg in task.legs
            if leg.facts
            and leg.facts.lifecycle.retirement
            and leg.facts.lifecycle.retirement - state.as_of < lead
        }
    )
    models = join_some(
        [
            f"{code(model)} ({'retired' if day <= state.as_of else 'retires'} {day})"
            for day, model in late
        ]
    )
    return f"Start migrating from {models} now: less time is left than a migration takes."


def _shock(state: State, _: Metric) -> str:
    limit = state.portfolio.settings.appetite.max_price_shock_share
    share = share_within(float(limit), BASE_RISE)
    return (
        f"Bring the largest vendor to at most {format_share(share)} of spend, or fix its price by "
        "contract."
    )


def _fixed(action: str) -> Callable[[State, Metric], str]:
    return lambda _state, _metric: action


_ACTIONS: dict[str, Callable[[State, Metric], str]] = {
    "forecast-spend": _spend,
    "largest-vendor-of-spend": _vendor_share(Basis.SPEND, "max_vendor_share_of_spend"),
    "largest-vendor-of-value": _vendor_share(Basis.VALUE_AT_STAKE, "max_vendor_share_of_value"),
    "independent-fallback": _fallbacks,
    "effective-vendors": _effective(Level.VENDOR),
    "effective-clouds": _effective(Level.CLOUD),
    "retirement-slack": _retirement,
    "price-shock": _shock,
    "already-broken": _fixed("Bring what is already outside its limit back within it."),
    "worst-scenario": _fixed("Fund fallbacks or capacity that make the worst scenario cheaper."),
    "outage-loss-p95": _fixed(
        "Fund fallbacks that fail independently for the task classes with the largest losses."
    ),
    "cost-at-risk": _fixed(
        "Fix prices by contract, or spread spend over vendors that reprice at different dates."
    ),
}
_EXPLAINED = {"already-broken", "worst-scenario"}
"""Figures whose note names what is outside."""


def _violated_policies(assessment: Assessment) -> list[Decision]:
    broken: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in assessment.findings:
        if finding.active and finding.policy and finding.severity is Severity.ERROR:
            broken[finding.policy].append(finding)
    required = []
    for policy, findings in sorted(broken.items()):
        subjects = join_some(sorted({code(finding.subject) for finding in findings}))
        hard = findings[0].enforcement is Enforcement.HARD_MANDATORY
        choice = (
            "or change the policy: it allows no waiver" if hard else "or approve a dated waiver"
        )
        why = f"Policy {code(policy)} is violated in {count_of(len(findings), 'place')}."
        because = f" Reason for the policy: {findings[0].because}." if findings[0].because else ""
        required.append((f"Bring {subjects} within {code(policy)}, {choice}.", why + because))
    return required


def _open_errors(assessment: Assessment) -> list[Decision]:
    """Errors of no policy, one decision a rule: nobody may read "no decisions" beside them."""
    open_errors: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in assessment.findings:
        if finding.active and not finding.policy and finding.severity is Severity.ERROR:
            open_errors[finding.rule].append(finding)
    required = []
    for name, findings in sorted(open_errors.items()):
        rule = find_rule(name)
        first = findings[0]
        if rule is None or len(findings) == 1:
            required.append((_as_sentence(first.remedy), _as_sentence(first.message)))
        else:
            problem = rule.summary([finding.subject for finding in findings])
            required.append((_as_sentence(rule.remediation), _as_sentence(problem)))
    return required


def _as_sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "`")) else f"{text}."


def _expiring_waivers(state: State) -> list[Decision]:
    horizon = timedelta(days=WAIVER_HORIZON_DAYS)
    required = []
    for waiver in sorted(
        (placed.declared for placed in state.portfolio.waivers),
        key=lambda w: (w.expires, w.policy, w.subject),
    ):
        if waiver.expires - state.as_of > horizon:  # a difference of days never leaves the calendar
            continue
        reason = waiver.reason
        verb = "expired" if waiver.expires < state.as_of else "expires"
        required.append(
            (
                f"Renew or revoke the waiver of {code(waiver.policy)} for {code(waiver.subject)}.",
                f"It {verb} on {waiver.expires}; approver {waiver.approved_by}, reason: {reason}.",
            )
        )
    return required
