"""The options of a decision in words: measured moves, others without figures, then waiting."""

from collections.abc import Iterator
from decimal import Decimal

from multillm_gov.measures.failover import Failover
from multillm_gov.measures.independence import has_independent_fallback
from multillm_gov.register import DecisionOption
from multillm_gov.reporting.pack.causes import Cause, Standing, ending_waivers
from multillm_gov.reporting.pack.edition import Edition
from multillm_gov.risk.limits.proposals import ProposedMove
from multillm_gov.risk.portfolio_risk import PortfolioRisk

NOT_DRILLED = "GOV209"
_NEVER_ACCEPTED = frozenset({"waivers", "loosened"})


def options_of(
    cause: Cause, standing: Standing, edition: Edition
) -> tuple[tuple[DecisionOption, ...], int | None]:
    """The options, and which one the figures recommend."""
    measured = tuple(_move(move, edition) for move in standing.proposals.get(cause.id, ()))
    others = tuple(_others(cause, measured, standing, edition))
    accepted = () if cause.id in _NEVER_ACCEPTED else (_acceptance(cause, standing.risk, edition),)
    options = (*measured, *others, *accepted)
    return options, _recommended(
        options, {record.id: record.judgment for record in standing.records}
    )


def _move(move: ProposedMove, edition: Edition) -> DecisionOption:
    swaps = [
        edition.say("swap", task=edition.task(swap.task), model=edition.model(swap.model))
        for swap in move.swaps
    ]
    words = edition.say(f"option.{move.kind}", swaps=edition.language.join(swaps), n=len(swaps))
    if move.remaining:
        words += edition.say("option.remaining", n=move.remaining)
    return DecisionOption(
        words=words,
        cost_per_month=move.cost_per_month,
        effects=move.effects,
        expected_loss=move.expected_loss,
    )


def _others(
    cause: Cause, measured: tuple[DecisionOption, ...], standing: Standing, edition: Edition
) -> Iterator[DecisionOption]:
    """Ways without figures here, each of which rests on a fact of its cause."""
    for kind, names in _ways(cause, bool(measured), standing):
        tasks = edition.tasks(names) if names else edition.say("portfolio")
        party = next(
            (edition.party(*each.subject) for each in cause.limits if each.subject[0] == "vendor"),
            "",
        )
        yield DecisionOption(
            words=edition.say(f"option.{kind}", tasks=tasks, party=party), cost_per_month=None
        )


_Ways = Iterator[tuple[str, tuple[str, ...]]]
"""Kinds of an option, and the task classes that it names."""


def _ways(cause: Cause, measured: bool, standing: Standing) -> _Ways:
    names = tuple(task.task.name for task in cause.tasks)
    limits = {limit.id for limit in cause.limits}
    if cause.id == "fallbacks":
        yield from _ways_to_fall_back(cause, measured, standing.risk)
    elif cause.id == "waivers":
        yield from _ways_out_of_waivers(standing)
    elif cause.id == "concentration":
        if any(limit.subject[0] == "vendor" for limit in cause.limits):
            yield "contract", names
        if not measured:
            yield "spread-spend", names
    elif cause.id == "losses":
        yield ("fund-capacity" if "worst-scenario" in limits else "fund-fallbacks"), names
    elif cause.id == "retired-models":
        # A model is to be chosen only where no candidate shows.
        if not measured:
            yield "choose-model", names
    else:
        for kind in _BY_CAUSE.get(cause.id, ("keep-policy",)):
            yield kind, names


_BY_CAUSE: dict[str, tuple[str, ...]] = {
    "cost-range": ("fix-prices",),
    "spend": ("cut-demand",),
    "quality": ("measure-others",),
    "loosened": ("confirm-limits", "restore-limits"),
}


def _ways_to_fall_back(cause: Cause, measured: bool, risk: PortfolioRisk) -> _Ways:
    """A drill is repeated only where the newest one of the present chain failed."""
    failover = Failover(risk.state.as_of, risk.state.drills)
    failed = tuple(task.task.name for task in cause.tasks if failover.is_failed(task))
    if failed:
        yield "repeat-drill", failed
    undrilled = {error.subject for error in cause.errors if error.rule == NOT_DRILLED}
    never = tuple(
        task.task.name
        for task in cause.tasks
        if task.task.name in undrilled and task.task.name not in failed and failover.usable(task)
    )
    if never:
        yield "run-drill", never
    alone = tuple(
        task.task.name
        for task in cause.tasks
        if not has_independent_fallback(task, fallbacks=failover.usable(task))
        and task.task.name not in failed
    )
    if alone and not measured:
        yield "find-fallback", alone
    if not (failed or never or alone or measured):
        yield "fund-fallbacks", ()


def _ways_out_of_waivers(standing: Standing) -> _Ways:
    states = {outcome.state for outcome in ending_waivers(standing.assessment)}
    if states - {"expired"}:
        yield "end-waivers", ()
        yield "renew-waivers", ()
    if "expired" in states:
        yield "fix-expired", ()
        yield "grant-again", ()


def _acceptance(cause: Cause, risk: PortfolioRisk, edition: Edition) -> DecisionOption:
    """The excess accepted until a day, with what it costs to wait."""
    price = edition.say("price.not-known")
    if cause.id == "retired-models" and risk.retired_loss:
        price = edition.say("price.year", amount=edition.money(risk.retired_loss))
    elif cause.id in {"fallbacks", "losses"} and risk.expected_loss:
        outages = risk.expected_loss - risk.retired_loss
        price = edition.say("price.outages", amount=edition.money(outages))
    elif cause.id == "concentration":
        price = _repricing(cause, risk, edition) or price
    elif cause.id == "spend":
        over = sum((_excess(risk, error.subject) for error in cause.errors), Decimal(0))
        price = edition.say("price.month", amount=edition.money(over)) if over else price
    return DecisionOption(
        words=edition.say("option.accept", price=price), cost_per_month=Decimal(0), acceptance=True
    )


def _repricing(cause: Cause, risk: PortfolioRisk, edition: Edition) -> str:
    shock = next((limit for limit in cause.limits if limit.id == "price-shock"), None)
    if shock is None or shock.value is None:
        return ""
    added = float(shock.value) * float(risk.state.figures.spend_per_month)
    return edition.say("price.repricing", amount=edition.money(added))


def _excess(risk: PortfolioRisk, name: str) -> Decimal:
    return sum(
        (
            breach.figure - breach.limit
            for breach in risk.already_broken
            if breach.what == "monthly cap" and breach.subject == name
        ),
        Decimal(0),
    )


def _recommended(options: tuple[DecisionOption, ...], before: dict[str, str]) -> int | None:
    """The one that brings the most limits back and breaks the fewest; of equals a measured one."""

    def merit(number: int) -> tuple[int, bool, int]:
        effects = options[number].effects
        settled = sum(
            before.get(effect.limit) == "outside" and effect.judgment != "outside"
            for effect in effects
        )
        broken = sum(
            before.get(effect.limit) != "outside" and effect.judgment == "outside"
            for effect in effects
        )
        return settled - broken, options[number].expected_loss is not None, -number

    candidates = [number for number, option in enumerate(options) if not option.acceptance]
    return max(candidates, key=merit, default=None)
