"""The report of ``govern optimize``: figures and proposals, never a verdict on what runs."""

from collections.abc import Iterator
from decimal import Decimal

from multillm_gov.content import Block, Items
from multillm_gov.documents.secrets.masking import masked
from multillm_gov.finding import Severity
from multillm_gov.report import Metric, Report, Section, judge_counts
from multillm_gov.reporting.optimization.conflict_blocks import conflict_blocks
from multillm_gov.reporting.optimization.frontier_blocks import frontier_blocks
from multillm_gov.reporting.optimization.plan_blocks import held_blocks, plan_sections
from multillm_gov.reporting.optimization.price_blocks import leverage_blocks, price_blocks
from multillm_gov.reporting.optimization.result import OptimizationResult, StageResult
from multillm_gov.reporting.shared.provenance import incomplete_sentence, provenance
from multillm_gov.units import format_money, format_share
from multillm_gov.words import code, count_of, join_code, join_some

_EXTRAS = {
    "moves": "evaluation and migration, spread over the months in which they must pay off",
    "cache": "prompt-cache hits lost by splitting",
    "minimums": "contract minimums that are not used up",
}


def report_optimization(result: OptimizationResult) -> Report:
    """Summary, plan, limits and their prices, frontiers, leverage, basis."""
    state = result.state
    settings = state.state.portfolio.settings
    report = Report(
        kind="optimize",
        title="Better allocation",
        organization=settings.organization,
        as_of=state.state.as_of.isoformat(),
        verdict=judge_counts((), None),
        currency=settings.currency,
        revision=state.state.revision,
        summary=_summary(result),
        headline=_metrics(result),
        sections=_sections(result),
        provenance=provenance(state.state),
        checked=(
            ("task classes", len(state.state.portfolio.task_classes)),
            ("policies", len(state.state.portfolio.policies)),
        ),
    )
    return masked(report, state.state.secrets)


def _broken_today(result: OptimizationResult) -> list[str]:
    """Task classes that stay as they are, and with them what `check` fails on today."""
    held = {task.task for task in result.held}
    failing = {
        finding.subject: None
        for finding in result.state.findings
        if finding.active and finding.severity is Severity.ERROR and finding.subject in held
    }
    if not failing:
        return []
    names = join_some([code(name) for name in failing])
    return [f"Errors of {names} stay, because nothing moves there: `govern check` lists them."]


def whole(result: OptimizationResult) -> StageResult | None:
    """The last stage; ``None``: nothing moves."""
    return result.stages[-1] if result.stages else None


def _summary(result: OptimizationResult) -> str:

    parts = []
    incomplete = incomplete_sentence(result.state.state)
    if incomplete:
        parts.append(incomplete)
    if result.assumptions:
        parts.append(f"Assumed for this run: {join_code(result.assumptions)}.")
    last = whole(result)
    parts += _outcome(result, last)
    blocked = list(dict.fromkeys(conflict.task for conflict in result.conflicts if conflict.task))
    if blocked:
        parts.append(
            f"In {join_some([code(name) for name in blocked])} no route keeps every limit: the "
            "policies in conflict are listed below."
        )
    if result.held:
        parts.append(f"{count_of(len(result.held), 'task class')} cannot move; reasons below.")
        parts += _broken_today(result)
    return " ".join(parts)


def _outcome(result: OptimizationResult, last: StageResult | None) -> Iterator[str]:
    """What was found: nothing to allocate, a conflict, nothing cheaper, or a saving."""
    money = result.currency
    if not result.state.state.portfolio.task_classes:
        yield ("There is no task class to allocate.")
    elif result.cost is None and len(result.held) == len(result.state.state.figures.tasks):
        yield (
            "Today's allocation does not keep every limit, and no task class can move: the "
            "policies in conflict and the smallest change of each are listed below."
        )
    elif result.cost is None:
        yield (
            "No allocation keeps every limit: the policies in conflict and the smallest change of "
            "each are listed below."
        )
    elif last is None:
        known = len(result.state.state.figures.unpriced) < len(result.state.state.figures.tasks)
        cost = f"{format_money(result.today, money)} a month" if known else "an amount not known"
        yield (f"No cheaper allocation within all limits is proved; today's costs {cost}.")
    else:
        yield (_moves(last, result))
        first = result.stages[0]
        if first is not last and first.saving > 0:
            yield (
                f"The best single move, {code(first.moves[0].task)}, saves "
                f"{format_money(first.saving, money)} of it."
            )


