"""``govern report``: assess a state, compare it with an older one, report to the board."""

from datetime import date
from pathlib import Path

from msgspec.structs import replace

from multillm_gov.report import Report
from multillm_gov.reporting.board.report import report_board
from multillm_gov.risk.portfolio_risk import measure_board_risk
from multillm_gov.risk.stress.scenario_book import scenarios_of
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
    fail_on = gate(now.state.portfolio.settings, None)
    pack = report_board(
        now, risk, since=then, since_risk=then_risk, comparison=comparison, fail_on=fail_on
    )
    return replace(pack, path_prefix=path_prefix(top))
