"""What a change forbids itself no longer, or hides by altered facts, and does at once."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from multillm_gov.changes.change import ChangeKind
from multillm_gov.changes.comparison import Comparison
from multillm_gov.changes.held_facts import FactGroup
from multillm_gov.documents.document import SourceFile, locate
from multillm_gov.finding import Enforcement, Finding, Flaw, Related, Severity
from multillm_gov.location import Location, Place
from multillm_gov.measures.failover import Failover
from multillm_gov.reporting.diff.findings import BY_BASE, Renames, identities
from multillm_gov.rules.engine.assessment import Assessment, assess
from multillm_gov.rules.engine.registry import find_rule
from multillm_gov.sources.folder_blame import blame_folder
from multillm_gov.sources.git import Repository
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.state.loading import load_state, no_collections
from multillm_gov.state.state import State
from multillm_gov.words import code, join_words
from multillm_gov.workflows.comparing import (
    compare_assessments,
    governing_paths,
    judge_by_base,
    judge_by_facts,
)
from multillm_gov.workflows.states import assess_revision, working_revision

_LISTING = "GOV708"
"""Lists what is loosened, and uses it only where a policy of the base forbids loosening."""
LEAD = "loosened in this change and used at once"
"""How the message of each such finding starts."""
FACTS_LEAD = "hidden by facts altered in this change"
"""How it starts where the limit stands and the facts it is judged by do not."""

_MOST_EXAMPLES = 3
_UNCOVERED = frozenset({"GOV201", "GOV202"})
"""No fallback at all, and none that is independent of the route."""
_CATALOG_CHANGES = ChangeKind.MODEL_PRICE, ChangeKind.MODEL_EXPOSURE, ChangeKind.MODEL_RETIREMENT
_SHOWN_BY: dict[FactGroup, tuple[ChangeKind, ...]] = {
    FactGroup.CATALOG: _CATALOG_CHANGES,
    FactGroup.MONEY: (ChangeKind.SETTING,),
    FactGroup.DEMAND: (ChangeKind.DEMAND,),
    FactGroup.VALUE: (ChangeKind.VALUE_AT_STAKE,),
    FactGroup.SCOPE: (ChangeKind.OWNER, ChangeKind.TAGS, ChangeKind.CLASSIFICATION),
    FactGroup.RISK: (ChangeKind.SETTING,),
}


def assess_change(
    root: Path, files: tuple[SourceFile, ...], flaws: tuple[Flaw, ...], base: str, *, as_of: date
) -> tuple[Assessment, Assessment]:
    """A revision, and the folder judged as a change of it, by the revision's policies too.

    Raises:
        SourceError: no git repository.
        RevisionError: the revision is unknown, unborn or not fetched.
        CatalogError: a lock or the price map cannot be read.
    """
    repository = Repository.open(root)
    with no_collections():
        before = assess_revision(repository, base, as_of=as_of, files_now=files)
        after = assess(
            load_state(
                files,
                flaws,
                as_of=as_of,
                price_map=read_price_map,
                revision=working_revision(root),
                known=before.state,
            ),
            base=before.state if before.state.files else None,
            blame=blame_folder(root),
        )
        return before, with_used(before, after)


def with_used(
    before: Assessment, after: Assessment, comparison: Comparison | None = None
) -> Assessment:
    """The later state with what it uses at once among its findings; a first state is as it is."""
    if not before.state.files:
        return after
    compared = comparison or compare_assessments(before.state, after.state)
    by_limits = used_at_once(before, after, compared)
    known = {(each.rule, each.subject) for each in by_limits}
    uncovered = _without_fallback(before, after, compared)
    used = (*by_limits, *(each for each in uncovered if (each.rule, each.subject) not in known))
    findings = sorted(
        (*after.findings, *used), key=lambda each: (each.location.path, each.location.line)
    )
    return replace(after, findings=tuple(findings)) if used else after


def used_at_once(
    before: Assessment, after: Assessment, comparison: Comparison
) -> tuple[Finding, ...]:
    """Findings of the later state under the base's policies, limits and facts, not under its own.

    What already stood in the base, with the same figures, is not among them: loosening a limit that
    is broken anyway uses no new room, and would otherwise never pass. A waiver of the later state
    excepts from a policy of the base as well, unless that one is hard-mandatory. Rules about files
    and waivers judge only a state's own.
    """
    waivers = after.state.portfolio.waivers
    judged = judge_by_base(before.state, after, comparison, waivers) or ()
    raised = {finding.fingerprint: finding for finding in judged if _counts(finding)}
    hiding: dict[str, frozenset[FactGroup]] = {}
    for name, (finding, groups) in judge_by_facts(before.state, after, waivers).items():
        if name not in raised and _counts(finding):
            raised[name], hiding[name] = finding, groups
    if not raised:
        return ()
    renames = _renames(comparison)
    origin = identities(tuple(raised.values()), after.findings, Renames({}, renames.policies))
    stays = {
        origin[each.fingerprint]: each
        for each in after.findings
        if each.active and each.fingerprint in origin
    }
    stood = {finding.fingerprint: finding for finding in before.findings}
    earlier = identities(before.findings, tuple(raised.values()), Renames(renames.task_classes))
    used = []
    for name, finding in raised.items():
        own, old = stays.get(name), stood.get(earlier.get(name, ""))
        if not _as_grave(own, finding) and not (
            _as_grave(old, finding) and old and old.figures == finding.figures
        ):
            found = _relocated(finding, before.state, after.state, renames)
            altered = hiding.get(name)
            used.append(_hidden(found, altered, comparison) if altered else _loosened(found))
    return tuple(used)


def _without_fallback(
    before: Assessment, after: Assessment, comparison: Comparison
) -> Iterator[Finding]:
    """Task classes that lose the fallback that would have taken over: removing it is its use."""
    removed = {
        change.subject: change.before
        for change in comparison.changes
        if change.kind is ChangeKind.FALLBACK_REMOVED
    }
    failover = Failover(before.state.as_of, before.state.drills)
    covered = {task.task.name for task in before.state.figures.tasks if failover.usable(task)}
    names = {new: old for old, new in _renames(comparison).task_classes.items()}
    known = {finding.fingerprint for finding in before.findings}
    for finding in after.findings:
        if (
            finding.rule in _UNCOVERED
            and finding.active
            and finding.fingerprint not in known
            and names.get(finding.subject, finding.subject) in covered
            and finding.subject in removed
        ):
            graver = replace(
                finding,
                severity=Severity.ERROR,
                message=f"{finding.message}; {code(removed.pop(finding.subject))} is removed",
                fingerprint=f"{finding.fingerprint}{BY_BASE}",
                under=before.state.revision,
            )
            yield _loosened(graver)


def _counts(finding: Finding) -> bool:
    return finding.active and _about_the_portfolio(finding)


def _about_the_portfolio(finding: Finding) -> bool:
    rule = find_rule(finding.rule)
    if rule is None:
        return True
    listed = rule.id == _LISTING and not finding.policy
    return not listed and rule.scope not in {"files", "waivers"}


def _as_grave(known: Finding | None, finding: Finding) -> bool:
    return known is not None and known.active and known.severity >= finding.severity


def _renames(comparison: Comparison) -> Renames:
    names = {
        kind: {change.before: change.after for change in comparison.changes if change.kind is kind}
        for kind in (ChangeKind.TASK_CLASS_RENAMED, ChangeKind.POLICY_RENAMED)
    }
    return Renames(names[ChangeKind.TASK_CLASS_RENAMED], names[ChangeKind.POLICY_RENAMED])


def _relocated(finding: Finding, before: State, after: State, renames: Renames) -> Finding:
    """The finding with places of the base's files moved to those of the later state."""
    written = governing_paths(before)
    location = finding.location
    related = tuple(
        Related(f"{each.message} (as of the base)", each.location)
        if each.location.path in written
        else each
        for each in finding.related
    )
    if location.path in written:
        related = (Related("the limit as of the base", location), *related)
        location = _moved(finding, after, renames)
    return replace(
        finding,
        location=location,
        related=related,
        fingerprint=f"{finding.fingerprint}{BY_BASE}",
        under=before.revision,
    )


