"""Import → export → import is a fixed point, and LiteLLM's own router loads the export as it would
the original: the same groups, order and weights. Over every real file that can be imported."""

import datetime as dt
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from multillm_gov.errors import SourceError
from multillm_gov.gateways.drift.matching import effective_percents
from multillm_gov.gateways.drift.running import RunningDeployment
from multillm_gov.workflows.gateway.importing import import_gateway, write_files
from multillm_gov.workflows.gateways.export import export

DAY = dt.date(2026, 11, 24)
FOLDERS = ("litellm_configs", "litellm_official", "import_fixtures")
NAMED = re.compile(r"`([^`@]+(?:@\d+)?)[^`]*` (?:is |has no|names no)")
"""A model that an export is refused for, without the region that an import adds."""
LEAST = 108
"""Files that are imported, exported and imported again."""

Read = dict[str, dict[str, Any]]


def read(files: Mapping[str, bytes]) -> Read:
    """What an import writes, by kind of file."""
    return {path.partition("/")[0]: yaml.load(data, yaml.CSafeLoader)
            for path, data in files.items()}  # fmt: skip


class Trip:
    """One file, there and back."""

    def __init__(self, source: Path, corpus: Path, folder: Path) -> None:
        self.source = source
        first = import_gateway([source], as_of=DAY, folder=corpus).files
        write_files(first, folder)
        (folder / "govern.yaml").write_text("organization: Example\n")
        exported = folder / "exported" / source.name
        exported.parent.mkdir()
        exported.write_bytes(export("litellm", as_of=DAY, root=folder).data)
        self.exported = exported
        self.first = read(first)
        self.second = read(import_gateway([exported], as_of=DAY, folder=folder).files)


@pytest.fixture(scope="module")
def refused() -> dict[Path, str]:
    """Files that are imported and cannot be exported, with the reason."""
    return {}


