"""``govern waive --generate``: a dated waiver for each open finding, to adopt the gate today."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from msgspec import Struct

from multillm_gov.documents.amending import Entry, with_items, with_values
from multillm_gov.documents.document import SourceFile
from multillm_gov.errors import SourceError, UsageError
from multillm_gov.finding import Enforcement, Finding, Severity
from multillm_gov.rules.engine.assessment import Assessment, assess
from multillm_gov.rules.engine.registry import find_rule
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.sources.root import split_paths
from multillm_gov.state.loading import load_state
from multillm_gov.state.state import State
from multillm_gov.workflows.entries import home_of, start_of, write
from multillm_gov.workflows.states import assess_folder
from multillm_gov.workflows.waivers.granting import WAIVERS, WaiverTerms, check_terms, held_waiver

Pair = tuple[str, str]
"""Policy (or rule) and subject, as a waiver names them."""


class WaiverRefusal(Struct, frozen=True):
    """A finding that no waiver of these terms can cover, and why."""

    finding: Finding
    reason: str


class Adoption(Struct, frozen=True, kw_only=True):
    """What ``govern waive --generate`` did."""

    paths: tuple[str, ...]
    """Files written."""
    added: int
    renewed: int
    covered: int
    """Findings that the waivers except."""
    refused: tuple[WaiverRefusal, ...] = ()


def waive_all(
    terms: WaiverTerms, *, least: Severity, as_of: date, root: Path | None = None
) -> Adoption:
    """Write a waiver for every open finding of at least a severity; nothing else changes.

    One that ended, or that another waiver names already, is renewed in its place.

    Raises:
        UsageError: the expiry is past, or a text says nothing.
        SourceError: no portfolio, or a file whose layout leaves no safe place.
        OutputError: a file may not be written.
    """
    check_terms(terms, as_of)
    top, _ = split_paths((), root)
    before = assess_folder(top, as_of=as_of)
    pairs, refused = _pairs(before, terms, least)
    files, renewed = _renewed(before.state, pairs, terms)
    added = [pair for pair in pairs if pair not in renewed]
    if added:
        path = home_of(before.state, "waivers", WAIVERS)
        file = files.get(path) or before.state.files.get(path) or start_of(path)
        files[path] = _safe(
            with_items(file, "waivers", [_entry(pair, terms) for pair in added]), path
        )
    covered = _covered(before.state, files, terms) if files else 0
    for file in files.values():
        write(top, file)
    return Adoption(
        paths=tuple(sorted(files)),
        added=len(added),
        renewed=len(renewed),
        covered=covered,
        refused=refused,
    )


def _pairs(
    assessment: Assessment, terms: WaiverTerms, least: Severity
) -> tuple[dict[Pair, None], tuple[WaiverRefusal, ...]]:
    """What to waive, each pair once in order of place; and what cannot be."""
    approvers = {
        policy.name: policy.declared.approvers for policy in assessment.state.portfolio.policies
    }
    pairs: dict[Pair, None] = {}
    refused = []
    for finding in assessment.findings:
        if not finding.active or finding.severity < least:
            continue
        reason = _why_not(finding, approvers, terms.approved_by)
        if reason:
            refused.append(WaiverRefusal(finding, reason))
        else:
            pairs[finding.policy or finding.name, finding.subject] = None
    return pairs, tuple(refused)


def _why_not(finding: Finding, approvers: Mapping[str, tuple[str, ...]], approved_by: str) -> str:
    rule = find_rule(finding.rule)
    permitted = approvers.get(finding.policy, ())
    if finding.enforcement is Enforcement.HARD_MANDATORY:
        return f"policy `{finding.policy}` is hard-mandatory"
    if rule is not None and not rule.waivable:
        return "it is about a file or a waiver: fix it"
    if permitted and approved_by not in permitted:
        return f"policy `{finding.policy}` is waived only by {', '.join(permitted)}"
    return ""


def _entry(pair: Pair, terms: WaiverTerms) -> Entry:
    return {"policy": pair[0], "subject": pair[1], **terms.entry}


def _renewed(
    state: State, pairs: Iterable[Pair], terms: WaiverTerms
) -> tuple[dict[str, SourceFile], frozenset[Pair]]:
    """Files with the waivers that name a pair already renewed."""
    files: dict[str, SourceFile] = {}
    renewed = set()
    for pair in pairs:
        old = held_waiver(state, *pair)
        if old is not None:
            file = files.get(old.path) or state.files[old.path]
            files[old.path] = _safe(with_values(file, old.pointer, terms.entry), old.path)
            renewed.add(pair)
    return files, frozenset(renewed)


def _safe(file: SourceFile | None, path: str) -> SourceFile:
    if file is None:
        raise SourceError(
            f"`{path}` has a layout, or a fault, that leaves no safe place for waivers",
            f"Fix what `govern check {path}` reports, or move its waivers to `{WAIVERS}`.",
        )
    return file


def _covered(before: State, files: Mapping[str, SourceFile], terms: WaiverTerms) -> int:
    """Findings that are excepted by the new waivers, as the changed files are judged.

    Raises:
        UsageError: fewer findings are open only because something else changed.
    """
    changed = {**before.files, **files}
    state = load_state(
        (changed[path] for path in sorted(changed)),
        as_of=before.as_of,
        price_map=read_price_map,
        known=before,
    )
    wanted = (terms.reason, terms.approved_by, terms.expires.isoformat())
    covered = sum(
        finding.waiver is not None
        and (finding.waiver.reason, finding.waiver.approved_by, finding.waiver.expires) == wanted
        for finding in assess(state).findings
    )
    if not covered:
        raise UsageError("The waivers would cover no finding", "Run `govern check`.")
    return covered
