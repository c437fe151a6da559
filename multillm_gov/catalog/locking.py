"""Building a lock from what is known today, and listing what a new one changes."""

from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import structs

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.known import KnownModels, typical_price
from multillm_gov.catalog.lifecycle.moves import move_effects
from multillm_gov.catalog.lock import FORMAT, Lock
from multillm_gov.catalog.lookup import LayeredCatalog
from multillm_gov.catalog.overrides import Overrides, chain_of
from multillm_gov.catalog.price_map import PriceMap
from multillm_gov.catalog.pricing.plausibility import TypicalPrice, family_key


def build_lock(
    names: Iterable[str], overrides: Overrides, price_map: PriceMap, as_of: date
) -> Lock:
    """The lock of a portfolio: facts of its models, of their bases and of their successors.

    Unknown names are left out: that they are unknown is a finding, not a fact. A model that the
    portfolio declares without a base is not in it either.

    Args:
        names: Every model that allocations name.
        overrides: What ``catalog/`` declares.
        price_map: As installed.
        as_of: Decides which successors have themselves retired.
    """
    known = KnownModels(price_map, as_of)
    wanted = set(names) | _declared_names(overrides)
    models = {name: facts for name in sorted(wanted) if (facts := known.find(name)) is not None}
    for facts in list(models.values()):
        successor = facts.lifecycle.successor
        following = known.find(successor.model) if successor is not None else None
        if following is not None:
            models[following.name] = following
    for name, facts in models.items():
        if facts.lifecycle.retirement is None:
            lifecycle = structs.replace(facts.lifecycle, elsewhere=known.elsewhere(facts))
            models[name] = structs.replace(facts, lifecycle=lifecycle)
    return Lock(
        format=FORMAT,
        digest="",
        as_of=as_of,
        litellm=price_map.version,
        price_map=price_map.sha256,
        models=dict(sorted(models.items())),
        own=tuple(sorted(set(overrides.models) - set(models))),
        typical=_typical((*models.values(), *_own(overrides, price_map, as_of)), known),
    )


def _declared_names(overrides: Overrides) -> set[str]:
    """Every model that overrides declare, rest on, or name as a successor."""
    wanted = set(overrides.models)
    wanted |= {link for name in overrides.models for link in chain_of(name, overrides.models)}
    wanted |= {
        base for placed in overrides.models.values() if (base := placed.declared.base) is not None
    }
    wanted |= {
        target
        for placed in overrides.models.values()
        if (target := placed.declared.successor) is not None
    }
    return wanted


def _own(overrides: Overrides, price_map: PriceMap, as_of: date) -> Iterator[ModelFacts]:
    """The portfolio's own models, to compare their prices with those of their family."""
    catalog = LayeredCatalog(overrides, None, "", lambda: price_map, as_of)
    for name in sorted(overrides.models):
        facts = catalog.find(name)
        if facts is not None:
            yield facts


def _typical(models: Iterable[ModelFacts], known: KnownModels) -> dict[str, TypicalPrice]:
    typical: dict[str, TypicalPrice] = {}
    for facts in models:
        key = family_key(facts)
        price = (
            typical_price(facts, known.lineup, known.price_map)
            if key and key not in typical
            else None
        )
        if price is not None:
            typical[key] = price
    return dict(sorted(typical.items()))


def lock_changes(before: Lock | None, after: Lock) -> tuple[str, ...]:
    """What a new lock changes, one line each, by model.

    The price map's own version and digest come last, where they differ.
    """
    if before is None:
        return tuple(f"{name}: added" for name in after.models)
    changes = []
    for name in sorted({*before.models, *after.models}):
        old, new = before.models.get(name), after.models.get(name)
        if old is None or new is None:
            changes.append(f"{name}: {'added' if old is None else 'removed'}")
        elif old != new:
            changes += [f"{name}: {change}" for change in _moved(old, new)]
    if before.litellm != after.litellm:
        changes.append(f"litellm {before.litellm} → {after.litellm}")
    elif before.price_map != after.price_map:
        changes.append(f"price map {before.price_map[:12]} → {after.price_map[:12]}")
    return tuple(changes)


def _moved(old: ModelFacts, new: ModelFacts) -> tuple[str, ...]:
    """What moved in one model's facts; a change with no words of its own is named by its field."""
    changes = list(move_effects(old, new, retirement=False))
    before, after = old.lifecycle, new.lifecycle
    if before.retirement != after.retirement:
        changes.append(
            f"retirement {before.retirement or 'not known'} → {after.retirement or 'not known'}"
        )
    old_successor = before.successor.model if before.successor is not None else "none"
    new_successor = after.successor.model if after.successor is not None else "none"
    if old_successor != new_successor:
        changes.append(f"successor {old_successor} → {new_successor}")
    if changes:
        return tuple(changes)
    fields = [
        name.replace("_", " ")
        for name in ModelFacts.__struct_fields__
        if getattr(old, name) != getattr(new, name)
    ]
    return (f"{', '.join(fields)} changed",)
