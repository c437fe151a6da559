"""Exposure to one entity: which task classes cause it, and what a loss or repricing would cost."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cached_property

from multillm_gov.catalog.facts import Exposure, ModelFacts
from multillm_gov.dimensions import UNKNOWN, Basis, Level
from multillm_gov.location import Place
from multillm_gov.measures.cost.repricing import BASE_RISE
from multillm_gov.measures.failover import Loss, value_lost
from multillm_gov.measures.figures import Concentration, TaskFigures
from multillm_gov.rules.engine.rule import RuleContext
from multillm_gov.rules.failover import failover_of
from multillm_gov.rules.loads import loads_of
from multillm_gov.units import format_count, format_money, format_share
from multillm_gov.words import code, count_of, join_code, join_words

BASE_SHOCK = Decimal(str(BASE_RISE))
"""The base price increase: the middle of the documented +30 to +40% within a contract."""

_NOTHING = Decimal(0)
_MOST_NAMED = 3
_PRICED = frozenset({Level.MODEL, Level.FAMILY, Level.VENDOR})


def describe_entity(level: Level, entity: str) -> str:
    """``vendor `openai```, ``an unknown vendor``."""
    return f"an unknown {level}" if entity == UNKNOWN else f"{level} {code(entity)}"


def describe_basis(basis: Basis) -> str:
    """``value at stake``."""
    return basis.value.replace("_", " ")


def format_weight(amount: Decimal, basis: Basis, currency: str) -> str:
    """An amount in the basis's unit, per month."""
    if basis is Basis.REQUESTS:
        return f"{format_count(amount)} requests a month"
    return f"{format_money(amount, currency)} a month"


def state_unknown(models: Iterable[ModelFacts | None], level: Level) -> str:
    """What to write in `catalog/` so that a level is known; of clouds as lines of YAML below it."""
    unknown = [
        facts for facts in models if facts is not None and UNKNOWN in facts.exposure.entities(level)
    ]
    if level is Level.CLOUD and unknown:
        return f"Ask whose cloud it is and write in a file below `catalog/`:\n{_clouds(unknown)}"
    lines = list(dict.fromkeys(line for facts in unknown for line in _missing(facts, level)))
    lines = lines or [f"models: {{MODEL: {{exposure: {{{level.value}: …}}}}}}"]
    more = f" and {len(lines) - _MOST_NAMED:,} more" if len(lines) > _MOST_NAMED else ""
    return f"State the {level} in `catalog/`: {join_code(lines[:_MOST_NAMED])}{more}."


def _clouds(unknown: Iterable[ModelFacts]) -> str:
    """The cloud of each provider, or of a model without one, as YAML."""
    by_key: dict[str, dict[str, None]] = {"providers:": {}, "models:": {}}
    for facts in unknown:
        if facts.exposure.provider != UNKNOWN:
            by_key["providers:"][f"  {facts.exposure.provider}: {{cloud: …}}"] = None
        else:
            by_key["models:"][f"  {facts.name}: {{exposure: {{cloud: …}}}}"] = None
    shown = [(key, *[*lines][:_MOST_NAMED]) for key, lines in by_key.items() if lines]
    return "\n".join(line for lines in shown for line in lines)


def _missing(facts: ModelFacts, level: Level) -> Iterator[str]:
    """The declarations that say what is not known of a model at a level."""
    exposure = facts.exposure
    if level is not Level.JURISDICTION:
        yield f"models: {{{facts.name}: {{exposure: {{{level.value}: …}}}}}}"
        return
    nameless = []
    for party, name, country in exposure.parties():
        if country != UNKNOWN:
            continue
        if name != UNKNOWN:
            yield f"{party}s: {{{name}: {{jurisdiction: …}}}}"
        elif party == "cloud" and exposure.provider != UNKNOWN:
            yield f"providers: {{{exposure.provider}: {{cloud: …}}}}"
        else:
            nameless.append(f"{party}: …")
    if nameless:
        yield f"models: {{{facts.name}: {{exposure: {{{', '.join(nameless)}}}}}}}"


Parties = Sequence[tuple[str, str, str]]
"""Party, name and law, as `Exposure.parties` gives them."""


def describe_parties(parties: Parties) -> str:
    """``vendor and provider `mistral` and cloud `azure` ``: each company once."""
    roles: dict[str, list[str]] = {}
    for party, name, _ in parties:
        roles.setdefault(name, []).append(party)
    return join_words(
        join_words(parts) + (f" {code(name)}" if name != UNKNOWN else "")
        for name, parts in roles.items()
    )


def bound_parties(exposure: Exposure) -> Parties:
    """The parties whose law can stop a request, ``unknown`` laws included."""
    bound = exposure.jurisdictions()
    return [party for party in exposure.parties() if (party[0], party[2]) in bound]


