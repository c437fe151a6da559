"""Which files are governed, and what each is, by its path below the portfolio's root."""

import re
from collections.abc import Container
from functools import lru_cache
from typing import Literal

Kind = Literal[
    "settings",
    "allocation",
    "policy",
    "catalog",
    "lock",
    "evidence",
    "history",
    "usage",
    "scenario",
    "incidents",
    "evals",
    "prompt",
    "schema",
]

SETTINGS = "govern.yaml"
LOCK = "catalog/catalog.lock.json"
FOLDERS: dict[str, Kind] = {
    "allocations": "allocation",
    "policies": "policy",
    "catalog": "catalog",
    "evidence": "evidence",
    "usage": "usage",
    "scenarios": "scenario",
    "incidents": "incidents",
    "evals": "evals",
    "prompts": "prompt",
    "schemas": "schema",
}
DIGESTED: frozenset[Kind] = frozenset({"prompt", "schema", "history"})
"""Kinds whose files are never parsed as YAML, only known by their digest."""
HISTORY = "evidence/history"
"""Every trial ever recorded, append-only; the compact view beside it must agree with it."""
REFERENCES = "evidence/references"
"""Earlier vectors of embedding models, which only new probes are compared with."""
POLICY_TESTS = "tests/policies"
"""Cases for the portfolio's own policies, which only `govern test` reads."""
_YAML = (".yaml", ".yml")
_UNREAD = (f"{HISTORY}/", f"{REFERENCES}/")
_OF_HISTORY = re.compile(rf"{HISTORY}/(\d{{4}}-\d\d)(?:-(\d{{1,4}}))?\.jsonl")
_HALF_WRITTEN = re.compile(r"\.govern-[0-9a-f]{12}\.tmp")
_HARMLESS = frozenset(
    {
        ".ds_store",
        ".editorconfig",
        ".gitattributes",
        ".gitignore",
        ".gitkeep",
        ".keep",
        "codeowners",
        "license",
        "owners",
    }
)
"""Lowercase names that people and tools keep beside governed files; so is every readme."""


_SPELLINGS = {
    **dict.fromkeys(("govern.yaml", "govern.yml", "govern.json", "govern.toml"), SETTINGS),
    **{folder: folder for folder in FOLDERS},
    "allocation": "allocations",
    "policy": "policies",
    "scenario": "scenarios",
    "incident": "incidents",
    "catalogue": "catalog",
    "catalogs": "catalog",
    "eval": "evals",
}
"""What names other than the governed ones mean, in lower case and without a leading dot."""


@lru_cache(maxsize=65_536)
def kind_of(path: str) -> Kind | None:
    """What the file at a root-relative path with ``/`` is; ``None``: not governed.

    YAML anywhere below the folders, JSON below ``evidence/`` too, any file below ``prompts/`` and
    ``schemas/`` (which are known by their digest and never parsed), plus ``govern.yaml``, the lock
    and the history of evidence.
    """
    if path == SETTINGS:
        return "settings"
    if path == LOCK:
        return "lock"
    if _OF_HISTORY.fullmatch(path):
        return "history"
    folder, _, rest = path.partition("/")
    kind = FOLDERS.get(folder)
    if kind is None or not rest or path.startswith(_UNREAD) or is_half_written(path):
        return None
    if kind in DIGESTED:
        return kind
    endings = (*_YAML, ".json") if kind == "evidence" else _YAML
    return kind if path.endswith(endings) else None


def history_order(path: str) -> tuple[str, int]:
    """Month and part of a file of the history, which order its lines: `2026-11-2.jsonl` is later.

    Raises:
        ValueError: the path is of no such file.
    """
    match = _OF_HISTORY.fullmatch(path)
    if match is None:
        raise ValueError(path)
    return match[1], int(match[2] or 1)


def is_uncovered(path: str) -> bool:
    """Whether a file below a governed folder is of no kind, so that it would declare nothing.

    Readmes and the files that git and editors keep are harmless. Usage and cases come in many
    formats and are not held wrong.
    """
    folder, _, rest = path.partition("/")
    if (
        not rest
        or folder in {"usage", "evals"}
        or folder not in FOLDERS
        or kind_of(path) is not None
    ):
        return False
    if path.startswith(_UNREAD) or is_half_written(path):
        return False
    name = rest.rpartition("/")[2].lower()
    return name not in _HARMLESS and not name.startswith("readme")


def is_half_written(path: str) -> bool:
    """Whether a path is that of a file which `govern` was killed over while writing it."""
    return _HALF_WRITTEN.fullmatch(path.rpartition("/")[2]) is not None


def meant_name(name: str, others: Container[str]) -> str:
    """The governed name that a name at the portfolio's root nearly is; empty where there is none.

    Only spellings: another case, a singular, a leading dot, `.yml`, a letter wrong. A folder of
    another use is not taken for a misspelling where the governed one is there too.

    Args:
        name: A file's or folder's.
        others: Names beside it.
    """
    if name == SETTINGS or name in FOLDERS:
        return ""
    plain = name.casefold().removeprefix(".")
    if plain in _SPELLINGS:
        return _SPELLINGS[plain]
    near = plain if "." not in plain else plain.rpartition(".")[0]
    for meant in (SETTINGS, *FOLDERS):
        known = meant.removesuffix(".yaml")
        same_kind = (meant == SETTINGS) == plain.endswith(_YAML)
        if same_kind and meant not in others and len(known) > 5 and _one_letter_off(near, known):
            return meant
    return ""


def _one_letter_off(name: str, known: str) -> bool:
    """Whether one letter is wrong, missing, too much or swapped with the next."""
    if name == known or abs(len(name) - len(known)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(name, known, strict=False)) if a != b), None)
    if start is None:
        return True
    a, b = name[start:], known[start:]
    swapped = a[:2] == b[1::-1] and len(b) > 1
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (swapped and a[2:] == b[2:])


def is_policy_test(path: str) -> bool:
    """Whether the file at a root-relative path holds cases for the portfolio's own policies."""
    return path.startswith(f"{POLICY_TESTS}/") and path.endswith(_YAML)
