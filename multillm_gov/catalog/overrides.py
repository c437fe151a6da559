"""What the portfolio's ``catalog/`` declares; one broken entry hides no other."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from multillm_gov.catalog.declarations import (
    CatalogFile,
    CloudDeclaration,
    ModelDeclaration,
    ProviderDeclaration,
    VendorDeclaration,
)
from multillm_gov.catalog.endpoint_declaration import Endpoint
from multillm_gov.documents.document import Document, locate
from multillm_gov.documents.layout import kind_of
from multillm_gov.finding import Flaw
from multillm_gov.location import Place

DEEPEST_CHAIN = 8
"""Overrides that may build upon each other in a row."""


class PlacedModel(Struct, frozen=True, kw_only=True):
    """A model declaration and where it is written."""

    declared: ModelDeclaration
    place: Place


class PlacedProvider(Struct, frozen=True, kw_only=True):
    """A provider declaration and where it is written."""

    declared: ProviderDeclaration
    place: Place


class PlacedCloud(Struct, frozen=True, kw_only=True):
    """A cloud declaration and where it is written."""

    declared: CloudDeclaration
    place: Place


class PlacedVendor(Struct, frozen=True, kw_only=True):
    """A vendor declaration and where it is written."""

    declared: VendorDeclaration
    place: Place


_KINDS: dict[str, tuple[Any, Any]] = {
    "models": (ModelDeclaration, PlacedModel),
    "providers": (ProviderDeclaration, PlacedProvider),
    "clouds": (CloudDeclaration, PlacedCloud),
    "vendors": (VendorDeclaration, PlacedVendor),
}
"""What a file declares, by key."""


class Overrides(Struct, frozen=True, kw_only=True):
    """Everything declared below ``catalog/``."""

    models: dict[str, PlacedModel] = {}
    providers: dict[str, PlacedProvider] = {}
    clouds: dict[str, PlacedCloud] = {}
    vendors: dict[str, PlacedVendor] = {}
    broken: frozenset[str] = frozenset()
    """Names of models whose entry has an error, which is a flaw: nothing of it is known."""


def load_overrides(documents: dict[str, Document]) -> tuple[Overrides, tuple[Flaw, ...]]:
    """Overrides from documents by path; of a name declared twice the first place counts.

    The second is a flaw. A chain of bases that runs in a circle, or over more than eight
    overrides, is a flaw and is cut.
    """
    flaws: list[Flaw] = []
    declared: dict[str, dict[str, Any]] = {key: {} for key in _KINDS}
    written: set[str] = set()
    for path in sorted(documents):
        if kind_of(path) != "catalog":
            continue
        file = _read(documents[path], flaws)
        written |= _names(documents[path])
        for key, (_, placed) in _KINDS.items():
            entries = declared[key]
            for name, declaration in getattr(file, key).items():
                place = Place(path, (key, name))
                if name in entries:
                    kind = key.removesuffix("s")
                    flaws.append(_twice(kind, name, entries[name].place, place, documents))
                else:
                    entries[name] = placed(declared=declaration, place=place)
    flaws += _cut_circles(declared["models"], documents)
    broken = frozenset(written - set(declared["models"]))
    return Overrides(**declared, broken=broken), tuple(flaws)


def _names(document: Document) -> set[str]:
    """Names below ``models``, of sound entries and of broken ones."""
    models = document.data.get("models") if isinstance(document.data, dict) else None
    return {name for name in models if isinstance(name, str)} if isinstance(models, dict) else set()


def _read(document: Document, flaws: list[Flaw]) -> CatalogFile:
    from multillm_gov.documents.shape import convert, sound_entries

    file, matching_flaws = convert(document, (), CatalogFile)
    flaws.extend(matching_flaws)
    if file is not None:
        return file
    sound = {key: dict(sound_entries(document, key, kind)) for key, (kind, _) in _KINDS.items()}
    return CatalogFile(**sound)


def _twice(
    kind: str, name: str, first: Place, second: Place, documents: dict[str, Document]
) -> Flaw:
    return Flaw(
        kind="duplicate-name",
        message=f"{kind} `{name}` is already declared at {locate(first.key(), documents)}",
        location=locate(second.key(), documents),
        remedy="Keep one of the two declarations.",
        subject=name,
    )


def _cut_circles(models: dict[str, PlacedModel], documents: dict[str, Document]) -> Iterator[Flaw]:
    """Drop declarations whose chain of bases does not end; a flaw for each."""
    endless = [name for name in models if len(chain_of(name, models)) > DEEPEST_CHAIN]
    for name in endless:
        place = models[name].place
        yield Flaw(
            kind="schema",
            message=f"the bases of model `{name}` run in a circle, or over more than "
            f"{DEEPEST_CHAIN} overrides",
            location=locate(place.at("base"), documents),
            remedy="Name a model that LiteLLM knows as `base`.",
            subject=name,
        )
    for name in endless:
        del models[name]


def chain_of(name: str, models: dict[str, PlacedModel]) -> tuple[str, ...]:
    """The overrides a name rests upon, itself first; cut one past the longest chain allowed."""
    chain = [name]
    while len(chain) <= DEEPEST_CHAIN:
        placed = models.get(chain[-1])
        base = placed.declared.base if placed is not None else None
        if base is None or base not in models or base == chain[-1]:
            break
        chain.append(base)
    return tuple(chain)


def unknown_bases(
    overrides: Overrides,
    known: Iterator[str] | frozenset[str] | set[str],
    documents: dict[str, Document],
) -> tuple[Flaw, ...]:
    """A flaw for every ``base`` that is not among the ``known`` models."""
    texts = set(known)
    return tuple(
        Flaw(
            kind="schema",
            message=f"the base `{base}` of model `{name}` is not known",
            location=locate(placed.place.at("base"), documents),
            remedy="Name a model that `govern catalog show` finds, or leave `base` out and declare "
            "the facts.",
            subject=name,
        )
        for name, placed in overrides.models.items()
        if (base := placed.declared.base) is not None and base not in texts
    )


class OwnModel(Struct, frozen=True, kw_only=True):
    """What the declarations of one model say of how it is called, priced and limited."""

    endpoint: Endpoint | None = None
    base: str = ""
    """The model that the declarations build upon, which no entry declares; empty: none."""
    has_own_price: bool = False
    """Whether its price is declared, or changed by a discount or a surcharge."""
    has_own_requests: bool = False
    has_own_tokens: bool = False
    has_own_window: bool = False
    """Whether the rate limits and the longest input are declared, and not those of the base."""


def own_models(overrides: Overrides) -> dict[str, OwnModel]:
    """Every declared model, with what it takes over from the overrides that it builds upon."""
    from multillm_gov.catalog.pricing.declared_prices import has_own_price

    endpoints = endpoints_of(overrides)
    models_by_name = {}
    for name in overrides.models:
        links = chain_of(name, overrides.models)
        chain = [placed.declared for link in links if (placed := overrides.models.get(link))]
        models_by_name[name] = OwnModel(
            endpoint=endpoints.get(name),
            base=chain[-1].base or "",
            has_own_price=any(
                has_own_price(declaration)
                or declaration.discount is not None
                or declaration.surcharge is not None
                for declaration in chain
            ),
            has_own_requests=any(
                declaration.requests_per_minute is not None for declaration in chain
            ),
            has_own_tokens=any(declaration.tokens_per_minute is not None for declaration in chain),
            has_own_window=any(declaration.max_input_tokens is not None for declaration in chain),
        )
    return models_by_name


def endpoints_of(overrides: Overrides) -> dict[str, Endpoint]:
    """Every declared model's endpoint: its own, or that of the override it is based on."""
    endpoints_by_name = {}
    for name in sorted(overrides.models):
        for link in chain_of(name, overrides.models):
            placed = overrides.models.get(link)
            if placed is not None and placed.declared.endpoint is not None:
                endpoints_by_name[name] = placed.declared.endpoint
                break
    return endpoints_by_name
