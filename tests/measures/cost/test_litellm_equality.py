"""Every entry of the installed price map for text, embeddings and realtime costs what LiteLLM
itself calculates, audio and image tokens included."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from multillm_gov.catalog.pricing.price import Price, Usage
from multillm_gov.catalog.pricing.price_reading import read_price
from multillm_gov.measures.cost.request import request_cost

EXCEPTIONS = yaml.safe_load(
    (Path(__file__).parent / "data" / "litellm_exceptions.yaml").read_text("utf-8")
)
MODES = {"chat", "completion", "embedding", "responses", "realtime"}
SERVICES = {"batch": "_batches", "flex": "_flex", "priority": "_priority"}
RELATIVE = 1e-9

Entries = dict[str, dict[str, Any]]
Bill = Callable[[str, Mapping[str, Any], Usage], float]

pytestmark = pytest.mark.litellm


def prompt_lengths(entry: Mapping[str, Any]) -> list[int]:
    """One token, a usual prompt and a long one; below, at and above every threshold; far above the
    last."""
    thresholds = {
        int(number) * (1000 if kilo else 1)
        for key in entry
        for number, kilo in re.findall(r"_above_(\d+)(k?)_tokens", key)
    }
    for tier in entry.get("tiered_pricing") or []:
        thresholds.update(int(bound) for bound in tier.get("range", ()) if bound)
    around = {threshold + step for threshold in thresholds for step in (-1, 0, 1)}
    return sorted(around | {1, 1200, 2 * max(thresholds, default=150_000)})


SINGLE = {
    "cache_read": {"cached_input_tokens": 480},
    "cache_creation": {"cache_write_tokens": 360},
    "above_1hr": {"cache_write_1h_tokens": 360},
    "above_12hr": {"cache_write_12h_tokens": 360},
    "reasoning": {"reasoning_tokens": 200},
}
"""One kind of token alone in a usual request, by a part of the keys that price it."""
OF_UNITS = {
    "input_cost_per_audio": {"audio_input": Decimal(70)},
    "output_cost_per_audio": {"audio_output": Decimal(90)},
    "input_cost_per_image_token": {"image_input": Decimal(50)},
    "output_cost_per_image_token": {"image_output": Decimal(110)},
}


def usages(entry: Mapping[str, Any]) -> Iterator[Usage]:
    """For each service: all kinds of tokens together at each length, in counts of which no two sums
    of prices are equal by accident; and in a usual request none and each that the entry prices."""
    services = [
        "standard",
        *(s for s, suffix in SERVICES.items() if any(key.endswith(suffix) for key in entry)),
    ]
    kinds = [use for part, use in SINGLE.items() if any(part in key for key in entry)]
    units = [use for key, use in OF_UNITS.items() if key in " ".join(entry)]
    output = 0 if is_embedding(entry) else 300
    for service in services:
        for tokens in prompt_lengths(entry):
            if tokens > 1:
                yield mixed(tokens, output, service)
        usual = Usage(input_tokens=1200, output_tokens=output, service_tier=service)
        yield usual
        yield replace(usual, input_tokens=1)
        for use in kinds:
            if output or "reasoning_tokens" not in use:
                yield replace(usual, **use)
    for use in units:
        if output or not any(unit.endswith("output") for unit in use):
            yield replace(usual, service_tier="standard", units=use)


def mixed(tokens: int, output: int, service: str) -> Usage:
    """Reads, all kinds of writes and reasoning in one request."""
    return Usage(
        input_tokens=tokens,
        output_tokens=output,
        cached_input_tokens=tokens * 41 // 100,
        cache_write_tokens=tokens * 13 // 100,
        cache_write_1h_tokens=tokens * 23 // 100,
        cache_write_12h_tokens=tokens * 7 // 100,
        reasoning_tokens=output * 2 // 3,
        service_tier=service,
    )


def is_embedding(entry: Mapping[str, Any]) -> bool:
    return entry["mode"] == "embedding"


def agree(ours: float, theirs: float) -> bool:
    return abs(ours - theirs) <= RELATIVE * max(abs(ours), abs(theirs))


def price_of(entry: Mapping[str, Any], name: str = "") -> Price | None:
    return read_price(entry, entry["litellm_provider"], name)


def excepted(name: str, usage: Usage) -> int | None:
    """Position of the exception that speaks of the case."""
    for position, exception in enumerate(EXCEPTIONS):
        named = any(fnmatchcase(name, pattern) for pattern in exception["names"])
        if named and usage.service_tier in exception.get("services", [usage.service_tier]):
            return position
    return None


def explained(
    entries: Entries, name: str, usage: Usage, theirs: float, instead: Mapping[str, Any]
) -> bool:
    """Whether LiteLLM bills exactly what the exception says it does."""
    price = price_of(entries[name], name)
    if "characters" in instead:
        assert price is not None
        return "character" in price.standard.units and theirs > 0
    if "reserved" in instead:
        return price is None and theirs > 0
    if "entry" in instead:
        price = price_of(entries[instead["entry"].format(model=name.rpartition("/")[2])])
    assert price is not None
    if usage.service_tier == "batch" and "batch" not in price.services:
        # Its guess where an entry has no batch prices: half of everything, and cached reads for
        # nothing.
        free_reads = replace(price.standard, cache_read=Decimal(0))
        price = Price(standard=free_reads).scaled(Decimal("0.5"))
    if "service" in instead:
        usage = replace(usage, service_tier=instead["service"])
    if "flat" in instead:
        unwritten = replace(
            price.standard, cache_write=None, cache_write_1h=None, cache_write_12h=None
        )
        price = replace(price, standard=unwritten, tiers=())
    if "without" in instead:
        units = {
            unit: usd for unit, usd in price.standard.units.items() if unit != instead["without"]
        }
        price = replace(price, standard=replace(price.standard, units=units))
    return agree(float(request_cost(price, usage)), theirs)


@pytest.fixture(scope="module")
def bills(price_map: Entries, litellm_cost: Bill) -> dict[str, list[tuple[Usage, float]]]:
    """What LiteLLM bills, by entry."""
    return {
        name: [(usage, litellm_cost(name, entry, usage)) for usage in usages(entry)]
        for name, entry in price_map.items()
        if entry.get("mode") in MODES
    }


def test_every_entry_costs_what_litellm_bills(
    price_map: Entries, bills: dict[str, list[tuple[Usage, float]]]
) -> None:
    assert len(bills) > 3000
    wrong: list[str] = []
    for name, cases in bills.items():
        price = price_of(price_map[name], name)
        for usage, theirs in cases:
            ours = 0.0 if price is None else float(request_cost(price, usage))
            if agree(ours, theirs):
                continue
            position = excepted(name, usage)
            if position is None:
                wrong.append(f"{name}: {ours!r} instead of {theirs!r} for {usage}")
            elif not explained(price_map, name, usage, theirs, EXCEPTIONS[position]["instead"]):
                wrong.append(f"{name}: {theirs!r} is not what its exception explains, for {usage}")
    assert not wrong, f"{len(wrong)} cases, first ones:\n" + "\n".join(wrong[:20])


def test_no_exception_is_listed_that_is_not_needed(
    price_map: Entries, bills: dict[str, list[tuple[Usage, float]]]
) -> None:
    needed: dict[int, set[str]] = defaultdict(set)
    for name, cases in bills.items():
        price = price_of(price_map[name], name)
        for usage, theirs in cases:
            position = excepted(name, usage)
            ours = 0.0 if price is None else float(request_cost(price, usage))
            if position is not None and not agree(ours, theirs):
                needed[position].update(
                    p for p in EXCEPTIONS[position]["names"] if fnmatchcase(name, p)
                )
    listed = {position: set(exception["names"]) for position, exception in enumerate(EXCEPTIONS)}
    assert needed == listed


def test_reasons_are_given() -> None:
    assert all(len(exception["reason"]) > 20 for exception in EXCEPTIONS)
