"""GOV709: every comment that ignores a finding has an effect."""

import re
from collections.abc import Iterator
from itertools import count

from multillm_gov.documents.document import Document
from multillm_gov.documents.editing import Edit, offsets_of
from multillm_gov.documents.layout import kind_of
from multillm_gov.finding import Finding, Severity, Violation
from multillm_gov.rules.engine.ignoring import IgnoreOutcome
from multillm_gov.rules.engine.registry import rule_names
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.words import code, did_you_mean

MOST_HINTS = 20
"""Findings that suggest a near name; searching for one is slow."""
_ALONE = re.compile(r"#[ \t]*govern:[ \t]*ignore[ \t]+[\w-]+[ \t]+because\b.*")
"""A comment that names one rule and nothing else before it."""
_FORM = "`# govern: ignore RULE because REASON`"


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield comments without a rule or reason, for a mandatory finding, or for none."""
    if not context.ignores:
        return
    known = {name for pair in rule_names().items() for name in pair}
    unread = any(kind_of(flaw.location.path) in {"allocation", "policy"} for flaw in context.flaws)
    hints = count()
    for outcome in context.ignores:
        rule = outcome.comment.rule
        if outcome.state == "in force":
            continue
        if rule and rule not in known:
            meant = did_you_mean(rule, sorted(known)) if next(hints) < MOST_HINTS else ""
            message = f"{code(rule)} is not a rule{meant}"
            yield _violation(outcome, message, f"Name a rule that `govern rules` lists: {_FORM}.")
        elif outcome.state != "idle" or not unread:
            yield _violation(outcome, *_format(outcome))


def _format(outcome: IgnoreOutcome) -> tuple[str, str]:
    rule = code(outcome.comment.rule)
    if outcome.state == "no rule":
        return "the comment names no rule to ignore", f"Write {_FORM}, or remove it."
    if outcome.state == "mandatory":
        return (
            f"a comment cannot ignore this finding of {rule}: only advice can be ignored in a file",
            (
                "Fix the finding and remove the comment; where the policy allows it, have it "
                "waived with `govern waive`."
            ),
        )
    if outcome.state == "no reason":
        return f"the comment gives no reason to ignore {rule}", f"Write {_FORM}, or remove it."
    return (
        f"there is no finding of {rule} on line {outcome.comment.line:,}, which the comment covers",
        "Remove the comment, or put it on the line of the finding or on the line above.",
    )


def _violation(outcome: IgnoreOutcome, message: str, remedy: str) -> Violation:
    comment = outcome.comment
    return Violation(
        message=message,
        place=comment.location,
        subject=comment.rule or "comment",
        remedy=remedy,
        risk="It has no effect, but looks as if it had.",
        distinction=f"{comment.location.path}: {comment.reason}",
    )


def fix(finding: Finding, document: Document) -> Edit | None:
    """Take out a comment that asks for nothing but this, where its line has no such finding."""
    start, end = offsets_of(document, finding.location)
    content = document.source.content
    alone = _ALONE.fullmatch(content[start:end])
    if alone is None or not finding.message.startswith("there is no finding"):
        return None
    first = content.rfind("\n", 0, start) + 1
    if content[first:start].strip():
        return Edit(start=first + len(content[first:start].rstrip()), end=end, text="")
    return Edit(start=first, end=min(end + 1, len(content)), text="")


RULE = Rule(
    id="GOV709",
    name="ignore-comment-not-in-force",
    title="Ignore comment without effect",
    one="One ignore comment has no effect",
    many="{count} ignore comments have no effect",
    short_title="Ignore comments without effect",
    requirement="Every comment that ignores a finding has an effect.",
    why=(
        "A comment is the weakest exception: nobody approves it and it never expires. It "
        "therefore works only for advice (advisory policies, and default rules that warn), needs "
        "a reason, and is reported once it has no effect."
    ),
    remediation=(
        "Write `# govern: ignore RULE because REASON` on the line of the finding or the one "
        "above, or use `govern waive`."
    ),
    safe_fix="Removes a comment whose line has no such finding",
    fix=fix,
    severity=Severity.WARNING,
    check=check,
    scope="waivers",
    waivable=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:  # govern: ignore GOV201
    route: [{model: claude-haiku-4-5}]
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  # govern: ignore GOV201 because the desk answers by hand meanwhile
  triage:
    route: [{model: claude-haiku-4-5}]
""",
)
