"""Finding a gateway's configuration below a folder, by what it holds."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from multillm_gov.errors import SourceError

_ENDINGS = (".yaml", ".yml")
_MOST_ENTRIES = 20_000
_MOST_DEPTH = 4
_LARGEST_BYTES = 2**20
_SKIPPED = frozenset(
    {"node_modules", "__pycache__", "venv", "site-packages", "vendor", "tests", "test", "dist"}
)
_LIST = re.compile(rb"^model_list:", re.MULTILINE)
_PARAMETERS = b"litellm_params:"


def find_configurations(folder: Path) -> list[Path]:
    """LiteLLM configurations below a folder, sorted: files with `model_list` and `litellm_params`.

    Hidden folders, links, tests and dependencies are not looked into.

    Raises:
        SourceError: there is none.
    """
    paths = sorted(path for path in _files(folder) if _is_configuration(path))
    if not paths:
        raise SourceError(
            f"No LiteLLM configuration below `{folder}`: no YAML file has `model_list`",
            "Name the file: `govern lint litellm config.yaml`.",
        )
    return paths


def _files(folder: Path) -> Iterator[Path]:
    pending, seen = [(folder, 0)], 0
    while pending:
        place, depth = pending.pop()
        try:
            entries = sorted(os.scandir(place), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            seen += 1
            if seen > _MOST_ENTRIES:
                return
            if entry.is_symlink():
                continue
            if entry.is_dir():
                hidden = entry.name.startswith(".") or entry.name in _SKIPPED
                if not hidden and depth < _MOST_DEPTH:
                    pending.append((Path(entry.path), depth + 1))
            elif entry.is_file() and entry.name.endswith(_ENDINGS):
                yield Path(entry.path)


def _is_configuration(path: Path) -> bool:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            return False
        data = path.read_bytes()
    except OSError:
        return False
    return _PARAMETERS in data and _LIST.search(data) is not None
