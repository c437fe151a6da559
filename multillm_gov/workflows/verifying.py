"""``govern report --verify``: whether a file is what its commit gives."""

import html
import re
import shlex
from collections.abc import Iterator
from datetime import date
from difflib import unified_diff
from io import BytesIO
from pathlib import Path
from typing import Literal, cast
from zipfile import BadZipFile, ZipFile

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.errors import SourceError
from multillm_gov.languages.language import find_language
from multillm_gov.rendering.renderers import format_of_ending, is_binary, renderer
from multillm_gov.report import Report
from multillm_gov.reporting.pack.edition import Audience
from multillm_gov.sources.git import Repository
from multillm_gov.sources.root import split_paths
from multillm_gov.sources.signature import SignatureState, check_signature
from multillm_gov.words import code, count_of
from multillm_gov.workflows.drafts import unmerged_clause
from multillm_gov.workflows.report import PackOptions, report
from multillm_gov.workflows.states import state_at

_MOST_BYTES = 256 * 1024 * 1024
_COMMAND = re.compile(
    r"govern report --at (?P<at>[0-9a-f]{40}(?:[0-9a-f]{24})?(?::[\w./-]{1,500})?)"
    r" --as-of (?P<day>\d{4}-\d\d-\d\d)"
    r"(?: --since (?P<since>[0-9a-f]{40}(?:[0-9a-f]{24})?(?::[\w./-]{1,500})?)"
    r"(?: --since-day (?P<since_day>\d{4}-\d\d-\d\d))?)?"
    r"(?: --audience (?P<audience>risk|procurement|engineering|audit))?"
    r"(?: --language (?P<language>[a-z]{2}))?"
)
_MOST_SHOWN = 6


class Verification(Struct, frozen=True, kw_only=True):
    """The answer, in sentences."""

    outcome: Literal["same", "different", "not reproducible"]
    text: str
    signature: SignatureState = SignatureState(state="none")


_NO_COMMIT = (
    "records no commit to render it again from: it is a draft of what was not committed, or no "
    "report of this release."
)


def verify(file: Path, *, root: Path | None = None) -> Verification:
    """Render the report of a file again from the commit that it records, and compare the bytes.

    A pack that was a draft until its commit was merged, or the other way round, is the same but for
    that mark, and the answer says so.

    Args:
        file: What ``govern report --output`` wrote.
        root: The portfolio's root, if it is not to be searched for.

    Raises:
        SourceError: the file cannot be read, its ending is of no format, or no portfolio is here.
        RevisionError: the recorded commit is not in this repository.
    """
    data = _read(file)
    name = format_of_ending(file.suffix)
    if name is None:
        raise SourceError(
            f"The ending of {code(file.name)} is of no format of a report",
            "Name the file as it was written: `board.pdf`.",
        )
    signature = check_signature(file, split_paths((), root)[0])
    found = _COMMAND.search(_recorded(data, name))
    if found is None:
        text = f"{code(file.name)} {_NO_COMMIT}"
        return Verification(outcome="not reproducible", text=text, signature=signature)
    top, _ = split_paths((), root)
    pack = report(_options(found), as_of=date.fromisoformat(found["day"]), root=top)
    of = f"commit {found['at'][:10]} as of {found['day']}"
    if pack.command and pack.command != shlex.join(shlex.split(found[0])):
        raise SourceError(f"{code(file.name)} records a call that this release reads differently")
    for changed, candidate in _candidates(pack, top):
        if renderer(name)(candidate) == data:
            was = f" {changed}" if changed else ""
            text = f"{code(file.name)} is what {of} gives, byte for byte.{was}"
            return Verification(outcome="same", text=text, signature=signature)
    text = f"{code(file.name)} is not what {of} gives: {_difference(data, pack, name)}"
    return Verification(outcome="different", text=text, signature=signature)


def _options(found: re.Match[str]) -> PackOptions:
    """What the recorded call asked for."""
    return PackOptions(
        audience=cast("Audience", found["audience"] or "board"),
        language=found["language"] or "en",
        since=found["since"],
        since_day=date.fromisoformat(found["since_day"]) if found["since_day"] else None,
        revision=found["at"],
    )


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise SourceError(f"{code(str(file))} cannot be read: {error.strerror}") from error
    if len(data) > _MOST_BYTES:
        raise SourceError(f"{code(str(file))} is larger than {_MOST_BYTES // 1024 // 1024} MiB")
    return data


def _recorded(data: bytes, name: str) -> str:
    """Where a format keeps the call: its text, or the properties of an office document."""
    if is_binary(name) and data.startswith(b"PK"):
        try:
            with (
                ZipFile(BytesIO(data)) as archive,
                archive.open("docProps/core.xml") as stream,
            ):
                data = stream.read(100_000)
        except (BadZipFile, KeyError, OSError, ValueError, NotImplementedError):
            return ""
    return re.sub(r"\s+", " ", html.unescape(data.decode("latin-1")))


def _candidates(pack: Report, top: Path) -> Iterator[tuple[str, Report]]:
    """The pack as it is today, and as it was before its commit was merged, or after."""
    yield "", pack
    if pack.draft:
        yield (
            "It bears no mark of a draft; seen from here, the commit is not merged.",
            replace(pack, draft=()),
        )
        return
    settings = state_at(top, pack.revision, as_of=date.fromisoformat(pack.as_of)).portfolio.settings
    branch = Repository.open(top).default_branch(settings.default_branch)
    yield (
        "It is marked as a draft: its commit was not merged yet, and is now.",
        replace(pack, draft=(unmerged_clause(branch, find_language(pack.language)),)),
    )


def _difference(data: bytes, pack: Report, name: str) -> str:
    """What differs first, or the sizes of what is no text."""
    again = renderer(name)(pack)
    if is_binary(name):
        return (
            f"{len(data):,} bytes against {len(again):,} when rendered by this release with "
            f"{_versions(pack)}."
        )
    old, new = data.decode("utf-8", "replace"), again.decode("utf-8", "replace")
    lines = [
        line
        for line in unified_diff(new.splitlines(), old.splitlines(), lineterm="", n=0)
        if line[:1] in "+-" and not line.startswith(("+++", "---"))
    ]
    shown = "\n".join(f"  {line[:200]}" for line in lines[:_MOST_SHOWN])
    return f"{count_of(len(lines), 'line')} differ (rendered with {_versions(pack)}).\n{shown}"


def _versions(pack: Report) -> str:
    known = dict(pack.provenance)
    return ", ".join(f"{name} {known[name]}" for name in ("govern", "LiteLLM") if name in known)
