"""``govern init --from-gateway``: a portfolio of what runs, its check, and a report."""

from datetime import date
from pathlib import Path

from msgspec import Struct

from multillm_gov.finding import Finding, Severity
from multillm_gov.rendering.renderers import renderer
from multillm_gov.report import Report
from multillm_gov.sources.output import write_bytes
from multillm_gov.sources.root import path_prefix
from multillm_gov.workflows.catalog_lock import lock_portfolio
from multillm_gov.workflows.check import check
from multillm_gov.workflows.gateway.importing import import_gateway, write_files
from multillm_gov.workflows.gateway.lint import lint_files
from multillm_gov.workflows.init import host_files, portfolio_of, write_host_files
from multillm_gov.workflows.report import PackOptions, report
from multillm_gov.workflows.schema import write_schemas

REPORT = "reports/board.md"
_SETTINGS = (
    "# Written by `govern init --from-gateway`; name the organization.\n"
    "organization: Unnamed organization\n"
)


class Started(Struct, frozen=True, kw_only=True):
    """A portfolio made of a gateway's configuration, and what it shows."""

    paths: tuple[str, ...]
    """Files written, relative to the portfolio's folder."""
    imported: Report
    linted: Report
    checked: Report

    def most_severe(self, number: int) -> tuple[Finding, ...]:
        """Findings that matter most: of the gateway's file, then of the portfolio."""
        findings = (*self.linted.findings, *self.checked.findings)
        ranked = sorted(findings, key=lambda each: -each.severity)
        first: dict[str, Finding] = {}
        for finding in ranked:
            first.setdefault(finding.rule, finding)
        return tuple(first.values())[:number]


def start_from_gateway(config: Path, folder: Path, *, as_of: date, action: str = "") -> Started:
    """Import a configuration into a folder, lock its models, check it and write the board pack.

    Workflow (with ``action``, see `host_files`), hook and ``.gitattributes`` come with it where
    there are none.

    Raises:
        SourceError: the configuration cannot be read or has no group that can be a task class.
        OutputError: a file is already there (nothing is written then), or cannot be written.
        CatalogError: the price map cannot be read.
    """
    imported = import_gateway([config], as_of=as_of)
    files = {"govern.yaml": _SETTINGS.encode(), **imported.files}
    hosts = host_files(path_prefix(folder).rstrip("/"), portfolio_of(files), action)
    write_files(files, folder)
    placed = write_host_files(folder, hosts).paths
    paths = [*files, *placed, *write_schemas(folder), *lock_portfolio(folder, as_of=as_of)]
    checked = check((), as_of=as_of, root=folder, fail_on=Severity.ERROR)
    write_bytes(
        folder / REPORT, renderer("markdown")(report(PackOptions(), as_of=as_of, root=folder))
    )
    return Started(
        paths=(*paths, REPORT),
        imported=imported.report,
        linted=lint_files([config], as_of=as_of),
        checked=checked,
    )
