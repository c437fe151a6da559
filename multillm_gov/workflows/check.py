"""``govern check``: read the disk, assess, and brief on what the caller asked about."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from multillm_gov.finding import Severity
from multillm_gov.report import Report
from multillm_gov.reporting.check.report import report_check
from multillm_gov.rules.engine.assessment import Assessment, assess
from multillm_gov.sources.folder_blame import blame_folder
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.sources.root import path_prefix, split_paths, within
from multillm_gov.sources.sparse import read_working_tree
from multillm_gov.state.loading import load_state
from multillm_gov.workflows.gate import strictest_gate


def check(
    paths: Sequence[Path],
    *,
    as_of: date,
    root: Path | None = None,
    fail_on: Severity | str | None = None,
    base: str | None = None,
) -> Report:
    """Validate and judge the portfolio of ``paths``; findings elsewhere in it are left out.

    Args:
        paths: Files or folders; none means the portfolio of the current folder.
        as_of: The day dates are judged against.
        root: The portfolio's root, if it is not to be searched for.
        fail_on: Overrides the gate of ``govern.yaml``; ``"never"`` always passes. With a base, the
            stricter gate of the two states holds.
        base: Git revision that the portfolio is a change of: rules about changes compare with it,
            and what its policies forbid and the portfolio's own no longer do is a finding too.

    Raises:
        SourceError: no portfolio there, a path outside it, or no git repository where a base is
        named.
        RevisionError: the base is unknown, unborn or not fetched.
        CatalogError: the lock or the price map cannot be read.
    """
    top, filters = split_paths(paths, root)
    files, flaws = read_working_tree(top)
    then: Assessment | None = None
    if base is None:
        assessment = assess(
            load_state(files, flaws, as_of=as_of, price_map=read_price_map), blame=blame_folder(top)
        )
    else:
        from multillm_gov.workflows.policy_change_gate import assess_change

        then, assessment = assess_change(top, files, flaws, base, as_of=as_of)
    if filters:
        kept_findings = tuple(
            finding for finding in assessment.findings if within(finding.location.path, filters)
        )
        assessment = replace(assessment, findings=kept_findings)
    judged = (then, assessment) if then and then.state.files else (assessment,)
    severity = strictest_gate((each.state.portfolio.settings for each in judged), fail_on)
    report = report_check(assessment, severity)
    return replace(report, base=then.state.revision if then else "", path_prefix=path_prefix(top))
