"""Names in risk settings, incident histories and scenarios, and the names that are known."""

from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from multillm_gov.documents.layout import SETTINGS
from multillm_gov.location import Place
from multillm_gov.portfolio.risk import Dependency
from multillm_gov.rules.engine.rule import RuleContext

ANY = frozenset({"each", "largest"})
"""Words of scenarios that stand for entities."""
_WHAT = {
    "model": "a model that a task class names",
    "family": "the family of a model in use",
    "vendor": "the vendor of a model in use",
    "provider": "the provider of a model in use",
    "cloud": "the cloud of a model in use",
    "region": "the region of a model in use",
    "jurisdiction": "the jurisdiction of a model in use",
    "gateway": "a gateway in `risk: dependencies` of `govern.yaml`",
    "dependency": "a dependency in `risk: dependencies` of `govern.yaml`",
    "task_class": "a task class",
}
_OWN = "what is declared for it has no effect"


class Named(Struct, frozen=True, kw_only=True):
    """A name in a file, at a level."""

    level: str
    name: str
    place: Place
    subject: str
    because: str
    """The consequence if the name is not known; starts in lower case."""
    kept: bool = False
    """Whether it may stay when what it names is removed, as history does."""

    @property
    def what(self) -> str:
        """What it should be."""
        return _WHAT[self.level]


class RiskNames:
    """The known names at each level."""

    def __init__(self, context: RuleContext) -> None:
        self._context = context

    @cached_property
    def known(self) -> dict[str, frozenset[str]]:
        """Names by level, with unknown as a name, and with all that `catalog/` declares."""
        facts = [model for model in self._context.models.values() if model is not None]
        exposures = [fact.exposure for fact in facts]
        dependencies = self._context.state.portfolio.settings.risk.dependencies
        levels = ("family", "vendor", "provider", "cloud", "jurisdiction")
        texts_by_name = {
            level: {str(getattr(exposure, level)) for exposure in exposures} for level in levels
        }
        texts_by_name["jurisdiction"] |= {law for fact in facts for law in fact.laws}
        texts_by_name["vendor"] |= {exposure.priced_by for exposure in exposures}
        texts_by_name["provider"] |= self._context.state.overrides.providers.keys()
        texts_by_name["vendor"] |= self._context.state.overrides.vendors.keys()
        texts_by_name["model"] = {
            *self._context.models,
            *(exposure.model for exposure in exposures),
        }
        texts_by_name["region"] = {site for fact in facts for site in fact.sites}
        texts_by_name["task_class"] = {
            task.name for task in self._context.state.portfolio.task_classes
        }
        for kind in ("gateway", "dependency"):
            texts_by_name[kind] = {
                name for name, dependency in dependencies.items() if dependency.kind == kind
            }
        return {level: frozenset(names) for level, names in texts_by_name.items()}

    def unknown(self) -> Iterator[Named]:
        """Every name that is not known, in order of file and place."""
        for named in (*self._declared(), *self._histories(), *self._shocks()):
            if named.name not in self.known[named.level]:
                yield named

    def _declared(self) -> Iterator[Named]:
        risk, place = self._context.state.portfolio.settings.risk, Place(SETTINGS, ("risk",))
        for level, key in (("provider", "providers"), ("cloud", "clouds"), ("vendor", "vendors")):
            for name in getattr(risk, key):
                where = place.at(key, name).key()
                yield Named(
                    level=level, name=name, place=where, subject=f"{level}:{name}", because=_OWN
                )
        for name, dependency in risk.dependencies.items():
            yield from _dependency_names(name, dependency, place.at("dependencies", name))

    def _histories(self) -> Iterator[Named]:
        for placed in self._context.state.incidents:
            level, name = placed.history.level, placed.history.entity
            where, subject = placed.place.at("entity"), f"{level}:{name}"
            because = "the measurement has no effect"
            yield Named(
                level=level, name=name, place=where, subject=subject, because=because, kept=True
            )

    def _shocks(self) -> Iterator[Named]:
        for placed in self._context.state.scenarios:
            for index, shock in enumerate(placed.scenario.shocks):
                if shock.level is None or shock.entity in ANY:
                    continue
                where = placed.place.at("shocks", index, "entity")
                because = "the scenario hits nothing there"
                yield Named(
                    level=shock.level,
                    name=shock.entity,
                    place=where,
                    subject=placed.name,
                    because=because,
                )


def _dependency_names(name: str, dependency: Dependency, place: Place) -> Iterator[Named]:
    keys = (
        ("task_class", "task_classes"),
        ("model", "models"),
        ("provider", "providers"),
        ("cloud", "clouds"),
    )
    for level, key in keys:
        for index, entity in enumerate(getattr(dependency, key)):
            where, because = (
                place.at(key, index),
                "what depends on it is treated as independent of it",
            )
            yield Named(
                level=level,
                name=entity,
                place=where,
                subject=f"{dependency.kind}:{name}",
                because=because,
            )
