"""``govern diff``: assess two states of one portfolio, compare them, and brief on what changed."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.changes.comparison import Comparison
from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.layout import SETTINGS
from multillm_gov.documents.shape import convert
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.errors import RevisionError, UsageError
from multillm_gov.finding import Severity
from multillm_gov.portfolio.settings import Settings
from multillm_gov.report import Report
from multillm_gov.reporting.check.report import incomplete_words
from multillm_gov.reporting.diff.report import ReviewInputs, report_diff
from multillm_gov.reporting.diff.risk import RiskShift, may_move_risk
from multillm_gov.risk.portfolio_risk import measure_figures
from multillm_gov.rules.engine.assessment import Assessment, assess
from multillm_gov.sources.code_owners import CODE_OWNERS_PATHS, CodeOwners, parse_code_owners
from multillm_gov.sources.git import Repository
from multillm_gov.sources.host import file_url
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.sources.root import path_prefix, split_paths
from multillm_gov.sources.sparse import read_working_tree
from multillm_gov.state.loading import load_state, no_collections
from multillm_gov.words import code, count_of, join_some
from multillm_gov.workflows.comparing import compare_assessments, judge_by_base, who_approves
from multillm_gov.workflows.gate import strictest_gate
from multillm_gov.workflows.policy_change_gate import with_used
from multillm_gov.workflows.states import assess_revision, require_order, working_revision


class Range(Struct, frozen=True, kw_only=True):
    """What to compare: no base means the fork from the default branch, no head the disk."""

    base: str = ""
    head: str = ""
    fork: bool = False
    """Compare with the commit where the two histories part, as ``BASE...HEAD`` does in git."""


def parse_range(spec: str | None) -> Range:
    """Read ``BASE``, ``BASE..HEAD`` or ``BASE...HEAD``; as in git, an empty side is ``HEAD``.

    Raises:
        UsageError: more than one range.
    """
    if spec is None:
        return Range()
    dots = "..." if "..." in spec else ".."
    base, text, head = spec.partition(dots)
    if not text:
        return Range(base=base)
    if ".." in head:
        raise UsageError(
            f"`{spec}` is not a range of revisions", "Write BASE, BASE..HEAD or BASE...HEAD."
        )
    return Range(base=base or "HEAD", head=head or "HEAD", fork=dots == "...")


def diff(
    spec: str | None = None,
    *,
    as_of: date,
    root: Path | None = None,
    fail_on: Severity | str | None = None,
    repository_url: str = "",
) -> Report:
    """Compare two states of the portfolio, both judged as of one day.

    Args:
        spec: ``BASE`` (against the working tree), ``BASE..HEAD`` or ``BASE...HEAD``; default: the
            working tree against where it left the default branch.
        as_of: The day dates are judged against, in both states.
        root: The portfolio's root, if it is not to be searched for.
        fail_on: Least severity of a new finding that fails. Default: the stricter of the two
            states' ``govern.yaml``, so that a change cannot soften the gate it has to pass.
        repository_url: Where the host shows the repository, for links to lines; default: what a
            build on GitHub or GitLab says (see `sources.host`).

    Raises:
        UsageError: not a range, the later side first, or no such gate.
        SourceError: no portfolio, or no git repository.
        RevisionError: a revision is unknown, unborn or not fetched.
        CatalogError: a lock or the price map cannot be read.
    """
    top, _ = split_paths((), root)
    repository = Repository.open(top)
    with no_collections():
        before, after, compared_with = _assess_both(repository, parse_range(spec), top, as_of)
        comparison = compare_assessments(before.state, after.state)
        judged = judge_by_base(before.state, after, comparison) if before.state.files else None
        after = with_used(before, after, comparison)
        review = ReviewInputs(
            risk=_risk(before, after, comparison),
            approvers=who_approves(before, after, comparison, _code_owners(repository, before)),
        )
        report = report_diff(
            before, after, comparison, _gate(before, after, fail_on), judged, review
        )
    moved = _moved_words(comparison)
    new = "" if before.state.files else "The base has no portfolio, so all of this one is new."
    text = " ".join(
        filter(None, (new, moved, compared_with, incomplete_words(after.state).strip()))
    )
    return replace(
        report,
        summary=" ".join(filter(None, (new, report.summary, moved, compared_with))),
        path_prefix=path_prefix(top),
        file_url=file_url(repository_url),
        briefing=report.briefing and replace(report.briefing, context=text),
    )


def _moved_words(comparison: Comparison) -> str:
    """A sentence on task classes that are written in another file now; else empty."""
    moves = [
        f"{count_of(number, 'task class')} moved from {code(old)} to {code(new)}"
        for old, new, number in comparison.moved_files
    ]
    return f"{join_some(moves)}, with no cost change." if moves else ""


def _risk(before: Assessment, after: Assessment, comparison: Comparison) -> RiskShift | None:
    """Risk of both states, measured only where the change can have moved it."""
    if not before.state.files or not may_move_risk(comparison):
        return None
    return RiskShift(before=measure_figures(before.state), after=measure_figures(after.state))


def _code_owners(repository: Repository, before: Assessment) -> CodeOwners | None:
    """Of the base: a change cannot choose who reviews it."""
    if not before.state.revision:
        return None
    text = repository.read_first(before.state.revision, CODE_OWNERS_PATHS)
    return None if text is None else parse_code_owners(text, path_prefix(repository.root))


def _assess_both(
    repository: Repository, requested: Range, top: Path, as_of: date
) -> tuple[Assessment, Assessment, str]:
    """The base, the later state judged as a change of it, and a note on an inferred base."""
    if requested.head:
        return _assess_range(repository, requested, as_of)
    files, flaws = read_working_tree(top)
    base_revision, compared_with = requested.base, ""
    if not base_revision:
        base_revision, compared_with = _fork_point(repository, _declared_branch(files))
    require_order(repository, base_revision)
    before = assess_revision(repository, base_revision, as_of=as_of, files_now=files)
    after = assess(
        load_state(
            files,
            flaws,
            as_of=as_of,
            price_map=read_price_map,
            revision=working_revision(top),
            known=before.state,
        ),
        base=before.state if before.state.files else None,
        blame=repository.blame(),
    )
    return before, after, compared_with


def _assess_range(
    repository: Repository, requested: Range, as_of: date
) -> tuple[Assessment, Assessment, str]:
    """Two commits; the base is where the later one left it, if that is asked for."""
    if requested.fork:
        fork = repository.common_commit(requested.base, requested.head)
    else:
        fork = requested.base
        require_order(repository, requested.base, requested.head)
    before = assess_revision(repository, fork, as_of=as_of)
    base = before.state if before.state.files else None
    after = assess_revision(repository, requested.head, as_of=as_of, known=before.state, base=base)
    return before, after, ""


def _fork_point(repository: Repository, declared: str | None) -> tuple[str, str]:
    """The commit where the working tree left the default branch, and a sentence that names both.

    Raises:
        RevisionError: the default branch is not known, or nothing has left it.
    """
    branch = repository.default_branch(declared)
    commit = repository.common_commit(branch, "HEAD")
    name = branch.removeprefix("refs/remotes/").removeprefix("refs/heads/")
    if commit == repository.head_commit() and not repository.is_dirty():
        raise RevisionError(
            f"Nothing to compare: the commit checked out is part of `{name}`, the default branch, "
            "and no governed file differs from it",
            "Name a base, such as `HEAD~1`, or set `default_branch` in govern.yaml.",
        )
    return commit, f"Compared with `{name}`, the default branch, at {commit[:10]}."


def _declared_branch(files: Iterable[SourceFile]) -> str | None:
    """The default branch as ``govern.yaml`` names it, if that can be read."""
    for file in files:
        if file.path == SETTINGS:
            document, _ = read_document(file)
            settings = convert(document, (), Settings)[0] if document else None
            return settings.default_branch if settings else None
    return None


def _gate(
    before: Assessment, after: Assessment, requested: Severity | str | None
) -> Severity | None:
    """The stricter gate of the two; a base without any governed file has no say."""
    judged = (before, after) if before.state.files else (after,)
    return strictest_gate((each.state.portfolio.settings for each in judged), requested)
