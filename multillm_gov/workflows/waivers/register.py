"""``govern waivers``: the register of waivers, with their history in git."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.layout import kind_of
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.errors import SourceError
from multillm_gov.report import Report
from multillm_gov.reporting.shared.waivers import PastTerms, WaiverHistory
from multillm_gov.reporting.waivers import report_waivers
from multillm_gov.sources.git import Repository
from multillm_gov.sources.git_history import read_history
from multillm_gov.sources.root import path_prefix, split_paths
from multillm_gov.workflows.gate import gate
from multillm_gov.workflows.states import assess_folder, working_revision

_FOLDER = "policies"


def waiver_register(*, as_of: date, root: Path | None = None, fail_on: str | None = None) -> Report:
    """Every waiver of the working tree: its state, what it does for the gate, its history.

    Args:
        as_of: The day that ends and ages are judged against.
        root: The portfolio's root, if it is not to be searched for.
        fail_on: Overrides the gate of ``govern.yaml``.

    Raises:
        SourceError: no portfolio.
        UsageError: no such gate.
        CatalogError: the lock or the price map cannot be read.
    """
    top, _ = split_paths((), root)
    assessment = assess_folder(top, as_of=as_of, revision=working_revision(top))
    severity = gate(assessment.state.portfolio.settings, fail_on)
    history = _history(top) if assessment.waivers else None
    return replace(report_waivers(assessment, severity, history), path_prefix=path_prefix(top))


def _history(top: Path) -> WaiverHistory | None:
    """``None`` where no repository can be read."""
    try:
        past, cut = read_history(Repository.open(top), _FOLDER)
    except SourceError:
        return None
    known: dict[tuple[str, bytes], tuple[tuple[str, str, date], ...]] = {}
    terms = []
    for commit in past:
        for file in commit.files:
            if kind_of(file.path) != "policy":
                continue
            texts = known.setdefault((file.path, file.data), tuple(_waivers(file)))
            terms += [
                PastTerms(policy=policy, subject=subject, expires=expires, day=commit.day)
                for policy, subject, expires in texts
            ]
    return WaiverHistory(terms=tuple(terms), begins=past[0].day if past and cut else None)


def _waivers(file: SourceFile) -> Iterator[tuple[str, str, date]]:
    """Those of a file of any time that can be read today."""
    document, _ = read_document(file)
    data = document.data if document is not None else None
    listed = data.get("waivers") if isinstance(data, dict) else None
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict):
            try:
                expires = date.fromisoformat(str(each.get("expires")))
            except ValueError:
                continue
            yield str(each.get("policy")), str(each.get("subject")), expires
