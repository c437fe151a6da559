"""GOV703: every waiver is in force and covers a finding."""

from collections.abc import Iterator

from multillm_gov.documents.document import Document
from multillm_gov.documents.editing import Edit, offsets_of, without_item
from multillm_gov.documents.layout import kind_of
from multillm_gov.documents.pointing import spot_at
from multillm_gov.finding import Finding, Severity, Violation
from multillm_gov.location import Place, Pointer
from multillm_gov.rules.engine.registry import rule_names
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.rules.engine.waivers import WaiverOutcome
from multillm_gov.words import code, count_of, join_code


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield waivers that are expired, void, unapproved or idle; GOV006 reports unknown policies."""
    if not context.waivers:
        return
    known = {name for pair in rule_names().items() for name in pair}
    known |= {policy.name for policy in context.state.portfolio.policies}
    unread = any(kind_of(flaw.location.path) in {"allocation", "policy"} for flaw in context.flaws)
    for outcome in context.waivers:
        if outcome.waiver.declared.policy not in known or outcome.state == "in force":
            continue
        if outcome.state != "idle" or not unread:
            yield _violation(context, outcome)


def _violation(context: RuleContext, outcome: WaiverOutcome) -> Violation:
    declared, place = outcome.waiver.declared, outcome.waiver.place
    who = f"the waiver of {code(declared.policy)} for {code(declared.subject)}"
    message, where, remedy = _format(context, outcome, who)
    covered = (
        "its finding counts" if outcome.matched == 1 else f"its {outcome.matched:,} findings count"
    )
    return Violation(
        message=message,
        place=where if isinstance(where, Place) else place,
        subject=declared.subject,
        remedy=remedy,
        risk=f"It has no effect: {covered} again." if outcome.matched else "It has no effect.",
        figures={"findings_named": outcome.matched},
        distinction=f"{declared.policy}: {declared.expires}",
    )


def _format(context: RuleContext, outcome: WaiverOutcome, who: str) -> tuple[str, Place, str]:
    place = outcome.waiver.place
    if outcome.state == "expired":
        return _format_expired(context, outcome, who)
    if outcome.state == "void":
        return (
            f"{who} is void: hard-mandatory policies and rules about files cannot be waived",
            place.at("policy"),
            (
                "Remove the waiver and fix the finding, or have the policy changed to "
                "`enforcement: soft-mandatory`."
            ),
        )
    if outcome.state == "unapproved":
        return _format_unapproved(outcome, who)
    if outcome.state == "too new":
        return (
            f"{who} lifts nothing in the change that adds it",
            place.at("policy"),
            "Have the waiver accepted in a change of its own, before the one that loosens.",
        )
    return (
        f"{who} matches no finding",
        place.at("subject"),
        "Remove it if the finding is fixed; otherwise write the subject as in the finding.",
    )


def _format_unapproved(outcome: WaiverOutcome, who: str) -> tuple[str, Place, str]:
    declared, place = outcome.waiver.declared, outcome.waiver.place
    may = (
        f"only {join_code(outcome.approvers)} may"
        if outcome.approvers
        else "no approver may waive everything that it names"
    )
    return (
        f"{who} is approved by {code(declared.approved_by)}; {may}",
        place.at("approved_by"),
        (
            "Let one of the policy's `approvers` approve it, or remove the waiver and fix the "
            "finding."
        ),
    )


def _format_expired(
    context: RuleContext, outcome: WaiverOutcome, who: str
) -> tuple[str, Place, str]:
    declared, place = outcome.waiver.declared, outcome.waiver.place
    days = (context.as_of - declared.expires).days
    return (
        f"{who} expired on {declared.expires}, {count_of(days, 'day')} ago",
        place.at("expires"),
        ("Fix the finding and remove the waiver, or have it approved again with a new `expires`."),
    )


def fix(finding: Finding, document: Document) -> Edit | None:
    """Take out a waiver that has ended, or that is void: it has no effect already."""
    spot = spot_at(document, offsets_of(document, finding.location)[0])
    if spot is None or spot.pointer[:1] != ("waivers",) or not _has_ended(spot.pointer):
        return None
    return without_item(document, spot.pointer[:2])


def _has_ended(pointer: Pointer) -> bool:
    """By the key that the finding points at: `expires` of an ended, `policy` of a void one."""
    return pointer[2:] in {("expires",), ("policy",)}


RULE = Rule(
    id="GOV703",
    name="waiver-not-in-force",
    title="Waiver without effect",
    one="One waiver is not in force or covers no finding",
    many="{count} waivers are not in force or cover no finding",
    short_title="Waivers without effect",
    requirement="Every waiver is in force and covers a finding.",
    why=(
        "A waiver is an accepted risk with an end date. Expired waivers are decisions that nobody "
        "made again; idle ones would silently cover the next violation; a hard-mandatory policy "
        "allows none."
    ),
    remediation=(
        "Remove the waiver, renew it with its approver, or correct the policy or subject it names."
    ),
    safe_fix="Removes a waiver that has ended or is void",
    fix=fix,
    severity=Severity.WARNING,
    check=check,
    scope="waivers",
    waivable=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
# policies/waivers.yaml
waivers:
  - {policy: fallback-missing, subject: triage, reason: contract pending, approved_by: cio,
     expires: 2026-06-30}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
# policies/waivers.yaml
waivers:
  - {policy: fallback-missing, subject: triage, reason: contract pending, approved_by: cio,
     expires: 2026-12-31}
""",
)
