"""Whether an approval counts: for this content, by this person, on this day, by commit."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from datetime import date
from typing import Any, Literal

from msgspec import Struct

from multillm_gov.location import Place
from multillm_gov.portfolio.policy import PlacedApproval
from multillm_gov.portfolio.settings import Settings
from multillm_gov.rules.approval_commits import Introduction, Introductions
from multillm_gov.rules.engine.approvals import POLICY
from multillm_gov.rules.engine.rule import RuleContext
from multillm_gov.words import code, join_code

ELSEWHERE = ("waiver", "approval", "model", "setting", "appetite")
"""Kinds of change whose subject is neither a task class nor a policy."""


def loosened_subjects(context: RuleContext) -> dict[str, str]:
    """What was loosened in each task class or policy, in words."""
    if context.base is None:
        return {}
    from multillm_gov.changes.change import Direction  # a check without a base never compares
    from multillm_gov.changes.compare import compare
    from multillm_gov.rules.engine.defaults import rule_facts

    texts_by_name: defaultdict[str, list[str]] = defaultdict(list)
    for change in compare(context.base, context.state, rule_facts).changes:
        if change.direction is Direction.LOOSENED and not change.kind.value.startswith(ELSEWHERE):
            texts_by_name[change.subject].append(change.label)
    return {subject: ", ".join(dict.fromkeys(labels)) for subject, labels in texts_by_name.items()}


UNPROVED = (
    "The author of a commit is self-declared: it proves who approved only as far as signed "
    "commits and a protected "
    "branch keep others from writing that name."
)

_SIGNED = {"none": "unsigned", "verified": "with a verified signature"}
_UNVERIFIED = "with a signature that could not be verified"


class ApprovalRequirement(Struct, frozen=True, kw_only=True):
    """What a policy requires of an approval."""

    approvers: tuple[str, ...]
    """Who may approve; empty: anyone."""
    count: int
    """How many different people must."""
    identity: Literal["git", "signed"] | None
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


class ApprovalJudgment(Struct, frozen=True, kw_only=True):
    """What became of the approvals of one subject."""

    approved_by: frozenset[str]
    """Those whose approvals count."""
    stale: tuple[PlacedApproval, ...] = ()
    objections: tuple[str, ...] = ()
    """Why each of the others does not count, as clauses."""


def judge_approvals(
    given: Iterable[PlacedApproval], digest: str, demand: ApprovalRequirement
) -> ApprovalJudgment:
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
    return ApprovalJudgment(
        approved_by=frozenset(counted), stale=tuple(stale), objections=tuple(objections)
    )


def _doubt(approval: PlacedApproval, demand: ApprovalRequirement) -> str:
    """Why git does not say that the approver wrote the approval; empty where it does."""
    names = (approval.declared.approved_by,)
    commits = demand.introductions(approval.place) if demand.introductions else ()
    return doubt_of(commits, names, demand.settings, signed=demand.identity == "signed")


def doubt_of(
    commits: Iterable[Introduction], names: Iterable[str], settings: Settings, *, signed: bool
) -> str:
    """Why the commits do not show that one of these people wrote it; empty where they do."""
    names = tuple(names)
    known = {address.casefold() for name in names for address in settings.people.get(name, ())}
    if not known:
        return f"`people` in govern.yaml has no e-mail address for {join_code(names)}"
    commits = tuple(commits)
    if not commits:
        return "no commit that introduced it is known"
    doubts = (_doubt_of_commit(commit, known, signed=signed) for commit in commits)
    return next(filter(None, doubts), "")


def _doubt_of_commit(commit: Introduction, known: Container[str], *, signed: bool) -> str:
    if not commit.commit:
        return "it is not committed yet"
    if commit.beyond:
        return (
            "this clone is shallow and may lack the commit that introduced it (`git fetch "
            "--unshallow`)"
        )
    signature = _SIGNED.get(commit.signature, _UNVERIFIED)
    if commit.author_email.casefold() not in known:
        return (
            f"commit {commit.commit[:10]} that wrote it names {code(commit.author_email)} as "
            f"author ({signature})"
        )
    if signed and commit.signature != "verified":
        return (
            f"commit {commit.commit[:10]} that wrote it is {signature}, and anyone can type its "
            "author's name"
        )
    return ""


class ApprovalSubject(Struct, frozen=True, kw_only=True):
    """Something that needs approval, and why."""

    prefix: str
    name: str
    place: Place
    reason: str


def policies_to_approve(
    context: RuleContext,
    parameters: Any,  # noqa: ANN401
) -> Iterator[ApprovalSubject]:
    """Every policy, or those that were loosened since the base."""
    present = {policy.name: policy.place.key() for policy in context.state.portfolio.policies}
    if not parameters.loosened:
        reason = f"{code(context.policy)} requires it for every policy"
        reasons = dict.fromkeys(present, reason)
    else:
        reasons = {
            name: f"it was loosened ({labels})"
            for name, labels in loosened_subjects(context).items()
        }
        if context.base is not None:
            old = {policy.name for policy in context.base.portfolio.policies}
            reasons = {
                name: text for name, text in reasons.items() if name in present or name in old
            }
    for name, reason in reasons.items():
        place = present.get(name) or (context.policy_place.key() if context.policy_place else None)
        if place is not None and (name in present or parameters.loosened):
            yield ApprovalSubject(
                prefix=POLICY if name in present else "", name=name, place=place, reason=reason
            )
