"""What a rule of gateway lint is, and what it is given to judge."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from fnmatch import fnmatchcase

from msgspec import Struct

from multillm_gov.catalog.catalog import Catalog
from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.finding import Severity, Violation
from multillm_gov.gateways.litellm.configuration import Configuration, ModelListEntry, number_of
from multillm_gov.gateways.litellm.versions import Affected
from multillm_gov.location import Place

_OWN_NAMES = frozenset({"azure", "azure_ai", "azure_text"})
"""Providers where the name behind the slash is the customer's own deployment."""


class LintContext(Struct, frozen=True, kw_only=True):
    """A configuration, and what is known beside it."""

    configuration: Configuration
    release: tuple[int, int, int]
    """Of LiteLLM, that is judged for."""
    catalog: Catalog
    as_of: date
    environment: frozenset[str] | None = None
    """Names of the environment variables that are set; ``None``: not to be judged."""
    memo: dict[str, object] = {}

    def facts(self, deployment: ModelListEntry) -> ModelFacts | None:
        """What the catalog knows of the model behind a deployment; ``None``: not known.

        A name of the customer's own, or a server of its own, says nothing about the model; only
        `model_info.base_model` does then.
        """
        base = deployment.info.get("base_model") or deployment.parameters.get("base_model")
        if isinstance(base, str) and base:
            return self._find(base, deployment.provider)
        if "api_base" in deployment.parameters or deployment.provider in _OWN_NAMES:
            return None
        return self._find(deployment.model, "")

    def _find(self, name: str, provider: str) -> ModelFacts | None:
        if not name or "*" in name:
            return None
        model_facts = self.catalog.find(name)
        if model_facts is None and provider and "/" not in name:
            model_facts = self.catalog.find(f"{provider}/{name}")
        return model_facts

    def window(self, deployment: ModelListEntry) -> int | None:
        """Input tokens of a deployment: as declared, else as known."""
        declared = number_of(deployment.info.get("max_input_tokens"))
        if declared is not None:
            return int(declared)
        facts = self.facts(deployment)
        return facts.max_input_tokens if facts is not None else None

    def mode(self, deployment: ModelListEntry) -> str:
        """`chat`, `embedding` …: as declared, else as known; empty: not known."""
        declared = deployment.info.get("mode")
        if isinstance(declared, str):
            return declared
        facts = self.facts(deployment)
        return facts.mode if facts is not None else ""

    def members(self, name: str) -> tuple[ModelListEntry, ...]:
        """The deployments that a model's name is served by: its group, alias, id or pattern."""
        groups = self.configuration.groups
        if name in groups:
            return groups[name]
        for alias in self.configuration.aliases:
            if alias.name == name and alias.group in groups:
                return groups[alias.group]
        by_id = [
            deployment
            for deployment in self.configuration.deployments
            if deployment.info.get("id") == name
        ]
        return tuple(by_id or self._by_pattern(name))

    def _by_pattern(self, name: str) -> list[ModelListEntry]:
        entries = []
        for deployment in self.configuration.deployments:
            pattern = deployment.name.replace("[", "[[]").replace("?", "[?]")
            if deployment.is_wildcard and len(pattern) < 200 and fnmatchcase(name, pattern):
                entries.append(deployment)
        return entries

    def serves(self, name: str) -> bool:
        """Whether anything in the configuration serves a name."""
        if self.members(name):
            return True
        teams = {
            deployment.info.get("team_public_model_name")
            for deployment in self.configuration.deployments
        }
        return name in teams or name in self._routing_groups()

    def _routing_groups(self) -> set[str]:
        setting = self.configuration.router.get("routing_groups")
        entries = setting.value if setting is not None else None
        return {
            str(entry.get("group_name"))
            for entry in (entries if isinstance(entries, list) else [])
            if isinstance(entry, Mapping)
        }

    @property
    def may_have_more(self) -> bool:
        """Whether deployments may come from elsewhere: a database, a file that was not read."""
        general = self.configuration.general.get("store_model_in_db")
        unread = any(flaw.kind.startswith("include") for flaw in self.configuration.flaws)
        return unread or (general is not None and general.value is True)

    @property
    def in_this_file(self) -> str:
        """Words that bound a statement about what there is, where more may come from elsewhere."""
        return " in this file" if self.may_have_more else ""


class LintRule(Struct, frozen=True, kw_only=True):
    """One rule as its module declares it in ``RULE``; the file's name is id and name."""

    id: str
    """``GOV8`` and two digits; never reused."""
    name: str
    title: str
    """The problem, as a heading; no period."""
    why: str
    """What happens, and what it costs."""
    remediation: str
    severity: Severity
    source: str
    """Where it was reported, and how it was seen: a thread, a file of LiteLLM, its router."""
    trap: str = ""
    """Number of the public thread in BerriAI/litellm that reports it; empty: none is known."""
    affected: Affected = Affected()
    check: Callable[[LintContext], Iterator[Violation]]
    violating: str = ""
    compliant: str = ""


def group_subject(name: str) -> str:
    """How a finding names a model group."""
    return f"group:{name[:100]}"


def deployment_subject(deployment: ModelListEntry) -> str:
    """How a finding names a deployment: its group, its model, and its number among equals."""
    return f"deployment:{deployment.name[:100]}/{deployment.model[:100]}#{deployment.index + 1}"


def place_subject(place: Place) -> str:
    """How a finding names a setting: its route."""
    return "setting:" + ".".join(map(str, place.pointer))[:200]
