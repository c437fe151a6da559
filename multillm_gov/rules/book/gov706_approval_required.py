"""GOV706: content that requires approval is approved as it is now."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta, field

from multillm_gov.dimensions import UNKNOWN
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.portfolio.policy import PlacedApproval
from multillm_gov.rules.approval_checks import (
    UNPROVED,
    ApprovalJudgment,
    ApprovalRequirement,
    ApprovalSubject,
    judge_approvals,
    loosened_subjects,
    policies_to_approve,
)
from multillm_gov.rules.engine.approvals import POLICY, TASK_CLASS
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit
from multillm_gov.units import Amount
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, join_code


class Parameters(Closed, frozen=True, kw_only=True):
    """What needs approval: whatever meets any condition, or everything without one."""

    about: Annotated[
        Literal["task classes", "policies"], Meta(description="What must be approved")
    ] = field(default="task classes", name="for")
    value_at_stake_above: Annotated[
        Amount | None,
        Meta(description="Task classes with more value at stake per month, or with none declared"),
    ] = None
    new_vendor: Annotated[
        bool,
        Meta(description="Task classes with a vendor that the base does not use"),
    ] = False
    loosened: Annotated[
        bool,
        Meta(description="Whatever was loosened since the base: a limit, a floor, a policy"),
    ] = False
    approvals_needed: Annotated[
        int, Meta(ge=1, le=10, description="Number of different people who must approve")
    ] = 1
    identity: Annotated[
        Literal["git", "signed"] | None,
        Meta(
            description="`git`: only the author of the approval's commit can have approved, as the "
            "commit says; `signed`: the commit's signature must be verified as well"
        ),
    ] = None


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """Yield subjects with too few valid approvals; a condition on changes needs a base."""
    for subject, judged, demand in _judged(context, parameters):
        if len(judged.approved_by) < demand.count:
            yield _violation(subject, judged, demand)


def _judged(
    context: RuleContext, parameters: Parameters
) -> Iterator[tuple[ApprovalSubject, ApprovalJudgment, ApprovalRequirement]]:
    """Each subject that needs approval, with what is given and what is required."""
    demand = ApprovalRequirement(
        approvers=context.approvers,
        count=parameters.approvals_needed,
        identity=parameters.identity,
        settings=context.state.portfolio.settings,
        introductions=context.introductions,
        as_of=context.as_of,
    )
    given: defaultdict[str, list[PlacedApproval]] = defaultdict(list)
    for approval in context.state.portfolio.approvals:
        given[approval.declared.subject].append(approval)
    subjects = policies_to_approve if parameters.about == "policies" else _task_classes
    for subject in subjects(context, parameters):
        full = subject.prefix + subject.name
        approvals = given.get(full, [])
        judged = judge_approvals(
            approvals, context.contents.digest(full) if approvals else "", demand
        )
        yield subject, judged, demand


def _task_classes(context: RuleContext, parameters: Parameters) -> Iterator[ApprovalSubject]:
    above = parameters.value_at_stake_above
    everything = above is None and not parameters.new_vendor and not parameters.loosened
    used = (
        {vendor for task in context.base.figures.tasks for vendor in _vendors(task)}
        if context.base
        else None
    )
    loosened = loosened_subjects(context) if parameters.loosened else {}
    for figures in context.tasks:
        task = figures.task
        value = task.declared.cost_of_wrong_model.value_at_stake
        place, reason = task.place.key(), ""
        if everything:
            reason = f"{code(context.policy)} requires it for every task class"
        elif above is not None and (value is None or value > above):
            limit = f"above {context.money(above)}"
            stake = (
                "is not declared and may be"
                if value is None
                else f"is {context.money(value)} a month,"
            )
            reason = f"its value at stake {stake} {limit}"
        elif task.name in loosened:
            reason = f"it was loosened ({loosened[task.name]})"
        elif (
            parameters.new_vendor and used is not None and (new := sorted(_vendors(figures) - used))
        ):
            reason = f"it adds {join_code(new)}, which nothing used before"
        if reason:
            yield ApprovalSubject(prefix=TASK_CLASS, name=task.name, place=place, reason=reason)


def _vendors(task: TaskFigures) -> set[str]:
    facts = (*(leg.facts for leg in task.legs), *(fallback.facts for fallback in task.fallbacks))
    return {known.exposure.vendor for known in facts if known} - {UNKNOWN}


def _violation(
    subject: ApprovalSubject, judged: ApprovalJudgment, rule: ApprovalRequirement
) -> Violation:
    lacking = "; ".join(judged.objections) or "none is given"
    if judged.approved_by:
        lacking = f"so far {join_code(sorted(judged.approved_by))} approved" + "".join(
            f"; {o}" for o in judged.objections
        )
    by = rule.approvers[0] if len(rule.approvers) == 1 else "NAME"
    remedy = (
        f"Let the approver run `govern approve {subject.prefix}{subject.name} --by {by}` and "
        "commit the result."
    )
    if not subject.prefix:
        remedy = (
            "Restore the policy, or let an approver waive this finding: a removed policy cannot "
            "be approved."
        )
    elif any("--unshallow" in objection for objection in judged.objections):
        remedy = (
            "Fetch the full history: `git fetch --unshallow` (in a workflow, `fetch-depth: 0`)."
        )
    return Violation(
        message=f"{code(subject.name)} needs {rule.words} because {subject.reason}; {lacking}",
        place=subject.place,
        subject=subject.name,
        remedy=remedy,
        risk=UNPROVED
        if rule.identity == "git"
        else "The accountable person has not approved the current content.",
        related=tuple(
            ("the approval of other content", one.place.at("digest")) for one in judged.stale[:3]
        ),
        figures={"approvals": len(judged.approved_by), "approvals_needed": rule.count},
    )


def _given(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    """Approvals that count; who gave them is not known where no history is read."""
    for subject, judged, _ in _judged(context, parameters):
        kind = "policy" if subject.prefix == POLICY else "task class"
        is_known = parameters.identity is None or context.introductions is not None
        given = len(judged.approved_by) if is_known else None
        yield LimitReading(given, (kind, subject.name))


RULE = Rule(
    id="GOV706",
    name="approval-required",
    title="Approval missing",
    one="One task class or policy lacks a required approval",
    many="{count} task classes or policies lack a required approval",
    short_title="Missing approvals",
    requirement="Content that requires approval is approved as it is now.",
    why=(
        "An approval that is not tied to what was approved covers whatever is written there "
        "later. An approval here carries the digest of the content, so any change of meaning "
        "needs a new one."
    ),
    remediation=(
        "Let a named approver read the content and run `govern approve`, then commit the entry it "
        "writes."
    ),
    severity=Severity.ERROR,
    check=check,
    limits={
        "approvals_needed": RuleLimit(
            words="Approvals given",
            unit="count",
            direction="at least",
            measure=_given,
        ),
    },
    criteria=("value_at_stake_above",),
    parameters=Parameters,
    tighter={
        "about": "never",
        "value_at_stake_above": "lower",
        "new_vendor": "present",
        "loosened": "present",
        "approvals_needed": "higher",
        "identity": "present",
    },
    scope="portfolio",
    enabled_by_default=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    cost_of_wrong_model: {value_at_stake: 45000}
# policies/approvals.yaml
policies:
  high-stakes:
    rule: approval-required
    approvers: [cfo]
    value_at_stake_above: 20000
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    cost_of_wrong_model: {value_at_stake: 45000}
# policies/approvals.yaml
policies:
  high-stakes:
    rule: approval-required
    approvers: [cfo]
    value_at_stake_above: 20000
approvals:
  - subject: task_class:triage
    digest: sha256:2982a582006b3ba36d9b9cac3c3eb08787959ff241d9e680894a1e17ab2bbe6a
    approved_by: cfo
    date: 2026-11-20
""",
)
