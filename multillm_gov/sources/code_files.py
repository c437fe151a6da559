"""Source code, configuration and environment files below given paths: bounded, nothing is run."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from multillm_gov.documents.document import SourceFile
from multillm_gov.errors import SourceError
from multillm_gov.sources.git_command import GitCommand

ENDINGS = (".py", ".ts", ".tsx", ".js", ".mjs", ".cjs", ".jsx", ".yaml", ".yml", ".json", ".env")
MOST_FILES = 20_000
LARGEST_BYTES = 1024 * 1024
_SKIPPED = frozenset(
    {"node_modules", "__pycache__", "venv", "site-packages", "dist", "build", "vendor"}
)
_LOCKS = frozenset({"package-lock.json", "poetry.lock", "pnpm-lock.yaml", "composer.lock"})


def read_code(paths: Sequence[Path]) -> Iterator[SourceFile]:
    """Every file of a known ending below the paths, sorted; what git ignores is left out.

    Links, hidden folders, dependencies, files above 1 MiB and binary ones are not read.

    Raises:
        SourceError: a path does not exist.
    """
    for path in paths or (Path(),):
        if not path.exists():
            raise SourceError(f"There is no file or folder `{path}`", "Check the path.")
        matching_paths = [path] if path.is_file() else _below(path)
        for number, file in enumerate(matching_paths):
            if number >= MOST_FILES:
                return
            data = _read(file)
            if data is not None:
                yield SourceFile(_shown(file), data)


def _below(folder: Path) -> list[Path]:
    listed = _tracked(folder)
    files = _walk(folder) if listed is None else listed
    return sorted(path for path in files if _is_code(path))


def _tracked(folder: Path) -> list[Path] | None:
    """What git does not ignore; ``None``: no repository, or no git."""
    try:
        listed = GitCommand(folder).run(
            "ls-files", "-z", "--cached", "--others", "--exclude-standard"
        )
    except SourceError:
        return None
    return [folder / os.fsdecode(name) for name in listed.split(b"\0") if name]


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if name not in _SKIPPED and not name.startswith(".")
        )
        for name in files:
            yield Path(place) / name


def _is_code(path: Path) -> bool:
    name = path.name
    is_environment = name == ".env" or name.startswith(".env.") or name.endswith(".env")
    fitting = is_environment or name.endswith(ENDINGS)
    return fitting and name not in _LOCKS and _SKIPPED.isdisjoint(path.parts)


def _read(path: Path) -> bytes | None:
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST_BYTES:
            return None
        data = path.read_bytes()
    except OSError:
        return None
    return None if b"\0" in data else data


def _shown(path: Path) -> str:
    return Path(os.path.relpath(path)).as_posix()
