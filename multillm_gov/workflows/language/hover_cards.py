"""Hover cards of a model, rule, policy or task class, in escaped Markdown."""

from collections.abc import Iterator
from datetime import date

from multillm_gov.catalog.catalog import Catalog
from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.lifecycle.moves import move_effects
from multillm_gov.catalog.pricing.billed_units import PER_TOKEN, spell_unit
from multillm_gov.catalog.pricing.price import Price, UnitPrices
from multillm_gov.documents.wording import format_value
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.measures.lifecycle import runway_days, slack_days
from multillm_gov.portfolio.policy import Policy
from multillm_gov.rendering.markup.escaping import code, escape, inline
from multillm_gov.reporting.shared.tables import exposure_rows
from multillm_gov.rules.engine.rule import Rule
from multillm_gov.units import format_count, format_money, format_share
from multillm_gov.words import count_of
from multillm_gov.workflows.pages.parameters import parameters_of

_MILLION = 10**6
_LONGEST = 2_000
"""Characters of a foreign text that are shown."""


def model_card(facts: ModelFacts, catalog: Catalog, as_of: date, lead_days: int) -> str:
    """Price per million tokens, context, exposure, end and successor.

    Args:
        facts: What is known of the model.
        catalog: Where its successor is looked up.
        as_of: The day that days are counted from.
        lead_days: Days a migration takes (``migration_lead_days`` in ``govern.yaml``).
    """
    rows = [("price", _price(facts.price))]
    if facts.usd_fixed_per_month:
        rows.append(("fixed cost", f"{format_money(facts.usd_fixed_per_month)} a month"))
    rows.append(
        ("context", f"{_tokens(facts.max_input_tokens)} in, {_tokens(facts.max_output_tokens)} out")
    )
    rows += [(label, escape(text)) for label, text in exposure_rows(facts.exposure)]
    rows += list(_lifecycle(facts, catalog, as_of, lead_days))
    return "\n\n".join([f"**{code(facts.name)}** ({escape(facts.mode)})", _list(rows)])


def unknown_model(name: str, near: tuple[str, ...]) -> str:
    """A model that the catalog does not know."""
    close = f" Candidates: {', '.join(map(code, near))}." if near else ""
    return f"{code(name[:_LONGEST])} is not in the catalog.{close}"


def price_in_brief(facts: ModelFacts) -> str:
    """``3.00 / 15.00 USD per million tokens``: input and output, for one line; empty: not known."""
    price = facts.price.standard if facts.price is not None else None
    if price is None or price.input is None:
        return ""
    amounts = [amount for amount in (price.input, price.output) if amount is not None]
    return (
        f"{' / '.join(f'{amount * _MILLION:f}'.rstrip('0').rstrip('.') for amount in amounts)} "
        "USD per million tokens"
    )


def rule_card(rule: Rule) -> str:
    """What a rule demands, why, and the parameters of its policies."""
    parts = [f"**{rule.id}** {code(rule.name)}: {inline(rule.title)}", inline(rule.why)]
    rows = [
        (
            code(parameter.name),
            (
                f"{inline(parameter.type)}"
                f"{_default(parameter.default, required=parameter.required)}. "
                f"{inline(parameter.description)}"
            ),
        )
        for parameter in parameters_of(rule)
    ]
    return "\n\n".join(
        [
            *parts,
            *([f"Parameters:\n\n{_list(rows)}"] if rows else []),
            f"Fix: {inline(rule.remediation)}",
        ]
    )


def policy_card(policy: Policy, rule: Rule | None) -> str:
    """What a policy demands, in the words of its file and of its rule."""
    declared = policy.declared
    rows = [("rule", code(declared.rule)), ("enforcement", code(declared.enforcement.value))]
    rows += [
        (code(name), code(format_value(value))) for name, value in sorted(policy.parameters.items())
    ]
    rows += [("because", inline(declared.because[:_LONGEST]))] if declared.because else []
    head = f"Policy **{code(policy.name)}**" + (
        f": {inline(rule.title)}" if rule is not None else ""
    )
    return f"{head}\n\n{_list(rows)}"


