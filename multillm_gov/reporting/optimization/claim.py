"""The report of ``govern optimize --claim``: verdict, baselines, caps, frontier, collapse."""

from collections.abc import Callable

from multillm_gov.content import Block, Cell, Column, Paragraph, Table
from multillm_gov.optimization.claim.cascades import total_saving
from multillm_gov.optimization.claim.scores import Scores
from multillm_gov.optimization.claim.trial import floors_not_met
from multillm_gov.optimization.claim.verdict import LIKELY, Against
from multillm_gov.report import Metric, Section
from multillm_gov.reporting.optimization.claim_tables import (
    ClaimResult,
    baselines_blocks,
    basis_block,
    caps_blocks,
    collapse_blocks,
    frontier_block,
    portfolio_block,
)
from multillm_gov.units import format_points, format_share, signed
from multillm_gov.words import code, join_some

_COLUMNS = (
    Column("Task class"),
    Column("Best single model"),
    Column("Its cost a request", numeric=True),
    Column("Cheapest router as accurate", numeric=True),
    Column("Saving", numeric=True),
)

_WHO = {
    "incumbent": "what answers today",
    "best quality": "the best single model",
    "cheapest that meets every floor": "the cheapest single model that meets every floor",
    "cheapest of comparable mean quality": "the cheapest single model of comparable mean quality",
}


def claim_summary(result: ClaimResult, scores: Scores) -> str:
    """The verdict in a few sentences, each with its baseline."""
    trial = result.trial
    sentences = [f"Claim {trial.verdict}: {trial.reason}.", *result.assumptions]
    sentences += [f"{_compared(one, scores)}." for one in trial.against]
    unmet = floors_not_met(trial, scores)
    if unmet:
        sentences.append(
            f"No model meets the floor of {join_some([code(name) for name in unmet])}, so no "
            "portfolio keeps every floor."
        )
    hindsight = trial.hindsight
    if scores.held_out:
        sentences.append(
            f"Chosen with hindsight, on the data that scores it, the portfolio saves "
            f"{format_share(hindsight.saving)} against {code(hindsight.models[0])}, the best "
            "single model there."
        )
    return " ".join(sentences)


def _compared(one: Against, scores: Scores) -> str:
    kept = "on data that did not select it" if scores.held_out else "on the data that selected it"
    interval = _interval(one.saving_interval, format_share)
    quality = signed(format_points(one.difference))
    who = f"{_WHO[one.name]} ({join_some([code(name) for name in one.models])})"
    return (
        f"Against {who} the portfolio "
        f"saves {format_share(one.saving)}{interval} at {quality} of quality{_points(one)}, {kept}"
    )


def _interval(ends: tuple[float, float] | None, spell: Callable[[float], str]) -> str:
    if ends is None:
        return ""
    return f" (90% interval {spell(ends[0])} to {spell(ends[1])})"


def _points(one: Against) -> str:
    return _interval(one.difference_interval, lambda each: signed(format_points(each)))


def claim_metrics(result: ClaimResult) -> tuple[Metric, ...]:
    """Verdict, saving and probability against each baseline."""
    metrics = [
        Metric(
            id="claim_verdict",
            label="Claim",
            value=result.trial.verdict,
            note=f"supported from a probability of {LIKELY:.2f}",
        )
    ]
    for one in result.trial.against:
        name = one.name.replace(" ", "_")
        metrics.append(
            Metric(
                id=f"saving_against_{name}",
                label=f"Saving against {_WHO[one.name]}",
                value=format_share(one.saving),
                number=one.saving,
                unit="share",
            )
        )
        if one.likelihood is not None:
            metrics.append(
                Metric(
                    id=f"probability_against_{name}",
                    label=f"Probability of a saving above {result.trial.terms.saving:.0%} at "
                    f"non-inferior quality, against {_WHO[one.name]}",
                    value=f"{one.likelihood:.2f}",
                    number=one.likelihood,
                )
            )
    return tuple(metrics)


def claim_sections(result: ClaimResult, scores: Scores) -> tuple[Section, ...]:
    """Baselines, portfolio, vendor caps, frontier, routing collapse, method."""
    caps, collapse = tuple(caps_blocks(result)), tuple(collapse_blocks(result))
    routers = cascade_blocks(result)
    return (
        Section(id="baselines", title="Portfolio and baselines", blocks=baselines_blocks(result)),
        Section(id="portfolio", title="Portfolio", blocks=(portfolio_block(result, scores),)),
        Section(id="vendor-caps", title="Price of vendor limits", blocks=caps),
        Section(id="frontier", title="Cost and quality", blocks=(frontier_block(result),)),
        Section(id="routing-collapse", title="Routing collapse", blocks=collapse),
        *([Section(id="routers", title="Routers of the table", blocks=routers)] if routers else []),
        Section(id="basis", title="Basis", blocks=(basis_block(result, scores),)),
    )


def cascade_blocks(result: ClaimResult) -> tuple[Block, ...]:
    """Routers that choose request by request; nothing where the table has none."""
    if not result.cascades:
        return ()
    rows = tuple(
        (
            Cell(one.task),
            Cell(one.best),
            Cell(f"{one.best_cost:.7f}"),
            Cell("none" if one.router_cost is None else f"{one.router_cost:.7f}"),
            Cell("–" if one.saving is None else signed(format_share(one.saving))),
        )
        for one in result.cascades
    )
    total = total_saving(result.cascades)
    over = (
        "some task class has no router as accurate"
        if total is None
        else f"over one request of each task class they save {format_share(total)}"
    )
    text = (
        "Routers that choose a model for each request can save more than an allocation of whole "
        f"task classes: against the best single model of each task class, {over}. They were "
        "picked on the data that scores them, they are no part of the verdict, and no proposal "
        "contains them."
    )
    return (
        Paragraph(text),
        Table(title=f"Routers ({result.currency} a request)", columns=_COLUMNS, rows=rows),
    )
