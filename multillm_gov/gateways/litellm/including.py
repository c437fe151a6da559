"""The files of a configuration, merged as the proxy merges them."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from multillm_gov.documents.document import Document, SourceFile
from multillm_gov.documents.foreign.reading import read_foreign
from multillm_gov.finding import Flaw
from multillm_gov.gateways.litellm.configuration import PlacedSetting
from multillm_gov.location import Location, Place
from multillm_gov.words import code

OpenInclude = Callable[[str, str], "SourceFile | Flaw"]
"""Opens what an include names: the entry, and the path of the file that declares it."""
MOST_FILES = 50
"""Files of one configuration."""
_WRAPPERS = ("proxy_config",)
"""Keys under which a chart holds the configuration as its value (LiteLLM's Helm chart)."""


def refuse_includes(entry: str, declared_in: str) -> SourceFile | Flaw:
    """An `OpenInclude` for a single file: no include is opened."""
    return Flaw(
        kind="include-not-read",
        message=f"{code(entry)} is not read: only this file was given",
        location=Location(declared_in),
        remedy="Give the file's folder, so that its includes can be read.",
    )


class FileReader:
    """Reads one configuration, collecting what is wrong with it."""

    def __init__(self, open_include: OpenInclude) -> None:
        self.open_include = open_include
        self.documents: dict[str, Document] = {}
        self.flaws: list[Flaw] = []
        self.parts: dict[str, list[PlacedSetting]] = {}
        self.replaced: list[tuple[str, Place, Place]] = []

    def flaw(self, kind: str, message: str, place: Place, remedy: str) -> None:
        """Note what is wrong at a place of a file that was read."""
        document = self.documents.get(place.path)
        if document is None:
            return
        location = document.locate(place.pointer, on_key=place.on_key)
        self.flaws.append(Flaw(kind=kind, message=message, location=location, remedy=remedy))

    def read(self, file: SourceFile) -> bool:
        """Read a file and all it includes; whether the file itself could be read."""
        root = self._open(file)
        if root is None:
            return False
        pending = deque(self._take(*root))
        while pending:
            entry, place = pending.popleft()
            opened = self.open_include(entry, place.path)
            if isinstance(opened, Flaw):
                self.flaw(opened.kind, opened.message, place, opened.remedy)
                continue
            if opened.path in self.documents:
                continue
            if len(self.documents) >= MOST_FILES:
                self.flaw(
                    "include-not-read",
                    f"more than {MOST_FILES} files are included; the rest is not read",
                    place,
                    "Join the files.",
                )
                return True
            included = self._open(opened)
            if included is not None:
                pending.extend(self._take(*included))
        return True

    def _open(self, file: SourceFile) -> tuple[Mapping[str, Any], Place] | None:
        document, flaws = read_foreign(file)
        self.flaws += flaws
        if document is None:
            return None
        self.documents[file.path] = document
        place, data = Place(file.path), document.data
        if isinstance(data, dict):
            for wrapper in _WRAPPERS:
                inner = data.get(wrapper)
                if "model_list" not in data and isinstance(inner, dict):
                    return inner, place.at(wrapper)
            return data, place
        words = "is empty" if data is None else "is no mapping of sections"
        self.flaw(
            "not-a-configuration",
            f"the file {words}; the proxy does not start with it",
            place,
            "Start it with `model_list:`.",
        )
        return None

    def _take(self, data: Mapping[str, Any], place: Place) -> Iterator[tuple[str, Place]]:
        """Merge one file; what it includes."""
        for key, value in data.items():
            if key == "include":
                continue
            held = self.parts.setdefault(key, [])
            lists = isinstance(value, list) and all(
                isinstance(setting.value, list) for setting in held
            )
            if held and not lists:
                self.replaced.append((key, held[-1].place, place.at(key)))
                held.clear()
            held.append(PlacedSetting(value, place.at(key)))
        includes = data.get("include", [])
        entries = includes if isinstance(includes, list) else [includes]
        if not isinstance(includes, list) or not all(
            isinstance(include, str) for include in includes
        ):
            self.flaw(
                "malformed",
                "`include` is not a list of file names; the proxy does not start",
                place.at("include"),
                "Write `include: [models.yaml]`.",
            )
        for index, entry in enumerate(entries):
            if isinstance(entry, str):
                steps = ("include", index) if isinstance(includes, list) else ("include",)
                yield entry, place.at(*steps)

    def items(self, key: str) -> Iterator[PlacedSetting]:
        """The entries of a merged list."""
        for part in self.parts.get(key, ()):
            if isinstance(part.value, list):
                for index, value in enumerate(part.value):
                    yield PlacedSetting(value, part.place.at(index))
            elif part.value is not None:
                self.flaw(
                    "malformed",
                    f"`{key}` is not a list; the proxy does not start",
                    part.place,
                    "Start each entry with `- `.",
                )

    def section(self, key: str) -> dict[str, PlacedSetting]:
        """The settings of a section."""
        for part in self.parts.get(key, ())[-1:]:
            if isinstance(part.value, dict):
                return {
                    name: PlacedSetting(value, part.place.at(name))
                    for name, value in part.value.items()
                }
            if part.value is not None:
                self.flaw(
                    "malformed",
                    f"`{key}` is not a mapping of settings",
                    part.place,
                    "Write one `key: value` a line below it.",
                )
        return {}
