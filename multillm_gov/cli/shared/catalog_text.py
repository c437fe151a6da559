"""How ``govern catalog`` shows a model on a terminal and to a machine."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.lifecycle.moves import move_effects
from multillm_gov.catalog.pricing.billed_units import PER_TOKEN, spell_unit
from multillm_gov.catalog.pricing.price import FEDRAMP, Price, UnitPrices
from multillm_gov.measures.cost.map_audit import AuditSection
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.rendering.plain.width import wrap
from multillm_gov.reporting.shared.tables import exposure_rows
from multillm_gov.units import format_count, format_money
from multillm_gov.workflows.catalog import Unresolved

LaterPrices = Sequence[tuple[date, Price]]
"""Declared prices that apply from a later day on."""
WIDTH = 80
"""Cells of a line."""
_TOLD_AS = {
    "override": "declared in catalog/",
    "litellm": "LiteLLM's price map",
    "retired-list": "list of past models",
}


def model_text(
    facts: ModelFacts,
    successor: ModelFacts | None,
    elsewhere: tuple[str, ...] = (),
    later: LaterPrices = (),
    *,
    width: int = WIDTH,
) -> str:
    """All facts of a model, one below the other; control characters spelt out."""
    rows = [("known from", _TOLD_AS[facts.source]), ("mode", facts.mode)]
    rows += exposure_rows(facts.exposure)
    rows += [("processed in", ", ".join(facts.regions) or "not known")]
    rows += list(_price_rows(facts.price))
    for starts, price in later:
        rows += [(f"from {starts}", f"{label} {text}") for label, text in _price_rows(price)]
    if facts.usd_fixed_per_month:
        rows.append(("fixed cost", f"{format_money(facts.usd_fixed_per_month)} a month"))
    rows += [
        ("context", _count(facts.context_tokens, "tokens")),
        *(
            [("longest input", _count(facts.max_input_tokens, "tokens"))]
            if facts.max_input_tokens != facts.context_tokens
            else []
        ),
        ("longest answer", _count(facts.max_output_tokens, "tokens")),
        ("can", _listed(facts.capabilities)),
        ("cannot", _listed(facts.lacks) if facts.lacks else "nothing is denied"),
        (
            "rate limit",
            f"{_count(facts.requests_per_minute, 'requests')}, "
            f"{_count(facts.tokens_per_minute, 'tokens')}"
            if facts.requests_per_minute or facts.tokens_per_minute
            else "not known",
        ),
    ]
    rows += list(_lifecycle_rows(facts, successor, elsewhere))
    label_width = max(len(label) for label, _ in rows)
    lines = [visible(facts.name)]
    for label, text in rows:
        first, *rest = wrap(visible(text), width - label_width - 4)
        lines.append(f"  {visible(label):<{label_width}}  {first}")
        lines += [f"  {'':<{label_width}}  {line}" for line in rest]
    return "\n".join(lines)


def _lifecycle_rows(
    facts: ModelFacts, successor: ModelFacts | None, elsewhere: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    lifecycle = facts.lifecycle
    if lifecycle.retirement is not None:
        yield "retirement", f"{lifecycle.retirement} ({lifecycle.source})"
    else:
        source = f" ({lifecycle.source})" if lifecycle.source else ""
        yield "retirement", f"no source that we read gives a date{source}"
    if lifecycle.doubtful is not None:
        doubtful = lifecycle.doubtful
        yield "doubtful date", f"{doubtful.date} ({doubtful.source}): {doubtful.reason}"
    if elsewhere:
        yield "elsewhere", ", ".join(elsewhere)
    if lifecycle.redirect:
        yield "answered by", f"{lifecycle.redirect}, which is billed, from the retirement on"
    if lifecycle.announced:
        yield "announced", f"{lifecycle.announced}: not in the price map, retired, or retiring soon"
    if lifecycle.successor is not None:
        named = lifecycle.successor
        source = f": {named.source}" if named.source else ""
        yield "move to", f"{named.model} ({named.origin}{source})"
        if successor is not None:
            effects = move_effects(facts, successor)
            yield (
                "the move",
                "; ".join(effects) or "changes no price, context or capability that is known",
            )
    if lifecycle.floating_alias:
        fixed = f"; {lifecycle.snapshot} is fixed" if lifecycle.snapshot else ""
        yield "alias", f"the provider may point it to another snapshot{fixed}"
    if lifecycle.preview:
        yield "preview", "may retire at short notice"


_ENDPOINTS = {"regional": "any regional endpoint", FEDRAMP: "the FedRAMP endpoint"}


def _price_rows(price: Price | None) -> Iterator[tuple[str, str]]:
    if price is None:
        yield "price", "not known"
        return
    text, currency = _token_text(price.standard, price.currency), price.currency
    yield "price", text or "none per token"
    for unit, amount in price.standard.units.items():
        yield f"per {spell_unit(unit)}", _scaled(unit, amount, currency)
    for tier in price.tiers:
        edge = "from" if tier.at_threshold else "above"
        yield f"{edge} {format_count(tier.above_input_tokens)}", _token_text(tier.price)
        for service, tokens in sorted(tier.services.items()):
            yield f"{edge} {format_count(tier.above_input_tokens)}, {service}", _token_text(tokens)
    for service, tokens in sorted(price.services.items()):
        texts = (_token_text(tokens, currency), _unit_text(tokens.units, currency))
        yield service, "; ".join(text for text in texts if text)
    for name, amounts in price.variants.items():
        yield name, _unit_text(amounts, price.currency)
    if price.minimum is not None:
        yield "at least", f"{format_money(price.minimum, price.currency)} a request"
    yield from _surcharges(price)
    if price.off_peak is not None:
        yield "off peak", f"{_token_text(price.off_peak.price)} ({price.off_peak.hours})"


def _surcharges(price: Price) -> Iterator[tuple[str, str]]:
    for region, factor in price.regional.items():
        where = _ENDPOINTS.get(region, f"processing in {region}")
        applied = " (in the prices above)" if price.region == region else ""
        if region == FEDRAMP and not applied:
            applied = " (where `fedramp: true` is declared)"
        yield "surcharge", f"times {factor.normalize():f} for {where}{applied}"


def _token_text(tokens: UnitPrices, currency: str = "USD") -> str:
    parts = [
        f"{name.replace('_', ' ')} {format_money(value * 10**6, currency)}"
        for name, value in tokens.text().items()
    ]
    return ", ".join(parts) + " per million tokens" if parts else ""


def _unit_text(amounts: Mapping[str, Decimal], currency: str) -> str:
    return ", ".join(
        f"{_scaled(unit, amount, currency)} per {spell_unit(unit)}"
        for unit, amount in amounts.items()
    )


def _scaled(unit: str, amount: Decimal, currency: str) -> str:
    return format_money(amount * 10**6 if unit in PER_TOKEN else amount, currency)


def _listed(names: frozenset[str] | None) -> str:
    if names is None:
        return "not known"
    return ", ".join(sorted(name.replace("_", " ") for name in names)) or "none known"


def _count(number: int | None, unit: str) -> str:
    return "not known" if number is None else f"{format_count(number)} {unit}"


def table_text(models: Sequence[ModelFacts], width: int = WIDTH) -> str:
    """One line a model: name, vendor, mode, price per million tokens, context, retirement.

    Where that is too wide, the name has a line of its own.
    """
    titles = ("model", "vendor", "mode", "in $/M", "out $/M", "context", "retires")
    rows = [
        (
            facts.name,
            facts.exposure.vendor,
            facts.mode,
            _million(facts, "input"),
            _million(facts, "output"),
            format_count(facts.max_input_tokens) if facts.max_input_tokens else "",
            str(facts.lifecycle.retirement or ""),
        )
        for facts in models
    ]
    whole = _aligned([titles, *rows])
    if all(len(line) <= width for line in whole):
        return "\n".join(whole)
    named, *figures = _aligned([("", *titles[1:]), *(("", *row[1:]) for row in rows)])
    lines = [titles[0], named]
    for row, line in zip(rows, figures, strict=True):
        lines += [visible(row[0]), line]
    return "\n".join(lines)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns two blanks apart, the third to fifth to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    spells = [str.ljust] * 3 + [str.rjust] * 3 + [str.ljust] * len(widths)
    cells = (zip(row, widths, spells, strict=False) for row in rows)
    return [
        visible("  ".join(spell(cell, width) for cell, width, spell in row).rstrip())
        for row in cells
    ]


def _million(facts: ModelFacts, side: str) -> str:
    price: Decimal | None = getattr(facts.price.standard, side) if facts.price is not None else None
    return "" if price is None else format_money(price * 10**6).removesuffix(" USD")


def unresolved_text(unresolved: Unresolved) -> tuple[str, str]:
    """Names without a known vendor or provider, one a line; and how many there are."""
    share = len(unresolved.names) / unresolved.entries if unresolved.entries else 0.0
    entries = f"{len(unresolved.names)} of {unresolved.entries:,} chat and embedding entries"
    advice = "Declare what you know of one below `models:` in catalog/."
    summary = f"{entries} ({share:.1%}) have no known vendor or provider. {advice}"
    return "\n".join(visible(name) for name in unresolved.names), summary


def audit_text(sections: Sequence[AuditSection], limit: int) -> str:
    """Each section with its count and its first rows."""
    lines: list[str] = []
    for section in sections:
        lines.append(f"{section.title}: {format_count(len(section.rows))}")
        lines += [f"  {row.model}: {row.detail}" for row in section.rows[:limit]]
        if len(section.rows) > limit:
            lines.append(f"  {format_count(len(section.rows) - limit)} more not shown")
    return "\n".join(visible(line) for line in lines)


def as_data(facts: ModelFacts, later: LaterPrices = ()) -> dict[str, Any]:
    """A model as JSON data: amounts are exact decimals in text; null is not known."""
    data: dict[str, Any] = msgspec.to_builtins(facts, order="sorted")
    if later:
        data["later_prices"] = {
            str(starts): msgspec.to_builtins(price, order="sorted") for starts, price in later
        }
    return data
