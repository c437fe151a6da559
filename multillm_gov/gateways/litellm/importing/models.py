"""From deployments to models of the catalog: known names, or entries of one's own."""

import re
from typing import Any

from msgspec import Struct

from multillm_gov.catalog.catalog import Catalog
from multillm_gov.catalog.endpoint_declaration import WIRE_FORMATS
from multillm_gov.gateways.litellm.configuration import ModelListEntry, variable_of
from multillm_gov.gateways.litellm.importing.ledger import Fate, SettingLedger
from multillm_gov.gateways.litellm.importing.stated import stated_facts, stated_region
from multillm_gov.gateways.serving import AZURE
from multillm_gov.words import code

_SPELLING = re.compile(r"[a-z0-9_-]{1,40}/[A-Za-z0-9._:-][A-Za-z0-9._:/-]{0,180}")
_PREFIX = re.compile(r"([A-Z][A-Z0-9_]{0,62}[A-Z0-9])_API_(KEY|BASE)")
_DEFAULT_AZURE = "AZURE"
_DEFAULT = frozenset({_DEFAULT_AZURE})
"""Prefixes of the variables that the gateway reads for a wire format where none is named."""
_DECIDE = "which key is used is the gateway's: set {name} in the environment for trials"


class Model(Struct, frozen=True, kw_only=True):
    """A model as the allocation names it, and what `catalog/` must say of it."""

    name: str
    declaration: dict[str, Any] = {}


