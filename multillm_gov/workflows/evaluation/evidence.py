"""Recording results: all entries in the history, the newest in the view that ``check`` reads."""

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from multillm_gov.documents.shape import convert
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.errors import SourceError
from multillm_gov.evidence.drill_record import DrillRecord
from multillm_gov.evidence.history import Entry, line_digest
from multillm_gov.evidence.record import EvidenceFile, EvidenceRecord, ProbeRecord
from multillm_gov.evidence.writing import FIRST, encode_line, encode_view, merge
from multillm_gov.report import EvidenceOutcome
from multillm_gov.sources.evidence_store import (
    CURRENT,
    alone,
    append_history,
    read_view,
    write_view,
)

_LONGEST_RUN = 500
_Entry = TypeVar("_Entry", EvidenceRecord, DrillRecord, ProbeRecord)


def record_evidence(
    root: Path,
    records: Iterable[EvidenceRecord] = (),
    drills: Iterable[DrillRecord] = (),
    probes: Iterable[ProbeRecord] = (),
) -> None:
    """Chain entries to ``evidence/history/`` and merge them into ``evidence/current.json``.

    The history is on the disk before the view changes, so that an interruption loses nothing.

    Args:
        root: The portfolio's root.
        records: Results of benchmarks.
        drills: Results of failover drills.
        probes: Results of dry-runs.

    Raises:
        SourceError: the current view cannot be read as evidence; nothing is written then.
        OutputError: the files may not be written.
    """
    run = run_identity(os.environ)
    groups = (
        tuple(_of_run(records, run)),
        tuple(_of_run(drills, run)),
        tuple(_of_run(probes, run)),
    )
    entries = [entry for group in groups for entry in group]
    if not entries:
        return
    with alone(root):
        merged = merge(_current(root), *groups)
        for day in sorted({entry.date.replace(day=1) for entry in entries}):
            month = [entry for entry in entries if entry.date.replace(day=1) == day]
            append_history(root, day, partial(_chained, month))
        write_view(root, encode_view(merged))


def evidence_outcome(*, written: bool, offline: bool) -> EvidenceOutcome:
    """What a report says of the evidence of its run."""
    return "written" if written else "offline" if offline else "not written"


def run_identity(environment: Mapping[str, str]) -> str:
    """The address of the CI job that runs this, or the id that ``GOVERN_RUN`` gives; else empty."""
    given = environment.get("GOVERN_RUN") or environment.get("CI_JOB_URL")
    if given:
        return given[:_LONGEST_RUN]
    server, repository, run = (
        environment.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")
    )
    attempt = environment.get("GITHUB_RUN_ATTEMPT", "1")
    address = f"{server}/{repository}/actions/runs/{run}/attempts/{attempt}"
    return address[:_LONGEST_RUN] if server and repository and run else ""


def _of_run(entries: Iterable[_Entry], run: str) -> Iterator[_Entry]:
    """Entries with the run that measured them, where they name none."""
    for entry in entries:
        yield replace(entry, run=run) if run and not entry.run else entry


def _chained(entries: Iterable[Entry], last: bytes) -> bytes:
    """Lines of the history, each with the digest of the one before it."""
    lines = []
    for entry in entries:
        last = encode_line(entry, line_digest(last) if last else FIRST)
        lines.append(last)
    return b"".join(lines)


def _current(root: Path) -> EvidenceFile:
    file = read_view(root)
    if file is None:
        return EvidenceFile()
    document, _ = read_document(file)
    view = None if document is None else convert(document, (), EvidenceFile, explain=False)[0]
    if view is None:
        raise SourceError(
            f"`{CURRENT}` cannot be read as evidence, so nothing is added to it",
            f"Fix what `govern check {CURRENT}` reports, or remove the file: the history keeps its "
            "entries.",
        )
    return view
