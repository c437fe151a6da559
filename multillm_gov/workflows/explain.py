"""``govern explain`` and ``govern rules``: pages of the rule book."""

from pathlib import Path
from typing import Literal

from msgspec import Struct

from multillm_gov.errors import UsageError
from multillm_gov.rules.engine.registry import all_rules, find_rule, rule_names
from multillm_gov.rules.engine.rule import Rule
from multillm_gov.words import LONGEST, did_you_mean
from multillm_gov.workflows.rule_pages import (
    as_json,
    book_markdown,
    book_text,
    page_data,
    page_markdown,
    page_text,
)

Form = Literal["text", "markdown", "json"]
_POLICY = "policy:"
_UNENFORCED = frozenset({"files", "waivers"})
"""What rules are about that always run and take no policy."""


class RuleFilter(Struct, frozen=True, kw_only=True):
    """Which rules of the book; what is not asked for is not looked at."""

    family: int | None = None
    """The digit after ``GOV``."""
    standing: bool | None = None
    """Whether it judges where no policy asks."""
    enforceable: bool | None = None
    """Whether a policy may ask for it, and so set its enforcement."""
    control: str = ""
    """Part of the id of a control it supports evidence for, in any case."""
    text: str = ""
    """Words that its page holds, all of them, in any case."""

    def fits(self, rule: Rule) -> bool:
        """Whether a rule is all of it."""
        held = self.control.lower()
        return (
            self.family in (None, rule.family)
            and self.standing in (None, rule.enabled_by_default)
            and self.enforceable in (None, rule.scope not in _UNENFORCED)
            and (not held or any(held in control.lower() for control in rule.controls))
            and all(word in _words(rule) for word in self.text.lower().split())
        )


def _words(rule: Rule) -> str:
    parameters = " ".join(rule.parameters.__struct_fields__)
    return f"{rule.id} {rule.name} {rule.title} {rule.why} {rule.remediation} {parameters}".lower()


def explain(name: str, form: Form = "text", root: Path | None = None) -> str:
    """The page of a rule, by its id (in any case) or name, or of a policy of the portfolio by its name.

    A rule goes before a policy of the same name; ``policy:NAME`` is always the policy.

    Raises:
        UsageError: there is no such rule or policy.
        SourceError: the root that is named is no portfolio.
    """
    wanted = name.strip()
    rule = None if wanted.startswith(_POLICY) else find_rule(wanted)
    if rule is None:
        return _explain_policy(
            wanted.removeprefix(_POLICY), form, root, only=wanted.startswith(_POLICY)
        )
    if form == "json":
        return as_json(page_data(rule))
    return page_markdown(rule) if form == "markdown" else page_text(rule)


def _explain_policy(name: str, form: Form, root: Path | None, *, only: bool) -> str:
    from multillm_gov.workflows.policy_pages import (
        find_policies,
        policy_data,
        policy_markdown,
        policy_text,
    )

    policies = find_policies(root)
    found = policies.get(name)
    rule = find_rule(found.policy.declared.rule) if found else None
    if found is None or rule is None:
        rules = () if only else tuple(word for pair in rule_names().items() for word in pair)
        known = (*rules, *sorted(policies))
        meant = (
            did_you_mean(name, known)
            or did_you_mean(name.upper(), known)
            or did_you_mean(name.lower(), known)
        )
        what = "policy" if only else "rule or policy"
        if found is not None:
            raise UsageError(
                f"Policy `{name[:LONGEST]}` names a rule that there is not: "
                f"`{found.policy.declared.rule[:LONGEST]}`",
                "Run `govern rules` to list them all.",
            )
        raise UsageError(
            f"There is no {what} `{name[:LONGEST]}`{meant}.", "Run `govern rules` to list them all."
        )
    if form == "json":
        return as_json(policy_data(found, rule))
    return policy_markdown(found, rule) if form == "markdown" else policy_text(found, rule)


def list_rules(
    family: int | None = None, form: Form = "text", wanted: RuleFilter | None = None
) -> str:
    """The book, one family of it, or the rules that are ``wanted``.

    Raises:
        UsageError: no rule fits.
    """
    asked = wanted or RuleFilter(family=family)
    rules = tuple(rule for rule in all_rules() if asked.fits(rule))
    if not rules:
        told = "of that family" if wanted is None else "that fits all of it"
        raise UsageError(f"There is no rule {told}.", "Run `govern rules` to list them all.")
    if form == "json":
        return as_json([page_data(rule) for rule in rules])
    return book_markdown(rules) if form == "markdown" else book_text(rules)
