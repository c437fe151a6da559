"""GOV111: a declaration that contradicts the shipped catalog says why."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from multillm_gov.catalog.declarations import ModelDeclaration
from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.overrides import PlacedCloud, PlacedModel, PlacedVendor, chain_of
from multillm_gov.catalog.parties.providers import cloud_seats, provider_of
from multillm_gov.catalog.parties.vendors import seats
from multillm_gov.dimensions import UNKNOWN
from multillm_gov.finding import Figure, Severity, Violation
from multillm_gov.location import Place
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.units import format_money, format_share
from multillm_gov.words import code, join_words

_IDENTITY = ("vendor", "family", "model", "jurisdiction", "weights")
"""Facts of the weights themselves: the same wherever a model runs."""
_HOSTING = ("provider", "cloud")
"""Facts of one deployment: another deployment of a known base may have others."""

_MILLION = 1_000_000
_Seated = Mapping[str, PlacedCloud | PlacedVendor]


class _Difference(Struct, frozen=True):
    """One fact as declared and as the catalog lists it."""

    key: str
    declared: str
    listed: str
    identity: bool

    @property
    def words(self) -> str:
        """``vendor `openai-2` (catalog: `openai`)``."""
        return f"{self.key} {code(self.declared)} (catalog: {code(self.listed)})"


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield each declaration below ``catalog/`` with facts that the catalog lists otherwise."""
    for name, placed in sorted(context.state.overrides.models.items()):
        differences = list(_of_model(context, name, placed))
        if differences:
            yield _violation(f"model:{name}", placed.declared.because, placed.place, differences)
    yield from _companies(context)


def _of_model(context: RuleContext, name: str, placed: PlacedModel) -> Iterator[_Difference]:
    own = context.state.catalog.listed(name)
    listed = own or _listed_base(context, name)
    if listed is None:
        return
    for key in (*_IDENTITY, *(_HOSTING if own else ())):
        stated, known = getattr(placed.declared.exposure, key), getattr(listed.exposure, key)
        if stated is not None and known not in {UNKNOWN, "", stated}:
            yield _Difference(key, stated, known, identity=True)
    yield from _prices(placed.declared, listed)
    yield from _limits(placed.declared, listed)


def _listed_base(context: RuleContext, name: str) -> ModelFacts | None:
    """Facts of the model that a declared one is said to be, as the catalog lists it."""
    models = context.state.overrides.models
    stated = (models[text].declared.base for text in chain_of(name, models) if text in models)
    bases = [base for base in stated if base]
    return next((facts for base in bases if (facts := context.state.catalog.listed(base))), None)


def _prices(declared: ModelDeclaration, listed: ModelFacts) -> Iterator[_Difference]:
    if listed.price is None:
        return
    for side in ("input", "output"):
        stated = getattr(declared.usd_per_million_tokens, side, None)
        known = getattr(listed.price.standard, side)
        if stated is not None and known is not None and stated != known * _MILLION:
            amounts = format_money(stated, declared.currency), format_money(known * _MILLION)
            yield _Difference(f"{side} price", *amounts, identity=False)
    if declared.discount:
        yield _Difference("discount", format_share(declared.discount), "none", identity=False)


def _limits(declared: ModelDeclaration, listed: ModelFacts) -> Iterator[_Difference]:
    """A larger context, capabilities that the catalog denies, a later retirement."""
    window, known = declared.max_input_tokens, listed.max_input_tokens
    if window and known and window > known:
        yield _Difference("input limit", f"{window:,}", f"{known:,}", identity=False)
    denied = sorted(set(declared.capabilities or ()) & listed.lacks)
    if denied:
        yield _Difference("capabilities", ", ".join(denied), "not offered", identity=False)
    ends, stated = listed.lifecycle.retirement, declared.retirement
    if ends is not None and stated is not None and stated.date > ends and not stated.source:
        days = stated.date.isoformat(), ends.isoformat()
        yield _Difference("retirement", *days, identity=False)


def _companies(context: RuleContext) -> Iterator[Violation]:
    overrides = context.state.overrides
    for name, provider in sorted(overrides.providers.items()):
        stated, known = provider.declared, provider_of(name)
        differences = [
            *_unlike("jurisdiction", stated.jurisdiction, known.jurisdiction),
            *_unlike("cloud", stated.cloud, known.cloud),
        ]
        if stated.discount:
            share = format_share(stated.discount)
            differences.append(_Difference("discount", share, "none", identity=False))
        if differences:
            yield _violation(f"provider:{name}", stated.because, provider.place, differences)
    seated: tuple[tuple[str, _Seated, dict[str, str]], ...] = (
        ("cloud", overrides.clouds, cloud_seats()),
        ("vendor", overrides.vendors, seats()),
    )
    for kind, entries, known_seats in seated:
        for name, placed in sorted(entries.items()):
            law = placed.declared.jurisdiction
            differences = list(_unlike("jurisdiction", law, known_seats.get(name, UNKNOWN)))
            if differences:
                yield _violation(
                    f"{kind}:{name}", placed.declared.because, placed.place, differences
                )


def _unlike(key: str, stated: str | None, known: str) -> Iterator[_Difference]:
    if stated is not None and known not in {UNKNOWN, "", stated}:
        yield _Difference(key, stated, known, identity=True)


def _violation(
    subject: str, because: str, place: Place, differences: list[_Difference]
) -> Violation:
    name = subject.partition(":")[2]
    identity = any(difference.identity for difference in differences)
    reason = f": {because}" if because else "; no reason is given"
    severity = Severity.ERROR if identity else Severity.WARNING
    return Violation(
        message=f"{code(name)} overrides the catalog: "
        f"{join_words(difference.words for difference in differences)}{reason}",
        place=place.key(),
        subject=subject,
        remedy=(
            "Nothing to do while the reason holds; remove the facts when it ends."
            if because
            else "Remove the facts, or say in `because` where they are stated: a contract, the "
            "vendor's letter."
        ),
        risk="Shares, costs and limits are judged by the declared facts, not by the catalog's.",
        figures=dict(_figures(differences)),
        severity=Severity.NOTE if because else severity,
        distinction=join_words(difference.key for difference in differences),
    )


def _figures(differences: list[_Difference]) -> Iterator[tuple[str, Figure]]:
    for difference in differences:
        yield f"{difference.key} declared", difference.declared
        yield f"{difference.key} listed", difference.listed


RULE = Rule(
    id="GOV111",
    name="catalog-contradicted",
    title="Catalog overridden",
    one="One declaration overrides facts of the shipped catalog",
    many="{count} declarations override facts of the shipped catalog",
    short_title="Overridden catalog facts",
    requirement="A declaration that contradicts the shipped catalog says why.",
    why=(
        "Who made a model, under whose law it stands and what it costs decide every share and "
        "every cap. A relabeled model passes a concentration limit that it exceeds; an invented "
        "discount keeps a cap. A declaration that differs from what the catalog lists is shown in "
        "every report, and one without a reason is a finding: an error where it says who made the "
        "model or whose law binds it, a warning where it changes a price or a limit."
    ),
    remediation="Remove the facts, or state their source in `because`.",
    decision="Find out where the facts are stated; without a source they are not known.",
    severity=Severity.WARNING,
    check=check,
    scope="portfolio",
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini}]
# catalog/models.yaml
models:
  gpt-5-mini: {exposure: {vendor: openai-2}}
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini}]
# catalog/models.yaml
models:
  gpt-5-mini: {max_input_tokens: 200000}
""",
)
