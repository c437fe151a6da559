"""What stands behind limits that do not hold and open errors: one cause, one decision."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.finding import Finding, Severity
from multillm_gov.measures.failover import Failover
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.measures.independence import has_independent_fallback
from multillm_gov.register import LimitRecord
from multillm_gov.risk.limits.proposals import Proposals
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.rules.engine.waivers import WaiverOutcome

WAIVER_HORIZON_DAYS = 92
"""A waiver that expires before the next quarterly meeting is decided at this one."""
_LIMITS: dict[str, tuple[str, ...]] = {
    "retired-models": ("retired-models", "retirement-slack"),
    "fallbacks": ("independent-fallback", "worst-scenario", "outage-loss-p95"),
    "concentration": (
        "largest-vendor-of-spend",
        "largest-vendor-of-value",
        "effective-vendors",
        "effective-clouds",
        "price-shock",
        "cost-at-risk",
    ),
    "spend": ("forecast-spend",),
    "quality": (),
}
_RULES: dict[str, tuple[str, ...]] = {
    "retired-models": ("GOV102", "GOV103"),
    "fallbacks": tuple(f"GOV2{number:02}" for number in range(1, 11)),
    "concentration": ("GOV301", "GOV302", "GOV303", "GOV304", "GOV305", "GOV306"),
    "spend": ("GOV401", "GOV402", "GOV404", "GOV405", "GOV406", "GOV407", "GOV415"),
    "quality": ("GOV502", "GOV506", "GOV509", "GOV510"),
}
_SUMMED = frozenset({"already-broken"})
"""Limits that count what breaks others, each of which has its own cause."""
_CAUSE_OF_LIMIT = {limit: cause for cause, limits in _LIMITS.items() for limit in limits}
_CAUSE_OF_RULE = {rule: cause for cause, rules in _RULES.items() for rule in rules}
_CAUSE_OF_BREACH = {
    "unanswered": "retired-models",
    "monthly cap": "spend",
    "request cap": "spend",
    "portfolio ceiling": "spend",
    "quality": "quality",
    "latency": "quality",
    "tone": "quality",
}


class Standing(Struct, frozen=True, kw_only=True):
    """One state as a pack reports it: judged, measured, its register and its proposals."""

    assessment: Assessment
    risk: PortfolioRisk
    records: tuple[LimitRecord, ...]
    proposals: Proposals


class Authors(Struct, frozen=True, kw_only=True):
    """Who loosened safeguards since the last pack, according to git and the approvals."""

    names: tuple[str, ...] = ()
    """Addresses of the commits' authors, each once."""
    approved: int = 0
    """Loosened safeguards whose task class or policy has an approval on record."""


class Cause(Struct, frozen=True, kw_only=True):
    """One matter: the limits, errors and task classes that it explains."""

    id: str
    """``retired-models``, or ``policy:NAME`` and ``rule:ID`` of errors that no limit explains."""
    limits: tuple[LimitRecord, ...] = ()
    """Those outside."""
    errors: tuple[Finding, ...] = ()
    tasks: tuple[TaskFigures, ...] = ()
    due: date | None = None

    @property
    def value(self) -> Decimal:
        """Value at stake a month of its task classes."""
        return sum((task.value_at_stake_per_month for task in self.tasks), Decimal(0))

    @property
    def for_board(self) -> bool:
        """Whether a limit or policy of the board is not kept, or is to be confirmed."""
        return not self.id.startswith("rule:")


