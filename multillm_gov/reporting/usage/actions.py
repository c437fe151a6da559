"""What a month's usage asks for, and how its figures are spelt."""

from datetime import date
from decimal import Decimal

from msgspec import Struct

from multillm_gov.content import Status as Color
from multillm_gov.measures.consumption.change_effects import ExplainedChange
from multillm_gov.measures.consumption.counting import UnattributedGroup
from multillm_gov.measures.consumption.demand_drift import demand_drift
from multillm_gov.measures.consumption.forecast import Forecast
from multillm_gov.measures.consumption.outlook import Outlook
from multillm_gov.measures.consumption.owed import Obligation
from multillm_gov.reporting.usage.frame import NOT_KNOWN, exact_money
from multillm_gov.units import format_money
from multillm_gov.usage.attribution import NOT_ATTRIBUTED
from multillm_gov.words import code

_NEAR = 0.9


class Status(Struct, frozen=True, kw_only=True):
    """All that the page says."""

    through: date
    total: Outlook
    task_classes: tuple[Outlook, ...]
    owners: tuple[Outlook, ...]
    providers: tuple[Outlook, ...]
    unattributed: tuple[UnattributedGroup, ...]
    unattributed_cost: Decimal
    failover_cost: Decimal
    obligations: tuple[Obligation, ...]
    passed_over: dict[str, str]
    why: tuple[str, str, ExplainedChange] | None
    invoiced: Decimal | None


def actions(status: Status, currency: str) -> tuple[str, ...]:
    """What to do, most urgent first."""
    found = [over for each in status.task_classes if (over := _over_cap(each, currency))]
    found += [drift for each in status.task_classes if (drift := _drift(each))]
    if status.unattributed:
        found.append(
            f"{exact_money(status.unattributed_cost, currency)} have no task class: add rules to "
            "`attribution:` in `usage/`, such as those above."
        )
    for owed in status.obligations:
        if owed.cancel_by is not None and 0 <= (owed.cancel_by - status.through).days <= 90:
            found.append(f"{code(owed.name)} renews unless it is cancelled by {owed.cancel_by}.")
        if owed.idle:
            found.append(
                f"{exact_money(owed.idle, currency)} of {code(owed.name)} are idle so far this "
                "month: move work to it, or reduce it at renewal."
            )
    return tuple(found) or ("Nothing: every cap is expected to hold.",)


def _over_cap(task_class: Outlook, currency: str) -> str:
    """What the month is expected to exceed; empty: nothing."""
    if (
        task_class.cap is not None
        and task_class.expected is not None
        and task_class.expected > float(task_class.cap)
    ):
        when = f", {breaks_text(task_class)}" if task_class.breaks_on else ""
        expected, cap = (
            money_text(float(x), currency) for x in (task_class.expected, task_class.cap)
        )
        return (
            f"{code(task_class.subject)} is expected at {expected}; its cap is {cap}{when}. "
            "Raise the cap or reduce demand."
        )
    return ""


def _drift(each: Outlook) -> str:
    """Declared demand that actual requests, tokens or spend are far from, and what to write."""
    apart = demand_drift(each.demand, each.used)
    parts = [f"{found:,} {_MEANINGS[key]} (declared: {said:,})"
             for key, (said, found) in apart.items()]  # fmt: skip
    ratio = each.month.expected / float(each.declared) if each.month and each.declared else 1.0
    if not 0.75 <= ratio <= 1.25:
        parts.append(
            f"spend expected at {ratio:.2g} times the "
            f"{format_money(each.declared or Decimal(0))} a month of declared demand"
        )
    if not parts:
        return ""
    figures = each.used.figures if each.used is not None and apart else {}
    keys = ", ".join(f"{key}: {figures[key]}" for key in apart)
    write = f"Write {code(keys)} in its `demand:`" if keys else "Correct its `demand:`"
    days = f" in the last {each.used.days} days" if each.used is not None and apart else ""
    return f"{code(each.subject)} uses{days}: {'; '.join(parts)}. {write}, or find out why."


_MEANINGS = {
    "requests": "requests a month",
    "input_tokens": "input tokens a request",
    "output_tokens": "output tokens a request",
}


def color_of(each: Outlook) -> Color:
    """Within the cap, near it, or above."""
    if each.cap is None or each.expected is None or each.subject == NOT_ATTRIBUTED:
        return "neutral"
    used = each.expected / float(each.cap) if each.cap else 2.0
    return "bad" if used > 1 else "watch" if used > _NEAR else "good"


def breaks_text(each: Outlook) -> str:
    """When the cap is expected to be spent."""
    if each.cap is None:
        return ""
    if each.month is None:
        return NOT_KNOWN
    return f"on {each.breaks_on}" if each.breaks_on is not None else "not this month"


def interval_text(month: Forecast | None, currency: str) -> str:
    """The 80% interval."""
    if month is None or month.low_80 is None or month.high_80 is None:
        return NOT_KNOWN
    ends = f"{amount_text(month.low_80)}–{amount_text(month.high_80)}"
    return f"80% interval {ends} {currency}" if currency else ends


def method_text(month: Forecast | None) -> str:
    """How the forecast was made."""
    return month.method if month is not None else "declared demand alone"


def amount_text(number: float | None, nothing: str = NOT_KNOWN) -> str:
    """Whole from 100 upwards, else with two decimals."""
    return nothing if number is None else f"{number:,.0f}" if number >= 100 else f"{number:,.2f}"


def money_text(number: float, currency: str) -> str:
    """An amount with its currency."""
    return f"{amount_text(number)} {currency}"
