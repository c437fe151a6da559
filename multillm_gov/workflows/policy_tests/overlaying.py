"""The portfolio of one case: files with the overlay merged in, traced to the lines people wrote."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from multillm_gov.documents.document import Document, SourceFile
from multillm_gov.documents.layout import SETTINGS, kind_of
from multillm_gov.finding import Flaw
from multillm_gov.location import Location, Pointer
from multillm_gov.portfolio.policy_test import Overlay, PlacedPolicyTest
from multillm_gov.rendering.plain.escaping import json_escaped


class SpelledFile(Struct, frozen=True):
    """A file as written for one case, and what each of its lines holds."""

    file: SourceFile
    pointers: tuple[Pointer, ...]
    """By line."""

    def pointer_at(self, location: Location) -> tuple[Pointer, bool]:
        """The pointer of a location, and whether it is the key: keys start their line."""
        pointer = self.pointers[min(location.line, len(self.pointers)) - 1]
        return pointer, location.column == 1 and bool(pointer) and isinstance(pointer[-1], str)


def spell_out(path: str, data: Any) -> SpelledFile:  # noqa: ANN401 - plain data
    """JSON, a subset of YAML: every scalar keeps its meaning."""
    lines = list(_lines(data, (), "", ""))
    text = "\n".join(line for line, _ in lines) + "\n"
    return SpelledFile(SourceFile(path, text.encode()), tuple(pointer for _, pointer in lines))


def _lines(value: Any, pointer: Pointer, lead: str, trail: str) -> Iterator[tuple[str, Pointer]]:  # noqa: ANN401
    if not isinstance(value, dict | list) or not value:
        yield lead + _scalar(value) + trail, pointer
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield lead + opening, pointer
    entries = list(value.items() if isinstance(value, dict) else enumerate(value))
    for number, (step, item) in enumerate(entries, 1):
        key = f"{_scalar(step)}: " if isinstance(value, dict) else ""
        yield from _lines(item, (*pointer, step), key, "," if number < len(entries) else "")
    yield closing + trail, pointer


def _scalar(value: Any) -> str:  # noqa: ANN401
    return json_escaped(json.dumps(value, ensure_ascii=False))


_NAMED = (
    ("allocation", "task_classes", ("task_classes",)),
    ("policy", "policies", ("policies",)),
    ("catalog", "models", ("catalog", "models")),
    ("catalog", "providers", ("catalog", "providers")),
    ("catalog", "vendors", ("catalog", "vendors")),
)
"""Kind of file, its key of named entries, and where an overlay has them."""
_LISTED = (
    ("policy", "waivers", ("waivers",)),
    ("policy", "approvals", ("approvals",)),
    ("evidence", "records", ("evidence", "records")),
    ("evidence", "drills", ("evidence", "drills")),
)
_FOLDERS = {
    "allocation": "allocations",
    "policy": "policies",
    "catalog": "catalog",
    "evidence": "evidence",
}


class OverlaidPortfolio:
    """The files of one case; parts it does not change keep their bytes and places."""

    def __init__(
        self, case: PlacedPolicyTest, cases: Document, documents: Mapping[str, Document]
    ) -> None:
        """Merge the overlay of ``case``, written in ``cases``, into a portfolio's ``documents``."""
        self._case = case
        self._cases = cases
        self._documents = documents
        self._changed: dict[str, dict[str, Any]] = {}
        self.flaws: list[Flaw] = []
        """What the overlay requests but cannot have."""
        self._apply(case.declared.overlay)
        self._spelled: dict[str, SpelledFile] = {
            path: spell_out(path, data) for path, data in self._changed.items()
        }

    def files(self, files: tuple[SourceFile, ...]) -> tuple[SourceFile, ...]:
        """The portfolio's files with those of the overlay in their place."""
        kept_files = (file for file in files if file.path not in self._spelled)
        return (*kept_files, *(spelled.file for spelled in self._spelled.values()))

    def overlays(self, location: Location) -> bool:
        """Whether a location in the overlaid files is in a file that the overlay wrote."""
        return location.path in self._spelled

    def written_at(self, location: Location) -> Location:
        """Where the text at a location was written: in the case, or in the portfolio."""
        spelled = self._spelled.get(location.path)
        if spelled is None:
            return location
        pointer, on_key = spelled.pointer_at(location)
        mine = self._in_overlay(location.path, pointer)
        if mine is not None and _reaches(self._cases.data, mine):
            return self._cases.locate(mine, on_key=on_key)
        original = self._documents.get(location.path)
        if original is not None and _reaches(original.data, pointer):
            return original.locate(pointer, on_key=on_key)
        return self._cases.locate(mine or self._case.place.pointer, on_key=mine is not None)

    def _apply(self, overlay: Overlay) -> None:
        if overlay.settings:
            self._changed[SETTINGS] = merged(self._data(SETTINGS), overlay.settings)
        for kind, key, route in _NAMED:
            for name, patch in _follow(overlay, route).items():
                self._merge(kind, key, (*route, name), patch)
        for kind, key, route in _LISTED:
            wanted = _follow(overlay, route)
            if wanted is None:
                self._remove(kind, key)
            elif wanted:
                home = self._home(kind)
                self._changed[home] = {**self._data(home), key: list(wanted)}

    def _merge(
        self, kind: str, key: str, route: tuple[str, ...], patch: dict[str, Any] | None
    ) -> None:
        name = route[-1]
        homes = (path for path in sorted(self._documents) if kind_of(path) == kind)
        home = next((path for path in homes if name in _entries(self._data(path), key)), None)
        if home is None and patch is None:
            self.flaws.append(
                Flaw(
                    kind="schema",
                    message=f"`{name}` cannot be removed: it is not among the portfolio's `{key}`",
                    location=self._cases.locate(
                        (*self._case.place.pointer, "overlay", *route), on_key=True
                    ),
                    remedy="Correct the name, or remove the line.",
                    subject=self._case.declared.name,
                )
            )
            return
        home = home or self._home(kind)
        data = self._data(home)
        entries = dict(_entries(data, key))
        if patch is None:
            del entries[name]
        else:
            entries[name] = merged(entries.get(name), patch)
        self._changed[home] = {**data, key: entries}

    def _remove(self, kind: str, key: str) -> None:
        for path in sorted(self._documents):
            data = self._data(path)
            if kind_of(path) == kind and key in data:
                self._changed[path] = {name: value for name, value in data.items() if name != key}

    def _data(self, path: str) -> dict[str, Any]:
        if path in self._changed:
            return self._changed[path]
        data = self._documents[path].data if path in self._documents else {}
        return data if isinstance(data, dict) else {}

    def _home(self, kind: str) -> str:
        """A file of the overlay, under a name that the portfolio does not have."""
        name = f"{_FOLDERS[kind]}/overlay"
        while f"{name}.yaml" in self._documents:
            name += "-"
        return f"{name}.yaml"

    def _in_overlay(self, path: str, pointer: Pointer) -> Pointer | None:
        """The pointer in the case for one in an overlaid file; ``None``: not in the overlay."""
        here = (*self._case.place.pointer, "overlay")
        if path == SETTINGS:
            return (*here, "settings", *pointer)
        # Items are added in a file of the overlay's own; those of the portfolio's files are not the
        # case's.
        for kind, key, route in _NAMED if path in self._documents else (*_NAMED, *_LISTED):
            if pointer[:1] == (key,) and kind_of(path) == kind:
                return (*here, *route, *pointer[1:])
        return None


def merged(below: Any, above: Any) -> Any:  # noqa: ANN401 - plain data
    """``above`` over ``below``: mappings merge, null removes a key, all else replaces."""
    if not isinstance(above, dict):
        return above
    result = dict(below) if isinstance(below, dict) else {}
    for key, value in above.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def _entries(data: dict[str, Any], key: str) -> dict[str, Any]:
    entries = data.get(key)
    return entries if isinstance(entries, dict) else {}


def _follow(overlay: Overlay, route: tuple[str, ...]) -> Any:  # noqa: ANN401
    value: Any = overlay
    for step in route:
        value = getattr(value, step) if value is not None else None
    return value


def _reaches(data: Any, pointer: Pointer) -> bool:  # noqa: ANN401
    for step in pointer:
        inside = (
            step in data
            if isinstance(data, dict)
            else isinstance(data, list) and step in range(len(data))
        )
        if not inside:
            return False
        data = data[step]
    return True
