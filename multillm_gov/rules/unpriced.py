"""Shares of spend while some requests have no known price: not judged, and never within a limit."""

from multillm_gov.dimensions import Basis
from multillm_gov.finding import Violation
from multillm_gov.rules.engine.rule import RuleContext
from multillm_gov.units import format_share
from multillm_gov.words import code, join_some


def not_judged(context: RuleContext, basis: Basis, what: str) -> Violation | None:
    """A violation where shares of spend cannot be judged; ``None``: they can be.

    It has the severity of the rule: a limit that cannot be judged is not kept.

    Args:
        context: Whose task classes are in scope.
        basis: What the shares are weighed by.
        what: The shares, in words: ``vendor shares``.
    """
    if basis is not Basis.SPEND:
        return None
    unpriced = [
        task for task in context.tasks if task.spend_per_month is None and task.requests_per_month
    ]
    if not unpriced:
        return None
    requests = sum(task.requests_per_month for task in context.tasks)
    share = sum(task.requests_per_month for task in unpriced) / requests
    names = join_some([code(task.task.name) for task in unpriced])
    return Violation(
        message=(
            f"{what} of spend are not judged: {format_share(share)} of the requests have no known "
            f"price ({names})"
        ),
        place=unpriced[0].task.place,
        subject=unpriced[0].task.name,
        remedy="Fix GOV106 and GOV411 for these task classes, or weigh by `requests`.",
        risk="The limit may be broken by any amount.",
        figures={"unpriced_share_of_requests": float(share)},
        distinction=f"not judged: {what}",
    )
