"""From model groups to task classes: routes with weights, and one chain of fallbacks."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from multillm_gov.gateways.litellm.configuration import Fallback, ModelListEntry
from multillm_gov.gateways.litellm.importing.ledger import Fate, SettingLedger
from multillm_gov.gateways.litellm.importing.models import ModelNames
from multillm_gov.gateways.litellm.rule import LintContext
from multillm_gov.gateways.litellm.shares import picks_by, strategy_of
from multillm_gov.words import code

_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_MODES = frozenset(
    {"chat", "completion", "responses", "embedding", "rerank", "moderation", "image_generation"}
    | {"audio_transcription", "audio_speech", "realtime", "video_generation", "image_edit"}
)
_MOST_MODELS = 50
_HUNDRED = Decimal(100)


class TaskClasses:
    """Builds task classes; a group that only serves as another's fallback is folded into it."""

    def __init__(self, context: LintContext, ledger: SettingLedger, models: ModelNames) -> None:
        self.context = context
        self.ledger = ledger
        self.models = models
        self.groups = context.configuration.groups
        self.built: dict[str, dict[str, Any]] = {}

    def build(self) -> dict[str, dict[str, Any]]:
        """Task classes by name, as YAML spells them."""
        for group, listed in self.groups.items():
            members = tuple(each for each in listed if each.model)
            if not members:
                continue
            if members[0].is_wildcard:
                for member in members:
                    self.ledger.note(
                        member.place.at("model_name"),
                        "not carried",
                        "a pattern is no task class: which models are called, and for what?",
                    )
            elif not self._belongs_elsewhere(group, members):
                self._add(group, members)
        return self.built

    def _belongs_elsewhere(self, group: str, members: Sequence[ModelListEntry]) -> bool:
        """Whether the group is the fallback that an export made for a task class."""
        task = members[0].info.get("task_class")
        if isinstance(task, str) and task != group and task in self.groups:
            for member in members:
                words = f"a fallback of {code(task)}"
                self.ledger.note(member.place.at("model_name"), "exact", words)
                self.models.of(member)
            return True
        return False

    def _add(self, group: str, members: Sequence[ModelListEntry]) -> None:
        name = _NOT_IN_NAME.sub("-", group).strip("-._")[:100] or "group"
        number, base = 1, name
        while name in self.built:
            number += 1
            name = f"{base[:95]}-{number}"
        fate: Fate = "exact" if name == group else "question"
        words = f"the task class {code(name)}"
        if fate == "question":
            words += ": a name has letters, digits, `.`, `_` and `-`; what is it for?"
        for member in members:
            self.ledger.note(member.place.at("model_name"), fate, words)
        first, reserve = self._by_order(members)
        declared: dict[str, Any] = {"route": self._route(first)}
        fallbacks = self._fallbacks(group, first, reserve)
        mode = self._mode(members)
        if mode != "chat":
            declared["mode"] = mode
        if fallbacks:
            declared["fallbacks"] = fallbacks
        owner = members[0].info.get("owner")
        if isinstance(owner, str) and owner and len(owner) <= 200:
            declared["owner"] = owner
            self.ledger.note(members[0].information("owner"), "exact", "the owner")
        self._tags(members, declared)
        self.built[name] = declared

    def _by_order(
        self, members: Sequence[ModelListEntry]
    ) -> tuple[list[ModelListEntry], list[ModelListEntry]]:
        """Deployments of the first order, and the others in theirs."""
        orders = {member.index: member.number("order") for member in members}
        if all(order is None for order in orders.values()):
            return list(members), []
        known = sorted(order for order in orders.values() if order is not None)
        for each in members:
            if "order" in each.parameters:
                self.ledger.note(each.parameter("order"), "exact", "the route, then fallbacks")
        first = [member for member in members if orders[member.index] == known[0]]
        rest = [member for member in members if member not in first]
        last = float("inf")

        def rank(each: ModelListEntry) -> float:
            order = orders[each.index]
            return last if order is None else order

        return first, sorted(rest, key=rank)

    def _route(self, members: list[ModelListEntry]) -> list[dict[str, Any]]:
        shares: dict[str, Decimal] = {}
        key = picks_by(self.context, members) if len(members) > 1 else None
        even = strategy_of(self.context) != "simple-shuffle"
        for member in members[:_MOST_MODELS]:
            model = self.models.of(member)
            number = Decimal(1) if key is None or even else Decimal(str(member.number(key) or 0))
            if model.name in shares:
                self.ledger.note(
                    member.parameter("model"),
                    "question",
                    f"{code(model.name)} stands twice in the group: are these two resources? Give "
                    "each an entry of its own in `catalog/`",
                )
            shares[model.name] = shares.get(model.name, Decimal(0)) + number
        for member in members:
            if "weight" in member.parameters:
                fate: Fate = "question" if even else "exact"
                words = "the share of the route" if not even else "which share? It is not read now"
                self.ledger.note(member.parameter("weight"), fate, words)
        used = {name: share for name, share in shares.items() if share > 0} or shares
        if len(used) == 1:
            return [{"model": next(iter(used))}]
        return [
            {"model": name, "weight": weight}
            for (name, _), weight in zip(used.items(), _percents(list(used.values())), strict=True)
        ]

    def _fallbacks(
        self, group: str, first: list[ModelListEntry], reserve: list[ModelListEntry]
    ) -> list[str]:
        routed = {self.models.of(each).name for each in first}
        chain = [self.models.of(each).name for each in reserve]
        general = self._entry("fallbacks", group)
        chain += self._targets(general)
        for kind in ("context_window_fallbacks", "content_policy_fallbacks"):
            other = self._entry(kind, group)
            if other is None:
                continue
            same = general is not None and [target.name for target in other.targets] == [
                target.name for target in general.targets
            ]
            self.ledger.note(
                other.place,
                "exact" if same else "question",
                "the same chain serves every kind of failure"
                if same
                else "an allocation has one chain: shall these models stand in for it too?",
            )
        if general is not None:
            self.ledger.note(general.place, "exact", "the chain of fallbacks")
        unique = [name for name in dict.fromkeys(chain) if name not in routed]
        return unique[:_MOST_MODELS]

    def _entry(self, kind: str, group: str) -> Fallback | None:
        entries = [
            fallback for fallback in self.context.configuration.fallbacks if fallback.kind == kind
        ]
        named = [entry for entry in entries if entry.group == group]
        general = [entry for entry in entries if entry.group == "*"]
        return next(iter([*named, *general]), None)

    def _targets(self, fallback: Fallback | None) -> list[str]:
        """Models behind the targets, a pattern as the name that is called."""
        names: list[str] = []
        for target in fallback.targets if fallback is not None else ():
            members = self.context.members(target.name)
            if not members:
                self.ledger.note(target.place, "not carried", f"nothing serves {code(target.name)}")
            names += [
                target.name if member.is_wildcard else self.models.of(member).name
                for member in members
            ]
        return names

    def _mode(self, members: Sequence[ModelListEntry]) -> str:
        modes = {mode for member in members if (mode := self._known_mode(member)) in _MODES}
        for member in members:
            if "mode" in member.info:
                same = member.info["mode"] in modes and len(modes) == 1
                self.ledger.note(
                    member.information("mode"),
                    "exact" if same else "question",
                    "the mode" if same else "which mode does the task need?",
                )
        return next(iter(modes)) if len(modes) == 1 else "chat"

    def _known_mode(self, each: ModelListEntry) -> str:
        """The mode by the catalog, else as the file says."""
        facts = self.context.facts(each)
        known = facts.mode if facts is not None else self.models.mode(each)
        return known if known in _MODES else self.context.mode(each)

    def _tags(self, members: Sequence[ModelListEntry], declared: dict[str, Any]) -> None:
        tags = {member.tags for member in members}
        for member in members:
            if member.tags:
                self.ledger.note(
                    member.parameter("tags"),
                    "question" if len(tags) > 1 else "exact",
                    "tags route in the gateway; an allocation has no routing by tag: is this a "
                    "task class of its own?"
                    if len(tags) > 1
                    else "tags of the task class",
                )
        if len(tags) == 1:
            (only,) = tags
            fitting = [tag for tag in only if not _NOT_IN_NAME.search(tag) and tag[0].isalnum()]
            if fitting:
                declared["tags"] = [tag[:100] for tag in fitting]


def _percents(numbers: list[Decimal]) -> list[int | float]:
    """Shares as percents of two decimals that sum to 100; the largest takes the rest."""
    total = sum(numbers) or Decimal(len(numbers))
    if not sum(numbers):
        numbers = [Decimal(1)] * len(numbers)
    exact = [
        (number * _HUNDRED / total).quantize(Decimal("0.01"), ROUND_HALF_UP) for number in numbers
    ]
    largest = max(range(len(exact)), key=lambda index: exact[index])
    exact[largest] += _HUNDRED - sum(exact)
    return [int(each) if each == int(each) else float(each) for each in exact]
