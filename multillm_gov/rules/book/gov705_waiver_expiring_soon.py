"""GOV705: no waiver expires unnoticed."""

from collections.abc import Iterator

from multillm_gov.finding import Severity, Violation
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.words import code, count_of


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield waivers in force whose last day is near; GOV703 reports those not in force."""
    notice = context.state.portfolio.settings.waiver_notice_days
    for outcome in context.waivers:
        declared, place = outcome.waiver.declared, outcome.waiver.place
        left = (declared.expires - context.as_of).days
        if outcome.state != "in force" or left > notice:
            continue
        when = "today" if left == 0 else f"in {count_of(left, 'day')}"
        counts = (
            "its finding counts"
            if outcome.matched == 1
            else f"its {outcome.matched:,} findings count"
        )
        yield Violation(
            message=(
                f"the waiver of {code(declared.policy)} for {code(declared.subject)} expires "
                f"{when}, on {declared.expires}; notice is given {count_of(notice, 'day')} ahead"
            ),
            place=place.at("expires"),
            subject=declared.subject,
            remedy=(
                "Fix the finding, or have the waiver renewed: `govern waive "
                f"{declared.policy}:{declared.subject} --reason … --expires … --approved-by …`."
            ),
            risk=f"From the day after, {counts} again.",
            figures={"days_left": left, "findings_named": outcome.matched},
            distinction=f"{declared.policy}: {declared.expires}",
        )


RULE = Rule(
    id="GOV705",
    name="waiver-expiring-soon",
    title="Waiver expires soon",
    one="One waiver expires soon",
    many="{count} waivers expire soon",
    short_title="Expiring waivers",
    requirement="No waiver expires unnoticed.",
    why=(
        "When a waiver expires, the next check fails, on a day that nobody chose. "
        "`waiver_notice_days` in `govern.yaml` (default 30) is the time to fix what was waived or "
        "to decide again."
    ),
    remediation=(
        "Fix what is waived and remove the waiver, or renew it with its approver using `govern "
        "waive`."
    ),
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
     expires: 2026-12-10}
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
     expires: 2027-03-31}
""",
)
