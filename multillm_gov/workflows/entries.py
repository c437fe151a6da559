"""Writing one entry into a policy file: which file, the change, its proof, and the atomic write."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from multillm_gov.documents.amending import with_item, with_values
from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.layout import kind_of
from multillm_gov.documents.scalars import format_scalar
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.errors import SourceError, UsageError
from multillm_gov.location import Place, Pointer
from multillm_gov.state.state import State

_MODELINE = b"# yaml-language-server: $schema=../.govern/schemas/policy.schema.json\n"
_LONGEST = 1_000


class Written(Struct, frozen=True, kw_only=True):
    """An entry as it now stands in a file."""

    path: str
    line: int
    renewed: bool
    """Whether an entry that was there was changed."""
    content: SourceFile


def amend(
    state: State, key: str, entry: Mapping[str, str], old: Place | None, default: str
) -> Written:
    """The file with an entry added below ``key``, or the one at ``old`` changed; not written.

    A new entry goes to the file that has such a list (``default`` before others, then in order of
    path), else to ``default``, which may be a new file.

    Raises:
        SourceError: the file cannot be read, or its layout leaves no safe place.
    """
    path = old.path if old else home_of(state, key, default)
    file = state.files.get(path) or start_of(path)
    amended = with_values(file, old.pointer, entry) if old else with_item(file, key, entry)
    if amended is None:
        item = ", ".join(f"{name}: {format_scalar(value)}" for name, value in entry.items())
        raise SourceError(
            f"`{path}` has a layout, or a fault, that leaves no safe place for an entry",
            f"Fix what `govern check {path}` reports, or write it below `{key}` yourself: `- "
            f"{{{item}}}`.",
        )
    held = state.documents[path].data.get(key) if path in state.documents else None
    line = _line_of(amended, old.pointer if old else (key, len(held or ())))
    return Written(path=path, line=line, renewed=old is not None, content=amended)


def with_file(state: State, file: SourceFile) -> tuple[SourceFile, ...]:
    """All governed files, one of them replaced or added."""
    files = {**state.files, file.path: file}
    return tuple(files[path] for path in sorted(files))


def write(root: Path, file: SourceFile) -> None:
    """Replace the file on the disk in one step.

    Raises:
        OutputError: it may not be written.
    """
    from multillm_gov.sources.output import write_bytes

    write_bytes(root / file.path, file.data)


def check_words(words: Iterable[tuple[str, str]]) -> None:
    """Take only texts of one visible line: they end up in a file that people review.

    Raises:
        UsageError: one is empty, too long, or holds an invisible character.
    """
    for option, text in words:
        if not any(character.isalnum() for character in text):
            raise UsageError(f"{option} says nothing", f"Write it in words: {option} '…'.")
        if not text.isprintable() or len(text) > _LONGEST or text != text.strip():
            raise UsageError(
                f"{option} must be one line of at most {_LONGEST:,} visible characters, without "
                "blanks around it",
                f"Write it in one line: {option} '…'.",
            )


def start_of(path: str) -> SourceFile:
    """A policy file that holds nothing yet."""
    return SourceFile(path, _MODELINE)


def home_of(state: State, key: str, default: str) -> str:
    """Path of the policy file that new entries below ``key`` go to."""
    holding = [
        path
        for path, document in sorted(state.documents.items())
        if kind_of(path) == "policy"
        and isinstance(document.data, dict)
        and isinstance(document.data.get(key), list)
    ]
    return default if default in holding or not holding else holding[0]


def _line_of(file: SourceFile, pointer: Pointer) -> int:
    document, _ = read_document(file)
    return document.locate(pointer).line if document else 1
