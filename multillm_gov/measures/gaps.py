"""Why a cost is not known: a declared unit without a price, or a unit that bills undeclared."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from multillm_gov.catalog.pricing.billed_units import (
    PER_TOKEN,
    TEXT_TOKENS,
    UNITS,
    demand_key,
    noun_of,
)
from multillm_gov.catalog.pricing.price import Price, UnitPrices, Usage
from multillm_gov.measures.request_cost import prompt_tokens, rates_for, request_cost, unit_rate

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
_TEXT_SLOTS = (_INPUT,)
_PICTURE_SLOTS = (("image", "image_output", "step", "pixel", "output"),)
_SLOTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "audio_transcription": (("second", "audio_input", "audio_second"),),
    "audio_speech": (
        ("character", "input", "song"),
        ("second", "audio_output", "output", "song"),
    ),
    "image_generation": _PICTURE_SLOTS,
    "image_edit": _PICTURE_SLOTS,
    "video_generation": (("second", "video_output"),),
    "ocr": (("page", "credit", "input"),),
    "search": (("query", "request"),),
    "vector_store": (("query", "request"),),
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
_WITHOUT_OUTPUT = frozenset({"embedding", "rerank", "moderation"})
_ALWAYS = frozenset({"request", "query"})


class Gap(Struct, frozen=True):
    """One thing that is missing."""

    kind: Literal["price", "demand", "variant"]
    unit: str
    variants: tuple[str, ...] = ()
    """Of which one is to be named."""

    @property
    def message(self) -> str:
        """What is missing, in words."""
        if self.kind == "price":
            return f"no price per {noun_of(self.unit)} is known"
        if self.kind == "variant":
            variants = ", ".join(self.variants)
            return f"its price per {noun_of(self.unit)} differs by `variant`: {variants}"
        return (
            f"it bills by the {noun_of(self.unit)}, and `{demand_key(self.unit)}` is not declared"
        )

    @property
    def yaml(self) -> str:
        """What to write: in `catalog/` for a price, below the task class for demand."""
        if self.kind == "demand":
            example = UNITS[self.unit].example if self.unit in UNITS else "1000"
            return f"demand: {{{demand_key(self.unit)}: {example}}}"
        if self.kind == "variant":
            return f"demand: {{variant: {self.variants[0]}}}"
        per_token = self.unit in PER_TOKEN or self.unit not in UNITS
        group = "usd_per_million_tokens" if per_token else "usd_per"
        return f"{group}: {{{self.unit}: …}}"


def find_gaps(price: Price, usage: Usage, mode: str) -> tuple[Gap, ...]:
    """Everything without which the cost of a request is not known; empty where it is known.

    Every declared unit has a price, every unit by which the mode bills is declared, and a request
    costs nothing only where every price is zero.
    """
    rates = rates_for(price, prompt_tokens(usage), usage.service_tier)
    if mode in _TEXT and _is_plain_text(rates, usage):
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


def _is_plain_text(rates: UnitPrices, usage: Usage) -> bool:
    """Whether a request is the usual one: text tokens with prices, and nothing else."""
    return bool(
        not usage.units
        and not usage.variant
        and usage.input_tokens
        and rates.input
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
    for slot in _SLOTS.get(mode, _TEXT_SLOTS):
        own = {
            unit: rate
            for unit in slot
            if not (unit == "output" and _text_only(price, rates))
            and (rate := _rate(price, rates, usage, unit)) is not None
        }
        billed = [unit for unit, rate in own.items() if rate]
        if billed and not any(unit in counts or unit in _ALWAYS for unit in own):
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
