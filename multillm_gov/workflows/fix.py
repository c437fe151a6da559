"""``govern fix``: apply every remedy that is safe, and prove that nothing else changed."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from difflib import unified_diff
from pathlib import Path

from msgspec import Struct

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.editing import Edit, applicable, edited
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.finding import Finding
from multillm_gov.rules.engine.assessment import Assessment, assess
from multillm_gov.rules.engine.registry import find_rule
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.sources.root import split_paths
from multillm_gov.state.loading import load_state
from multillm_gov.workflows.entries import write
from multillm_gov.workflows.states import assess_folder

_MOST_PASSES = 5
"""Edits that overlap are applied one after the other."""
_BOM = b"\xef\xbb\xbf"


class Fixed(Struct, frozen=True, kw_only=True):
    """What ``govern fix`` did, or would do."""

    findings: tuple[Finding, ...]
    """Those settled, in order of place."""
    left: tuple[Finding, ...]
    """Those whose rule has a safe fix, but not in this case."""
    files: tuple[SourceFile, ...]
    """Files as they are now."""
    diff: str
    """The change as a unified diff."""


def fix(*, as_of: date, root: Path | None = None, dry_run: bool = False) -> Fixed:
    """Apply the safe fix of each open finding that has one; comments, order and quoting stay.

    A file whose edits would cost a declaration, or bring any finding, is left as it is.

    Args:
        as_of: Today.
        root: The portfolio's root, if it is not to be searched for.
        dry_run: Write nothing.

    Raises:
        SourceError: no portfolio.
        OutputError: a file may not be written.
    """
    top, _ = split_paths((), root)
    before = state = assess_folder(top, as_of=as_of)
    settled: list[Finding] = []
    for _ in range(_MOST_PASSES):
        findings, changed = _pass(state)
        if not changed:
            break
        settled += findings
        state = _with(state, changed)
    old = before.state.files
    files = tuple(file for path, file in state.state.files.items() if file != old[path])
    if not dry_run:
        for file in files:
            write(top, file)
    return Fixed(
        findings=tuple(settled),
        left=tuple(finding for finding in state.findings if _has_fix(finding)),
        files=files,
        diff="".join(_diff(old[file.path], file) for file in files),
    )


def _pass(state: Assessment) -> tuple[tuple[Finding, ...], dict[str, SourceFile]]:
    """Findings that edits settle, and the files with them; edits that overlap wait."""
    edits = _edits(state, filter(_has_fix, state.findings))
    files = {path: _changed(state, path, pairs) for path, pairs in edits.items()}
    changed = _proved(state, {path: file for path, file in files.items() if file is not None})
    applied = {path: applicable([edit for _, edit in edits[path]]) for path in changed}
    return tuple(
        finding for path in changed for finding, edit in edits[path] if edit in applied[path]
    ), changed


def _has_fix(finding: Finding) -> bool:
    rule = find_rule(finding.rule)
    return finding.active and rule is not None and rule.fix is not None


def _edits(state: Assessment, findings: Iterable[Finding]) -> dict[str, list[tuple[Finding, Edit]]]:
    values_by_name: defaultdict[str, list[tuple[Finding, Edit]]] = defaultdict(list)
    for finding in findings:
        document, rule = state.state.documents.get(finding.location.path), find_rule(finding.rule)
        edit = rule.fix(finding, document) if document and rule and rule.fix else None
        if edit is not None:
            values_by_name[finding.location.path].append((finding, edit))
    return values_by_name


def _changed(state: Assessment, path: str, pairs: list[tuple[Finding, Edit]]) -> SourceFile | None:
    """The file with its edits, if it can still be read without any new flaw."""
    document, file = state.state.documents[path], state.state.files[path]
    prefix = _BOM if file.data.startswith(_BOM) else b""
    content = edited(document.source.content, [edit for _, edit in pairs])
    changed = SourceFile(path, prefix + content.encode("utf-8", "surrogatepass"))
    read, flaws = read_document(changed)
    if read is None or len(flaws) > len(read_document(file)[1]):
        return None
    return changed


def _proved(before: Assessment, changed: dict[str, SourceFile]) -> dict[str, SourceFile]:
    """The changed files that bring no finding; all together, else each by itself."""
    if not changed or _brings_nothing(before, changed):
        return changed
    return {path: file for path, file in changed.items() if _brings_nothing(before, {path: file})}


def _brings_nothing(before: Assessment, changed: dict[str, SourceFile]) -> bool:
    old, new = (
        Counter(
            (finding.rule, finding.severity, finding.active)
            for finding in each
            if not _is_outcome(finding)
        )
        for each in (before.findings, _with(before, changed).findings)
    )
    return not new - old


def _is_outcome(finding: Finding) -> bool:
    """Whether it says what became of a waiver or comment: a file that can be read shows more."""
    rule = find_rule(finding.rule)
    return rule is not None and rule.scope == "waivers"


def _with(state: Assessment, changed: dict[str, SourceFile]) -> Assessment:
    files = {**state.state.files, **changed}
    return assess(
        load_state(
            (files[path] for path in sorted(files)),
            as_of=state.state.as_of,
            price_map=read_price_map,
            known=state.state,
        )
    )


def _diff(before: SourceFile, after: SourceFile) -> str:
    old, new = (
        file.data.decode("utf-8", "replace").splitlines(keepends=True) for file in (before, after)
    )
    lines = unified_diff(old, new, f"a/{before.path}", f"b/{after.path}")
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
