"""From deployments to models of the catalog: known names, or entries of one's own."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from msgspec import Struct

from multillm_gov.catalog.catalog import Catalog
from multillm_gov.catalog.endpoint_declaration import WIRE_FORMATS
from multillm_gov.catalog.parties.regions import places_of
from multillm_gov.gateways.litellm.configuration import Deployment, variable_of
from multillm_gov.gateways.litellm.importing.ledger import Fate, Ledger
from multillm_gov.words import code

_SPELLING = re.compile(r"[a-z0-9_-]{1,40}/[A-Za-z0-9._:-][A-Za-z0-9._:/-]{0,180}")
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9._/:-]+")
_PREFIX = re.compile(r"([A-Z][A-Z0-9_]{0,62}[A-Z0-9])_API_(KEY|BASE)")
_REGIONS = ("aws_region_name", "vertex_location", "vertex_ai_location", "region_name")
_PRICES = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write",
}
_MILLION = Decimal(1_000_000)
_LIMITS = {"rpm": "requests_per_minute", "tpm": "tokens_per_minute"}
_LARGEST_LIMIT = 1_000_000_000
_DECIDE = "which key is used is the gateway's: set {name} in the environment for trials"


class Model(Struct, frozen=True, kw_only=True):
    """A model as the allocation names it, and what `catalog/` must say of it."""

    name: str
    declaration: dict[str, Any] = {}


class Models:
    """Names the models of deployments; equal deployments get one name."""

    def __init__(self, ledger: Ledger, catalog: Catalog) -> None:
        self.ledger = ledger
        self.catalog = catalog
        self.declared: dict[str, dict[str, Any]] = {}

    def of(self, each: Deployment) -> Model:
        """The model of a deployment; its facts are declared where the catalog lacks them."""
        name, declaration = self._own(each) if self._is_own(each) else (each.model, {})
        if declaration:
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
        declaration |= self._limits(each)
        declaration |= self._prices(each)
        declaration |= self._regions(each)
        name = self._settle(name, declaration, each)
        self._keys(each)
        return Model(name=name, declaration=self.declared.get(name, {}))

    def _is_own(self, each: Deployment) -> bool:
        return "api_base" in each.parameters or each.provider.startswith("azure")

    def _own(self, each: Deployment) -> tuple[str, dict[str, Any]]:
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
        if each.provider in WIRE_FORMATS and _SPELLING.fullmatch(each.model):
            declaration["endpoint"] = {"model": each.model, "environment": prefix}
        name = _NOT_IN_NAME.sub("-", each.model)
        default = each.provider.startswith("azure") and self._variables(each) <= {
            "AZURE_API_KEY",
            "AZURE_API_BASE",
        }
        return (name if default else f"{name}@{prefix.lower()}"), declaration

    def _base(self, each: Deployment, base: str) -> str:
        bare = each.model.partition("/")[2]
        candidates = [base, f"{each.provider}/{base}"] if base else []
        if not base and each.provider.startswith("azure"):
            candidates = [each.model]
        elif not base:
            candidates = [each.model, bare]
        return next((one for one in candidates if one and self.catalog.find(one)), "")

    def _variables(self, each: Deployment) -> set[str]:
        names = (variable_of(each.parameters.get(key)) for key in ("api_key", "api_base"))
        return {name for name in names if name}

    def _prefix(self, each: Deployment) -> str:
        """The prefix of the environment variables of a model of one's own."""
        for name in sorted(self._variables(each)):
            match = _PREFIX.fullmatch(name)
            if match:
                return match[1]
        text = re.sub(r"[^A-Z0-9]+", "_", each.model.upper()).strip("_")[:50]
        return text if _PREFIX.fullmatch(f"{text}_API_KEY") else "OWN_MODEL"

    def _limits(self, each: Deployment) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, ours in _LIMITS.items():
            number = each.number(key)
            if number is None:
                continue
            if number == int(number) and 1 <= number <= _LARGEST_LIMIT:
                found[ours] = int(number)
                self.ledger.note(each.parameter(key), "exact", f"`{ours}` in `catalog/`")
            else:
                self.ledger.note(each.parameter(key), "question", "is this limit meant?")
        return found

    def _prices(self, each: Deployment) -> dict[str, Any]:
        prices: dict[str, Any] = {}
        for values, place in ((each.info, each.information), (each.parameters, each.parameter)):
            for key, ours in _PRICES.items():
                if key not in values:
                    continue
                amount = _per_million(values[key])
                if amount is None:
                    self.ledger.note(place(key), "question", "what is the price a million tokens?")
                    continue
                prices[ours] = amount
                self.ledger.note(place(key), "exact", f"{amount} USD a million tokens")
        return {"usd_per_million_tokens": prices} if prices else {}

    def _regions(self, each: Deployment) -> dict[str, Any]:
        for key in _REGIONS:
            value = each.parameters.get(key)
            if not isinstance(value, str) or variable_of(value):
                if value is not None:
                    words = "which region is it? Write `regions` in `catalog/`"
                    self.ledger.note(each.parameter(key), "question", words)
                continue
            places = places_of(value)
            if places:
                self.ledger.note(each.parameter(key), "exact", f"`regions: [{', '.join(places)}]`")
                return {"regions": list(places)}
            self.ledger.note(
                each.parameter(key), "question", "where is that? Write `regions` in `catalog/`"
            )
        return {}

    def _settle(self, name: str, declaration: dict[str, Any], each: Deployment) -> str:
        """Keep a declaration under a name that no other one has."""
        if not declaration:
            return name
        if not self._is_own(each) and "regions" in declaration:
            region = "-".join(declaration["regions"]).lower()
            declaration = {"base": name, **declaration} if self.catalog.find(name) else declaration
            name = f"{name}@{region}"
        number, settled = 1, name
        while self.declared.get(settled, declaration) != declaration:
            number += 1
            settled = f"{name}-{number}"
        if settled != each.model and "base" not in declaration and self.catalog.find(each.model):
            declaration = {"base": each.model, **declaration}
        self.declared[settled] = declaration
        return settled

    def _keys(self, each: Deployment) -> None:
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


def _per_million(value: object) -> str | None:
    """USD a million tokens as plain digits; ``None``: no amount."""
    if isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)) > 40:
        return None
    try:
        amount = Decimal(str(value)) * _MILLION
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 <= amount < Decimal(10) ** 9:
        return None
    return f"{amount.normalize():f}"
