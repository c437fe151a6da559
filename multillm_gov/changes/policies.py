"""Policies added, removed, renamed, tightened and loosened."""

from collections.abc import Iterator

from multillm_gov.changes.change import Change, ChangeKind, Direction
from multillm_gov.changes.compared_field import figure
from multillm_gov.changes.coverage import format_scope, scope_direction
from multillm_gov.changes.direction import (
    RuleLookup,
    fewer_is_tighter,
    format_parameter,
    higher_is_tighter,
    parameter_direction,
)
from multillm_gov.changes.pairing import Pairs
from multillm_gov.finding import Enforcement
from multillm_gov.portfolio.policy import Policy

_STRENGTH = tuple(Enforcement)
"""From weakest to strongest, as the type lists them."""
_LABELS = {
    "": "name",
    "rule": "rule",
    "enforcement": "enforcement",
    "applies_to": "scope",
    "title": "title",
    "because": "reason",
    "controls": "controls",
    "approvers": "approvers",
}


def compare_policies(pairs: Pairs[Policy], rules: RuleLookup) -> Iterator[Change]:
    """All changes of policies; one removed is loosened, whatever default takes its place."""
    for policy in pairs.removed:
        yield Change(
            kind=ChangeKind.POLICY_REMOVED,
            subject=policy.name,
            label="policy",
            direction=Direction.LOOSENED,
            before=_describe(policy),
            place_before=policy.place.key(),
        )
    for policy in pairs.added:
        yield Change(
            kind=ChangeKind.POLICY_ADDED,
            subject=policy.name,
            label="policy",
            direction=Direction.TIGHTENED,
            after=_describe(policy),
            place_after=policy.place.key(),
        )
    for before, after in pairs.both:
        yield from _compare_policy(before, after, rules)


def same_policy(before: Policy, after: Policy) -> bool:
    """Whether two policies declare the same under the same name."""
    return (
        before.name == after.name
        and before.declared == after.declared
        and before.parameters == after.parameters
    )


def _describe(policy: Policy) -> str:
    parameters = ", ".join(
        f"{name} {format_parameter(value)}" for name, value in sorted(policy.parameters.items())
    )
    words = f"{policy.declared.enforcement.value} {policy.declared.rule}"
    return f"{words}: {parameters}" if parameters else words


def _compare_policy(before: Policy, after: Policy, rules: RuleLookup) -> Iterator[Change]:
    if same_policy(before, after):
        return
    pair = (before, after)
    if before.name != after.name:
        yield _change(ChangeKind.POLICY_RENAMED, "", pair, (before.name, after.name))
    old, new = before.declared, after.declared
    if rules(old.rule).name != rules(new.rule).name:
        yield _change(ChangeKind.POLICY_RULE, "rule", pair, (old.rule, new.rule))
    else:
        yield from _compare_parameters(before, after, rules)
    if old.enforcement != new.enforcement:
        direction = higher_is_tighter(
            _STRENGTH.index(old.enforcement), _STRENGTH.index(new.enforcement)
        )
        values = (old.enforcement.value, new.enforcement.value)
        yield _change(ChangeKind.POLICY_ENFORCEMENT, "enforcement", pair, values, direction)
    scopes = (format_scope(old.applies_to), format_scope(new.applies_to))
    if scopes[0] != scopes[1]:
        yield _change(
            ChangeKind.POLICY_SCOPE,
            "applies_to",
            pair,
            scopes,
            scope_direction(old.applies_to, new.applies_to),
        )
    yield from _compare_terms(pair)


def _compare_terms(pair: tuple[Policy, Policy]) -> Iterator[Change]:
    """Title, reason, approvers and controls."""
    old, new = pair[0].declared, pair[1].declared
    for aspect in ("title", "because"):
        texts = getattr(old, aspect), getattr(new, aspect)
        if texts[0] != texts[1]:
            yield _change(ChangeKind.POLICY_TEXT, aspect, pair, texts)
    if set(old.approvers) != set(new.approvers):
        names = (", ".join(sorted(set(old.approvers))), ", ".join(sorted(set(new.approvers))))
        yield _change(
            ChangeKind.POLICY_APPROVERS,
            "approvers",
            pair,
            names,
            fewer_is_tighter(old.approvers, new.approvers),
        )
    controls = (", ".join(sorted(set(old.controls))), ", ".join(sorted(set(new.controls))))
    if controls[0] != controls[1]:
        yield _change(ChangeKind.POLICY_TEXT, "controls", pair, controls)


def _compare_parameters(before: Policy, after: Policy, rules: RuleLookup) -> Iterator[Change]:
    """Parameters as they hold: where a policy gives none, the rule's default does."""
    rule = rules(after.declared.rule)
    for name in sorted({*before.parameters, *after.parameters}):
        old, new = (
            state.parameters.get(name, rule.defaults.get(name)) for state in (before, after)
        )
        if old == new:
            continue
        yield Change(
            kind=ChangeKind.POLICY_PARAMETER,
            subject=after.name,
            label=name,
            aspect=name,
            direction=parameter_direction(rule.tighter.get(name, "never"), old, new),
            before=_format(name, old, before),
            after=_format(name, new, after),
            before_figure=figure(old),
            after_figure=figure(new),
            place_before=before.place.at(name),
            place_after=after.place.at(name),
        )


def _format(name: str, value: object, policy: Policy) -> str:
    text = format_parameter(value)
    return f"{text} (the rule's default)" if text and name not in policy.parameters else text


def _change(
    kind: ChangeKind,
    aspect: str,
    pair: tuple[Policy, Policy],
    values: tuple[str, str],
    direction: Direction = Direction.CHANGED,
) -> Change:
    before, after = pair
    return Change(
        kind=kind,
        subject=after.name,
        label=_LABELS[aspect],
        aspect=aspect,
        direction=direction,
        before=values[0],
        after=values[1],
        before_figure=values[0],
        after_figure=values[1],
        place_before=before.place.at(aspect) if aspect else before.place.key(),
        place_after=after.place.at(aspect) if aspect else after.place.key(),
    )
