"""``cost``: no request costs more than the task class's cap on one request."""

from decimal import ROUND_UP

from multillm_gov.evaluation.probes.check import Check, Observation
from multillm_gov.evidence.record import CheckResult
from multillm_gov.units import format_money

NAME = "cost"


def judge(observation: Observation) -> CheckResult | None:
    """The most expensive answer against ``spend_cap.per_request``; unknown is not free."""
    probe = observation.probe
    cap = probe.task.declared.spend_cap.per_request
    if cap is None or not observation.answers:
        return None
    if probe.usd_per_unit is None:
        detail = "the cap cannot be compared: no exchange rate is declared"
        return CheckResult(name=NAME, verdict="inconclusive", detail=detail)
    known = [answer.usd for answer in observation.answers if answer.usd is not None]
    cap_usd = cap * probe.usd_per_unit
    if known and max(known) > cap_usd:
        detail = (
            f"a request costs {format_money(max(known), rounding=ROUND_UP)}; its cap is "
            f"{format_money(cap_usd)}"
        )
        return CheckResult(name=NAME, verdict="cost", detail=detail)
    if len(known) < len(observation.answers):
        detail = "the cost of a request is not known: no price"
        return CheckResult(name=NAME, verdict="inconclusive", detail=detail)
    detail = (
        f"a request costs {format_money(max(known), rounding=ROUND_UP)} at most; its cap is "
        f"{format_money(cap_usd)}"
    )
    return CheckResult(name=NAME, verdict="pass", detail=detail)


CHECK = Check(name=NAME, judge=judge)
