"""``govern diff --compare-to FILE``: the working tree against the JSON of an earlier `govern check`."""

from datetime import date
from pathlib import Path
from typing import Any, Literal

from msgspec import DecodeError, Struct, field, json

from multillm_gov.errors import SourceError
from multillm_gov.finding import Enforcement, Finding, Severity, Waived
from multillm_gov.location import Location
from multillm_gov.report import Metric, Report
from multillm_gov.reporting.diff.snapshot import Snapshot, report_snapshot
from multillm_gov.sources.root import split_paths
from multillm_gov.workflows.gate import gate
from multillm_gov.workflows.states import assess_folder, working_revision

_MOST_BYTES = 256 * 1024 * 1024
_HINT = "Write one with `govern check --format json --output FILE`."


class _Place(Struct, frozen=True):
    path: str
    line: int
    column: int
    end_line: int
    end_column: int

    def location(self) -> Location:
        return Location(self.path, self.line, self.column, self.end_line, self.end_column)


class _Waiver(Struct, frozen=True):
    reason: str
    approved_by: str
    expires: str
    ticket: str
    location: _Place


class _Finding(Struct, frozen=True):
    rule: str
    name: str
    severity: Literal["note", "warning", "error"]
    message: str
    location: _Place
    subject: str
    risk: str
    remedy: str
    policy: str
    enforcement: Enforcement | None
    because: str
    controls: tuple[str, ...]
    figures: dict[str, str | int | float | None]
    waiver: _Waiver | None
    fingerprint: str


class _Metric(Struct, frozen=True):
    id: str
    label: str
    value: str


class _Stored(Struct, frozen=True):
    """The part of the public shape of a report (`docs/report.schema.json`) that is compared."""

    version: Literal["govern/report/1"] = field(name="schema")
    kind: Literal["check"]
    as_of: str
    revision: str
    headline: tuple[_Metric, ...]
    findings: tuple[_Finding, ...]


def diff_snapshot(
    file: Path, *, as_of: date, root: Path | None = None, fail_on: Severity | str | None = None
) -> Report:
    """Compare the working tree with a stored check: findings new and resolved, headline figures before and after.

    Args:
        file: JSON that ``govern check --format json`` wrote.
        as_of: The day dates are judged against now; the snapshot keeps its own.
        root: The portfolio's root, if it is not to be searched for.
        fail_on: Overrides the gate of ``govern.yaml``.

    Raises:
        SourceError: no portfolio, or no such snapshot.
        CatalogError: the price map is needed and cannot be read.
    """
    before = read_snapshot(file)
    top, _ = split_paths((), root)
    after = assess_folder(top, as_of=as_of, revision=working_revision(top))
    return report_snapshot(before, after, gate(after.portfolio.settings, fail_on))


def read_snapshot(file: Path) -> Snapshot:
    """The snapshot in a file.

    Raises:
        SourceError: it cannot be read, or is not the JSON of a check.
    """
    try:
        with file.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise SourceError(f"`{file}` cannot be read: {error.strerror}", _HINT) from error
    if len(data) > _MOST_BYTES:
        raise SourceError(f"`{file}` is larger than {_MOST_BYTES // 1024 // 1024} MiB", _HINT)
    try:
        stored = json.decode(data, type=_Stored)
    except (DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SourceError(f"`{file}` is not the JSON of a check: {error}", _HINT) from error
    return Snapshot(
        as_of=stored.as_of,
        revision=stored.revision,
        headline=tuple(
            Metric(id=one.id, label=one.label, value=one.value) for one in stored.headline
        ),
        findings=tuple(map(_finding, stored.findings)),
    )


def _finding(stored: _Finding) -> Finding:
    plain: dict[str, Any] = {name: getattr(stored, name) for name in _SAME}
    return Finding(
        **plain,
        severity=Severity[stored.severity.upper()],
        location=stored.location.location(),
        waiver=_waiver(stored.waiver) if stored.waiver else None,
    )


_SAME = tuple(
    name for name in _Finding.__struct_fields__ if name not in {"severity", "location", "waiver"}
)


def _waiver(stored: _Waiver) -> Waived:
    return Waived(
        reason=stored.reason,
        approved_by=stored.approved_by,
        expires=stored.expires,
        ticket=stored.ticket,
        location=stored.location.location(),
    )
