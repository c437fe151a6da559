"""A whole configuration as a portfolio: allocation, catalog, a first set of policies."""

from typing import Any

from msgspec import Struct

from multillm_gov.gateways.litellm.configuration import number_of
from multillm_gov.gateways.litellm.importing.ledger import Entry, SettingLedger
from multillm_gov.gateways.litellm.importing.models import ModelNames
from multillm_gov.gateways.litellm.importing.task_classes import TaskClasses
from multillm_gov.gateways.litellm.rule import LintContext

_MONTHS = frozenset({"30d", "1mo", "31d"})
_ROUTING = frozenset({"simple-shuffle"})


class ImportedPortfolio(Struct, frozen=True, kw_only=True):
    """A portfolio as plain data, and the fate of every setting."""

    task_classes: dict[str, dict[str, Any]]
    models: dict[str, dict[str, Any]]
    policies: dict[str, dict[str, Any]]
    entries: tuple[Entry, ...]

    def count(self, fate: str) -> int:
        """Settings with a fate."""
        return sum(entry.fate == fate for entry in self.entries)


def import_configuration(context: LintContext) -> ImportedPortfolio:
    """Turn a configuration into a portfolio; nothing is invented that the file does not say.

    Demand, value at stake, caps and owners are not in a gateway's file: they are left out, and the
    portfolio's own rules ask for them.
    """
    ledger = SettingLedger(context.configuration)
    models = ModelNames(ledger, context.catalog)
    task_classes = TaskClasses(context, ledger, models).build()
    policies = _policies(context, ledger)
    _settings(context, ledger)
    return ImportedPortfolio(
        task_classes=task_classes,
        models={name: models.declared[name] for name in sorted(_used(task_classes, models))},
        policies=policies,
        entries=ledger.entries(),
    )


def _used(task_classes: dict[str, dict[str, Any]], models: ModelNames) -> set[str]:
    """Declared models that a task class names: what no request reaches needs no entry."""
    named = {
        name
        for task in task_classes.values()
        for name in (*(entry["model"] for entry in task["route"]), *task.get("fallbacks", ()))
    }
    return named & models.declared.keys()


def _policies(context: LintContext, ledger: SettingLedger) -> dict[str, dict[str, Any]]:
    """What any portfolio should hold, and the gateway's budget where it is one of a month."""
    policies = _wise_policies()
    litellm = context.configuration.litellm
    budget, period = litellm.get("max_budget"), litellm.get("budget_duration")
    amount = number_of(budget.value) if budget is not None else None
    if budget is not None and amount:
        monthly = period is not None and str(period.value) in _MONTHS
        ledger.note(
            budget.place,
            "exact" if monthly else "question",
            "the policy `gateway-budget`" if monthly else "how much is that a month?",
        )
        if monthly and period is not None and 0 < amount < 10**12:
            ledger.note(period.place, "exact", "a month")
            policies["gateway-budget"] = {
                "rule": "total-spend-over-cap",
                "max_monthly": int(amount) if amount == int(amount) else amount,
                "enforcement": "soft-mandatory",
                "because": "The budget of the gateway",
            }
    return policies


def _wise_policies() -> dict[str, dict[str, Any]]:
    """What any portfolio should hold."""
    return {
        "independent-fallbacks": {
            "rule": "fallback-not-independent",
            "enforcement": "advisory",
            "because": "A second model at the same vendor is no fallback in an outage",
        },
        "capped-spend": {
            "rule": "cap-missing",
            "enforcement": "advisory",
            "because": "No task class without a ceiling",
        },
    }


def _settings(context: LintContext, ledger: SettingLedger) -> None:
    """Settings of the gateway that have a meaning here, and those that raise a question."""
    configuration = context.configuration
    for alias in configuration.aliases:
        setting = configuration.router["model_group_alias"]
        ledger.note(
            setting.place,
            "question",
            f"callers use other names, `{alias.name[:60]}` first: shall each be a task class?",
        )
    strategy = configuration.router.get("routing_strategy")
    if strategy is not None:
        exact = strategy.value in _ROUTING
        ledger.note(
            strategy.place,
            "exact" if exact else "not carried",
            "requests are shared by weight" if exact else "an allocation shares requests by weight",
        )
    _chains(context, ledger)
    _deployments(context, ledger)


def _chains(context: LintContext, ledger: SettingLedger) -> None:
    for section in (context.configuration.router, context.configuration.litellm):
        for key in ("fallbacks", "context_window_fallbacks", "content_policy_fallbacks"):
            if key in section:
                ledger.note(section[key].place, "exact", "chains of fallbacks")
        if "default_fallbacks" in section:
            place = section["default_fallbacks"].place
            ledger.note(place, "exact", "in the chain of each task class")


def _deployments(context: LintContext, ledger: SettingLedger) -> None:
    for deployment in context.configuration.deployments:
        for key in ("timeout", "stream_timeout"):
            if key in deployment.parameters:
                ledger.note(
                    deployment.parameter(key),
                    "question",
                    "within which time must 95% of the answers be complete? `latency` needs both",
                )
        for key in ("max_budget", "budget_duration"):
            if key in deployment.parameters:
                ledger.note(
                    deployment.parameter(key),
                    "question",
                    "whose cap is it? Write `spend_cap.monthly` of the task class",
                )
        if "id" in deployment.info:
            ledger.note(deployment.information("id"), "not carried", "the export names them itself")