def _loosened(finding: Finding) -> Finding:
    waive = "" if finding.enforcement is Enforcement.HARD_MANDATORY else ", or have it waived"
    return replace(
        finding,
        message=f"{LEAD}: {finding.message}",
        remedy=f"Have the looser limit accepted in a change of its own first{waive}; or fix it: "
        f"{finding.remedy}",
    )


def _hidden(finding: Finding, altered: frozenset[FactGroup], comparison: Comparison) -> Finding:
    waive = "" if finding.enforcement is Enforcement.HARD_MANDATORY else ", or have it waived"
    facts = join_words(group.value for group in FactGroup if group in altered)
    kinds = {kind for group in altered for kind in _SHOWN_BY[group]}
    examples = [
        f"`{change.subject}` {change.label} {change.before or 'none'} → {change.after or 'none'}"
        for change in comparison.changes
        if change.kind in kinds
    ]
    shown = f" ({'; '.join(examples[:_MOST_EXAMPLES])})" if examples else ""
    return replace(
        finding,
        message=f"{FACTS_LEAD} ({facts}): {finding.message}",
        remedy=f"Have the new facts{shown} accepted in a change of its own first{waive}; or fix "
        f"it: {finding.remedy}",
    )


def _moved(finding: Finding, after: State, renames: Renames) -> Location:
    """The policy as it stands now, else the file it stood in, else that file's path."""
    name = renames.policies.get(finding.policy, finding.policy)
    for policy in after.portfolio.policies:
        if policy.name == name:
            return locate(policy.place.key(), after.documents)
    return locate(Place(finding.location.path), after.documents)
