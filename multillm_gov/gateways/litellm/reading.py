"""From files to a `Configuration`, and what has the wrong form."""

from collections.abc import Iterator, Mapping
from typing import Literal

from multillm_gov.documents.document import SourceFile
from multillm_gov.finding import Flaw
from multillm_gov.gateways.litellm.configuration import (
    FALLBACK_KINDS,
    Alias,
    Configuration,
    Fallback,
    FallbackKind,
    FallbackTarget,
    ModelListEntry,
    PlacedSetting,
)
from multillm_gov.gateways.litellm.including import FileReader, OpenInclude, refuse_includes

_SETTINGS = ("router_settings", "litellm_settings", "general_settings", "environment_variables")


def read_configuration(
    file: SourceFile, open_include: OpenInclude = refuse_includes
) -> tuple[Configuration | None, tuple[Flaw, ...]]:
    """Read a proxy configuration with what it includes.

    Returns:
        The configuration, or ``None`` where the file itself cannot be read; and all flaws, with
        their places. What has a wrong form is left out of the typed values.
    """
    reader = FileReader(open_include)
    if not reader.read(file):
        return None, tuple(reader.flaws)
    deployments = tuple(_deployments(reader))
    router, litellm, general, environment = map(reader.section, _SETTINGS)
    sections: tuple[tuple[_Section, dict[str, PlacedSetting]], ...] = (
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
        fallbacks=tuple(fallback for name, held in sections for fallback in _fallbacks(name, held)),
        aliases=tuple(_aliases(router)),
        replaced=tuple(reader.replaced),
        flaws=tuple(reader.flaws),
    )
    return configuration, configuration.flaws


_Section = Literal["router_settings", "litellm_settings"]


def _deployments(reader: FileReader) -> Iterator[ModelListEntry]:
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
        yield ModelListEntry(
            index=index,
            place=item.place,
            name=name if isinstance(name, str) else "",
            model=model if isinstance(model, str) else "",
            entry=entry,
            parameters=parameters if isinstance(parameters, dict) else {},
            info=info if isinstance(info, dict) else {},
        )


def _fallbacks(section: _Section, settings: Mapping[str, PlacedSetting]) -> Iterator[Fallback]:
    for kind in FALLBACK_KINDS:
        setting = settings.get(kind)
        entries = setting.value if setting is not None else None
        if setting is None or not isinstance(entries, list):
            continue
        for index, entry in enumerate(entries):
            for group, targets in _read_groups(kind, entry):
                place = setting.place.at(index, group)
                yield _fallback(
                    section, kind, group, PlacedSetting(targets, place), is_default=False
                )
    default = settings.get("default_fallbacks")
    if default is not None and isinstance(default.value, list):
        yield _fallback(section, "fallbacks", "*", default, is_default=True)


def _read_groups(kind: FallbackKind, entry: object) -> list[tuple[str, object]]:
    """The groups of an entry that the router reads; GOV818 reports the others."""
    groups = list(entry.items()) if isinstance(entry, dict) else []
    if len(groups) < 2:
        return groups
    return [] if kind == "fallbacks" else groups[:1]


def _fallback(
    section: _Section, kind: FallbackKind, group: str, targets: PlacedSetting, *, is_default: bool
) -> Fallback:
    items = targets.value if isinstance(targets.value, list) else [targets.value]
    return Fallback(
        kind=kind,
        group=group,
        targets=tuple(
            FallbackTarget(_target_name(item), targets.place.at(index))
            for index, item in enumerate(items)
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


def _aliases(router: Mapping[str, PlacedSetting]) -> Iterator[Alias]:
    setting = router.get("model_group_alias")
    if setting is None or not isinstance(setting.value, dict):
        return
    for name, target in setting.value.items():
        group = target.get("model") if isinstance(target, dict) else target
        if isinstance(group, str):
            yield Alias(name, group, setting.place.at(name))