class EntityExposure:
    """The exposure to each entity of one level."""

    def __init__(self, context: RuleContext, found: Concentration) -> None:
        self._context = context
        self._loads = loads_of(context)
        self._found = found
        self._currency = context.currency

    @property
    def total(self) -> Decimal:
        """What all entities carry a month."""
        return self._found.total

    def related(self, entity: str) -> tuple[tuple[str, Place], ...]:
        """The three task classes with the largest load on an entity, in words and by place."""
        return tuple(
            (
                f"{code(task.task.name)} routes {routed} to {code(entity)}",
                task.task.place.at("route"),
            )
            for amount, task in self._largest_users(entity)
            for routed in (format_weight(amount, self._found.basis, self._currency),)
        )

    def first_user(self, entity: str) -> str:
        """``, first in `triage```: the task class with the largest load; empty if none has any."""
        users = self._largest_users(entity)
        return f", first in {code(users[0][1].task.name)}" if users else ""

    @cached_property
    def unknown_stated(self) -> str:
        """What to write in `catalog/` so that its level is known of every model."""
        return state_unknown(self._context.models.values(), self._found.level)

    def _largest_users(self, entity: str) -> list[tuple[Decimal, TaskFigures]]:
        return self._loads.largest_users(entity, self._found.level, self._found.basis)

    def format_loss(self, entity: str) -> str:
        """What the loss of an entity would stop and its repricing would add, per month."""
        if entity == UNKNOWN:
            return f"All of it may depend on one {self._found.level}; which one is not known."
        parts = [*self._outage(entity), *self._repricing(entity)]
        text = "; ".join(parts)
        return f"{text[0].upper()}{text[1:]}." if text else ""

    def _outage(self, entity: str) -> Iterator[str]:
        """What the loss stops once the usable fallbacks have taken over what they can."""
        failover = failover_of(self._context)
        tasks = self._loads.exposed(entity, self._found.level)
        chains = [(task, failover.usable(task)) for task in tasks]
        found = value_lost(chains, self._found.level, entity)
        if found.exposed:
            yield self._stopped_value(entity, found)
        elif found.requests or found.uncounted:
            yield self._stopped_requests(entity, found)
        if found.unvalued and found.exposed:
            yield (
                f"it stops {count_of(found.unvalued, 'task class')} without a declared value at "
                "stake"
            )
        elif found.unvalued:
            yield "no value at stake is declared for what stops"

    def _stopped_value(self, entity: str, found: Loss) -> str:
        worth = f"worth {format_money(found.exposed, self._currency)} a month"
        if found.stopped == found.exposed:
            return f"losing {code(entity)} stops task classes {worth}"
        if found.stopped:
            part = format_money(found.stopped, self._currency)
            return (
                f"losing {code(entity)} stops {part} of the task classes {worth}; usable fallbacks "
                "take over the rest"
            )
        what = f"none of the task classes {worth}" if found.unvalued else "nothing"
        taken = "them" if found.unvalued else f"task classes {worth}"
        return (
            f"losing {code(entity)} stops {what} while the usable fallbacks work: they take "
            f"over {taken}"
        )

    def _stopped_requests(self, entity: str, found: Loss) -> str:
        """Where nothing at stake has a value: requests."""
        several = (
            f", and {count_of(found.uncounted, 'task class')} without a demand"
            if found.uncounted
            else ""
        )
        routed = f"{format_count(found.requests)} requests a month"
        if not found.requests:
            return f"losing {code(entity)} stops {several.removeprefix(', and ')}"
        if not found.stopped_requests and not several:
            return (
                f"losing {code(entity)} stops none of its {routed} while the usable fallbacks work"
            )
        if found.stopped_requests == found.requests:
            return f"losing {code(entity)} stops {routed}{several}"
        part = format_count(found.stopped_requests)
        return (
            f"losing {code(entity)} stops {part} of its {routed}{several}; usable fallbacks take "
            "over the rest"
        )

    def _repricing(self, entity: str) -> Iterator[str]:
        """Only whoever sets prices can raise them: hosts and countries do not."""
        if self._found.level not in _PRICED:
            return
        spent = self._loads.totals(self._found.level, Basis.SPEND).get(entity)
        if spent:
            added = spent * BASE_SHOCK
            known = not self._loads.unpriced
            of_spend = f" ({format_share(added / self._total)} of spend)" if known else ""
            least = "" if known else "at least "
            yield (
                f"a 35% price increase adds {least}{format_money(added, self._currency)} a month"
                f"{of_spend}"
            )

    @cached_property
    def _total(self) -> Decimal:
        return sum((amount for _, amount in self._loads.weights(Basis.SPEND)), _NOTHING)
