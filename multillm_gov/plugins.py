"""Families found by presence: every module of a family's folder is a member, named after its file.

Adding a member is adding a file; no list names it. Helpers of a family live outside its folder. The
folder is given as the dotted name of its package, so that a floor may ask for names that an upper
floor holds (the enum of a schema, say) without importing any of them.
"""

import sys
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from multillm_gov.errors import UsageError
from multillm_gov.words import code, did_you_mean

_ROOT = Path(__file__).parent.parent


def plugin_folders(package: str) -> tuple[Path, ...]:
    """Where the members of a family lie; more than one where a package's path was extended."""
    loaded = sys.modules.get(package)
    if loaded is not None:
        return tuple(map(Path, loaded.__path__))
    return (_ROOT.joinpath(*package.split(".")),)


def plugin_files(package: str, ending: str) -> dict[str, Path]:
    """The members' files by name, in order of name (``json_schema.py`` is ``json-schema``)."""
    folders = plugin_folders(package)
    return _listed(folders, tuple(folder.stat().st_mtime_ns for folder in folders), ending)


@cache
def _listed(folders: tuple[Path, ...], changed: tuple[int, ...], ending: str) -> dict[str, Path]:
    """Listed once while the folders do not change: a check asks for a hundred rules by name."""
    del changed
    files = (file for folder in folders for file in folder.glob(f"*{ending}"))
    named = {file.stem.replace("_", "-"): file for file in files if file.stem != "__init__"}
    return dict(sorted(named.items()))


def plugin_names(package: str) -> tuple[str, ...]:
    """Names of all members that are modules, sorted; none is imported."""
    return tuple(plugin_files(package, ".py"))


def plugin_summary(package: str, name: str) -> str:
    """The first line of a member's docstring; it is not imported."""
    import ast

    docstring = ast.get_docstring(ast.parse(plugin_files(package, ".py")[name].read_bytes()))
    return (docstring or "").partition("\n")[0]


def load_plugin(package: str, name: str, kind: str = "plugin") -> Any:  # noqa: ANN401 - a module
    """The module of one member; no other is imported.

    Raises:
        UsageError: there is no such member; ``kind`` says of what.
    """
    module = f"{package}.{name.replace('-', '_')}"
    loaded = sys.modules.get(module)
    if loaded is not None and not hasattr(loaded, "__path__"):
        return loaded
    known = plugin_names(package)
    if name not in known:
        raise UsageError(
            f"There is no {kind} {code(name)}{did_you_mean(name, known)}",
            f"Use one of: {', '.join(known)}.",
        )
    return import_module(module)


def load_plugins(package: str) -> tuple[Any, ...]:
    """The modules of all members, in order of name."""
    return tuple(load_plugin(package, name) for name in plugin_names(package))


def plugin_of_ending(package: str, ending: str) -> str | None:
    """The member called like a file's ending (``.json``), or that lists it in its ``ENDINGS``."""
    bare = ending.lower().removeprefix(".")
    if bare in plugin_names(package):
        return bare
    for name in plugin_names(package):
        endings: Iterable[str] = getattr(load_plugin(package, name), "ENDINGS", ())
        if bare and f".{bare}" in endings:
            return name
    return None


def plugin_for_file(package: str, file: Path, option: str) -> str:
    """The member that a file's ending means; ``option`` is what names one where none does.

    Raises:
        UsageError: no member has that ending.
    """
    name = plugin_of_ending(package, file.suffix)
    if name is None:
        raise UsageError(
            f"Cannot infer the format from {code(file.name)}",
            f"Name it: {option} {'|'.join(plugin_names(package))}.",
        )
    return name
