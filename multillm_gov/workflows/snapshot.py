"""``govern diff --compare-to FILE``: the working tree against an earlier check's JSON."""

from datetime import date
from pathlib import Path

from msgspec import DecodeError, json
from msgspec.structs import replace

from multillm_gov.errors import SourceError
from multillm_gov.finding import Severity
from multillm_gov.rendering.public.reading import StoredCheck, read_finding, read_metric
from multillm_gov.report import Report
from multillm_gov.reporting.diff.snapshot import Snapshot, report_snapshot
from multillm_gov.sources.host import file_url
from multillm_gov.sources.root import path_prefix, split_paths
from multillm_gov.workflows.gate import gate
from multillm_gov.workflows.states import assess_folder, working_revision

_MOST_BYTES = 256 * 1024 * 1024
_HINT = "Write one with `govern check --format json --output FILE`."


def diff_snapshot(
    file: Path,
    *,
    as_of: date,
    root: Path | None = None,
    fail_on: Severity | str | None = None,
    repository_url: str = "",
) -> Report:
    """Compare the working tree with a stored check: findings and headline figures.

    Args:
        file: JSON that ``govern check --format json`` wrote.
        as_of: The day dates are judged against now; the snapshot keeps its own.
        root: The portfolio's root, if it is not to be searched for.
        fail_on: Overrides the gate of ``govern.yaml``.
        repository_url: Where the host shows the repository, for links to lines.

    Raises:
        SourceError: no portfolio, or no such snapshot.
        CatalogError: the price map is needed and cannot be read.
    """
    before = read_snapshot(file)
    top, _ = split_paths((), root)
    after = assess_folder(top, as_of=as_of, revision=working_revision(top))
    report = report_snapshot(before, after, gate(after.state.portfolio.settings, fail_on))
    return replace(report, path_prefix=path_prefix(top), file_url=file_url(repository_url))


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
        stored = json.decode(data, type=StoredCheck)
    except (DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SourceError(f"`{file}` is not the JSON of a check: {error}", _HINT) from error
    return Snapshot(
        as_of=stored.as_of,
        revision=stored.revision,
        headline=tuple(map(read_metric, stored.headline)),
        findings=tuple(map(read_finding, stored.findings)),
    )
