"""The model to move to: as declared, as announced, or the next of the same line at the provider."""

from datetime import date, timedelta

from multillm_gov.catalog.facts import Lifecycle, ModelFacts, Successor
from multillm_gov.catalog.keys import find_key
from multillm_gov.catalog.lifecycle.lifecycle import ending
from multillm_gov.catalog.lifecycle.lineup import Lineup, SuccessorCandidate
from multillm_gov.catalog.lifecycle.snapshots import is_preview, is_snapshot, line_of
from multillm_gov.catalog.parties.exposure import resolve_exposure
from multillm_gov.catalog.parties.naming import take_apart
from multillm_gov.catalog.parties.providers import provider_named
from multillm_gov.catalog.price_map import PriceMap, text_of

SHORT_LIFE = timedelta(days=90)
"""A derived successor that retires sooner than a migration usually takes is none."""

_MOST_STEPS = 6
"""Announcements followed from one retired successor to the next."""


_Step = tuple[str, str, date | None]


def derive_successor(old: ModelFacts, lineup: Lineup, as_of: date | None) -> str:
    """Name of the newest later model of the same line; empty where there is none.

    By the same vendor at the same provider, region and mode, no preview, outliving both the old
    model and a migration. One that loses neither context nor capability goes before one that does.

    What has retired is decided by `as_of`; without it, by the old model's own last day.
    """
    today = as_of or old.lifecycle.retirement or date.min
    line = line_of(old.exposure.model)
    suitable = [
        candidate
        for candidate in lineup.of(old.exposure.model, old.exposure.provider)
        if candidate.line.name == line.name
        and candidate.line.version > line.version
        and _may_replace(candidate, old)
        and _outlives(lineup.lifecycle(candidate.name), old.lifecycle.retirement, today)
    ]
    namespace = take_apart(old.name).namespace
    best = max(suitable, key=lambda candidate: _rank(candidate, old, namespace), default=None)
    return best.name if best is not None else ""


def _outlives(lifecycle: Lifecycle, last: date | None, today: date) -> bool:
    doubtful = lifecycle.doubtful
    ends = lifecycle.retirement or (doubtful.date if doubtful is not None else None)
    return ends is None or (ends - today > SHORT_LIFE and (last is None or ends > last))


def _may_replace(candidate: SuccessorCandidate, old: ModelFacts) -> bool:
    return (
        candidate.exposure.vendor == old.exposure.vendor
        and candidate.exposure.model != old.exposure.model
        and candidate.mode == old.mode
        and candidate.region == take_apart(old.name).region
        and not is_preview(candidate.name)
        and "commitment" not in candidate.name
    )


def _rank(candidate: SuccessorCandidate, old: ModelFacts, namespace: str) -> tuple[object, ...]:
    return (
        candidate.suits(old),
        candidate.line.version,
        candidate.namespace == namespace,
        is_snapshot(candidate.name),
        -len(candidate.name),
        candidate.name,
    )


def announced_key(announced: str, old: ModelFacts, lineup: Lineup) -> str:
    """The price map's model that a page means at the old model's provider and region; or empty."""
    if provider_named(lineup.price_map.provider_of(announced)).id == old.exposure.provider:
        return announced
    parts = take_apart(old.name)
    model = resolve_exposure(announced, old.exposure.provider).model
    alike = [
        candidate
        for candidate in lineup.of(model, old.exposure.provider)
        if candidate.region == parts.region and candidate.exposure.model == model
    ]
    words = announced.lower().replace(".", "-")
    exact = [
        candidate
        for candidate in alike
        if candidate.name.rpartition("/")[2].lower().replace(".", "-") == words
    ]
    best = min(
        exact or alike,
        key=lambda candidate: (
            candidate.namespace != parts.namespace,
            not is_snapshot(candidate.name),
            len(candidate.name),
            candidate.name,
        ),
        default=None,
    )
    return best.name if best is not None else ""


def choose_successor(
    old: ModelFacts, announced: str, source: str, lineup: Lineup, as_of: date | None
) -> Successor | None:
    """The announced successor, else the next of the old model's line; `None` where neither lasts.

    An announced one that retires before a migration to it pays is followed to its own announced
    successor.

    Args:
        old: What is to be replaced.
        announced: Key of the price map that the vendor or the host names; empty: none.
        source: Where it is announced.
        lineup: The price map's models.
        as_of: The day that decides what has retired; `None`: the old model's own last day.
    """
    today = as_of or old.lifecycle.retirement or date.min
    steps = _steps(announced, source, lineup)
    lasting = _announced(steps, old, lineup, today, SHORT_LIFE)
    if lasting is not None:
        return lasting
    derived = derive_successor(old, lineup, as_of)
    if not derived:
        return _announced(steps, old, lineup, today, timedelta(0))
    note = f"announced was {steps[0][0]}, which {ending(steps[0][2], today)}; " if steps else ""
    note += "newest of the same line at the same provider"
    name = _routed(derived, old.name, lineup.price_map)
    return Successor(model=name, origin="derived", source=note)


def _announced(
    steps: list[_Step], old: ModelFacts, lineup: Lineup, today: date, life: timedelta
) -> Successor | None:
    for number, (key, page, ends) in enumerate(steps):
        if key != old.name and (ends is None or ends - today > life):
            past = [f"; {name} {ending(day, today)}" for name, _, day in steps[:number] if day]
            name = _routed(key, old.name, lineup.price_map)
            return Successor(model=name, origin="announced", source=page + "".join(past))
    return None


def _steps(announced: str, source: str, lineup: Lineup) -> list[_Step]:
    """Announced successors, each of the one before: key, page, its own retirement."""
    steps: list[_Step] = []
    price_map = lineup.price_map
    while announced and len(steps) < _MOST_STEPS and price_map.entry(announced):
        entry = price_map.entry(announced)
        steps.append((announced, source, lineup.lifecycle(announced).retirement))
        source = text_of(entry, "deprecation_source") or f"litellm {price_map.version}"
        announced = text_of(entry, "successor_model")
    return steps


def _routed(key: str, like: str, price_map: PriceMap) -> str:
    name = respelled(key, like)
    return name if find_key(name, price_map, loose=False) == key else key


def respelled(key: str, like: str) -> str:
    """A price map key with the provider prefix that the user writes (`anthropic/claude-…`)."""
    prefix, slash, rest = like.partition("/")
    if not slash or key.startswith(f"{prefix}/") or take_apart(like).provider is None or not rest:
        return key
    return f"{prefix}/{key}"
