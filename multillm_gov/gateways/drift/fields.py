"""What is compared of one deployment: the setting, both readings of it, and the kind of drift."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from multillm_gov.finding import Figure
from multillm_gov.gateways.drift.difference import Difference
from multillm_gov.gateways.drift.matching import at, runs, shown
from multillm_gov.gateways.drift.running import Running, RunningDeployment
from multillm_gov.gateways.formats.litellm import PRICES, REGION, REGIONS, TIERS
from multillm_gov.gateways.routing import Deployment, ModelGroup
from multillm_gov.location import Place
from multillm_gov.words import code

_EXPORT = "Export again and roll it out: `govern export litellm`."
_EITHER = f"{_EXPORT} Or declare what runs, and have it reviewed."
_CLOSE = 1e-9
Value = float | str | None
"""A setting as it stands; ``None``: it is not set."""


class ComparedSetting(Struct, frozen=True, kw_only=True):
    """One setting of a deployment."""

    kind: str
    """A name in `difference.KINDS`."""
    name: str
    declared: Callable[[Deployment], Value]
    running: Callable[[RunningDeployment], Value]
    phrase: Callable[[float | str], str]
    """How a value is said: `a time limit of 8 s`."""
    nothing: str
    """How it is said that it is not set."""
    unit: str = ""
    """Of the figures; empty: a text, which has none."""
    remedy: str = _EITHER

    def differs(self, declared: Value, running: Value) -> bool:
        """Whether the two are not the same; numbers are the same within rounding."""
        if isinstance(declared, float | int) and isinstance(running, float | int):
            return abs(running - declared) > _CLOSE * abs(declared or 1)
        return declared != running

    def say(self, value: Value) -> str:
        """A value in words."""
        return self.nothing if value is None else self.phrase(value)


def _number(key: str) -> Callable[[RunningDeployment], Value]:
    return lambda running: running.number(key)


def _region(running: RunningDeployment) -> Value:
    keys = (*dict.fromkeys(REGIONS.values()), "vertex_ai_location", REGION)
    found = (running.parameters.get(key) for key in keys)
    return next((value for value in found if isinstance(value, str)), None)


def _tier(running: RunningDeployment) -> Value:
    tier = running.parameters.get("service_tier")
    return tier if isinstance(tier, str) and tier not in {"auto", "default", "standard"} else None


def _price(key: str) -> ComparedSetting:
    return ComparedSetting(
        kind="price-differs",
        name=key,
        declared=lambda one: float(one.served.prices[key]) if key in one.served.prices else None,
        running=_number(key),
        phrase=lambda value: f"{float(value) * 1e6:,.6g} USD per million tokens ({key})",
        nothing=f"no price ({key})",
        unit="usd",
        remedy=_EXPORT,
    )


FIELDS = (
    ComparedSetting(
        kind="timeout-differs",
        name="timeout",
        declared=lambda one: one.timeout_seconds,
        running=_number("timeout"),
        phrase=lambda value: f"a time limit of {value:g} s",
        nothing="no time limit",
        unit="seconds",
    ),
    ComparedSetting(
        kind="region-differs",
        name="region",
        declared=lambda one: one.served.region or None,
        running=_region,
        phrase=lambda value: f"the region {shown(str(value))}",
        nothing="no region",
    ),
    ComparedSetting(
        kind="service-tier-differs",
        name="service tier",
        declared=lambda one: (one.service_tier or None) if one.served.provider in TIERS else None,
        running=_tier,
        phrase=lambda value: f"the service tier {shown(str(value))}",
        nothing="the standard service tier",
    ),
    ComparedSetting(
        kind="rate-limit-differs",
        name="rpm",
        declared=lambda one: one.served.requests_per_minute,
        running=_number("rpm"),
        phrase=lambda value: f"{value:,g} requests a minute",
        nothing="no limit of requests",
        unit="requests_per_minute",
    ),
    ComparedSetting(
        kind="rate-limit-differs",
        name="tpm",
        declared=lambda one: one.served.tokens_per_minute,
        running=_number("tpm"),
        phrase=lambda value: f"{value:,g} tokens a minute",
        nothing="no limit of tokens",
        unit="tokens_per_minute",
    ),
    *map(_price, PRICES),
)
"""Every compared setting of a deployment, in the order of the findings."""


def compare_fields(
    group: ModelGroup,
    pairs: Sequence[tuple[Deployment, Sequence[RunningDeployment]]],
    running: Running,
    place: Place | None,
) -> Iterator[Difference]:
    """Settings that differ, one finding for each setting of each declared model.

    Args:
        group: The task class.
        pairs: Its routed models and fallbacks, each with the deployments that may run it.
        running: All that runs.
        place: Where the task class is declared.
    """
    for one, found in pairs:
        for other in found:
            if runs(one, other):
                # A price that nobody declares is the gateway's own list, and may stand there.
                yield from _differences(group, one, other, running, place)
                break


def _differences(
    group: ModelGroup,
    one: Deployment,
    other: RunningDeployment,
    running: Running,
    place: Place | None,
) -> Iterator[Difference]:
    for field in FIELDS:
        declared, found = field.declared(one), field.running(other)
        unsaid = declared is None and field.kind == "price-differs"
        if unsaid or not field.differs(declared, found):
            continue
        figures: Mapping[str, Figure] = (
            {f"declared_{field.unit}": declared, f"running_{field.unit}": found}
            if field.unit
            else {}
        )
        yield Difference(
            kind=field.kind,
            subject=group.name,
            message=f"{code(group.name)} declares {field.say(declared)} for {code(one.model)}; it "
            f"runs with {field.say(found)} {at(running, other.place)}",
            remedy=field.remedy,
            declared=place,
            running=other.place,
            figures={**figures},
            distinction=f"{one.model} {field.name}",
        )