class ModelNames:
    """Names the models of deployments; equal deployments get one name."""

    def __init__(self, ledger: SettingLedger, catalog: Catalog) -> None:
        self.ledger = ledger
        self.catalog = catalog
        self.declared: dict[str, dict[str, Any]] = {}

    def of(self, each: ModelListEntry) -> Model:
        """The model of a deployment; its facts are declared where the catalog lacks them."""
        name, declaration = self._own(each) if self._is_own(each) else (each.model, {})
        declaration |= stated_facts(self.ledger, each)
        region, places = stated_region(self.ledger, each)
        if places:
            declaration["regions"] = places
        if region and not self._is_own(each):
            name = f"{self._spelled(each) or name}@{region}"
        name = self._settle(name, declaration, region, each)
        self._note_model(name, each)
        self._keys(each)
        return Model(name=name, declaration=self.declared.get(name, {}))

    def mode(self, each: ModelListEntry) -> str:
        """The mode of what a deployment runs, by the catalog; empty: not known."""
        if not self._is_own(each):
            return ""
        base = each.info.get("base_model") or each.parameters.get("base_model")
        known = self.catalog.find(self._base(each, base if isinstance(base, str) else ""))
        return known.mode if known is not None else ""

    def _note_model(self, name: str, each: ModelListEntry) -> None:
        if name in self.declared:
            words = f"the model {code(name)} of `catalog/`"
            self.ledger.note(each.parameter("model"), "exact", words)
        elif self.catalog.find(name) is None:
            self.ledger.note(
                each.parameter("model"),
                "question",
                f"what is {code(name)}? The catalog does not know it: declare it in `catalog/`",
            )
        else:
            self.ledger.note(each.parameter("model"), "exact", f"the model {code(name)}")

    def _is_own(self, each: ModelListEntry) -> bool:
        """Whether it is called at an address of one's own, with a key that `catalog/` may name."""
        addressed = "api_base" in each.parameters or each.provider in AZURE
        spelled = self._spelled(each)
        return addressed and spelled.partition("/")[0] in WIRE_FORMATS

    def _spelled(self, each: ModelListEntry) -> str:
        """The model as an endpoint spells it, its wire format first; empty: it cannot be."""
        prefix = each.model.partition("/")[0]
        if each.provider and prefix != each.provider:
            name = f"{each.provider}/{each.model}"
        elif not each.provider:
            facts = self.catalog.find(each.model)
            name = f"{facts.exposure.provider if facts is not None else ''}/{each.model}"
        else:
            name = each.model
        return name if _SPELLING.fullmatch(name) else ""

    def _own(self, each: ModelListEntry) -> tuple[str, dict[str, Any]]:
        """A deployment at Azure, or a model behind an address of one's own."""
        declaration: dict[str, Any] = {}
        base = each.info.get("base_model") or each.parameters.get("base_model")
        known = self._base(each, base if isinstance(base, str) else "")
        if known:
            declaration["base"] = known
            if isinstance(base, str):
                at = each.information if "base_model" in each.info else each.parameter
                self.ledger.note(at("base_model"), "exact", f"priced and judged as {code(known)}")
        else:
            mode = each.info.get("mode")
            declaration["mode"] = mode if isinstance(mode, str) else "chat"
            self.ledger.note(
                each.parameter("model"),
                "question",
                "which model is this? Write `base` of its entry in `catalog/`, so that price, "
                "retirement and exposure are known",
            )
        prefix = self._prefix(each)
        declaration["endpoint"] = {"model": self._spelled(each), "environment": prefix}
        name = self._spelled(each)
        return (name if prefix in _DEFAULT else f"{name}@{prefix.lower()}"), declaration

    def _base(self, each: ModelListEntry, base: str) -> str:
        bare = each.model.partition("/")[2]
        candidates = [base, f"{each.provider}/{base}"] if base else []
        if not base and each.provider.startswith("azure"):
            candidates = [each.model]
        elif not base:
            candidates = [each.model, bare]
        return next(
            (candidate for candidate in candidates if candidate and self.catalog.find(candidate)),
            "",
        )

    def _variables(self, each: ModelListEntry) -> set[str]:
        names = (variable_of(each.parameters.get(key)) for key in ("api_key", "api_base"))
        return {name for name in names if name}

    def _prefix(self, each: ModelListEntry) -> str:
        """The prefix of the environment variables of a model of one's own."""
        named = self._variables(each)
        for name in sorted(named):
            match = _PREFIX.fullmatch(name)
            if match:
                return match[1]
        if each.provider in AZURE and not {"api_key", "api_base"} & each.parameters.keys():
            return _DEFAULT_AZURE
        text = re.sub(r"[^A-Z0-9]+", "_", each.model.upper()).strip("_")[:50].strip("_")
        return text if _PREFIX.fullmatch(f"{text}_API_KEY") else "OWN_MODEL"

    def _settle(
        self, name: str, declaration: dict[str, Any], region: str, each: ModelListEntry
    ) -> str:
        """Keep a declaration under a name that no other one has."""
        spelled = self._spelled(each)
        if region and spelled:
            declaration["endpoint"] = {
                "model": spelled,
                **declaration.get("endpoint", {}),
                "region": region,
            }
        base = self._explicit_base(each)
        if base and "base" not in declaration and base != each.model:
            declaration = {"base": base, **declaration}
        if not declaration:
            return name
        if "base" in declaration and "base_model" in each.info:
            known = code(declaration["base"])
            self.ledger.note(each.information("base_model"), "exact", f"priced as {known}")
        elsewhere = {**declaration}
        if self.catalog.find(each.model):
            elsewhere = {"base": base or each.model, **elsewhere}
        if spelled:
            elsewhere.setdefault("endpoint", {"model": spelled})
        number, settled = 1, name
        while True:
            values_by_name = declaration if settled == each.model else elsewhere
            if self.declared.setdefault(settled, values_by_name) == values_by_name:
                return settled
            number += 1
            settled = f"{name}-{number}"

    def _explicit_base(self, each: ModelListEntry) -> str:
        """The base that the file names, if the catalog has it."""
        base = each.info.get("base_model") or each.parameters.get("base_model")
        if not isinstance(base, str) or not base:
            return ""
        return next(filter(self.catalog.find, (base, f"{each.provider}/{base}")), "")

    def _keys(self, each: ModelListEntry) -> None:
        if "litellm_credential_name" in each.parameters:
            words = "which key and address are behind this credential? No value of it is copied"
            self.ledger.note(each.parameter("litellm_credential_name"), "question", words)
        for key in ("api_key", "api_base", "api_version"):
            if key not in each.parameters:
                continue
            name = variable_of(each.parameters[key])
            if name is None:
                words = (
                    "a literal value is not copied; it stays with the gateway"
                    if key != "api_version"
                    else "the export writes a reference to the environment"
                )
                fate: Fate = "question" if key == "api_base" else "not carried"
                if key == "api_base":
                    words = f"no address is copied: set {self._prefix(each)}_API_BASE"
                self.ledger.note(each.parameter(key), fate, words)
            else:
                ours = _PREFIX.fullmatch(name) is not None
                self.ledger.note(
                    each.parameter(key),
                    "exact" if ours else "question",
                    f"{name} is read from the environment" if ours else _DECIDE.format(name=name),
                )
