"""GOV415: one change moves the forecast by no more than the portfolio's threshold."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from multillm_gov.documents.layout import SETTINGS
from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.measures.figures import PortfolioFigures, TaskFigures
from multillm_gov.portfolio.settings import ChangeThreshold, ChangeThresholds, Settings
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.units import format_change, format_money, format_share
from multillm_gov.words import code, join_some

_GRADES = (("failure", Severity.ERROR), ("warning", Severity.WARNING))


class _Move(NamedTuple):
    """How the forecast moves, as far as it is known in both states."""

    before: Decimal
    delta: Decimal
    after: Decimal
    unknown: tuple[str, ...]
    """Task classes of which the change leaves no known forecast: added, altered or lost."""

    @property
    def way(self) -> str:
        return "increase" if self.delta > 0 else "decrease"


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield the move of the whole forecast; the stricter thresholds of the two states hold.

    A part of it that is not known may be of any size, so it is within no threshold.
    """
    base = context.base
    if base is None or not base.files:
        return
    if base.figures.currency != context.state.figures.currency:
        return
    move = _move(base.figures, context.state.figures)
    for name, severity in _GRADES:
        limit = _reached(context, move, name)
        if limit is not None:
            yield _violation(context, severity, limit, (name, move))
            break
    if move.unknown:
        yield from _unknown(context, move.unknown)


def _move(before: PortfolioFigures, after: PortfolioFigures) -> _Move:
    old = {task.task.name: task for task in before.tasks}
    new = {task.task.name: task for task in after.tasks}
    delta, unknown = Decimal(0), []
    for name in {**old, **new}:
        was, now = old.get(name), new.get(name)
        spent = [each.spend_per_month for each in (was, now) if each is not None]
        if None not in spent:
            delta += (now.spend_per_month or 0) if now is not None else 0
            delta -= (was.spend_per_month or 0) if was is not None else 0
        elif now is not None and now.spend_per_month is None and _is_affected(was, now):
            unknown.append(name)
    return _Move(before.spend_per_month, delta, after.spend_per_month, tuple(unknown))


def _is_affected(was: TaskFigures | None, now: TaskFigures) -> bool:
    return was is None or was.spend_per_month is not None or was.task.declared != now.task.declared


def _reached(context: RuleContext, move: _Move, name: str) -> ChangeThreshold | None:
    for settings in _both(context):
        limit = _threshold(settings, move.way, name)
        if limit is not None and move.delta and reaches(limit, move.delta, move.before):
            return limit
    return None


def _both(context: RuleContext) -> Iterator[Settings]:
    yield context.state.portfolio.settings
    if context.base is not None:
        yield context.base.portfolio.settings


def _unknown(context: RuleContext, unknown: tuple[str, ...]) -> Iterator[Violation]:
    """One finding, as severe as the strictest threshold that cannot be judged."""
    for name, severity in _GRADES:
        ways = [
            way
            for way in ("increase", "decrease")
            for settings in _both(context)
            if (limit := _threshold(settings, way, name)) is not None
            and (limit.amount is not None or limit.share is not None)
        ]
        if ways:
            yield Violation(
                message="the move of the forecast is not known: the cost of "
                f"{join_some([code(text) for text in unknown])} is not known after this change",
                place=Place(SETTINGS, ("spend_change", ways[0], name)),
                subject="portfolio",
                remedy="Fix GOV106 and GOV411 for these task classes.",
                risk=f"The move may be beyond the threshold of a {name} by any amount.",
                figures={"unknown": ", ".join(unknown)},
                severity=severity,
                distinction="unknown",
            )
            return


def reaches(limit: ChangeThreshold, delta: Decimal, before: Decimal) -> bool:
    """Whether a move of the forecast is as large as any size of a threshold."""
    if limit.amount is not None and abs(delta) >= limit.amount:
        return True
    return limit.share is not None and abs(delta) >= limit.share * before


def _threshold(settings: Settings, way: str, name: str) -> ChangeThreshold | None:
    thresholds: ChangeThresholds = getattr(settings.spend_change, way)
    change_threshold: ChangeThreshold | None = getattr(thresholds, name)
    return change_threshold


def _violation(
    context: RuleContext, severity: Severity, limit: ChangeThreshold, names: tuple[str, _Move]
) -> Violation:
    name, move = names
    currency = context.state.figures.currency
    share = f" ({format_change(move.delta / move.before)})" if move.before else ""
    verb = "rises" if move.delta > 0 else "falls"
    least = "at least " if context.state.figures.unpriced else ""
    moved = format_money(abs(move.delta), currency)
    sizes = [format_money(limit.amount, currency)] if limit.amount is not None else []
    sizes += [format_share(limit.share)] if limit.share is not None else []
    return Violation(
        message=(
            f"the forecast {verb} by {moved} a month{share} "
            f"to {least}{format_money(move.after, currency)}; the threshold of a {name} is "
            f"{' or '.join(sizes)}"
        ),
        place=Place(SETTINGS, ("spend_change", move.way, name)),
        subject="portfolio",
        remedy=(
            "Check demand, routes and prices of what changed (`govern diff` lists the effects); "
            "then split the change, or have the owner of the budget agree in the review."
        ),
        risk=f"{format_money(abs(move.delta) * 12, currency)} a year.",
        figures={"spend_before": move.before, "spend_after": move.after},
        severity=severity,
        distinction=move.way,
    )


RULE = Rule(
    id="GOV415",
    name="forecast-moved",
    title="Change moves the forecast beyond the threshold",
    one="One change moves the forecast beyond the threshold",
    many="{count} changes move the forecast beyond the threshold",
    short_title="Large moves of the forecast",
    requirement="One change moves the forecast by less than `spend_change` in govern.yaml.",
    why=(
        "A large move of spend in one change deserves the eyes of the budget's owner, and a large "
        "fall is often demand that got lost. Without `spend_change` in govern.yaml, or without a "
        "base to compare with, the rule finds nothing. The stricter thresholds of the two states "
        "hold, so that a change cannot lift the one it has to pass. A task class that the change "
        "adds, alters or deprives of its price without a known cost is a finding of its own: the "
        "move may then be of any size."
    ),
    remediation=(
        "Check what moved the forecast with `govern diff`. Split the change, or have the owner of "
        "the budget agree to it in the review."
    ),
    decision="Decide whether the budget bears the move.",
    severity=Severity.WARNING,
    check=check,
)
