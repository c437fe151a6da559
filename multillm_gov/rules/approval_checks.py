"""Whether an approval counts: for this content, by this person, on this day, by commit."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Literal

from msgspec import Struct

from multillm_gov.portfolio.policy import PlacedApproval
from multillm_gov.portfolio.settings import Settings
from multillm_gov.rules.approval_commits import Introductions
from multillm_gov.rules.engine.rule import RuleContext
from multillm_gov.words import code

ELSEWHERE = ("waiver", "approval", "model", "setting", "appetite")
"""Kinds of change whose subject is neither a task class nor a policy."""


def loosened_subjects(context: RuleContext) -> dict[str, str]:
    """What was loosened in each task class or policy, in words."""
    if context.base is None:
        return {}
    from multillm_gov.changes.change import Direction  # a check without a base never compares
    from multillm_gov.changes.compare import compare
    from multillm_gov.rules.engine.defaults import rule_facts

    found: defaultdict[str, list[str]] = defaultdict(list)
    for change in compare(context.base, context.state, rule_facts).changes:
        if change.direction is Direction.LOOSENED and not change.kind.value.startswith(ELSEWHERE):
            found[change.subject].append(change.label)
    return {subject: ", ".join(dict.fromkeys(labels)) for subject, labels in found.items()}


UNPROVED = (
    "The author of a commit is self-declared: it proves who approved only as far as signed "
    "commits and a protected "
    "branch keep others from writing that name."
)


class Demand(Struct, frozen=True, kw_only=True):
    """What a policy requires of an approval."""

    approvers: tuple[str, ...]
    """Who may approve; empty: anyone."""
    count: int
    """How many different people must."""
    identity: Literal["git"] | None
    settings: Settings
    introductions: Introductions | None
    as_of: date

    @property
    def words(self) -> str:
        """``the approval of `cfo` or `cro```, ``2 approvals of …``."""
        number = "the approval" if self.count == 1 else f"{self.count} approvals"
        if not self.approvers:
            return "an approval" if self.count == 1 else number
        *rest, last = map(code, self.approvers)
        return f"{number} of {', '.join(rest)}{' or ' if rest else ''}{last}"


class Judged(Struct, frozen=True, kw_only=True):
    """What became of the approvals of one subject."""

    approved_by: frozenset[str]
    """Those whose approvals count."""
    stale: tuple[PlacedApproval, ...] = ()
    objections: tuple[str, ...] = ()
    """Why each of the others does not count, as clauses."""


def judge_approvals(given: Iterable[PlacedApproval], digest: str, demand: Demand) -> Judged:
    """Compare the approvals of one subject with its current content and the policy."""
    counted: set[str] = set()
    stale: list[PlacedApproval] = []
    objections: dict[str, None] = {}
    for approval in given:
        declared = approval.declared
        who = code(declared.approved_by)
        if demand.approvers and declared.approved_by not in demand.approvers:
            objections[f"{who} may not approve it"] = None
        elif declared.date > demand.as_of:
            objections[f"the one by {who} is dated {declared.date}, after {demand.as_of}"] = None
        elif declared.digest != digest:
            stale.append(approval)
            objections[f"the one by {who} of {declared.date} was given to other content"] = None
        elif demand.identity and (doubt := _doubt(approval, demand)):
            objections[f"the one by {who} does not count: {doubt}"] = None
        else:
            counted.add(declared.approved_by)
    return Judged(approved_by=frozenset(counted), stale=tuple(stale), objections=tuple(objections))


def _doubt(approval: PlacedApproval, demand: Demand) -> str:
    """Why git does not say that the approver wrote the approval; empty where it does."""
    name = approval.declared.approved_by
    known = {address.casefold() for address in demand.settings.people.get(name, ())}
    if not known:
        return f"`people` in govern.yaml has no e-mail address for {code(name)}"
    commits = demand.introductions(approval.place) if demand.introductions else ()
    if not commits:
        return "no commit that introduced it is known"
    for commit in commits:
        if not commit.commit:
            return "it is not committed yet"
        if commit.beyond:
            return (
                "this clone is shallow and may lack the commit that introduced it (`git fetch "
                "--unshallow`)"
            )
        if commit.author_email.casefold() not in known:
            signed = {"none": "unsigned", "verified": "with a verified signature"}.get(
                commit.signature
            )
            return (
                f"commit {commit.commit[:10]} that wrote it names {code(commit.author_email)} as "
                "author "
                f"({signed or 'with a signature that could not be verified'})"
            )
    return ""
