"""Comparing two assessed states with the rule book at hand, and who must approve the change."""

from collections import defaultdict
from collections.abc import Iterator

from msgspec.structs import replace

from multillm_gov.changes.change import Area, Change, Direction
from multillm_gov.changes.compare import compare
from multillm_gov.changes.comparison import Comparison
from multillm_gov.changes.held_facts import FactGroup, held_states, renamed_scopes
from multillm_gov.changes.limits import held_to, loosened_safeguards
from multillm_gov.documents.layout import SETTINGS
from multillm_gov.finding import Finding
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.portfolio.policy import PlacedWaiver
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.rules.engine.defaults import rule_facts
from multillm_gov.rules.engine.judgment import judge
from multillm_gov.rules.engine.registry import all_rules, find_rule
from multillm_gov.sources.code_owners import CodeOwners
from multillm_gov.state.state import State
from multillm_gov.words import code, count_of, join_code, join_some, join_words

_ALTERED_FACTS = "GOV710"
"""Lists the altered facts of a change, whatever it is judged by."""

_APPROVAL_RULE = "GOV706"
_SHOWN = 3


def compare_assessments(before: State, after: State) -> Comparison:
    """What changed, a limit that a policy leaves out taken at its rule's default.

    A state without any governed file has no safeguard, so nothing is looser or tighter than there.
    """
    comparison = compare(before, after, rule_facts)
    if before.files and after.files:
        return comparison
    changes = tuple(replace(change, direction=Direction.CHANGED) for change in comparison.changes)
    return replace(comparison, changes=changes)


def judge_by_base(
    before: State,
    after: Assessment,
    comparison: Comparison,
    waivers: tuple[PlacedWaiver, ...] = (),
) -> tuple[Finding, ...] | None:
    """Findings of the later state under the policies, waivers and limits of the base.

    Without it, loosening a limit would look like fixing what it forbids. ``None`` where none of
    them differs. ``waivers`` hold besides those of the base.
    """
    held = held_to(before, after.state, loosened_safeguards(before, after.state))
    findings: dict[str, Finding] = {}
    if comparison.within(Area.POLICIES, Area.SETTINGS):
        findings = {each.fingerprint: each for each in _judge(before, after, waivers)}
    elif not held:
        return None
    if held:
        for finding in _judge(before, _holding(after, held), waivers):
            findings.setdefault(finding.fingerprint, finding)
    return tuple(findings.values())


def judge_by_facts(
    before: State, after: Assessment, waivers: tuple[PlacedWaiver, ...] = ()
) -> dict[str, tuple[Finding, frozenset[FactGroup]]]:
    """The same with the facts that a change alters as the base had them; the facts restored.

    By fingerprint. Empty where the change alters no fact. Relabeling a model, a discount, less
    demand or another owner would otherwise meet a limit that the change itself exceeds.
    """
    held = held_to(before, after.state, loosened_safeguards(before, after.state))
    limited = _holding(after, held) if held else after
    values_by_name: dict[str, tuple[Finding, frozenset[FactGroup]]] = {}
    for groups, state in held_states(before, limited.state):
        for finding in _judge(before, replace(limited, state=state), waivers):
            values_by_name.setdefault(finding.fingerprint, (finding, groups))
    return values_by_name


def _holding(after: Assessment, held: dict[str, TaskClass]) -> Assessment:
    """The later state with the earlier limits of its own task classes."""
    tasks = tuple(held.get(task.name, task) for task in after.state.portfolio.task_classes)
    measured = tuple(
        replace(task, task=held.get(task.task.name, task.task))
        for task in after.state.figures.tasks
    )
    state = replace(
        after.state,
        portfolio=replace(after.state.portfolio, task_classes=tasks),
        figures=replace(after.state.figures, tasks=measured),
    )
    return replace(after, state=state)


def _judge(
    before: State, after: Assessment, waivers: tuple[PlacedWaiver, ...]
) -> tuple[Finding, ...]:
    old, new = before.portfolio, after.state.portfolio
    same_currency = old.settings.currency == new.settings.currency
    settings = replace(
        new.settings,
        appetite=old.settings.appetite if same_currency else new.settings.appetite,
        migration_lead_days=old.settings.migration_lead_days,
        people=old.settings.people,
    )
    written = governing_paths(before)
    documents = after.state.documents | {
        path: document for path, document in before.documents.items() if path in written
    }
    portfolio = replace(new, settings=settings, waivers=(*old.waivers, *waivers))
    return judge(
        replace(after.state, portfolio=portfolio, documents=documents),
        base=before,
        rules=tuple(rule for rule in all_rules() if rule.id != _ALTERED_FACTS),
        policies=renamed_scopes(old, new),
        contents=after.contents,
        introductions=after.introductions,
    ).findings


def governing_paths(state: State) -> frozenset[str]:
    """The files that hold its settings, policies and waivers."""
    policies, waivers = state.portfolio.policies, state.portfolio.waivers
    written = {policy.place.path for policy in policies} | {waiver.place.path for waiver in waivers}
    return frozenset({SETTINGS, *written})


def who_approves(
    before: Assessment, after: Assessment, comparison: Comparison, owners: CodeOwners | None
) -> tuple[str, ...]:
    """One sentence each: missing approvals, approvers of loosened policies, code owners."""
    return (
        *_approvals(before, after),
        *_policies(before, comparison),
        *(_code_owners(comparison, owners) if owners is not None else ()),
    )


def _approvals(before: Assessment, after: Assessment) -> Iterator[str]:
    """Approvals that are new to be given, by policy."""
    known = {finding.fingerprint for finding in before.findings}
    missing: defaultdict[str, list[str]] = defaultdict(list)
    for finding in after.findings:
        if finding.rule == _APPROVAL_RULE and finding.active and finding.fingerprint not in known:
            missing[finding.policy].append(finding.subject)
    for policy in (*after.state.portfolio.policies, *before.state.portfolio.policies):
        subjects = missing.pop(policy.name, [])
        approvers = policy.declared.approvers
        if subjects:
            who = join_words([code(name) for name in approvers], "or") or "an approver"
            yield f"{who} for {join_some(_codes(subjects))} (policy {code(policy.name)})"


def _policies(before: Assessment, comparison: Comparison) -> Iterator[str]:
    """Approvers that the base names for a policy that is loosened."""
    loosened = {
        name
        for change in comparison.changes
        if change.direction is Direction.LOOSENED and change.kind.area is Area.POLICIES
        for name in (change.subject, change.before)
    }
    for policy in before.state.portfolio.policies:
        rule = find_rule(policy.declared.rule)
        if policy.name in loosened and policy.declared.approvers:
            if rule is not None and rule.id == _APPROVAL_RULE:
                continue
            who = join_words([code(name) for name in policy.declared.approvers], "or")
            yield f"{who} for the loosened policy {code(policy.name)}"


def _code_owners(comparison: Comparison, owners: CodeOwners) -> Iterator[str]:
    """Owners of the files that the changes stand in."""
    paths = sorted({path for change in comparison.changes for path in _paths(change)})
    files: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for path, names in owners.owners(paths).items():
        files[names].append(path)
    for names, owned in sorted(files.items()):
        listed = join_code(owned) if len(owned) <= _SHOWN else count_of(len(owned), "file")
        yield f"code owner {join_words(_codes(names), 'or')} for {listed}"


def _paths(change: Change) -> Iterator[str]:
    for place in (change.place_before, change.place_after):
        if place is not None:
            yield place.path


def _codes(names: tuple[str, ...] | list[str]) -> list[str]:
    return [code(name) for name in names]
