"""``govern scan``: models that code names and no task class governs."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from multillm_gov.catalog.catalog import Catalog
from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.lookup import open_catalog
from multillm_gov.catalog.overrides import Overrides
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.secrets.masking import masked
from multillm_gov.documents.secrets.search import find_secrets
from multillm_gov.errors import SourceError
from multillm_gov.finding import Finding, Severity, fingerprint
from multillm_gov.gateways.litellm.linting import sorted_findings
from multillm_gov.gateways.model_names import MOST_NAMES, NamedModel, find_model_names
from multillm_gov.portfolio.settings import Settings
from multillm_gov.report import TOOL_VERSION, Report, judge_counts
from multillm_gov.sources.code_files import read_code
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.sources.root import find_root
from multillm_gov.words import code, count_of
from multillm_gov.workflows.gate import gate
from multillm_gov.workflows.gateway.lint import rule_notes
from multillm_gov.workflows.states import assess_folder

_MILLION = 1_000_000
_RULE, _NAME = "GOV890", "shadow-model"
_OWN_FOLDERS = ("allocations/", "catalog/", "policies/", "evidence/", "scenarios/")


def scan(
    paths: Sequence[Path],
    *,
    as_of: date,
    root: Path | None = None,
    fail_on: Severity | str | None = None,
) -> Report:
    """List models that files name and no task class governs, with what is known of each.

    Args:
        paths: Files or folders; none means the current folder.
        as_of: Day that retirements are judged against.
        root: The portfolio's root; without a portfolio nothing is governed.
        fail_on: Least severity that fails; ``error`` where not given.

    Raises:
        SourceError: a path does not exist, or the root that is named is no portfolio.
    """
    governed, catalog = _portfolio(root, as_of)
    findings: list[Finding] = []
    files: list[SourceFile] = []
    count = 0
    for file in read_code(paths):
        count += 1
        if file.path.startswith(_OWN_FOLDERS):
            continue
        named = [
            model_name
            for model_name in find_model_names(file)
            if not _is_governed(model_name.name, governed)
        ]
        if named:
            files.append(file)
            findings += [_finding(each, catalog, as_of) for each in named]
        if len(findings) >= MOST_NAMES:
            break
    return _report(findings, count, files, as_of, gate(Settings(), fail_on))


def _report(
    findings: list[Finding],
    count: int,
    files: list[SourceFile],
    as_of: date,
    fail_on: Severity | None,
) -> Report:
    ordered = sorted_findings(findings)
    verdict = judge_counts(ordered, fail_on)
    models = len({finding.subject for finding in ordered})
    report = Report(
        kind="check",
        title="Models outside the allocation",
        organization="",
        as_of=as_of.isoformat(),
        verdict=verdict,
        summary=f"{count_of(models, 'model')} in {count_of(count, 'file')} governed by no task "
        f"class: {verdict.counts_with_waived}.",
        findings=ordered,
        provenance=(("govern", TOOL_VERSION),),
        checked=(("files", count), ("models", models)),
        rules=rule_notes(ordered),
    )
    return masked(report, find_secrets(files))


def _portfolio(root: Path | None, as_of: date) -> tuple[frozenset[str], Catalog]:
    """Names that the portfolio governs, and its catalog; without a portfolio, the plain one."""
    try:
        top = find_root(root or Path())
    except SourceError:
        if root is not None:
            raise
        return frozenset(), open_catalog(Overrides(), None, read_price_map, as_of)
    state = assess_folder(top, as_of=as_of).state
    names = {task.name for task in state.portfolio.task_classes}
    for task in state.portfolio.task_classes:
        names |= set(task.models)
    return frozenset(names), open_catalog(state.overrides, None, read_price_map, as_of)


def _is_governed(name: str, governed: frozenset[str]) -> bool:
    bare = name.rpartition("/")[2]
    return name in governed or any(text.rpartition("/")[2] == bare for text in governed)


def _finding(named: NamedModel, catalog: Catalog, as_of: date) -> Finding:
    known = catalog.find(named.name) or catalog.find(named.name.rpartition("/")[2])
    facts = list(_facts(known, as_of))
    retired = known is not None and known.ended_on(as_of)
    return Finding(
        rule=_RULE,
        name=_NAME,
        severity=Severity.ERROR if retired else Severity.WARNING,
        message=f"{code(named.name)} is governed by no task class: {'; '.join(facts)}",
        location=named.location,
        subject=f"model:{named.name}",
        remedy="Call a task class through the gateway, or add a task class for this use.",
        fingerprint=fingerprint(
            _RULE, "", f"{named.location.path}:{named.name}", named.location.source_line.strip()
        ),
    )


def _facts(known: ModelFacts | None, as_of: date) -> Iterator[str]:
    if known is None:
        yield "the catalog does not know it"
        return
    day = known.lifecycle.retirement
    if day is not None:
        yield f"{'was retired' if known.ended_on(as_of) else 'retires'} on {day}"
    vendor = known.exposure.vendor
    yield "its maker is not known" if vendor == UNKNOWN else f"made by {vendor}"
    yield _price(known)


def _price(known: ModelFacts) -> str:
    """What a million tokens cost by the price map; an unknown price is said to be unknown."""
    text = known.price.standard.text() if known.price is not None else {}
    shown = [
        f"{float(text[key] * _MILLION):,.4g} USD {words}"
        for key, words in (("input", "in"), ("output", "out"))
        if text.get(key)
    ]
    if not shown or known.price is None or known.price.currency != "USD":
        return "its price is not known" if known.price is None else "it is not billed by tokens"
    return f"costs {' and '.join(shown)} a million tokens"
