"""Comparing two assessed states with the rule book at hand."""

from decimal import Decimal
from functools import cache

from msgspec import NODEFAULT, Struct
from msgspec.structs import fields, replace

from multillm_gov.changes.change import Area
from multillm_gov.changes.compare import compare
from multillm_gov.changes.comparison import Comparison, State
from multillm_gov.changes.parameters import RuleFacts
from multillm_gov.documents.layout import SETTINGS
from multillm_gov.finding import Finding
from multillm_gov.rules.assessment import Assessment
from multillm_gov.rules.engine import judge
from multillm_gov.rules.registry import find_rule


def compare_assessments(before: Assessment, after: Assessment) -> Comparison:
    """What changed, a limit that a policy leaves out taken at its rule's default."""
    return compare(_state(before), _state(after), rule_facts)


def _state(assessment: Assessment) -> State:
    return State(portfolio=assessment.portfolio, figures=assessment.figures)


@cache
def rule_facts(name: str) -> RuleFacts:
    """The rule's name, whichever way a policy spells it, and its parameters' defaults as YAML would hold them."""
    rule = find_rule(name)
    if rule is None:
        return name, {}
    defaults = {field.name: _default(field.default, field.default_factory) for field in fields(rule.parameters)}
    return rule.name, {key: value for key, value in defaults.items() if value is not None}


def _default(value: object, factory: object) -> object:
    if value is NODEFAULT:
        value = factory() if callable(factory) else None
    return _plain(value)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, tuple | frozenset | list):
        return [_plain(entry) for entry in value]
    if isinstance(value, Struct):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return str(value) if isinstance(value, str) else value


def judge_by_base(before: Assessment, after: Assessment, comparison: Comparison) -> tuple[Finding, ...] | None:
    """Findings of the later state under the policies, waivers and limits of the base.

    Without it, loosening a policy would look like mending what it forbids. ``None`` where none of them differs.
    """
    if not comparison.within(Area.POLICIES, Area.SETTINGS):
        return None
    old, new = before.portfolio, after.portfolio
    same_currency = old.settings.currency == new.settings.currency
    settings = replace(
        new.settings,
        appetite=old.settings.appetite if same_currency else new.settings.appetite,
        migration_lead_days=old.settings.migration_lead_days,
        people=old.settings.people,
    )
    portfolio = replace(new, settings=settings, policies=old.policies, waivers=old.waivers)
    written = {
        SETTINGS,
        *(policy.place.path for policy in old.policies),
        *(waiver.place.path for waiver in old.waivers),
    }
    documents = after.documents | {path: found for path, found in before.documents.items() if path in written}
    return judge(replace(after, portfolio=portfolio, documents=documents), base=before)
