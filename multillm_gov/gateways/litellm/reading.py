"""From files to a `Configuration`: include, unwrap, and say what has the wrong form."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from multillm_gov.documents.document import Document, SourceFile
from multillm_gov.documents.foreign_yaml import read_foreign
from multillm_gov.finding import Flaw
from multillm_gov.gateways.litellm.configuration import (
    FALLBACK_KINDS,
    Alias,
    Configuration,
    Deployment,
    Fallback,
    FallbackKind,
    Setting,
    Target,
)
from multillm_gov.location import Place
from multillm_gov.words import code

OpenInclude = Callable[[str, str], "SourceFile | Flaw"]
"""Opens what an include names: the entry, and the path of the file that declares it."""
MOST_FILES = 50
"""Files of one configuration."""
_SETTINGS = ("router_settings", "litellm_settings", "general_settings", "environment_variables")
_WRAPPERS = ("proxy_config",)
"""Keys under which a chart holds the configuration as its value (LiteLLM's Helm chart)."""


def refuse_includes(entry: str, declared_in: str) -> SourceFile | Flaw:
    """An `OpenInclude` for a single file: no include is opened."""
    from multillm_gov.location import Location

    return Flaw(
        kind="include-not-read",
        message=f"{code(entry)} is not read: only this file was given",
        location=Location(declared_in),
        remedy="Give the file's folder, so that its includes can be read.",
    )


class _Reader:
    """Reads one configuration, collecting what is wrong with it."""

    def __init__(self, open_include: OpenInclude) -> None:
        self.open_include = open_include
        self.documents: dict[str, Document] = {}
        self.flaws: list[Flaw] = []
        self.parts: dict[str, list[Setting]] = {}
        self.replaced: list[tuple[str, Place, Place]] = []

    def flaw(self, kind: str, message: str, place: Place, remedy: str) -> None:
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
            lists = isinstance(value, list) and all(isinstance(one.value, list) for one in held)
            if held and not lists:
                self.replaced.append((key, held[-1].place, place.at(key)))
                held.clear()
            held.append(Setting(value, place.at(key)))
        includes = data.get("include", [])
        entries = includes if isinstance(includes, list) else [includes]
        if not isinstance(includes, list) or not all(isinstance(one, str) for one in includes):
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

    def items(self, key: str) -> Iterator[Setting]:
        """The entries of a merged list."""
        for part in self.parts.get(key, ()):
            if isinstance(part.value, list):
                for index, value in enumerate(part.value):
                    yield Setting(value, part.place.at(index))
            elif part.value is not None:
                self.flaw(
                    "malformed",
                    f"`{key}` is not a list; the proxy does not start",
                    part.place,
                    "Start each entry with `- `.",
                )

    def section(self, key: str) -> dict[str, Setting]:
        """The settings of a section."""
        for part in self.parts.get(key, ())[-1:]:
            if isinstance(part.value, dict):
                return {
                    name: Setting(value, part.place.at(name)) for name, value in part.value.items()
                }
            if part.value is not None:
                self.flaw(
                    "malformed",
                    f"`{key}` is not a mapping of settings",
                    part.place,
                    "Write one `key: value` a line below it.",
                )
        return {}


def read_configuration(
    file: SourceFile, open_include: OpenInclude = refuse_includes
) -> tuple[Configuration | None, tuple[Flaw, ...]]:
    """Read a proxy configuration with what it includes.

    Returns:
        The configuration, or ``None`` where the file itself cannot be read; and all flaws, with
        their places. What has a wrong form is left out of the typed values.
    """
    reader = _Reader(open_include)
    if not reader.read(file):
        return None, tuple(reader.flaws)
    deployments = tuple(_deployments(reader))
    router, litellm, general, environment = map(reader.section, _SETTINGS)
    sections: tuple[tuple[_Section, dict[str, Setting]], ...] = (
        ("router_settings", router),
        ("litellm_settings", litellm),
    )
    configuration = Configuration(
        path=file.path,
        documents=reader.documents,
        top={key: parts[-1] for key, parts in reader.parts.items()},
        deployments=deployments,
        router=router,
        litellm=litellm,
        general=general,
        environment=environment,
        fallbacks=tuple(each for name, held in sections for each in _fallbacks(name, held)),
        aliases=tuple(_aliases(router)),
        replaced=tuple(reader.replaced),
        flaws=tuple(reader.flaws),
    )
    return configuration, configuration.flaws


_Section = Literal["router_settings", "litellm_settings"]


def _deployments(reader: _Reader) -> Iterator[Deployment]:
    for index, item in enumerate(reader.items("model_list")):
        entry = item.value
        if not isinstance(entry, dict):
            reader.flaw(
                "malformed",
                "an entry of `model_list` is no mapping; the proxy does not start",
                item.place,
                "Write `model_name` and `litellm_params` below the `- `.",
            )
            continue
        name, parameters, info = (
            entry.get(key) for key in ("model_name", "litellm_params", "model_info")
        )
        model = parameters.get("model") if isinstance(parameters, dict) else None
        yield Deployment(
            index=index,
            place=item.place,
            name=name if isinstance(name, str) else "",
            model=model if isinstance(model, str) else "",
            entry=entry,
            parameters=parameters if isinstance(parameters, dict) else {},
            info=info if isinstance(info, dict) else {},
        )


def _fallbacks(section: _Section, settings: Mapping[str, Setting]) -> Iterator[Fallback]:
    for kind in FALLBACK_KINDS:
        setting = settings.get(kind)
        entries = setting.value if setting is not None else None
        if setting is None or not isinstance(entries, list):
            continue
        for index, entry in enumerate(entries):
            for group, targets in entry.items() if isinstance(entry, dict) else ():
                place = setting.place.at(index, group)
                yield _fallback(section, kind, group, Setting(targets, place), is_default=False)
    default = settings.get("default_fallbacks")
    if default is not None and isinstance(default.value, list):
        yield _fallback(section, "fallbacks", "*", default, is_default=True)


def _fallback(
    section: _Section, kind: FallbackKind, group: str, targets: Setting, *, is_default: bool
) -> Fallback:
    items = targets.value if isinstance(targets.value, list) else [targets.value]
    return Fallback(
        kind=kind,
        group=group,
        targets=tuple(
            Target(_target_name(item), targets.place.at(index)) for index, item in enumerate(items)
        ),
        place=targets.place,
        section=section,
        is_default=is_default,
    )


def _target_name(item: object) -> str:
    """A group's name, written alone or as `{model: name, …}`."""
    if isinstance(item, dict):
        item = item.get("model")
    return item if isinstance(item, str) else ""


def _aliases(router: Mapping[str, Setting]) -> Iterator[Alias]:
    setting = router.get("model_group_alias")
    if setting is None or not isinstance(setting.value, dict):
        return
    for name, target in setting.value.items():
        group = target.get("model") if isinstance(target, dict) else target
        if isinstance(group, str):
            yield Alias(name, group, setting.place.at(name))