def task_card(task: TaskFigures, currency: str) -> str:
    """A task class: owner, routed models with shares, fallbacks, spend and value."""
    routed = ", ".join(f"{code(entry.model)} {format_share(entry.share)}" for entry in task.legs)
    spend = (
        "not known"
        if task.spend_per_month is None
        else f"{format_money(task.spend_per_month, currency)} a month"
    )
    rows = [
        ("owner", escape(task.task.owner or "none")),
        ("route", routed),
        ("fallbacks", ", ".join(code(fallback.model) for fallback in task.fallbacks) or "none"),
        ("spend", spend),
        ("value at stake", f"{format_money(task.value_at_stake_per_month, currency)} a month"),
    ]
    return f"Task class **{code(task.task.name)}**\n\n{_list(rows)}"


def _lifecycle(
    facts: ModelFacts, catalog: Catalog, as_of: date, lead_days: int
) -> Iterator[tuple[str, str]]:
    lifecycle = facts.lifecycle
    if lifecycle.retirement is None:
        elsewhere = catalog.elsewhere(facts)
        hint = f" (elsewhere: {', '.join(elsewhere)})" if elsewhere else ""
        yield "retirement", f"no source that we read gives a date{hint}"
    else:
        yield "retirement", f"{lifecycle.retirement}, {_distance(runway_days(facts, as_of) or 0)}"
        slack = slack_days(facts, as_of, lead_days) or 0
        yield (
            "slack",
            (
                f"{count_of(slack, 'day')} more than the {lead_days} a migration takes"
                if slack >= 0
                else f"{count_of(-slack, 'day')} too few: a migration takes {lead_days}"
            ),
        )
    if lifecycle.successor is not None:
        successor = lifecycle.successor
        new = catalog.find(successor.model)
        effects = move_effects(facts, new) if new is not None else ()
        changes = f"; the move changes: {inline('; '.join(effects))}" if effects else ""
        yield "successor", f"{code(successor.model)} ({successor.origin}){changes}"
    if lifecycle.floating_alias:
        yield (
            "alias",
            "its provider may point it to other weights"
            + (f"; {code(lifecycle.snapshot)} is fixed" if lifecycle.snapshot else ""),
        )
    if lifecycle.preview:
        yield "preview", "may go at short notice"


def _distance(days: int) -> str:
    if days == 0:
        return "today"
    return f"in {count_of(days, 'day')}" if days > 0 else f"{count_of(-days, 'day')} ago"


def _price(price: Price | None) -> str:
    if price is None:
        return "not known"
    text = _token_price(price.standard)
    tiers = [
        f"{'from' if tier.at_threshold else 'above'} {format_count(tier.above_input_tokens)} input "
        "tokens: "
        f"{_token_price(tier.price)}"
        for tier in price.tiers
    ]
    units = [
        f"{format_money(amount * (_MILLION if name in PER_TOKEN else 1))} per {spell_unit(name)}"
        for name, amount in price.standard.units.items()
    ]
    return "; ".join([*([text] if text else []), *tiers, *units]) or "none"


def _token_price(tokens: UnitPrices) -> str:
    parts = [
        f"{name.replace('_', ' ')} {format_money(value * _MILLION)}"
        for name in ("input", "output", "cache_read", "cache_write", "reasoning")
        if (value := getattr(tokens, name)) is not None
    ]
    return ", ".join(parts) + " per million tokens" if parts else ""


def _tokens(count: int | None) -> str:
    return "not known" if count is None else f"{format_count(count)} tokens"


def _default(default: str, *, required: bool) -> str:
    return ", required" if required else f", default {code(default)}" if default else ""


def _list(rows: list[tuple[str, str]]) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in rows)
