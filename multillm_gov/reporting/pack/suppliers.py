"""On whom the portfolio depends, how ready it is to leave them, and when their models retire."""

from collections.abc import Iterator
from datetime import date

from multillm_gov.catalog.declarations import VendorDeclaration
from multillm_gov.content import Block, Cell, Column, Paragraph, Status, Table
from multillm_gov.dimensions import Basis, Level
from multillm_gov.measures.concentration import concentration
from multillm_gov.measures.cost.repricing import BASE_RISE
from multillm_gov.portfolio.settings import Appetite
from multillm_gov.register import STATUS_OF
from multillm_gov.report import Section
from multillm_gov.reporting.pack.edition import Edition
from multillm_gov.risk.limits.judging import judge_below, without_price
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.risk.retirement import ModelLife

_MOST = 5
_LEVELS = (Level.VENDOR, Level.PROVIDER, Level.CLOUD, Level.JURISDICTION)


def suppliers_section(risk: PortfolioRisk, edition: Edition) -> Section:
    """Shares at the levels that differ, each with its limit; in-house hosting is no supplier."""
    say, state = edition.say, risk.state
    reason = without_price(state.figures)
    blocks: list[Block] = []
    if reason:
        blocks.append(Paragraph(say("suppliers.not-judged"), "watch"))
    appetite = state.portfolio.settings.appetite
    limits = {
        Basis.SPEND: appetite.max_vendor_share_of_spend,
        Basis.VALUE_AT_STAKE: appetite.max_vendor_share_of_value,
    }
    for basis in (Basis.SPEND, Basis.VALUE_AT_STAKE):
        if basis is Basis.SPEND and reason:
            continue
        blocks += _shares(risk, basis, float(limits[basis]), edition)
    if not reason:
        blocks.append(Paragraph(say("suppliers.repricing", share=edition.share(BASE_RISE))))
        blocks += _repricing(risk, appetite, edition)
    if not blocks:
        blocks.append(Paragraph(say("suppliers.nothing")))
    return Section(id="suppliers", title=say("section.suppliers"), blocks=tuple(blocks))


def _shares(risk: PortfolioRisk, basis: Basis, limit: float, edition: Edition) -> Iterator[Block]:
    """The five largest of each level; a level equal to one before it is named, not repeated."""
    say, tasks = edition.say, risk.state.figures.tasks
    seen: dict[tuple[tuple[str, float], ...], Level] = {}
    rows: list[tuple[Cell, ...]] = []
    same: list[tuple[Level, Level]] = []
    for level in _LEVELS:
        view = concentration(tasks, level, basis)
        named = tuple((edition.party(level.value, name), share) for name, share in view.shares)
        key = tuple((f"{share:.6f}", share) for _, share in named)
        if not named:
            continue
        if key in seen:
            same.append((level, seen[key]))
            continue
        seen[key] = level
        rows += _level_rows(level, named, view.in_house_share, limit, edition)
    if not rows:
        return
    columns = (
        Column(say("column.level")),
        Column(say("column.party")),
        Column(say("column.share"), numeric=True),
        Column(say("column.limit")),
    )
    yield Table(title=say(f"table.shares.{basis.value}"), columns=columns, rows=tuple(rows))
    if same:
        pairs = [say("level.same", one=say(f"level.{a}"), other=say(f"level.{b}")) for a, b in same]
        yield Paragraph(edition.language.join(pairs) + ".")
    if Level.JURISDICTION in seen.values():
        yield Paragraph(say("suppliers.laws"))


def _level_rows(
    level: Level,
    named: tuple[tuple[str, float], ...],
    in_house: float,
    limit: float,
    edition: Edition,
) -> Iterator[tuple[Cell, ...]]:
    say = edition.say
    limited = level is Level.VENDOR
    for place, (name, share) in enumerate(named[:_MOST]):
        status: Status = STATUS_OF[judge_below(share, limit)] if limited else "neutral"
        yield (
            Cell(say(f"level.{level.value}") if not place else ""),
            Cell(name),
            Cell(edition.share(share), status),
            Cell(say("limit.at most", x=edition.share(limit)) if limited and not place else ""),
        )
    rest = named[_MOST:]
    if rest:
        share = sum(part for _, part in rest)
        yield (Cell(""), Cell(say("others", n=len(rest))), Cell(edition.share(share)), Cell(""))
    if in_house:
        yield (Cell(""), Cell(say("in-house-none")), Cell(edition.share(in_house)), Cell(""))


