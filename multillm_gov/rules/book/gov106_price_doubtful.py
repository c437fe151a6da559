"""GOV106: the price of every model is known and plausible."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.pricing.declared_prices import later_prices
from multillm_gov.catalog.pricing.plausibility import implausible_price
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.cost.demand import is_unproved_zero
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.units import format_money
from multillm_gov.words import code

_MILLION = Decimal(1_000_000)
_TEXT_BAND = (Decimal("0.001"), Decimal(1_000))
_VECTOR_BAND = (Decimal("0.001"), Decimal(10))
"""US dollars per million tokens; text has cost 0.01 to 600, embeddings 0.004 to 0.80."""
_TWO_SIDED = frozenset({"chat", "completion", "responses"})
_BANDS = {
    "chat": _TEXT_BAND,
    "completion": _TEXT_BAND,
    "responses": _TEXT_BAND,
    "embedding": _VECTOR_BAND,
}


class _Doubt(Struct, frozen=True):
    """Why a price is doubtful."""

    reason: str
    price: Decimal | None
    proved: bool


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield models with no price, a listed price of 0, or one far outside the usual range."""
    doubts = {
        name: doubt
        for name, facts in context.models.items()
        if facts is not None and (doubt := _doubt(facts, context)) is not None
    }
    for use in context.uses(doubts):
        model, doubt = use.part.model, doubts[use.part.model]
        yield Violation(
            message=f"{code(model)}: {doubt.reason}",
            place=use.place,
            subject=use.task.task.name,
            remedy=_remedy(context, model),
            risk="Forecasts, caps and concentration by spend omit it or are far off.",
            figures={"usd_per_million_tokens": doubt.price},
            severity=None if doubt.proved else Severity.WARNING,
            distinction=f"{use.role}: {model}",
        )


def _remedy(context: RuleContext, model: str) -> str:
    prices = _prices_of(context.models[model])
    if _starts(model, context) is not None:
        return (
            f"Write the price that applies until then beside it: `models: {{{model}: "
            f"{{{prices}}}}}`."
        )
    return f"Write the price you pay in `catalog/models.yaml`: `models: {{{model}: {{{prices}}}}}`."


def _starts(model: str, context: RuleContext) -> date | None:
    """First day of a declared price that has none before it."""
    placed = context.state.overrides.models.get(model)
    later = later_prices(placed.declared, None, context.as_of) if placed is not None else ()
    return later[0][0] if later else None


_PER_UNIT = {
    "image_generation": "image",
    "image_edit": "image",
    "audio_transcription": "second",
    "audio_speech": "character",
    "video_generation": "second",
    "ocr": "page",
    "search": "query",
    "rerank": "query",
}
"""The unit that models of a mode usually bill by, where it is no text token."""


def _prices_of(facts: ModelFacts | None) -> str:
    """The key of ``catalog/`` that states the price of a model of this mode."""
    unit = _PER_UNIT.get(facts.mode, "") if facts is not None else ""
    if unit:
        return f"usd_per: {{{unit}: …}}"
    return "usd_per_million_tokens: {input: …, output: …}"


def _per_million(facts: ModelFacts) -> Decimal | None:
    """The higher of the input and output price, in US dollars per million tokens."""
    if facts.price is None:
        return None
    prices = (facts.price.standard.input, facts.price.standard.output)
    return max((price * _MILLION for price in prices if price is not None), default=None)


def _doubt(facts: ModelFacts, context: RuleContext) -> _Doubt | None:
    if facts.retired_on(context.as_of) or facts.source == "retired-list":
        return None
    if facts.price is None:
        return None if facts.usd_fixed_per_month else _unpriced(facts, context)
    price = _per_million(facts)
    if price is None:
        return None
    if price == 0:
        reason = "the price map gives 0, which means a free tier, your own hosting, or not known"
        return _Doubt(reason, price, proved=False) if is_unproved_zero(facts) else None
    low, high = _BANDS.get(facts.mode, (Decimal(0), Decimal("Infinity")))
    if not low <= price <= high:
        kind = f"outside the range of {facts.mode} models, {low:f}–{high:,f} USD"
        return _Doubt(f"{_format(price)} is {kind}", price, proved=True)
    return _one_sided(facts) or (
        _unlike_its_family(facts, context) if facts.source == "override" else None
    )


def _unpriced(facts: ModelFacts, context: RuleContext) -> _Doubt:
    starts = _starts(facts.name, context)
    reason = (
        "no price is known"
        if starts is None
        else f"its declared price applies from {starts} on; no price is known before"
    )
    return _Doubt(reason, None, proved=False)


def _one_sided(facts: ModelFacts) -> _Doubt | None:
    """A text model with a price for one side of a request: with the other, no cost is known."""
    price = facts.price
    if price is None or facts.mode not in _TWO_SIDED or price.tiers or _has_fee(facts):
        return None
    free = (None,) if facts.price_is_declared else (None, Decimal(0))
    side = next((side for side in ("input", "output") if getattr(price.standard, side) in free), "")
    reason = f"no {side} price is known"
    return _Doubt(reason, None, proved=False) if side else None


def _unlike_its_family(facts: ModelFacts, context: RuleContext) -> _Doubt | None:
    """Compare an override with its family; doing so for all listed models reads the whole map."""
    for odd in implausible_price(facts, None, context.state.catalog.usual_price(facts)):
        price = odd.usd_per_million
        usual = _format(odd.usual_usd_per_million)
        return _Doubt(
            f"{odd.side} {_format(price)} is far from {odd.compared_with}, {usual}",
            price,
            proved=True,
        )
    return None


def _format(price: Decimal) -> str:
    return f"{format_money(price)} per million tokens"


def _has_fee(facts: ModelFacts) -> bool:
    price = facts.price
    return price is not None and any(price.standard.units.values())


RULE = Rule(
    id="GOV106",
    name="price-doubtful",
    title="Model price missing or implausible",
    one="{subject} uses a model whose price is missing or implausible",
    many="{count} task classes use a model whose price is missing or implausible",
    short_title="Doubtful prices",
    requirement="The price of every model is known and plausible.",
    why=(
        "People type prices, and a price per thousand or per million tokens taken for one per "
        "token is off by orders of magnitude; price maps have carried such entries for months. "
        "Zero in the price map means a free tier or not known, never a promise. Every price is "
        "compared with what models of its kind have ever cost. A price declared in `catalog/` is "
        "also compared with the median of its family, where a factor of 100 indicates a wrong "
        "unit."
    ),
    remediation="State the price you pay in `catalog/`, in US dollars per million tokens.",
    severity=Severity.ERROR,
    check=check,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: custom/triage-v2}]
# catalog/models.yaml
models:
  custom/triage-v2:
    mode: chat
    usd_per_million_tokens: {input: 0.0000004, output: 0.0000008}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: custom/triage-v2}]
# catalog/models.yaml
models:
  custom/triage-v2:
    mode: chat
    usd_per_million_tokens: {input: 0.4, output: 0.8}
""",
)
