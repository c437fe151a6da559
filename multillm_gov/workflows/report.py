"""``govern report``: assess a state, compare it with an older one, report to the board."""

import shlex
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from multillm_gov.errors import RevisionError, SourceError
from multillm_gov.report import Report
from multillm_gov.reporting.board.report import report_board
from multillm_gov.risk.portfolio_risk import measure_board_risk
from multillm_gov.risk.stress.scenario_book import scenarios_of
from multillm_gov.sources.brand_files import read_look
from multillm_gov.sources.git import Repository
from multillm_gov.sources.root import path_prefix, split_paths
from multillm_gov.workflows.comparing import compare_assessments
from multillm_gov.workflows.gate import gate
from multillm_gov.workflows.states import (
    assess_folder,
    assess_revision,
    require_order,
    working_revision,
)

UNCOMMITTED = "contains changes that are not committed"
UNVERSIONED = "is of no commit: nothing here is under version control"


def report(
    *, as_of: date, root: Path | None = None, since: str | None = None, revision: str | None = None
) -> Report:
    """The board pack of one state.

    Args:
        as_of: The day dates are judged against, and the date of the report.
        root: The portfolio's root, if it is not to be searched for.
        since: Git revision to compare with; without it the report says that none was named.
        revision: Git revision to report on; default: the working tree.

    Raises:
        UsageError: the revision to report on came before the one to compare with.
        SourceError: no portfolio, or no repository where a revision is named.
        RevisionError: a revision is unknown.
        CatalogError: the lock or the price map cannot be read.
    """
    top, _ = split_paths((), root)
    if revision is not None:
        repository = Repository.open(top)
        now = assess_revision(repository, revision, as_of=as_of)
    else:
        now = assess_folder(top, as_of=as_of, revision=working_revision(top))
    then = then_risk = comparison = None
    if since is not None:
        repository = Repository.open(top)
        require_order(repository, since, revision or "")
        then = assess_revision(repository, since, as_of=as_of, known=now.state)
        then_risk = measure_board_risk(then.state, scenarios_of(then.state.scenarios))
        comparison = compare_assessments(then.state, now.state)
    risk = measure_board_risk(now.state, scenarios_of(now.state.scenarios))
    settings = now.state.portfolio.settings
    pack = report_board(
        now,
        risk,
        since=then,
        since_risk=then_risk,
        comparison=comparison,
        fail_on=gate(settings, None),
    )
    draft = draft_reasons(top, now.state.revision, settings.default_branch)
    at = pack.revision + "".join(revision.partition(":")[1:]) if revision else ""
    return replace(
        pack,
        look=read_look(settings.brand, top, at),
        path_prefix=path_prefix(top),
        draft=draft,
        command=command_again(pack, revision or "", since or ""),
    )


def command_again(pack: Report, revision: str, since: str) -> str:
    """The call that gives the same bytes wherever the commit is; empty: what is not committed.

    Revisions are full ids, with the folder (``main:ai``) where the call named one.
    """
    if not pack.revision or pack.revision.endswith("+"):
        return ""
    words = ["govern", "report", "--at", pack.revision + "".join(revision.partition(":")[1:])]
    words += ["--as-of", pack.as_of]
    words += ["--since", pack.base + "".join(since.partition(":")[1:])] if pack.base else []
    return shlex.join(words)


def draft_reasons(top: Path, revision: str, default_branch: str | None) -> tuple[str, ...]:
    """Why a report on a revision (``+`` last: and what is not committed) is no final paper."""
    if not revision:
        return (UNVERSIONED,)
    uncommitted = (UNCOMMITTED,) if revision.endswith("+") else ()
    return uncommitted + unmerged(top, revision.removesuffix("+"), default_branch)


def unmerged(top: Path, commit: str, default_branch: str | None) -> tuple[str, ...]:
    """The clause that a commit is not on the default branch; empty: it is."""
    try:
        repository = Repository.open(top)
        branch = repository.default_branch(default_branch)
        is_merged = repository.common_commit(branch, commit) == commit
    except (RevisionError, SourceError):
        return ("may hold changes that are not merged: no default branch is known here",)
    return () if is_merged else (unmerged_clause(branch),)


def unmerged_clause(branch: str) -> str:
    """``contains changes that are not merged into main``."""
    name = branch.removeprefix("refs/heads/").removeprefix("refs/remotes/")
    return f"contains changes that are not merged into {name}"
