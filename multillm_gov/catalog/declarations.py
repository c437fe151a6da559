"""What ``catalog/`` may declare: own models, negotiated prices, exposure facts."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from multillm_gov.catalog.endpoint_declaration import Endpoint
from multillm_gov.catalog.pricing.price_declarations import (
    DatedPrices,
    PricesPerUnit,
    PriceStep,
    ServicePrices,
    TokenPrices,
)
from multillm_gov.units import Amount, Share
from multillm_gov.vocabulary import Capability, Classification, Closed, Mode

Text = Annotated[str, Meta(min_length=1, max_length=200)]
Tokens = Annotated[int, Meta(ge=1, le=1_000_000_000)]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$", description="ISO 3166 code")]
Region = Annotated[
    str, Meta(pattern="^([A-Z]{2,6}|global)$", description="EU, an ISO 3166 code, or global")
]


class Retirement(Closed, frozen=True, kw_only=True):
    """When a model retires."""

    date: Annotated[date, Meta(description="Day from which requests fail, as its source says")]
    source: Annotated[
        str, Meta(max_length=500, description="Where that is stated: an address, a contract")
    ] = ""


class ExposureFacts(Closed, frozen=True, kw_only=True):
    """Whom a model depends on, where its name does not say it or says it wrongly."""

    model: Annotated[
        Text | None,
        Meta(description="The model's own name, the same on every host; default: the base's"),
    ] = None
    family: Annotated[Text | None, Meta(description="Line of models it belongs to")] = None
    vendor: Annotated[Text | None, Meta(description="Who made it")] = None
    provider: Annotated[Text | None, Meta(description="Who serves it and sends the bill")] = None
    cloud: Annotated[Text | None, Meta(description="Whose infrastructure it runs on")] = None
    jurisdiction: Annotated[
        Country | None, Meta(description="Country whose law binds the vendor")
    ] = None
    weights: Annotated[
        Literal["open", "closed"] | None,
        Meta(description="Whether others may serve the model without its vendor"),
    ] = None


Name = Annotated[str, Meta(max_length=80, description="Name for people")]
Because = Annotated[
    str, Meta(max_length=1_000, description="Why facts differ from the shipped catalog: a contract")
]


class ModelDeclaration(Closed, frozen=True, kw_only=True):
    """One model; what is left out comes from ``base``, or from what is known of the name."""

    base: Annotated[
        Text | None,
        Meta(description="A known model whose facts hold where nothing else is declared"),
    ] = None
    mode: Annotated[Mode | None, Meta(description="Kind of model")] = None
    usd_per_million_tokens: Annotated[
        TokenPrices | None, Meta(description="Prices; they replace all of the base's")
    ] = None
    usd_per: Annotated[
        PricesPerUnit | None,
        Meta(description="Prices per image, second, character or page; they add to the base's"),
    ] = None
    tiers: Annotated[
        tuple[PriceStep, ...],
        Meta(max_length=20, description="Prices of long prompts, with the prices above"),
    ] = ()
    service_tiers: Annotated[
        ServicePrices, Meta(description="Batch, flex and priority prices, with the prices above")
    ] = ServicePrices()
    variants: Annotated[
        dict[Text, PricesPerUnit],
        Meta(
            description="Prices that differ by size or quality, by the name `demand.variant` gives"
        ),
    ] = msgspec.field(default_factory=dict)
    usd_minimum_per_request: Annotated[
        Amount | None, Meta(description="The least that a request costs")
    ] = None
    currency: Annotated[
        str, Meta(pattern="^[A-Z]{3}$", description="Currency of the prices declared here")
    ] = "USD"
    price_changes: Annotated[
        tuple[DatedPrices, ...],
        Meta(max_length=50, description="Prices from a day on: the latest day reached applies"),
    ] = ()
    discount: Annotated[
        Share | None, Meta(description="Share taken off the base's prices (0..1)")
    ] = None
    surcharge: Annotated[
        Amount | None,
        Meta(description="Share added to the base's prices: 0.1 for a regional endpoint"),
    ] = None
    fedramp: Annotated[
        bool | None,
        Meta(description="Whether it is called at its provider's FedRAMP endpoint, at its price"),
    ] = None
    usd_fixed_per_month: Annotated[
        Amount | None,
        Meta(
            description="Hosting or reserved capacity, US dollars a month. Use is then billed only "
            "where prices are declared; with a rate limit, the base bills what exceeds it"
        ),
    ] = None
    max_input_tokens: Annotated[Tokens | None, Meta(description="Longest input, tokens")] = None
    max_output_tokens: Annotated[Tokens | None, Meta(description="Longest answer, tokens")] = None
    capabilities: Annotated[
        tuple[Capability, ...] | None, Meta(description="All it can do; what is not named it lacks")
    ] = None
    requests_per_minute: Annotated[Tokens | None, Meta(description="Rate limit, requests")] = None
    tokens_per_minute: Annotated[Tokens | None, Meta(description="Rate limit, tokens")] = None
    retirement: Retirement | None = None
    successor: Annotated[Text | None, Meta(description="The model to move to")] = None
    exposure: ExposureFacts = ExposureFacts()
    regions: Annotated[
        tuple[Region, ...] | None, Meta(description="Where requests are processed")
    ] = None
    endpoint: Annotated[
        Endpoint | None,
        Meta(description="How trials call it, where LiteLLM does not know the name"),
    ] = None
    name: Name = ""
    because: Because = ""


class ProviderDeclaration(Closed, frozen=True, kw_only=True):
    """What holds for every model of one provider."""

    cloud: Annotated[
        Text | None, Meta(description="Whose infrastructure answers your requests")
    ] = None
    jurisdiction: Annotated[
        Country | None, Meta(description="Country whose law binds the provider's company")
    ] = None
    discount: Annotated[
        Share | None,
        Meta(
            description="Share taken off all list prices; a model's own price or discount goes "
            "before"
        ),
    ] = None
    surcharge: Annotated[
        Amount | None,
        Meta(description="Share added to all list prices; a model's own price or surcharge first"),
    ] = None
    fedramp: Annotated[
        bool | None,
        Meta(description="Whether its models are called at its FedRAMP endpoint, at its prices"),
    ] = None
    regions: Annotated[
        tuple[Region, ...] | None,
        Meta(description="Where requests are processed, unless the model's name says so"),
    ] = None
    classifications: Annotated[
        tuple[Classification, ...] | None,
        Meta(description="Kinds of data the contract allows to be sent there"),
    ] = None
    retention_days: Annotated[
        int | None, Meta(description="Days the provider keeps requests, by contract; 0: none")
    ] = None
    trains_on_inputs: Annotated[
        bool | None, Meta(description="Whether the contract lets it train on what is sent")
    ] = None
    name: Name = ""
    because: Because = ""


class CloudDeclaration(Closed, frozen=True, kw_only=True):
    """What holds for everything that runs on one cloud."""

    jurisdiction: Annotated[
        Country | None, Meta(description="Country whose law binds the cloud's company")
    ] = None
    name: Name = ""
    because: Because = ""


class VendorDeclaration(Closed, frozen=True, kw_only=True):
    """Whose law binds a vendor, and how hard it would be to leave it (method 1.6).

    The terms are those of the EU's register of information.
    """

    jurisdiction: Annotated[
        Country | None, Meta(description="Country whose law binds the vendor")
    ] = None
    substitutability: Annotated[
        Literal["not substitutable", "highly complex", "medium complexity", "easily substitutable"]
        | None,
        Meta(description="How hard the vendor is to replace"),
    ] = None
    reason: Annotated[
        Literal["lack of real alternatives", "difficulty migrating or reintegrating", "both"]
        | None,
        Meta(description="Why it is not easily replaced"),
    ] = None
    exit_plan: Annotated[bool | None, Meta(description="Whether a written exit plan exists")] = None
    exit_plan_tested: Annotated[date | None, Meta(description="Day of its last test")] = None
    reintegration: Annotated[
        Literal["easy", "difficult", "highly complex"] | None,
        Meta(description="Taking the service back in house"),
    ] = None
    discontinuation_impact: Annotated[
        Literal["low", "medium", "high", "not assessed"] | None,
        Meta(description="Impact of the service ending"),
    ] = None
    alternatives_identified: Annotated[
        Literal["yes", "no", "not assessed"] | None,
        Meta(description="Whether alternatives to the vendor are identified"),
    ] = None
    alternatives: Annotated[
        tuple[Text, ...], Meta(description="Which vendors could take over")
    ] = ()
    name: Name = ""
    because: Because = ""


class CatalogFile(Closed, frozen=True, kw_only=True):
    """A whole file below ``catalog/``."""

    models: Annotated[
        dict[Text, ModelDeclaration], Meta(description="Models by name, as allocations route them")
    ] = msgspec.field(default_factory=dict)
    providers: Annotated[
        dict[Text, ProviderDeclaration],
        Meta(description="Providers by id, as `govern catalog show` names them"),
    ] = msgspec.field(default_factory=dict)
    clouds: Annotated[
        dict[Text, CloudDeclaration],
        Meta(description="Clouds by name, as `govern catalog show` names them"),
    ] = msgspec.field(default_factory=dict)
    vendors: Annotated[
        dict[Text, VendorDeclaration],
        Meta(description="Vendors by name, as `govern catalog show` names them"),
    ] = msgspec.field(default_factory=dict)