def causes_of(
    assessment: Assessment, risk: PortfolioRisk, records: tuple[LimitRecord, ...]
) -> tuple[Cause, ...]:
    """Every cause: each limit outside and each open error belongs to exactly one."""
    errors: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in assessment.findings:
        if finding.active and finding.severity is Severity.ERROR:
            errors[_cause_of(finding)].append(finding)
    broken: defaultdict[str, list[str]] = defaultdict(list)
    for breach in risk.already_broken:
        broken[_CAUSE_OF_BREACH[breach.what]].append(breach.subject)
    limits: defaultdict[str, list[LimitRecord]] = defaultdict(list)
    for record in records:
        if record.judgment == "outside" and record.id not in _SUMMED:
            limits[_cause_of_record(record, errors)].append(record)
    causes = []
    for name in _LIMITS:
        if name in limits or name in errors or name in broken:
            subjects = {*broken[name], *(error.subject for error in errors[name])}
            cause = _cause(name, limits.pop(name, []), errors.pop(name, []), subjects, risk)
            causes.append(_named(cause))
    for name in sorted({*errors, *limits}):
        subjects = {error.subject for error in errors[name]}
        subjects |= {record.subject[1] for record in limits[name]}
        causes.append(_cause(name, limits[name], errors[name], subjects, risk))
    return (*causes, *_waivers(assessment))


def _named(cause: Cause) -> Cause:
    """A loss that no fallback explains, or a bill that no maker does, is a matter of its own."""
    ids = {limit.id for limit in cause.limits}
    if cause.id == "fallbacks" and not cause.tasks and not cause.errors:
        return replace(cause, id="losses")
    if cause.id == "concentration" and ids == {"cost-at-risk"} and not cause.errors:
        return replace(cause, id="cost-range")
    return cause


def _cause_of(finding: Finding) -> str:
    known = _CAUSE_OF_RULE.get(finding.rule)
    if known is not None:
        return known
    return f"policy:{finding.policy}" if finding.policy else f"rule:{finding.rule}"


def _cause_of_record(record: LimitRecord, errors: dict[str, list[Finding]]) -> str:
    """A rule that judges without a policy is for management, unless its errors are a decision's."""
    known = _CAUSE_OF_LIMIT.get(record.id)
    if known is not None:
        return known
    rule = str(record.facts.get("rule"))
    known = _CAUSE_OF_RULE.get(rule)
    if record.of_board:
        return known or f"policy:{record.id.split(':')[1]}"
    decided = known is not None and any(error.rule == rule for error in errors.get(known, ()))
    return known if known is not None and decided else f"rule:{rule}"


def _cause(
    name: str,
    limits: Iterable[LimitRecord],
    errors: Iterable[Finding],
    subjects: set[str],
    risk: PortfolioRisk,
) -> Cause:
    tasks = tuple(
        sorted(
            (task for task in risk.state.figures.tasks if _concerned(name, task, subjects, risk)),
            key=lambda task: (-task.value_at_stake_per_month, task.task.name),
        )
    )
    due = risk.state.as_of if name == "retired-models" else None
    return Cause(id=name, limits=tuple(limits), errors=tuple(errors), tasks=tasks, due=due)


def _concerned(name: str, task: TaskFigures, subjects: set[str], risk: PortfolioRisk) -> bool:
    if name == "retired-models":
        late = {model.model for model in risk.retirements.models if (model.slack or 0) < 0}
        return any(entry.model in late for entry in task.legs)
    if name == "fallbacks" and task.value_at_stake_per_month:
        usable = Failover(risk.state.as_of, risk.state.drills).usable(task)
        if not has_independent_fallback(task, fallbacks=usable):
            return True
    return task.task.name in subjects


def ending_waivers(assessment: Assessment) -> tuple[WaiverOutcome, ...]:
    """Waivers with something to except that ended, or will before the next quarterly meeting."""
    horizon = timedelta(days=WAIVER_HORIZON_DAYS)
    return tuple(
        outcome
        for outcome in assessment.waivers
        if outcome.waiver.declared.expires - assessment.state.as_of <= horizon
        and (outcome.covered or (outcome.state == "expired" and outcome.matched))
    )


def _waivers(assessment: Assessment) -> tuple[Cause, ...]:
    """Those that end or ended, as one matter."""
    state = assessment.state
    ending = [outcome.waiver.declared for outcome in ending_waivers(assessment)]
    if not ending:
        return ()
    names = {waiver.subject for waiver in ending}
    tasks = tuple(task for task in state.figures.tasks if task.task.name in names)
    due = max(min(waiver.expires for waiver in ending), state.as_of)
    return (Cause(id="waivers", tasks=tasks, due=due),)
