"""Which of several feeds counts: the same money is often in the gateway's log and in the bill."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from msgspec import Struct

from multillm_gov.usage.aggregate import UsageAggregate

_ANY = "not known"


class Counted(Struct, frozen=True, kw_only=True):
    """The aggregates that count, and what was left out because another feed holds it."""

    counted: tuple[UsageAggregate, ...]
    passed_over: dict[str, str]
    """Reason by feed and provider: ``openai-costs, openai``."""


def counted_once(aggregates: Iterable[UsageAggregate], precedence: Mapping[str, int]) -> Counted:
    """For each provider and month the feed of the best precedence, money first.

    A feed without money counts only where no feed with money covers the provider and month. The
    provider of a row that names none is the feed's own.

    Args:
        aggregates: Of all feeds.
        precedence: Rank of each producer; lower counts first.
    """
    groups: defaultdict[tuple[str, str], list[UsageAggregate]] = defaultdict(list)
    for aggregate in aggregates:
        groups[provider_of(aggregate), f"{aggregate.day:%Y-%m}"].append(aggregate)
    kept_aggregates: list[UsageAggregate] = []
    passed: dict[str, str] = {}
    for (provider, _), members in sorted(groups.items()):
        priced = {member.producer for member in members if member.effective_cost is not None}
        producers = {member.producer or "" for member in members}
        best = min(producers, key=lambda name: (name not in priced, precedence.get(name, 99), name))
        kept_aggregates += [member for member in members if (member.producer or "") == best]
        for name in sorted(producers - {best}):
            passed[f"{name}, {provider}"] = f"{best} holds the same consumption"
    return Counted(counted=tuple(kept_aggregates), passed_over=passed)


def provider_of(aggregate: UsageAggregate) -> str:
    """The provider in one spelling, as far as its name alone tells."""
    return (aggregate.provider or _ANY).strip().lower().replace(" ", "-")


class UnattributedGroup(Struct, frozen=True, kw_only=True):
    """Rows of one kind that no rule matches, and a rule that would."""

    key: str
    """``tag``, ``team``, ``key_alias`` …"""
    value: str
    cost: Decimal
    currency: str
    requests: int

    @property
    def proposed_rule(self) -> str:
        """YAML to write; the task class is the reader's to choose."""
        from multillm_gov.documents.scalars import format_scalar

        return f"- {{task_class: TASK_CLASS, when: {{{self.key}: {format_scalar(self.value)}}}}}"


_KEYS = ("prompt_name", "key_alias", "team", "project", "workspace", "model_requested", "model")


def unattributed_groups(
    aggregates: Iterable[UsageAggregate], most: int = 10
) -> tuple[UnattributedGroup, ...]:
    """The largest groups without a task class, each by the most specific thing known of it."""
    cost: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    requests: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for aggregate in aggregates:
        if aggregate.task_class is not None:
            continue
        key, value = _handle(aggregate)
        group = (key, value, aggregate.currency or "")
        cost[group] += aggregate.effective_cost or 0
        requests[group] += aggregate.requests or 0
    ordered = sorted(cost, key=lambda group: (-cost[group], -requests[group], group))
    return tuple(
        UnattributedGroup(key=key, value=value, cost=cost[key, value, currency],
                          currency=currency, requests=requests[key, value, currency])
        for key, value, currency in ordered[:most]
    )  # fmt: skip


def _handle(aggregate: UsageAggregate) -> tuple[str, str]:
    from multillm_gov.usage.attribution import words_of

    for tag in words_of(aggregate.tags):
        if not tag.startswith("["):
            return "tag", tag
    for name in _KEYS:
        value = getattr(aggregate, name)
        if value:
            return ("model_group" if name == "model_requested" else name), value
    return "model", _ANY
