"""Why a cost is not known: a declared unit without a price, or a unit that bills undeclared."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from multillm_gov.catalog.pricing.billed_units import (
    GUARDRAIL_UNITS,
    PER_TOKEN,
    TEXT_TOKENS,
    UNITS,
    demand_key,
    noun_of,
)
from multillm_gov.catalog.pricing.price import Price, UnitPrices, Usage
from multillm_gov.measures.cost.request import prompt_tokens, rates_for, request_cost, unit_rate

_INPUT = (
    "input",
    "character",
    "audio_input",
    "image_input",
    "video_input",
    "input_image",
    "audio_second",
    "video_second",
    "second",
    "message",
    "request",
    "query",
)
_OUTPUT = (
    "output",
    "audio_output",
    "image_output",
    "video_output",
    "image",
    "output_character",
    "song",
    "second",
)
_TEXT_SLOTS = (_INPUT, _OUTPUT)
_MADE = ("image", "image_output", "step", "pixel", "output")
_PICTURE_SLOTS = (_MADE, ("input", "image", "step", "pixel"))
_SLOTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "embedding": (_INPUT,),
    "rerank": (_INPUT,),
    "moderation": (_INPUT,),
    "audio_transcription": (("second", "audio_input", "audio_second"), ("output", "second")),
    "audio_speech": (("character", "input", "song"), ("second", "audio_output", "output", "song")),
    "image_generation": _PICTURE_SLOTS,
    "image_edit": _PICTURE_SLOTS,
    "video_generation": (("second", "video_output"),),
    "ocr": (("page", "credit", "input"), ("output", "page", "credit")),
    "search": (("query", "request"),),
    "vector_store": (("query", "request"),),
    "guardrail": ((*GUARDRAIL_UNITS, "content_image"),),
}
"""By mode, what every request has: one unit of each tuple is declared, if any of them bills."""
_COVERING = {
    "audio_transcription": ("second", "audio_input"),
    "audio_speech": ("character", "song"),
    "image_generation": ("image", "step", "image_output"),
    "image_edit": ("image", "step", "image_output"),
    "video_generation": ("second", "video_output"),
    "realtime": ("second",),
    "ocr": ("page", "credit"),
    "rerank": ("query", "request"),
    "search": ("query", "request"),
    "vector_store": ("query", "request"),
}
"""By mode, units whose price covers the whole request: what else is declared is then included."""
_PARTNERS = {
    "second": ("audio_input", "audio_output", "video_output", "character"),
    "image": ("image_output",),
    "image_output": ("image",),
    "input_image": ("image_input",),
    "image_input": ("input_image",),
    "audio_second": ("audio_input",),
    "video_second": ("video_input",),
    "video_input": ("video_second",),
    "character": ("input",),
    "input": ("character", "query"),
    "output": ("output_character",),
    "output_character": ("output",),
}
"""Another measure of the same thing: one of them with a price is enough."""
_TEXT = frozenset({"chat", "completion", "responses", "embedding"})
_EXAMPLES = {"input": "1000", "output": "300"}
_WITHOUT_OUTPUT = frozenset({"embedding", "rerank", "moderation"})
_ALWAYS = frozenset({"request", "query"})


class Gap(Struct, frozen=True):
    """One thing that is missing."""

    kind: Literal["price", "demand", "variant"]
    unit: str
    variants: tuple[str, ...] = ()
    """Of which one is to be named."""
    in_sizes: bool = False
    """Whether the count is missing in `sizes`, which replace the means."""

    @property
    def message(self) -> str:
        """What is missing, in words."""
        if self.kind == "price":
            return f"no price per {noun_of(self.unit)} is known"
        if self.kind == "variant":
            variants = ", ".join(self.variants)
            return f"its price per {noun_of(self.unit)} differs by `variant`: {variants}"
        where = "a size has" if self.in_sizes else "`demand` counts"
        return f"it bills by the {noun_of(self.unit)}, and {where} no `{demand_key(self.unit)}`"

    @property
    def entry(self) -> str:
        """What to write, as YAML: an entry of `demand`, or of a price in `catalog/`."""
        if self.kind == "variant":
            return f"variant: {self.variants[0]}"
        count = "…" if self.kind == "price" else example_count(self.unit)
        return f"{self.unit if self.kind == 'price' else demand_key(self.unit)}: {count}"


def missing_demand(gaps: Iterable[Gap]) -> str:
    """What to write below the task class to close gaps of demand, as YAML; empty: none."""
    own = [gap for gap in gaps if gap.kind != "price"]
    entries = [gap.entry for gap in own if not gap.in_sizes]
    tokens = {gap.unit: gap.entry for gap in own if gap.in_sizes}
    if tokens:
        size = ", ".join(tokens.get(unit, f"{key}: …") for unit, key in TEXT_TOKENS.items())
        entries.append(f"sizes: [{{share: …, {size}}}]")
    return f"demand: {{{', '.join(entries)}}}" if entries else ""


def missing_prices(gaps: Iterable[Gap]) -> str:
    """What to write below the model in `catalog/` to close gaps of prices, as YAML."""
    groups = defaultdict[str, list[str]](list)
    for gap in gaps:
        if gap.kind == "price":
            per_token = gap.unit in PER_TOKEN or gap.unit not in UNITS
            groups["usd_per_million_tokens" if per_token else "usd_per"].append(gap.entry)
    return ", ".join(f"{group}: {{{', '.join(entries)}}}" for group, entries in groups.items())


def example_count(unit: str) -> str:
    """A plausible count of a unit in one request, as YAML."""
    return UNITS[unit].example if unit in UNITS else _EXAMPLES.get(unit, "1000")


def find_gaps(price: Price, usage: Usage, mode: str) -> tuple[Gap, ...]:
    """Everything without which the cost of a request is not known; empty where it is known.

    Every declared unit has a price, every unit by which the mode bills is declared, and a request
    costs nothing only where every price is zero.
    """
    rates = rates_for(price, prompt_tokens(usage), usage.service_tier)
    if mode in _TEXT and _is_plain_text(rates, usage, mode):
        return ()
    counts = _counts(usage)
    if mode in _WITHOUT_OUTPUT:
        counts.pop("output", None)
    declared = (*counts, *_ALWAYS)
    priced = {unit for unit in declared if _rate(price, rates, usage, unit) is not None}
    gaps = list(dict.fromkeys(_undeclared(price, rates, usage, mode, counts)))
    covering = {*priced, *(gap.unit for gap in gaps)}
    covered = any(unit in covering for unit in _COVERING.get(mode, ()))
    if price.variants and usage.variant and usage.variant not in price.variants:
        unit = next(iter(price.variants[next(iter(price.variants))]), "image")
        gaps.append(Gap("variant", unit, tuple(price.variants)))
    if not covered:
        gaps += [
            _unpriced(price, unit)
            for unit in counts
            if unit not in priced
            and not any(partner in priced for partner in _PARTNERS.get(unit, ()))
        ]
    if not gaps and not price.is_free and not request_cost(price, usage, mode):
        gaps = [Gap("demand", unit) for unit in _billed(price, rates)[:3]]
    return tuple(gaps)


def _is_plain_text(rates: UnitPrices, usage: Usage, mode: str) -> bool:
    """Whether a request is the usual one: text tokens with prices, and nothing else."""
    writes = (
        usage.output_tokens or usage.without_output or mode in _WITHOUT_OUTPUT or rates.output == 0
    )
    return bool(
        not usage.units
        and not usage.variant
        and usage.input_tokens
        and rates.input
        and writes
        and (rates.output is not None or not usage.output_tokens)
    )


def _unpriced(price: Price, unit: str) -> Gap:
    variants = tuple(name for name, amounts in price.variants.items() if unit in amounts)
    return Gap("variant", unit, variants) if variants else Gap("price", unit)


def _counts(usage: Usage) -> dict[str, Decimal | int]:
    counts: dict[str, Decimal | int] = {unit: count for unit, count in usage.units.items() if count}
    if usage.input_tokens:
        counts["input"] = usage.input_tokens
    if usage.output_tokens:
        counts["output"] = usage.output_tokens
    return counts


def _rate(price: Price, rates: UnitPrices, usage: Usage, unit: str) -> Decimal | None:
    if unit in TEXT_TOKENS:
        rate: Decimal | None = getattr(rates, unit)
        return rate
    return unit_rate(price, rates, usage, unit)


def _undeclared(
    price: Price, rates: UnitPrices, usage: Usage, mode: str, counts: dict[str, Decimal | int]
) -> Iterator[Gap]:
    """Slots of the mode that the model bills and the demand leaves empty."""
    for texts in _SLOTS.get(mode, _TEXT_SLOTS):
        own = {
            unit: rate
            for unit in texts
            if not (unit == "output" and _text_only(price, rates))
            and (rate := _rate(price, rates, usage, unit)) is not None
        }
        billed = [unit for unit, rate in own.items() if rate]
        silent = usage.without_output and texts[0] == "output"
        if billed and not silent and not any(unit in counts or unit in _ALWAYS for unit in own):
            yield Gap("demand", billed[0])


def _text_only(price: Price, rates: UnitPrices) -> bool:
    """Whether output tokens are text beside what the model makes, and so do not stand for it."""
    units = price.standard.units
    made = [units[unit] for unit in ("image", "image_output", "step", "pixel") if unit in units]
    return bool(made) and rates.output != units.get("image_output")


def _billed(price: Price, rates: UnitPrices) -> list[str]:
    given = {**price.standard.units, **rates.given()}
    units = [unit for unit, rate in given.items() if rate and unit in {*UNITS, *TEXT_TOKENS}]
    variants = sorted({unit for amounts in price.variants.values() for unit in amounts})
    return units or variants
