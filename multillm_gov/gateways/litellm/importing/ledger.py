"""What became of each setting of a configuration: carried, carried with a question, or not."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from multillm_gov.gateways.litellm.configuration import Configuration
from multillm_gov.location import Location, Place

Fate = Literal["exact", "question", "not carried"]
MOST_ENTRIES = 20_000
_RANK: dict[Fate, int] = {"exact": 0, "question": 1, "not carried": 2}


class Entry(Struct, frozen=True, kw_only=True):
    """One setting of the configuration and its fate."""

    fate: Fate
    setting: str
    """Its route: ``model_list[3].litellm_params.rpm``."""
    message: str
    location: Location


class SettingLedger:
    """Collects fates by place; what nobody noted is not carried."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self._noted: dict[Place, tuple[Fate, str]] = {}

    def note(self, place: Place, fate: Fate, message: str) -> None:
        """Note a fate; a graver one replaces an earlier one of the same place."""
        held = self._noted.get(place)
        if held is None or _RANK[fate] > _RANK[held[0]]:
            self._noted[place] = (fate, message)

    def entries(self) -> tuple[Entry, ...]:
        """Every setting, in order of place."""
        for place in self._settings():
            if place not in self._noted:
                self._noted[place] = (
                    "not carried",
                    "stays with the gateway; an allocation has nothing like it",
                )
        matching_entries = [
            Entry(fate=fate, setting=_route(place), message=message, location=self._location(place))
            for place, (fate, message) in self._noted.items()
        ]
        return tuple(
            sorted(
                matching_entries,
                key=lambda entry: (entry.location.path, entry.location.line, entry.location.column),
            )
        )[:MOST_ENTRIES]

    def _location(self, place: Place) -> Location:
        document = self.configuration.documents[place.path]
        return document.locate(place.pointer, on_key=place.on_key)

    def _settings(self) -> Iterator[Place]:
        """The places that a reader would call settings: one level below sections and entries."""
        for deployment in self.configuration.deployments:
            for key, value in deployment.entry.items():
                if key in {"litellm_params", "model_info"} and isinstance(value, dict):
                    yield from (deployment.place.at(key, inner) for inner in value)
                else:
                    yield deployment.place.at(key)
        for key, setting in self.configuration.top.items():
            if key == "model_list":
                continue
            if isinstance(setting.value, dict) and setting.value:
                yield from (setting.place.at(inner) for inner in setting.value)
            else:
                yield setting.place


def _route(place: Place) -> str:
    text = ""
    for step in place.pointer:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text[:200]
