"""``govern explain`` and ``govern rules``: pages of the rule book."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from msgspec import Struct

from multillm_gov.errors import UsageError
from multillm_gov.rules.engine.registry import all_rules, find_rule, rule_names
from multillm_gov.rules.engine.rule import Rule
from multillm_gov.words import LONGEST, did_you_mean, join_code
from multillm_gov.workflows.pages.policies import FoundPolicy
from multillm_gov.workflows.pages.rules import (
    as_json,
    book_markdown,
    book_text,
    page_data,
    page_markdown,
    page_text,
)

Form = Literal["text", "markdown", "json"]
_POLICY = "policy:"
LINT_FAMILY = 8
"""The digit after ``GOV`` of rules about gateway configurations, which have a book of their own."""
_UNENFORCED = frozenset({"files", "waivers"})
"""Scopes of rules that always run and take no policy."""


class RuleFilter(Struct, frozen=True, kw_only=True):
    """Which rules of the book to list; a filter that is not given selects all."""

    family: int | None = None
    """The digit after ``GOV``."""
    enabled_by_default: bool | None = None
    """Whether it judges where no policy enables it."""
    enforceable: bool | None = None
    """Whether a policy may enable it, and so set its enforcement."""
    fixable: bool | None = None
    """Whether `govern fix` has a safe fix."""
    control: str = ""
    """Part of the id of a control it supports evidence for, in any case."""
    text: str = ""
    """Words that its page must contain, in any case."""

    def fits(self, rule: Rule) -> bool:
        """Whether a rule matches every filter."""
        control = self.control.lower()
        return (
            self.family in (None, rule.family)
            and self.enabled_by_default in (None, rule.enabled_by_default)
            and self.enforceable in (None, rule.scope not in _UNENFORCED)
            and self.fixable in (None, bool(rule.safe_fix))
            and (not control or any(control in each.lower() for each in rule.controls))
            and all(word in _words(rule) for word in self.text.lower().split())
        )


def _words(rule: Rule) -> str:
    parameters = " ".join(rule.parameters.__struct_fields__)
    texts = (rule.id, rule.name, rule.title, rule.requirement, rule.why, rule.remediation)
    return " ".join((*texts, parameters)).lower()


def explain(name: str, form: Form = "text", root: Path | None = None) -> str:
    """The page of a rule, of a policy of the portfolio, or of a key of a governed file.

    A rule goes before a policy of the same name, and so does a kind of drift (DRF101);
    ``policy:NAME`` is always the policy. A key is named with the kind of its file:
    ``allocation.demand``.

    Raises:
        UsageError: there is no such rule or policy.
        SourceError: the root that is named is no portfolio.
    """
    requested = name.strip()
    only_policy = requested.startswith(_POLICY)
    rule = None if only_policy else find_rule(requested)
    if rule is None and not only_policy and (lint_page := _lint_page(requested, form)):
        return lint_page
    if rule is None and not only_policy and (drift_page := _drift_page(requested, form)):
        return drift_page
    if rule is None:
        from multillm_gov.workflows.pages.keys import explain_key

        page = None if only_policy else explain_key(requested, form)
        if page is not None:
            return page
        return _explain_policy(requested.removeprefix(_POLICY), form, root, only=only_policy)
    if form == "json":
        return as_json(page_data(rule))
    return page_markdown(rule) if form == "markdown" else page_text(rule)


def _lint_page(name: str, form: Form) -> str:
    """The page of a rule about gateway configurations; empty where there is none."""
    from multillm_gov.gateways.litellm.book import find_lint_rule

    rule = find_lint_rule(name)
    if rule is None:
        return ""
    from multillm_gov.workflows.pages.lint_rules import (
        lint_page_data,
        lint_page_markdown,
        lint_page_text,
    )

    if form == "json":
        return as_json(lint_page_data(rule))
    return lint_page_markdown(rule) if form == "markdown" else lint_page_text(rule)


def _drift_page(name: str, form: Form) -> str:
    """The page of a kind of drift; empty where there is none."""
    from multillm_gov.gateways.drift.difference import KINDS, REMEDY

    kind = next(
        (kind for kind in KINDS.values() if name.upper() == kind.id or name == kind.name), None
    )
    if kind is None:
        return ""
    page = {
        "id": kind.id,
        "name": kind.name,
        "title": kind.title,
        "severity": kind.severity.label,
        "why": kind.why,
        "remediation": REMEDY,
    }
    if form == "json":
        return as_json(page)
    head = f"{kind.id} {kind.name}: {kind.title}"
    facts = f"Severity: {kind.severity.label}. Reported by `govern drift`."
    mark = "# " if form == "markdown" else ""
    return "\n\n".join((f"{mark}{head}", facts, kind.why, f"To do: {REMEDY}"))


def _explain_policy(name: str, form: Form, root: Path | None, *, only: bool) -> str:
    from multillm_gov.workflows.pages.policies import (
        find_policies,
        policy_data,
        policy_markdown,
        policy_text,
    )

    policies = find_policies(root)
    policy = policies.get(name)
    rule = find_rule(policy.policy.declared.rule) if policy else None
    if policy is None or rule is None:
        raise _unknown(name, policy, policies, only=only)
    if form == "json":
        return as_json(policy_data(policy, rule))
    return policy_markdown(policy, rule) if form == "markdown" else policy_text(policy, rule)


def _unknown(
    name: str, policy: "FoundPolicy | None", policies: "dict[str, FoundPolicy]", *, only: bool
) -> UsageError:
    """Why neither a rule nor a policy is explained: no such name, or a policy of no rule."""
    rules = () if only else tuple(word for pair in rule_names().items() for word in pair)
    known = (*rules, *sorted(policies))
    meant = (
        did_you_mean(name, known)
        or did_you_mean(name.upper(), known)
        or did_you_mean(name.lower(), known)
    )
    what = "policy" if only else "rule or policy"
    if policy is not None:
        return UsageError(
            f"Policy `{name[:LONGEST]}` names an unknown rule: "
            f"`{policy.policy.declared.rule[:LONGEST]}`",
            "Run `govern rules` to list them all.",
        )
    from multillm_gov.workflows.schema import schema_names

    kinds = "" if only else f" For a key: `govern explain KIND.KEY`; {_kinds(schema_names())}."
    return UsageError(
        f"No {what} is named `{name[:LONGEST]}`{meant}",
        f"Run `govern rules` to list them all.{kinds}",
    )


def _kinds(names: Iterable[str]) -> str:
    return f"kinds of files are {join_code(names)}"


def _list_lint_rules(form: Form, selection: RuleFilter) -> str:
    """The rules about gateway configurations whose pages have the words of a filter."""
    from multillm_gov.gateways.litellm.book import all_lint_rules
    from multillm_gov.workflows.pages.lint_rules import (
        lint_markdown,
        lint_page_data,
        lint_page_text,
        lint_rules_text,
    )

    rules = tuple(
        rule
        for rule in all_lint_rules()
        if all(word in lint_page_text(rule).lower() for word in selection.text.lower().split())
    )
    if not rules:
        raise UsageError("No rule matches these filters", "Run `govern rules` to list them all.")
    if form == "json":
        return as_json([lint_page_data(rule) for rule in rules])
    return lint_markdown(rules) if form == "markdown" else lint_rules_text(rules)


def list_rules(form: Form = "text", selection: RuleFilter | None = None) -> str:
    """The rules of the book that a filter selects; without one, all.

    Raises:
        UsageError: no rule matches.
    """
    if selection is not None and selection.family == LINT_FAMILY:
        return _list_lint_rules(form, selection)
    rules = all_rules()
    if selection is not None:
        rules = tuple(rule for rule in rules if selection.fits(rule))
    if not rules:
        raise UsageError("No rule matches these filters", "Run `govern rules` to list them all.")
    if form == "json":
        return as_json([page_data(rule) for rule in rules])
    return book_markdown(rules) if form == "markdown" else book_text(rules)
