"""The deployments that a portfolio's chains call, each with who and what it depends on."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from multillm_gov.catalog.facts import Exposure, ModelFacts
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.measures.failover import Deployment, deployment
from multillm_gov.risk.system.common_cause import Channel
from multillm_gov.risk.system.failure_rates import FailureRate, FailureRates


class Deployed(Struct, frozen=True, kw_only=True):
    """One model at one provider."""

    key: Deployment
    name: str
    """``gpt-5-mini at openai``, with its regions where they are known."""
    exposure: Exposure
    laws: frozenset[str]
    """Countries whose law can stop its requests."""
    sites: tuple[str, ...]
    """Regions where requests are processed, each of one cloud."""
    failing: FailureRate
    retired: date | None
    """The day, where it is past: it never answers."""

    @property
    def channel(self) -> Channel:
        """What it shares with others depends on these."""
        exposure = self.exposure
        return Channel(
            vendor=exposure.priced_by,
            provider=exposure.provider,
            cloud=exposure.cloud,
            unavailability=self.failing.unavailability,
        )


_Key = tuple[Deployment, str, str]


class Deployments:
    """Every distinct deployment, ordered by name, and which routed name means which."""

    def __init__(
        self, models: Mapping[str, ModelFacts | None], failings: FailureRates, as_of: date
    ) -> None:
        keys: dict[str, _Key] = {}
        facts_of: dict[_Key, tuple[str, ModelFacts | None]] = {}
        for name, facts in sorted(models.items(), key=lambda model: model[0]):
            vendor, cloud = (
                (facts.exposure.priced_by, facts.exposure.cloud) if facts else (UNKNOWN, UNKNOWN)
            )
            keys[name] = key = deployment(name, facts), vendor, cloud
            facts_of.setdefault(key, (name, facts))
        ordered = sorted(facts_of, key=lambda key: (_format(key[0]), key))
        names = _distinct([_format(key[0]) for key in ordered])
        self.all = tuple(
            _deployed(key[0], name, *facts_of[key], failings, as_of)
            for key, name in zip(ordered, names, strict=True)
        )
        places = {key: index for index, key in enumerate(ordered)}
        self._places = {name: places[key] for name, key in keys.items()}

    @property
    def models(self) -> tuple[str, ...]:
        """Every routed name, ordered."""
        return tuple(self._places)

    def of(self, model: str) -> Deployed:
        """The deployment that a routed name means."""
        return self.all[self._places[model]]

    def index_of(self, model: str) -> int:
        """Its position among all."""
        return self._places[model]


def _deployed(
    key: Deployment,
    name: str,
    model: str,
    facts: ModelFacts | None,
    failings: FailureRates,
    as_of: date,
) -> Deployed:
    exposure = facts.exposure if facts else Exposure(model=model)
    return Deployed(
        key=key,
        name=name,
        exposure=exposure,
        laws=facts.laws if facts else frozenset({UNKNOWN}),
        sites=facts.sites if facts else (),
        failing=failings.provider(exposure),
        retired=facts.lifecycle.retirement if facts and facts.retired_on(as_of) else None,
    )


def _format(key: Deployment) -> str:
    model, provider, regions = key
    return f"{model} at {provider}" + (f" ({', '.join(regions)})" if regions else "")


def _distinct(names: list[str]) -> list[str]:
    """Number the spellings of one deployment that were given different clouds or vendors."""
    seen: dict[str, int] = {}
    texts = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        texts.append(name if seen[name] == 1 else f"{name} #{seen[name]}")
    return texts