def _repricing(risk: PortfolioRisk, appetite: Appetite, edition: Edition) -> Iterator[Block]:
    say, figures = edition.say, risk.state.figures
    vendors = concentration(figures.tasks, Level.VENDOR, Basis.SPEND)
    if not vendors.shares:
        return
    limit = float(appetite.max_price_shock_share)
    rows = [
        (
            Cell(edition.party("vendor", name)),
            Cell(edition.amount(float(vendors.total) * share)),
            Cell(edition.amount(float(vendors.total) * share * BASE_RISE)),
            Cell(
                edition.share(share * BASE_RISE), STATUS_OF[judge_below(share * BASE_RISE, limit)]
            ),
        )
        for name, share in vendors.shares[:_MOST]
    ]
    columns = (
        Column(say("column.party")),
        Column(say("column.forecast", currency=edition.currency), numeric=True),
        Column(say("column.added", currency=edition.currency), numeric=True),
        Column(say("column.of-bill"), numeric=True),
    )
    title = say("table.repricing", x=say("limit.at most", x=edition.share(limit)))
    yield Table(title=title, columns=columns, rows=tuple(rows))


def lifecycle_section(risk: PortfolioRisk, edition: Edition) -> Section:
    """Three states: retired, too late to move, in time; and what no source we read dates."""
    say = edition.say
    ordered = sorted(
        risk.retirements.models,
        key=lambda model: (model.retirement or date.max, not model.routed, model.model),
    )
    dated = [model_life for model_life in ordered if model_life.retirement is not None]
    undated = [model_life for model_life in ordered if model_life.retirement is None]
    rows = [_life(model_life, edition) for model_life in dated[:12]]
    if len(dated) > 12:
        rows.append((Cell(say("others", n=len(dated) - 12)), *(Cell("") for _ in range(4))))
    columns = tuple(
        Column(say(f"column.{name}"))
        for name in ("model", "used-in", "retires", "status", "move-to")
    )
    lead = risk.context.settings.migration_lead_days
    blocks: list[Block] = [Paragraph(say("lifecycle.how", n=lead))]
    blocks.append(
        Table(
            title=say("table.lifecycle"),
            columns=columns,
            rows=tuple(rows),
            empty=say("lifecycle.none"),
        )
    )
    if undated:
        names = edition.language.join(
            [edition.model(model_life.model) for model_life in undated], 6
        )
        blocks.append(Paragraph(say("lifecycle.undated", n=len(undated), models=names)))
    return Section(id="lifecycle", title=say("section.lifecycle"), blocks=tuple(blocks))


def _life(model_life: ModelLife, edition: Edition) -> tuple[Cell, ...]:
    say = edition.say
    uses = [edition.task(name) for name in model_life.users]
    state: tuple[str, Status] = ("life.in-time", "good")
    if model_life.is_retired:
        state = ("life.retired", "bad" if model_life.routed else "watch")
    elif model_life.slack is not None and model_life.slack < 0:
        state = ("life.late", "bad" if model_life.routed else "watch")
    successor = (
        edition.model(model_life.successor.model) if model_life.successor else say("not-named")
    )
    return (
        Cell(edition.model(model_life.model)),
        Cell(edition.language.join(uses, 2)),
        Cell(edition.optional_day(model_life.retirement)),
        Cell(say(state[0], n=model_life.slack or 0), state[1]),
        Cell(successor),
    )


def exit_section(risk: PortfolioRisk, edition: Edition) -> Section:
    """How hard each vendor in use is to leave, as declared; undeclared is said, never "easy"."""
    say = edition.say
    vendors = dict.fromkeys(
        entry.facts.exposure.vendor
        for task in risk.state.figures.tasks
        for entry in task.legs
        if entry.facts is not None and entry.facts.exposure.needs_vendor
    )
    rows, missing = [], []
    for vendor in sorted(vendors):
        placed = risk.state.overrides.vendors.get(vendor)
        declared = placed.declared if placed else None
        if declared is None or (declared.substitutability is None and declared.exit_plan is None):
            missing.append(edition.party("vendor", vendor))
            continue
        rows.append(_exit_row(vendor, declared, edition))
    columns = tuple(
        Column(say(f"column.{name}"))
        for name in ("party", "substitutability", "exit-plan", "tested", "alternatives", "impact")
    )
    blocks: list[Block] = []
    if rows:
        blocks.append(Table(title=say("table.exit"), columns=columns, rows=tuple(rows)))
    if missing:
        text = say("exit.missing", n=len(missing), parties=edition.language.join(missing, 6))
        blocks.append(Paragraph(text, "watch"))
    if not blocks:
        blocks.append(Paragraph(say("exit.nobody")))
    return Section(id="exit", title=say("section.exit"), blocks=tuple(blocks))


def _exit_row(vendor: str, declared: VendorDeclaration, edition: Edition) -> tuple[Cell, ...]:
    say = edition.say
    plan = {True: "yes", False: "no", None: "unknown"}[declared.exit_plan]
    tested = edition.day(declared.exit_plan_tested) if declared.exit_plan_tested else say("never")
    others = [edition.party("vendor", alternative) for alternative in declared.alternatives]
    return (
        Cell(edition.party("vendor", vendor)),
        Cell(say(f"exit.{declared.substitutability or 'unknown'}")),
        Cell(say(plan), "bad" if declared.exit_plan is False else "neutral"),
        Cell(tested),
        Cell(edition.language.join(others) if others else say("unknown")),
        Cell(say(f"exit.{declared.discontinuation_impact or 'unknown'}")),
    )
