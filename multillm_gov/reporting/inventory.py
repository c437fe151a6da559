"""Which services of third parties the portfolio uses, and what is declared of leaving them."""

from multillm_gov.catalog.declarations import VendorDeclaration
from multillm_gov.catalog.facts import Exposure
from multillm_gov.dimensions import IN_HOUSE, UNKNOWN
from multillm_gov.documents.secrets.masking import masked
from multillm_gov.inventory import Inventory, ModelService, SupplierAssessment
from multillm_gov.state.state import State


def take_inventory(state: State) -> Inventory:
    """Every model that a task class names, and every company behind one."""
    services = _services(state)
    inventory = Inventory(
        organization=state.portfolio.settings.organization,
        as_of=state.as_of.isoformat(),
        revision=state.revision,
        services=services,
        suppliers=_suppliers(state, services),
    )
    return masked(inventory, state.secrets)


def _services(state: State) -> tuple[ModelService, ...]:
    """Every model that a task class names, by name."""
    users: dict[str, list[str]] = {}
    data: dict[str, set[str]] = {}
    routed: set[str] = set()
    for task in state.portfolio.task_classes:
        routed |= {entry.model for entry in task.declared.route}
        for model in task.models:
            users.setdefault(model, []).append(task.name)
            data.setdefault(model, set()).add(task.declared.data.classification)
    services = []
    for model in sorted(users):
        facts = state.catalog.find(model)
        exposure = facts.exposure if facts else Exposure(model=model)
        services.append(
            ModelService(
                model=model,
                vendor=exposure.vendor,
                provider=exposure.provider,
                billed_by=exposure.billed_by,
                cloud=exposure.cloud,
                weights=exposure.weights,
                regions=facts.regions if facts else (),
                laws=tuple(sorted(facts.laws - {UNKNOWN})) if facts else (),
                task_classes=tuple(dict.fromkeys(users[model])),
                classifications=tuple(sorted(data[model])),
                is_routed=model in routed,
                is_in_house=exposure.provider == IN_HOUSE,
            )
        )
    return tuple(services)


def _suppliers(state: State, services: tuple[ModelService, ...]) -> tuple[SupplierAssessment, ...]:
    """Every company that serves one of the models or made it, by name; in-house is none."""
    names = {name for service in services for name in (service.billed_by, service.vendor)}
    assessments = []
    for name in sorted(names - {IN_HOUSE, UNKNOWN}):
        placed = state.overrides.vendors.get(name)
        declared = placed.declared if placed else VendorDeclaration()
        assessments.append(
            SupplierAssessment(
                name=name,
                substitutability=declared.substitutability,
                reason=declared.reason,
                exit_plan=declared.exit_plan,
                reintegration=declared.reintegration,
                discontinuation_impact=declared.discontinuation_impact,
                alternatives_identified=declared.alternatives_identified,
                alternatives=declared.alternatives,
            )
        )
    return tuple(assessments)
