"""What the optimizer is handed: options, refusals, limits, losses, from one assessed state."""

from collections.abc import Mapping

from msgspec.structs import replace

from multillm_gov.documents.layout import SETTINGS
from multillm_gov.location import Place
from multillm_gov.measures.portfolio_figures import measure
from multillm_gov.optimization.options import OptionSet, options_of_state
from multillm_gov.optimization.problem import Floats, Limit
from multillm_gov.optimization.problem_inputs import Inputs, fallbacks_for
from multillm_gov.portfolio.allocation import RouteEntry, TaskClass
from multillm_gov.risk.availability.availability import expected_loss_per_year, unavailabilities
from multillm_gov.risk.system.priors import HOURS_PER_YEAR
from multillm_gov.risk.system.system_builder import build_system
from multillm_gov.rules.allocation_choices import Choices
from multillm_gov.rules.allocation_limits import allocation_limits
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.state.state import State
from multillm_gov.workflows.optimization.optimum import Preparation

MONTHS = 12
MOST_FALLBACKS = 40


def prepare(
    assessment: Assessment, *, public: bool = False, held: Mapping[str, str] | None = None
) -> Preparation:
    """Collect options and limits.

    Args:
        assessment: Today's portfolio.
        public: Whether public results count where there is no internal one.
        held: Task classes to leave as they are, with the reason.
    """
    options = options_of_state(assessment.state, public=public, extra=held)
    choices = Choices(assessment.state)
    open_tasks = {task.task.name for task in options.tasks} - {each.task for each in options.held}
    refused = [
        refusal
        for option in options.options
        if option.task.task.name in open_tasks
        and (refusal := choices.refusal(option.task, option.candidate.model)) is not None
    ]
    fallbacks = {
        task.task.name: _fallback_candidates(options, number, choices)
        for number, task in enumerate(options.tasks)
        if task.task.name in open_tasks
    }
    inputs = Inputs(
        state=assessment.state,
        options=options,
        declared=allocation_limits(assessment.state),
        refusals=tuple(refused),
        fallback_candidates=fallbacks,
        outage_limit=_outage_limit(assessment.state),
    )
    if inputs.outage_limit is not None:
        inputs = replace(inputs, outage_losses=outage_losses(assessment.state, options, fallbacks))
    return Preparation(assessment=assessment, inputs=inputs, refusals=tuple(refused))


def _fallback_candidates(options: OptionSet, number: int, choices: Choices) -> tuple[str, ...]:
    """Today's fallbacks in order, then other models with results, that no rule refuses there."""
    task = options.tasks[number]
    names = dict.fromkeys(task.task.declared.fallbacks)
    for option in options.options:
        if option.task is task:
            names.setdefault(option.candidate.model)
    kept_names = [
        model
        for model in list(names)[:MOST_FALLBACKS]
        if choices.refusal(task, model, "fallback") is None
    ]
    return tuple(kept_names)


def _outage_limit(state: State) -> Limit | None:
    """The appetite for outage losses, where ``govern.yaml`` declares it."""
    document = state.documents.get(SETTINGS)
    declared = document.data.get("risk") if document and isinstance(document.data, dict) else None
    if not isinstance(declared, dict) or "max_outage_loss_share" not in declared:
        return None
    share = float(state.portfolio.settings.risk.max_outage_loss_share)
    return Limit(
        name="risk appetite",
        parameter="max_outage_loss_share",
        place=Place(SETTINGS, ("risk", "max_outage_loss_share")),
        value=share * float(state.figures.value_at_stake_per_month),
        unit="money",
    )


def outage_losses(
    state: State, options: OptionSet, fallbacks: Mapping[str, tuple[str, ...]]
) -> Floats:
    """By option: value lost to outages in a mean month, should it take the whole task class.

    Exact for the chain of the option with the fallbacks it would get (method 3.3); a route's loss
    is the mean of its options' by share. A chain that differs from today's has no drill yet.
    """
    import numpy as np

    tasks = []
    for number, option in enumerate(options.options):
        task, model = option.task, option.candidate.model
        usable = set(fallbacks.get(task.task.name, ()))
        behind = fallbacks_for(state, task, [model], None, usable)
        declared = replace(task.task.declared, route=(RouteEntry(model=model),), fallbacks=behind)
        tasks.append(
            TaskClass(
                name=f"{number}:{task.task.name}",
                owner=task.task.owner,
                declared=declared,
                place=task.task.place,
            )
        )
    portfolio = replace(state.portfolio, task_classes=tuple(tasks))
    alone = replace(state, portfolio=portfolio, figures=measure(portfolio, state.catalog))
    system = build_system(alone)
    value = [task.value_per_hour * HOURS_PER_YEAR / MONTHS for task in system.tasks]
    return np.asarray(np.array(value) * np.array(unavailabilities(system)))


def expected_loss(state: State) -> float:
    """Value lost to outages in a mean month, exact."""
    return expected_loss_per_year(build_system(state)) / MONTHS
