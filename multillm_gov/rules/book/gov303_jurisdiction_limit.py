"""GOV303: no more than the limit depends on the law of the named countries."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from multillm_gov.catalog.facts import entities_of
from multillm_gov.catalog.parties.regions import EU_MEMBERS
from multillm_gov.dimensions import IN_HOUSE, UNKNOWN, Basis, Level
from multillm_gov.finding import Severity, Violation
from multillm_gov.measures.figures import Concentration
from multillm_gov.rules.engine.rule import LimitReading, Rule, RuleContext, RuleLimit
from multillm_gov.rules.entity_exposure import EntityExposure, describe_basis, state_unknown
from multillm_gov.rules.loads import loads_of
from multillm_gov.rules.spend_totals import shares_not_judged
from multillm_gov.units import Share, format_least_share, format_share
from multillm_gov.vocabulary import Closed
from multillm_gov.words import code, join_code, join_words

_ROUNDING = 1e-9
"""Shares are floats: a share that equals its limit must not break it."""
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$")]
Countries = Annotated[tuple[Country, ...], Meta(max_length=300)]


class Parameters(Closed, frozen=True, kw_only=True):
    """The countries, by name or by exclusion, and the largest share subject to their law."""

    named: Annotated[
        Countries, Meta(description="Limited countries: ISO 3166 codes, or EU for all members")
    ] = ()
    all_but: Annotated[
        Countries, Meta(description="Countries that are not limited; every other one is")
    ] = ()
    weigh_by: Annotated[Basis, Meta(description="Basis of the share")] = Basis.SPEND
    max_share: Annotated[
        Share, Meta(description="Largest share (0..1) of the limited countries together")
    ]

    def __post_init__(self) -> None:
        """Refuse a policy that names no countries, or names them both ways."""
        if bool(self.named) == bool(self.all_but):
            raise ValueError("Expected either `named` or `all_but`, with at least one country")


def check(context: RuleContext, parameters: Parameters) -> Iterator[Violation]:
    """A share subject to the named laws above the limit; a law that is not known counts as one."""
    unknown = shares_not_judged(context, Level.JURISDICTION, parameters.weigh_by)
    if unknown is not None:
        yield unknown
        return
    shares = _shares(context, parameters)
    if shares is not None and shares[1] > float(parameters.max_share) + _ROUNDING:
        concentration = loads_of(context).concentration(Level.JURISDICTION, parameters.weigh_by)
        yield _violation(context, parameters, concentration, shares)


def _shares(context: RuleContext, parameters: Parameters) -> tuple[float, float] | None:
    """What is subject to the limited laws for sure, and at most; ``None``: nothing to share."""
    weighed = loads_of(context).weights(parameters.weigh_by)
    total = sum((weight for _, weight in weighed), Decimal(0))
    if not total:
        return None
    subject = proved = Decimal(0)
    for facts, weight in weighed:
        laws = entities_of(facts, Level.JURISDICTION) - {IN_HOUSE}
        if any(is_limited(law, parameters) for law in laws):
            subject += weight
        if any(is_limited(law, parameters) for law in laws - {UNKNOWN}):
            proved += weight
    return float(proved / total), float(subject / total)


def _measured(context: RuleContext, parameters: Parameters) -> Iterator[LimitReading]:
    """The share by the worse end; a law that is not known counts as limited."""
    unknown = shares_not_judged(context, Level.JURISDICTION, parameters.weigh_by)
    shares = None if unknown is not None else _shares(context, parameters)
    if unknown is not None:
        yield LimitReading(None, ("task class", unknown.subject))
    elif shares is not None:
        yield LimitReading(shares[1], ("portfolio", ""))


def is_limited(country: str, parameters: Parameters) -> bool:
    """Whether a country is one that the policy limits; one that is not known is."""
    if country == UNKNOWN:
        return True
    countries = parameters.named or parameters.all_but
    within = country in countries or (country in EU_MEMBERS and "EU" in countries)
    return within if parameters.named else not within


def _violation(
    context: RuleContext,
    parameters: Parameters,
    concentration: Concentration,
    shares: tuple[float, float],
) -> Violation:
    proved, most = shares
    limit = float(parameters.max_share)
    limited = [
        (name, share) for name, share in concentration.shares if is_limited(name, parameters)
    ]
    largest = limited[0][0]
    exposure = EntityExposure(context, concentration)
    basis = describe_basis(parameters.weigh_by)
    return Violation(
        message=f"{_subject_to(parameters, limited, shares)}; the limit is {format_share(limit)}",
        place=context.limit("max_share"),
        subject="portfolio",
        remedy=(
            state_unknown(context.models.values(), Level.JURISDICTION)
            if proved <= limit + _ROUNDING
            else f"Move at least {format_least_share(most - limit)} of {basis} to vendors, "
            f"providers and clouds under another law{exposure.first_user(largest)}."
        ),
        risk=(
            "Export controls, sanctions or a withdrawn adequacy decision affect all of it at once."
        ),
        related=exposure.related(largest),
        figures={
            "value": most,
            "limit": limit,
            "unknown_share": most - proved,
            "weigh_by": parameters.weigh_by.value,
        },
        distinction=f"{parameters.weigh_by}",
    )


def _subject_to(
    parameters: Parameters, limited: list[tuple[str, float]], shares: tuple[float, float]
) -> str:
    """Which share is subject to which laws, in words."""
    proved, most = shares
    parts = join_words(
        f"{format_share(share)} to {'a law not known' if name == UNKNOWN else code(name)}"
        for name, share in limited
    )
    whom = (
        join_code(parameters.named)
        if parameters.named
        else f"any country but {join_code(parameters.all_but)}"
    )
    share = (
        format_share(most)
        if most == proved
        else f"between {format_share(proved)} and {format_share(most)}"
    )
    overlap = "; a request can be subject to several laws" if len(limited) > 1 else ""
    return (
        f"{share} of {describe_basis(parameters.weigh_by)} is subject to the law of {whom} "
        f"({parts}{overlap})"
    )


RULE = Rule(
    id="GOV303",
    name="jurisdiction-limit",
    title="Jurisdiction limit exceeded",
    one="A limit on exposure to named jurisdictions is exceeded",
    many="{count} limits on exposure to named jurisdictions are exceeded",
    short_title="Jurisdiction exposure",
    requirement="No more than the limit depends on the law of the named countries.",
    why=(
        "A company answers to its own country's law wherever its servers stand: export control, "
        "sanctions and production orders reach all companies of a country on the same day. A "
        "request is subject to the law that binds the vendor of the model (unless its weights are "
        "open), the provider and the cloud, so the shares of countries overlap and do not add up "
        "to 100%. Supervisors name the jurisdiction as a form of concentration of its own (FSB "
        "toolkit of 4 December 2023, section 3.8; DORA Art. 29(2)). None sets a number. A law "
        "that is not known counts as limited, whichever way the countries are named."
    ),
    remediation=(
        "Move traffic to companies under another law, or state the countries that the catalog "
        "does not know."
    ),
    severity=Severity.ERROR,
    check=check,
    limits={
        "max_share": RuleLimit(
            words="Share under the law of limited countries", unit="share", measure=_measured
        ),
    },
    parameters=Parameters,
    tighter={
        "named": "more",
        "all_but": "fewer",
        "weigh_by": "never",
        "max_share": "lower",
    },
    scope="portfolio",
    enabled_by_default=False,
    violating="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini, weight: 90}, {model: mistral/mistral-large-2512, weight: 10}]
    demand: {requests: 100000, input_tokens: 1500, output_tokens: 300}
# catalog/providers.yaml
providers:
  mistral: {cloud: mistral-compute}
# policies/limits.yaml
policies:
  sovereignty:
    rule: jurisdiction-limit
    all_but: [EU]
    weigh_by: requests
    max_share: 0.8
""",
    compliant="""\
# allocations/support.yaml
owner: support
task_classes:
  triage:
    route: [{model: gpt-5-mini, weight: 80}, {model: mistral/mistral-large-2512, weight: 20}]
    demand: {requests: 100000, input_tokens: 1500, output_tokens: 300}
# catalog/providers.yaml
providers:
  mistral: {cloud: mistral-compute}
# policies/limits.yaml
policies:
  sovereignty:
    rule: jurisdiction-limit
    all_but: [EU]
    weigh_by: requests
    max_share: 0.8
""",
)