def _moves(last: StageResult, result: OptimizationResult) -> str:
    """What moving saves; what it costs, where today's allocation does not keep every limit."""
    money, tasks = result.currency, count_of(len(last.moves), "task class")
    amount = format_money(abs(last.saving), money)
    part = f"({_part(abs(last.saving), result.today)} of {format_money(result.today, money)})"
    baseline = "The baseline is today's allocation."
    if last.saving < 0:
        return (
            f"Today's allocation does not keep every floor and limit: {tasks} would have to move, "
            f"for {amount} a month more {part}. {baseline}"
        )
    return (
        f"{tasks} could move for {amount} a month less {part}, with every floor and limit of "
        f"theirs kept. {baseline}"
    )


def _part(amount: Decimal, whole_amount: Decimal) -> str:
    return format_share(amount / whole_amount) if whole_amount else "not known"


def _money_metric(key: str, label: str, amount: Decimal, currency: str) -> Metric:
    return Metric(
        id=key,
        label=label,
        value=format_money(amount, currency),
        number=float(amount),
        unit=currency,
    )


def _metrics(result: OptimizationResult) -> tuple[Metric, ...]:
    money = result.currency
    left_out = result.state.state.figures.unpriced
    known = len(left_out) < len(result.state.state.figures.tasks)
    metrics = [
        Metric(
            id="cost_today",
            label="Cost a month, today",
            value=format_money(result.today, money) if known else "not known",
            number=float(result.today) if known else None,
            unit=money,
            note=f"without {join_some(left_out)}, whose cost is not known" if left_out else "",
        )
    ]
    if not known:
        return tuple(metrics)
    if result.cost is not None:
        metrics.append(_money_metric("cost_proposed", "Cost a month, proposed", result.cost, money))
    last = whole(result)
    if last is not None:
        metrics += [
            _money_metric("saving", "Saving a month", last.saving, money),
            _money_metric(
                "cash_saving", "Of it in cash, before commitments end", last.cash_saving, money
            ),
        ]
    if result.losses is not None:
        before, after = result.losses
        metrics.append(
            Metric(
                id="outage_loss",
                label="Expected outage loss a month",
                value=f"{format_money(before, money)} → {format_money(after, money)}",
                number=float(after),
                unit=money,
            )
        )
    return tuple(metrics)


def _sections(result: OptimizationResult) -> tuple[Section, ...]:
    sections = list(plan_sections(result))
    optional: list[tuple[str, str, tuple[Block, ...]]] = [
        ("conflicts", "Limits in conflict", conflict_blocks(result)),
        ("held", "Task classes that do not move", held_blocks(result)),
        ("prices", "Price of each policy", price_blocks(result)),
        ("frontiers", "What more would cost", frontier_blocks(result)),
        ("leverage", "Negotiating leverage", leverage_blocks(result)),
        ("basis", "Basis", (_basis(result),)),
    ]
    sections += [
        Section(id=name, title=title, blocks=blocks) for name, title, blocks in optional if blocks
    ]
    return tuple(sections)


def _basis(result: OptimizationResult) -> Items:
    money = result.currency
    items = [
        f"Of the proposal's cost, {format_money(amount, money)} a month is "
        f"{_EXTRAS.get(name, name)}."
        for name, amount in result.extras
    ]
    items.append(
        "Quality is the one-sided 95% lower bound of each model's newest result on your own cases."
    )
    if result.public:
        items.append(
            f"The quality of {join_code(result.public)} rests on public results: score them on "
            "your own cases first."
        )
    if result.judged_afterwards:
        items.append(
            f"{join_code(result.judged_afterwards)}: judged on the finished proposal, not part of "
            "the model."
        )
    items += _solver_facts(result)
    return Items(tuple(items))


def _solver_facts(result: OptimizationResult) -> Iterator[str]:
    solver = result.solver
    if solver is not None:
        yield (
            f"HiGHS: {solver.status}, proven gap {solver.gap * 100:.4f}%, "
            f"{count_of(solver.task_classes, 'task class')}, {solver.options:,} options."
        )
    if solver is not None and result.stages:
        yield (
            "The proposal was written, loaded, judged by every rule, costed and stressed like any "
            "change."
            if not result.assumptions
            else "Under assumptions: the proposal was judged, costed and stressed, and nothing is "
            "written."
        )
