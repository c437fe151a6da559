"""GOV415: one change moves the forecast by no more than the portfolio's threshold."""

from collections.abc import Iterator
from decimal import Decimal

from multillm_gov.documents.layout import SETTINGS
from multillm_gov.finding import Severity, Violation
from multillm_gov.location import Place
from multillm_gov.portfolio.settings import ChangeThreshold, ChangeThresholds, Settings
from multillm_gov.rules.engine.rule import Nothing, Rule, RuleContext
from multillm_gov.units import format_change, format_money, format_share

_GRADES = (("failure", Severity.ERROR), ("warning", Severity.WARNING))


def check(context: RuleContext, _: Nothing) -> Iterator[Violation]:
    """Yield the move of the whole forecast; the stricter thresholds of the two states hold."""
    base = context.base
    if base is None or not base.files:
        return
    before, after = base.figures, context.state.figures
    if before.currency != after.currency:
        return
    delta = after.spend_per_month - before.spend_per_month
    way = "increase" if delta > 0 else "decrease"
    for name, severity in _GRADES:
        for settings in (context.state.portfolio.settings, base.portfolio.settings):
            limit = _threshold(settings, way, name)
            if limit is None or not delta or not reaches(limit, delta, before.spend_per_month):
                continue
            yield _violation(context, severity, limit, (name, way))
            return


def reaches(limit: ChangeThreshold, delta: Decimal, before: Decimal) -> bool:
    """Whether a move of the forecast is as large as any size of a threshold."""
    if limit.amount is not None and abs(delta) >= limit.amount:
        return True
    return limit.share is not None and abs(delta) >= limit.share * before


def _threshold(settings: Settings, way: str, name: str) -> ChangeThreshold | None:
    thresholds: ChangeThresholds = getattr(settings.spend_change, way)
    found: ChangeThreshold | None = getattr(thresholds, name)
    return found


def _violation(
    context: RuleContext, severity: Severity, limit: ChangeThreshold, key: tuple[str, str]
) -> Violation:
    before = context.base.figures.spend_per_month if context.base else Decimal(0)
    after, currency = context.state.figures.spend_per_month, context.state.figures.currency
    name, way = key
    share = f" ({format_change((after - before) / before)})" if before else ""
    verb = "rises" if way == "increase" else "falls"
    sizes = [format_money(limit.amount, currency)] if limit.amount is not None else []
    sizes += [format_share(limit.share)] if limit.share is not None else []
    return Violation(
        message=(
            f"the forecast {verb} by {format_money(abs(after - before), currency)} a month{share} "
            f"to {format_money(after, currency)}; the threshold of a {name} is {' or '.join(sizes)}"
        ),
        place=Place(SETTINGS, ("spend_change", way, name)),
        subject="portfolio",
        remedy=(
            "Check demand, routes and prices of what changed (`govern diff` lists the effects); "
            "then split the change, or have the owner of the budget agree in the review."
        ),
        risk=f"{format_money(abs(after - before) * 12, currency)} a year.",
        figures={"spend_before": before, "spend_after": after},
        severity=severity,
        distinction=way,
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
        "hold, so that a change cannot lift the one it has to pass."
    ),
    remediation=(
        "Check what moved the forecast with `govern diff`. Split the change, or have the owner of "
        "the budget agree to it in the review."
    ),
    decision="Decide whether the budget bears the move.",
    severity=Severity.WARNING,
    check=check,
)
