"""``govern init``: a starter portfolio of five task classes, ready to check."""

from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from multillm_gov.errors import OutputError
from multillm_gov.sources.output import write_bytes
from multillm_gov.workflows.catalog import lock_portfolio
from multillm_gov.workflows.schema import write_schemas

_TODAY = b"@TODAY@"
_OPTIONAL = frozenset({".gitattributes", ".pre-commit-config.yaml", ".github/workflows/govern.yml"})
"""Left alone where the repository has its own."""


def starter_files(as_of: date) -> dict[str, bytes]:
    """The starter's files by path; reviews are dated ``as_of``."""
    folder = files("multillm_gov.workflows") / "starter"
    stamp = as_of.isoformat().encode()
    return {path: data.replace(_TODAY, stamp) for path, data in sorted(_walk(folder, ""))}


def init(folder: Path, *, as_of: date) -> tuple[str, ...]:
    """Write the starter, its editor schemas and its catalog lock below ``folder``; return the paths written.

    Raises:
        OutputError: a file of the portfolio is already there (nothing is written then), or cannot
        be written.
        CatalogError: the price map cannot be read.
    """
    starter = starter_files(as_of)
    present = [path for path in starter if (folder / path).exists() or (folder / path).is_symlink()]
    taken = [path for path in present if path not in _OPTIONAL]
    if taken:
        raise OutputError(
            f"`{folder}` already has {', '.join(f'`{path}`' for path in taken)}; nothing was "
            "written",
            "Run `govern init` in an empty folder, or move these files away.",
        )
    written = []
    for path, data in starter.items():
        if path not in present:
            write_bytes(folder / path, data)
            written.append(path)
    written += write_schemas(folder)
    written += lock_portfolio(folder, as_of=as_of)
    return tuple(written)


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        # Packaging tools drop dot files easily, so the starter spells a leading dot as an
        # underscore.
        path = prefix + (f".{entry.name[1:]}" if entry.name.startswith("_") else entry.name)
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _walk(entry, f"{path}/")
        else:
            yield path, entry.read_bytes()
