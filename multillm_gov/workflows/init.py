"""``govern init``: a starter portfolio of five task classes, ready to check."""

import os
import re
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from msgspec import Struct

from multillm_gov.errors import OutputError
from multillm_gov.report import TOOL_VERSION
from multillm_gov.sources.output import write_bytes
from multillm_gov.sources.root import path_prefix
from multillm_gov.words import join_code
from multillm_gov.workflows.catalog_lock import lock_portfolio
from multillm_gov.workflows.schema import write_schemas

_OF_HOSTS = frozenset({".pre-commit-config.yaml", ".github/workflows/govern.yml"})
"""Read at the top of a repository alone."""
_OPTIONAL = _OF_HOSTS | {".gitattributes"}
"""Left alone where the repository has its own."""
_PLAIN = re.compile(r"[\w./-]+", re.ASCII)


class StarterFiles(Struct, frozen=True):
    """What a starter wrote, and what it left for people to do."""

    paths: tuple[str, ...]
    """Relative to the portfolio's folder, or with ``../`` where hosts want them above it."""
    notes: tuple[str, ...] = ()


def starter_files(as_of: date, option: str = "", name: str = "govern") -> dict[str, bytes]:
    """The starter's files by path; reviews are dated ``as_of``.

    Args:
        as_of: Day of the reviews.
        option: What hooks and workflows append to `govern`: empty, or `` -C ai``.
        name: Of the workflow and the hook.
    """
    folder = files("multillm_gov.workflows") / "starter"
    values = {
        "@TODAY@": as_of.isoformat(),
        "@OPTION@": option,
        "@NAME@": name,
        "@HOOK@": name.replace(" ", "-").replace("/", "-").replace("govern", "govern-check", 1),
        "@VERSION@": TOOL_VERSION,
    }
    return {path: _filled(data, values) for path, data in sorted(_walk(folder, ""))}


def init(folder: Path, *, as_of: date) -> StarterFiles:
    """Write the starter, its editor schemas and its catalog lock below ``folder``.

    In a subfolder of a git repository, the workflow and the hook go to the top of the repository,
    the only place where they are read, and name the folder.

    Raises:
        OutputError: a file of the portfolio is already there (nothing is written then), or cannot
        be written.
        CatalogError: the price map cannot be read.
    """
    prefix = path_prefix(folder).rstrip("/")
    if prefix and not _PLAIN.fullmatch(prefix):
        raise OutputError(
            f"The folder `{prefix}` has characters that a workflow cannot use",
            "Use letters, digits, `.`, `_`, `-` and `/` in the name of the portfolio's folder.",
        )
    name = f"govern {prefix}" if prefix else "govern"
    starter = starter_files(as_of, f" -C {prefix}" if prefix else "", name)
    top = "../" * (prefix.count("/") + 1) if prefix else ""
    placed = {f"{top}{path}" if path in _OF_HOSTS else path: data for path, data in starter.items()}
    present = [path for path in placed if os.path.lexists(folder / path)]
    taken = [path for path in present if path.removeprefix(top) not in _OPTIONAL]
    if taken:
        raise OutputError(
            f"`{folder}` already has {join_code(taken)}; nothing was written",
            "Run `govern init` in an empty folder, or move these files away.",
        )
    written = []
    for path, data in placed.items():
        if path not in present:
            write_bytes(folder / path, data)
            written.append(path)
    written += write_schemas(folder)
    written += lock_portfolio(folder, as_of=as_of)
    return StarterFiles(tuple(written), tuple(_notes(present, top, starter)))


def _notes(present: list[str], top: str, starter: dict[str, bytes]) -> Iterator[str]:
    """What files of hosts that were left alone still need."""
    for path in present:
        own = path.removeprefix(top)
        if own == ".pre-commit-config.yaml":
            hook = starter[own].decode().partition("repos:\n")[2]
            yield (
                f"`{path}` already exists and was not changed; add this hook to its "
                f"`repos:`\n{hook}"
            )
        elif own in _OF_HOSTS:
            command = next(
                line.strip().removeprefix("run: ")
                for line in starter[own].decode().splitlines()
                if "govern check" in line
            )
            yield f"`{path}` already exists and was not changed; add a step that runs `{command}`"
        else:
            yield f"`{path}` already exists and was not changed"


def _filled(data: bytes, values: dict[str, str]) -> bytes:
    for mark, value in values.items():
        data = data.replace(mark.encode(), value.encode())
    return data


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
