"""GOV707: every approval covers the current content."""

from collections.abc import Iterator
from itertools import count

from multillm_gov.documents.layout import kind_of
from multillm_gov.finding import Severity, Violation
from multillm_gov.portfolio.policy import PlacedApproval
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.words import code, did_you_mean

MOST_HINTS = 20
"""Findings that suggest a near name; searching for one is slow."""


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield approvals of other content, unless the same person approved the current one."""
    approvals = context.state.portfolio.approvals
    if not approvals:
        return
    current = {
        (approval.declared.subject, approval.declared.approved_by)
        for approval in approvals
        if _holds(context, approval)
    }
    unread = any(kind_of(flaw.location.path) in {"allocation", "policy"} for flaw in context.flaws)
    hints = count()
    for approval in approvals:
        declared = approval.declared
        if declared.subject not in context.contents.subjects:
            if not unread:
                known = sorted(context.contents.subjects) if next(hints) < MOST_HINTS else ()
                yield _unknown(approval, did_you_mean(declared.subject, known))
        elif (declared.subject, declared.approved_by) not in current:
            yield _stale(approval, context.contents.digest(declared.subject))


def _holds(context: RuleContext, approval: PlacedApproval) -> bool:
    return context.contents.digest(approval.declared.subject) == approval.declared.digest


def _stale(approval: PlacedApproval, digest: str) -> Violation:
    declared = approval.declared
    return Violation(
        message=(
            f"{code(declared.subject)} is no longer what {code(declared.approved_by)} approved on "
            f"{declared.date}: its digest is {digest[:14]}…, that of the approval "
            f"{declared.digest[:14]}…"
        ),
        place=approval.place.at("digest"),
        subject=declared.subject.partition(":")[2],
        remedy=(
            f"Let the approver read it and run `govern approve {declared.subject} --by "
            f"{declared.approved_by}`."
        ),
        risk="The approval looks as if it covered what was written later.",
        figures={"digest_approved": declared.digest, "digest": digest},
        distinction=declared.approved_by,
    )


def _unknown(approval: PlacedApproval, meant: str) -> Violation:
    declared = approval.declared
    return Violation(
        message=f"{code(declared.subject)} is not a task class or policy of the portfolio{meant}",
        place=approval.place.at("subject"),
        subject=declared.subject,
        remedy="Remove the approval, or write its subject as `task_class:NAME` or `policy:NAME`.",
        risk="It approves nothing.",
        distinction=declared.approved_by,
    )


RULE = Rule(
    id="GOV707",
    name="approval-stale",
    title="Approval out of date",
    one="One approval does not cover the current content",
    many="{count} approvals do not cover the current content",
    short_title="Outdated approvals",
    requirement="Every approval covers the current content.",
    why=(
        "An approval means that somebody read something. Once the content changes, the entry "
        "misleads whoever relies on it; a policy of `approval-required` no longer counts it."
    ),
    remediation=(
        "Have the current content approved with `govern approve`, which renews the entry, or "
        "remove the entry."
    ),
    severity=Severity.WARNING,
    check=check,
    scope="portfolio",
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
# policies/approvals.yaml
approvals:
  - subject: task_class:triage
    digest: sha256:0000000000000000000000000000000000000000000000000000000000000000
    approved_by: cfo
    date: 2026-10-01
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
# policies/approvals.yaml
approvals:
  - subject: task_class:triage
    digest: sha256:08121b73bb70ef8be709eabb07c504f65edccac83eceed7a5a6cd7fd42c765b0
    approved_by: cfo
    date: 2026-11-20
""",
)
