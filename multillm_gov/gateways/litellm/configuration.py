"""A LiteLLM proxy configuration as typed values that know where they stand.

What is read is what the proxy reads (`load_config`, seen in 1.110.2): one YAML file, with the files
of its `include:` merged in. A list of an included file is appended to the list of the same
top-level key; any other value of an included file replaces the whole of that key.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct

from multillm_gov.documents.document import Document
from multillm_gov.documents.foreign.scalars import Moment
from multillm_gov.finding import Flaw
from multillm_gov.location import Place

FallbackKind = Literal["fallbacks", "context_window_fallbacks", "content_policy_fallbacks"]
FALLBACK_KINDS: tuple[FallbackKind, ...] = (
    "fallbacks",
    "context_window_fallbacks",
    "content_policy_fallbacks",
)
ENVIRONMENT = "os.environ/"
"""Start of a text that the proxy replaces by an environment variable."""
_TEMPLATE = re.compile(r"\$\{\w|\{\{|\$\(|\$[A-Z_]{3,}|<%")


class PlacedSetting(Struct, frozen=True):
    """A value below a key, and the place of the value."""

    value: Any
    place: Place


class FallbackTarget(Struct, frozen=True):
    """A model group that a fallback names; ``name`` is empty where the entry names none."""

    name: str
    place: Place


class Fallback(Struct, frozen=True, kw_only=True):
    """What one kind of failure of one group leads to, in order."""

    kind: FallbackKind
    group: str
    """``*`` for `default_fallbacks`, and wherever it is written so."""
    targets: tuple[FallbackTarget, ...]
    place: Place
    """The place of the entry; its key names the group."""
    section: Literal["router_settings", "litellm_settings"]
    is_default: bool = False
    """Whether it is `default_fallbacks`."""


class Alias(Struct, frozen=True):
    """A second name of a model group (`model_group_alias`)."""

    name: str
    group: str
    place: Place


class ModelListEntry(Struct, frozen=True, kw_only=True):
    """An entry of `model_list`."""

    index: int
    """Its number in the merged list, from 0."""
    place: Place
    name: str
    """`model_name`: what callers ask for; empty where it is no text."""
    model: str
    """`litellm_params.model`: what LiteLLM calls; empty where it is no text."""
    entry: Mapping[str, Any]
    parameters: Mapping[str, Any]
    """`litellm_params`; empty where it is no mapping."""
    info: Mapping[str, Any]
    """`model_info`; empty where it is no mapping."""

    @property
    def provider(self) -> str:
        """The provider as it is written: a parameter, or the first part of the model; or empty."""
        declared = self.parameters.get("custom_llm_provider")
        if isinstance(declared, str) and declared:
            return declared
        return self.model.partition("/")[0] if "/" in self.model else ""

    @property
    def is_wildcard(self) -> bool:
        """Whether it serves every name that fits a pattern."""
        return "*" in self.name

    @property
    def tags(self) -> tuple[str, ...]:
        """Its routing tags."""
        tags = self.parameters.get("tags")
        return tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()

    def number(self, key: str) -> int | float | None:
        """A numeric parameter; a text of digits counts, as LiteLLM converts it."""
        return number_of(self.parameters.get(key))

    def parameter(self, key: str) -> Place:
        """The place of a parameter."""
        return self.place.at("litellm_params", key)

    def information(self, key: str) -> Place:
        """The place of a key of `model_info`."""
        return self.place.at("model_info", key)


class Configuration(Struct, frozen=True, kw_only=True):
    """One proxy configuration, includes merged."""

    path: str
    documents: Mapping[str, Document]
    """By path: the file itself first, then what it includes."""
    top: Mapping[str, PlacedSetting]
    """Every top-level key except `include`."""
    deployments: tuple[ModelListEntry, ...]
    router: Mapping[str, PlacedSetting]
    """`router_settings` by key."""
    litellm: Mapping[str, PlacedSetting]
    """`litellm_settings` by key."""
    general: Mapping[str, PlacedSetting]
    """`general_settings` by key."""
    environment: Mapping[str, PlacedSetting]
    """`environment_variables` by name."""
    fallbacks: tuple[Fallback, ...]
    aliases: tuple[Alias, ...]
    replaced: tuple[tuple[str, Place, Place], ...] = ()
    """Top-level keys that an included file replaces: key, what is lost, what replaces it."""
    flaws: tuple[Flaw, ...] = ()
    """What cannot be read as the proxy expects it."""

    @property
    def groups(self) -> dict[str, tuple[ModelListEntry, ...]]:
        """Deployments by model group, in order of appearance."""
        grouped: dict[str, list[ModelListEntry]] = {}
        for deployment in self.deployments:
            if deployment.name:
                grouped.setdefault(deployment.name, []).append(deployment)
        return {name: tuple(members) for name, members in grouped.items()}

    def setting(self, key: str) -> PlacedSetting | None:
        """A setting of the router: `router_settings` goes before `litellm_settings`."""
        return self.router.get(key) or self.litellm.get(key)

    def scalars(self) -> Iterator[PlacedSetting]:
        """Every value that is no mapping and no list, with its place."""
        for key, setting in self.top.items():
            if key == "model_list":
                for deployment in self.deployments:
                    yield from _scalars(deployment.entry, deployment.place)
            else:
                yield from _scalars(setting.value, setting.place)


def number_of(value: object) -> int | float | None:
    """A number, or the number that a text spells; ``None``: neither."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and not isinstance(value, Moment) and len(value) < 40:
        try:
            return int(value)
        except ValueError:
            try:
                return float(value)
            except ValueError:
                return None
    return value if isinstance(value, int | float) else None


def variable_of(value: object) -> str | None:
    """The environment variable that a text refers to."""
    if isinstance(value, str) and value.startswith(ENVIRONMENT):
        return value.removeprefix(ENVIRONMENT)
    return None


def is_left_open(value: object) -> bool:
    """Whether the environment, or a template engine, decides what a text will be."""
    if not isinstance(value, str):
        return False
    return variable_of(value) is not None or _TEMPLATE.search(value[:500]) is not None


def _scalars(value: object, place: Place) -> Iterator[PlacedSetting]:
    # Values that aliases repeat are bounded by the reader, levels by its depth.
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _scalars(item, place.at(key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _scalars(item, place.at(index))
    else:
        yield PlacedSetting(value, place)