@pytest.fixture(scope="module")
def trips(
    corpus: Path, refused: dict[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> list[Trip]:
    top = tmp_path_factory.mktemp("trips")
    found = []
    paths = (path for folder in FOLDERS for path in sorted((corpus / folder).rglob("*")))
    for number, path in enumerate(paths):
        if path.is_file() and path.suffix != ".snap":
            try:
                found.append(Trip(path, corpus, top / str(number)))
            except SourceError as error:
                if "The gateway could not call" in error.message:
                    refused[path] = error.message
    return found


def test_a_second_import_says_what_the_first_said(trips: list[Trip]) -> None:
    """Task classes, catalog entries with their endpoints, and policies: all equal, in order."""
    assert len(trips) >= LEAST
    for trip in trips:
        assert trip.second == trip.first, trip.source.name
        tasks = [list(one["allocations"]["task_classes"]) for one in (trip.first, trip.second)]
        assert tasks[0] == tasks[1], trip.source.name


@pytest.fixture(scope="module")
def litellm():
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    module = pytest.importorskip("litellm")
    module.suppress_debug_info = True
    return module


Model = tuple[str, str]
"""LiteLLM's name of a model, and of its provider."""


class Routed:
    """What LiteLLM's router makes of a file."""

    def __init__(self, litellm: Any, path: Path, *, lenient: bool) -> None:
        data = yaml.load(path.read_bytes(), yaml.CSafeLoader)
        data = data.get("proxy_config", data)
        settings = {**(data.get("litellm_settings") or {}), **(data.get("router_settings") or {})}
        self.litellm = litellm
        self.fallbacks = [
            *(settings.get("fallbacks") or []),
            *([{"*": settings["default_fallbacks"]}] if settings.get("default_fallbacks") else []),
        ]
        self.entries = [one for one in data["model_list"] if "*" not in str(one.get("model_name"))]
        self.router = litellm.Router(
            model_list=[self._plain(one) for one in self.entries],
            fallbacks=self.fallbacks,
            ignore_invalid_deployments=lenient,
            num_retries=0,
        )
        self.strategy = settings.get("routing_strategy", "simple-shuffle")
        self.groups: dict[str, list[dict[str, Any]]] = {}
        for one in self.router.get_model_list() or []:
            self.groups.setdefault(one["model_name"], []).append(one["litellm_params"])

    @staticmethod
    def _plain(entry: dict[str, Any]) -> dict[str, Any]:
        """Without references to secrets, which are not set here, and without budgets, whose
        counting outlives a router."""
        kept = {
            key: "none" if str(value).startswith("os.environ/") else value
            for key, value in (entry.get("litellm_params") or {}).items()
            if "budget" not in key
        }
        return {**entry, "litellm_params": kept}

    def name(self, parameters: Mapping[str, Any]) -> Model:
        model, provider, *_ = self.litellm.get_llm_provider(
            parameters["model"], parameters.get("custom_llm_provider"), parameters.get("api_base")
        )
        return model, provider

    def first(self, group: str) -> list[dict[str, Any]]:
        """Deployments that are tried first: those of the lowest order."""
        orders = [one["order"] for one in self.groups[group] if one.get("order") is not None]
        lowest = min(orders, default=None)
        return [one for one in self.groups[group] if one.get("order") == lowest]

    def is_whole(self, group: str) -> bool:
        """Whether the router keeps every deployment: an API version that YAML reads as a date, or a
        limit that is no number, makes it drop one, and an import asks what is meant."""
        written = sum(one["model_name"] == group for one in self.entries)
        return len(self.groups[group]) == written

    def shares(self, group: str) -> dict[Model, float]:
        """Percent of the requests by model, as the router shares them."""
        found = self.first(group)
        weights = [
            RunningDeployment(group=group, model=one["model"], parameters=one) for one in found
        ]
        percents = (
            effective_percents(weights)
            if self.strategy == "simple-shuffle"
            else [100 / len(found)] * len(found)
        )
        shares: dict[Model, float] = {}
        for one, percent in zip(found, percents, strict=True):
            shares[self.name(one)] = shares.get(self.name(one), 0.0) + percent
        return {model: share for model, share in shares.items() if share > 0}

    def chain(self, group: str) -> list[Model]:
        """Models after the first ones, in the order in which the router tries them."""
        from litellm.router_utils.fallback_event_handlers import get_fallback_model_group

        named, general = get_fallback_model_group(self.fallbacks, group)
        targets = named if named is not None else [] if general is None else [general]
        if targets and isinstance(targets[0], list):
            targets = targets[0]
        order = float("inf")
        rest = sorted(
            (one for one in self.groups[group] if one not in self.first(group)),
            key=lambda one: order if one.get("order") is None else one["order"],
        )
        return [*map(self.name, rest), *self._behind(targets)]

    def _behind(self, targets: Iterable[Any]) -> Iterator[Model]:
        aliases = self.router.model_group_alias or {}
        for target in targets:
            name = target["model"] if isinstance(target, dict) else target
            group = aliases.get(name, name)
            # A group that the router drops, as for a price that is no number, is asked about.
            written = (one["litellm_params"] for one in self.entries if one["model_name"] == group)
            yield from map(self.name, self.groups.get(group) or written)


def unique(chain: Iterable[Model], routed: Iterable[Model]) -> list[Model]:
    """An allocation names a model once in a chain, and none that is routed already."""
    return [model for model in dict.fromkeys(chain) if model not in {*routed}]


@pytest.mark.litellm
@pytest.mark.filterwarnings("ignore")
def test_the_router_loads_an_export_as_it_loads_the_original(trips: list[Trip], litellm) -> None:
    compared = weighted = chained = 0
    for trip in trips:
        before = Routed(litellm, trip.source, lenient=True)
        after = Routed(litellm, trip.exported, lenient=False)
        tasks = list(trip.first["allocations"]["task_classes"])
        assert [name for name in after.groups if ":" not in name] == tasks, trip.source.name
        for group in before.groups:
            if group not in after.groups:
                continue
            where = (trip.source.name, group)
            shares, exported = before.shares(group), after.shares(group)
            if before.is_whole(group):
                assert exported.keys() == shares.keys(), where
                for model, share in shares.items():
                    assert exported[model] == pytest.approx(share, abs=0.011), where
            else:
                assert exported.keys() > shares.keys(), where
            chain = unique(before.chain(group), shares)
            assert after.chain(group) == chain, where
            compared += before.is_whole(group)
            weighted += len(shares) > 1
            chained += bool(chain)
    assert compared > 550
    assert weighted >= 7
    assert chained >= 7


@pytest.mark.litellm
@pytest.mark.filterwarnings("ignore")
def test_what_cannot_be_exported_is_what_the_router_drops(
    trips: list[Trip], refused: dict[Path, str], litellm
) -> None:
    """Models that LiteLLM has forgotten, and providers that it never had."""
    assert trips
    assert len(refused) == 15
    for path, why in refused.items():
        loaded = Routed(litellm, path, lenient=True)
        served = {one["model"] for group in loaded.groups.values() for one in group}
        written = {one["litellm_params"]["model"] for one in loaded.entries}
        models = NAMED.findall(why)
        assert models, why
        assert {*models} <= written - served, why
